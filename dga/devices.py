"""What this machine can train on: the CPU with its threads, each GPU with its memory."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dga.errors import DeviceError

ALL = "all"  # every GPU at once


@dataclass(frozen=True)
class Device:
    """One device; `memory` in bytes, 0 where it is unknown."""

    name: str  # "cpu" or "gpu:0"
    about: str
    threads: int
    memory: int

    def to_json(self) -> dict[str, Any]:
        """The fields as plain JSON values."""
        return asdict(self)


def cpu() -> Device:
    """The CPU; needs no TensorFlow."""
    return Device("cpu", _processor(), threads(), _main_memory())


def devices() -> list[Device]:
    """The CPU and every GPU that TensorFlow can use. Imports TensorFlow, which takes seconds."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    return [cpu()] + [_gpu(tf, index, gpu) for index, gpu in enumerate(gpus)]


def choose(name: str) -> str:
    """Return the TensorFlow name of a requested device; `auto` is the first GPU, else the CPU.

    `all` stays `all` where there are several GPUs; otherwise it is treated as `auto`. DeviceError
    lists the available devices.
    """
    found = [device.name for device in devices()]
    if name == ALL:
        if replicable() > 1:
            return ALL
        name = "auto"
    if name == "auto":
        name = "gpu:0" if "gpu:0" in found else "cpu"
    if name not in found:
        raise DeviceError(f"no device {name!r} on this machine; it has {', '.join(found)}")
    return "/CPU:0" if name == "cpu" else f"/{name.upper()}"


def replicable() -> int:
    """How many devices can train one network together: GPUs, or logical CPUs without a GPU."""
    import tensorflow as tf

    kind = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
    return len(tf.config.list_logical_devices(kind))


def threads() -> int:
    """How many threads this process may run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def quiet() -> None:
    """Silence TensorFlow's start-up messages; call this before anything imports TensorFlow."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def _gpu(tf: Any, index: int, gpu: Any) -> Device:
    details = tf.config.experimental.get_device_details(gpu)
    try:
        memory = tf.config.experimental.get_memory_info(f"GPU:{index}").get("total", 0)
    except (ValueError, KeyError, RuntimeError):
        memory = 0
    return Device(f"gpu:{index}", details.get("device_name", "GPU"), 0, int(memory))


def _main_memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 0


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
