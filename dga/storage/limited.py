"""A child process with limits on memory and time, in which hostile content is read.

What a library does with a hostile file, be it to take all memory, to crash or never to return,
happens to the child alone. The parent learns how it ended; a refusal comes with its sentence.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from dga.errors import DGAError

REFUSED = 3  # exit status of a child that refuses, with a sentence on standard error
PATIENCE = 6  # times its processor time a child may take on a busy machine
AT_ONCE = 2  # children, whose limits of memory add up
_TURNS = threading.BoundedSemaphore(AT_ONCE)


class Ending(Enum):
    """How a child ended."""

    DONE = "done"
    REFUSED = "refused"
    TOO_LONG = "took too long"
    BROKE_DOWN = "took too much memory, or crashed"


def run_child(module: str, *arguments: str, seconds: float) -> tuple[Ending, str]:
    """Run `python -m <module> ARGUMENTS`, which ends in `run_limited`; how, and what it told.

    `seconds`: of the processor, which the child limits itself; it is ended after PATIENCE times
    as long. No more than AT_ONCE children of a process run at a time; others wait their turn.
    """
    try:
        with _TURNS:
            done = subprocess.run(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE * seconds,
                cwd=Path(__file__).resolve().parents[2],
                check=False,
            )
    except subprocess.TimeoutExpired:
        return Ending.TOO_LONG, ""
    told = done.stderr if done.returncode == REFUSED else done.stdout
    last = (told.decode("utf-8", "replace").strip().splitlines() or [""])[-1]
    if done.returncode == REFUSED:
        return Ending.REFUSED, last
    if done.returncode == -getattr(signal, "SIGXCPU", signal.SIGTERM):
        return Ending.TOO_LONG, ""
    return (Ending.BROKE_DOWN if done.returncode else Ending.DONE), last


def run_limited(work: Callable[[], object], *, memory: int, seconds: float) -> int:
    """Do the child's work within limits; returns the exit status.

    `memory`: bytes beside what the libraries take, so load those before. `seconds`: of the
    processor, all threads together.
    """
    _limit(memory, seconds)
    try:
        work()
    except DGAError as error:
        sys.stderr.write(f"\n{' '.join(str(error).split())}\n")
        return REFUSED
    return 0


def _limit(memory: int, seconds: float) -> None:
    """Bound what this process may take from here on; Windows knows no such limits."""
    try:
        import resource
    except ImportError:
        return
    processor = max(1, round(seconds))
    space = _mapped() + memory
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 5))  # SIGXCPU, then SIGKILL
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _mapped() -> int:
    """Bytes of address space that this process has."""
    if not os.path.exists("/proc/self/statm"):
        return 0
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")
