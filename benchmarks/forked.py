"""`dga` commands in forks of one process that has loaded the libraries, to be killed in numbers.

A fork begins with its work at once: kills fall on what the command does, not on seconds of imports
in which it has touched no file. How far a command is, its processor time says, which a busy machine
does not change.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

LIBRARIES = (
    "benchmarks.forked", "dga.cli.train", "dga.training.pipeline", "dga.scoring.score_file",
    "dga.hosts.score_hosts", "dga.runs.archive", "onnx", "tf2onnx", "sklearn.ensemble",
)  # fmt: skip
POLL_SECONDS = 0.003
CPU_CLOCK = 2  # of a process, with its number: what clock_getcpuclockid(3) makes
LONGEST = 1_800  # seconds of a command that is not killed, on the busiest machine


class Commands:
    """Starts `dga` commands with variables of their own."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(LIBRARIES))

    def start(self, *arguments: str) -> BaseProcess:
        """Start a command in a process group of its own."""
        process = self._context.Process(target=_command, args=(arguments, self._environment))
        process.start()
        return process

    def run(self, *arguments: str) -> int:
        """Run a command to its end; returns its status."""
        process = self.start(*arguments)
        process.join(LONGEST)
        if process.exitcode is None:
            kill(process)
            raise TimeoutError(f"dga {' '.join(arguments)} took over {LONGEST} s")
        return process.exitcode

    def seconds(self, *arguments: str) -> float:
        """Run a command to its end; returns the processor time that was seen of it."""
        process, used = self.start(*arguments), 0.0
        while process.exitcode is None:
            used = max(used, used_seconds(process.pid))
            time.sleep(POLL_SECONDS)
        if process.exitcode:
            raise SystemExit(f"dga {' '.join(arguments)} ended with status {process.exitcode}")
        return used


def kill_when(process: BaseProcess, due: Callable[[], bool]) -> bool:
    """Kill a command with its children once it is due; False where it has ended before."""
    while process.exitcode is None:
        if due():
            return kill(process)
        time.sleep(POLL_SECONDS)
    return False


def kill(process: BaseProcess) -> bool:
    """Kill a command with its children; returns whether it still ran."""
    with suppress(ProcessLookupError):
        os.kill(process.pid or 0, signal.SIGKILL)  # it may not lead its group yet
    with suppress(ProcessLookupError):
        os.killpg(process.pid or 0, signal.SIGKILL)
    process.join()
    return process.exitcode == -signal.SIGKILL


def used_seconds(pid: int | None) -> float:
    """Processor time of a process and its living children; 0 where there is none."""
    if not pid:
        return 0.0
    try:
        used = time.clock_gettime((~pid << 3) | CPU_CLOCK)
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    return used + sum(used_seconds(int(child)) for child in children)


def _command(arguments: tuple[str, ...], environment: Mapping[str, str]) -> None:
    """The command, in the fork."""
    os.setsid()
    os.environ.update(environment)
    tempfile.tempdir = None  # as the variables say now
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(quiet, descriptor)
    from dga.cli.main import main

    sys.exit(main(arguments))
