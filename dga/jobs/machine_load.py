"""Measure this machine's load: processor, memory and, by nvidia-smi, GPUs."""

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
    """The machine's load: shares from 0 to 1, memory in bytes.

    `process_memory`: that of the requested process, 0 if it has ended.
    """

    cpu: float
    memory: int
    memory_total: int
    process_memory: int
    gpus: tuple[Gpu, ...]


def load(pid: int = 0) -> Load:
    """The machine's load; the processor's is since the previous call, 0 at the first."""
    memory = psutil.virtual_memory()
    return Load(
        cpu=psutil.cpu_percent() / 100,
        memory=int(memory.total - memory.available),
        memory_total=int(memory.total),
        process_memory=_resident(pid) if pid else 0,
        gpus=tuple(gpus()),
    )


def gpus() -> list[Gpu]:
    """The GPUs by nvidia-smi; none if it is missing or fails."""
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
    """Parse a line of nvidia-smi; None if it has no numbers, as on a partitioned GPU."""
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
