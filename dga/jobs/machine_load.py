"""How busy this machine is: processor, memory and, where nvidia-smi tells, its GPUs.

Measures and tells; changes nothing. Without nvidia-smi there are no GPUs to tell of.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass

import psutil

QUERY = "utilization.gpu,memory.used,memory.total,name"
SMI_SECONDS = 3
MIB = 2**20


@dataclass(frozen=True)
class Gpu:
    """One GPU: its use from 0 to 1, memory in bytes."""

    name: str
    use: float
    memory: int
    memory_total: int


@dataclass(frozen=True)
class Load:
    """The machine at one moment: shares from 0 to 1, memory in bytes.

    `process_memory` is that of the process asked for, 0 where it has ended.
    """

    cpu: float
    memory: int
    memory_total: int
    process_memory: int
    gpus: tuple[Gpu, ...]


def load(pid: int = 0) -> Load:
    """How busy the machine is; the processor since the call before, at the first call 0."""
    memory = psutil.virtual_memory()
    return Load(
        cpu=psutil.cpu_percent() / 100,
        memory=int(memory.total - memory.available),
        memory_total=int(memory.total),
        process_memory=_resident(pid) if pid else 0,
        gpus=tuple(gpus()),
    )


def gpus() -> list[Gpu]:
    """What nvidia-smi tells of each GPU; none where it is missing or fails."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    command = [program, f"--query-gpu={QUERY}", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=SMI_SECONDS).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    return [gpu for line in told.splitlines() if (gpu := _gpu(line))]


def _gpu(line: str) -> Gpu | None:
    """A line of nvidia-smi; None where it tells no numbers, as on a GPU that is shared out."""
    fields = [field.strip() for field in line.split(",", maxsplit=3)]
    try:
        use, used, total = (float(field) for field in fields[:3])
        return Gpu(fields[3], use / 100, int(used * MIB), int(total * MIB))
    except (ValueError, IndexError):
        return None


def _resident(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
