"""The numbered inputs, each watched while it is given, and what became of them."""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from dga.errors import DGAError

HANG_SECONDS = 60
WAITING = 15  # times as long may an input take that leaves the processor to others
PATIENCE = 10  # times as long may the server take at a second try
LARGE = 2**30
SHARES = {"file": 50, "archive": 15, "graph": 2, "widget": 15, "http": 18}
TOLD_EVERY = 50  # inputs


@dataclass
class Tally:
    """What became of inputs of a kind, or of one."""

    inputs: int = 0
    tracebacks: int = 0
    hangs: int = 0
    large: int = 0
    lost: int = 0
    slowest: float = 0.0
    most: int = 0

    def add(self, other: Tally) -> None:
        """Take another's inputs in."""
        for name in ("inputs", "tracebacks", "hangs", "large", "lost"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.slowest, self.most = max(self.slowest, other.slowest), max(self.most, other.most)


class Hang(BaseException):
    """An input took longer than it may."""


class Inputs:
    """The numbered inputs that are still to be given, and what became of those that were."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.seed, self.log, self.only = options.seed, options.log, options.only
        self.counts = {kind: -(-options.inputs * share // 100) for kind, share in SHARES.items()}
        self.tallies = {kind: Tally() for kind in SHARES}
        self._done: set[tuple[str, int]] = set()
        if self.log and self.log.exists():
            for line in self.log.read_text(encoding="utf-8").splitlines():
                values = json.loads(line)
                key = values.pop("kind"), values.pop("number")
                self._done.add(key)
                self.tallies[key[0]].add(Tally(**values))

    def left(self, kind: str) -> Iterator[tuple[int, random.Random]]:
        """The numbers of a kind that are to be given, each with its own dice."""
        for number in range(self.counts[kind]):
            wanted = self.only in ("", kind, f"{kind} {number}")
            if wanted and (kind, number) not in self._done:
                yield number, random.Random(f"{self.seed} {kind} {number}")

    def any_left(self, *kinds: str) -> bool:
        """Whether any input of these kinds is to be given."""
        return any(True for kind in kinds for _ in self.left(kind))

    @contextmanager
    def watched(self, kind: str, number: int, pid: int = 0) -> Iterator[Tally]:
        """Give an input: count its time, its memory, and what it raises. `pid`: a server's."""
        one = Tally(inputs=1)
        with suppress(OSError):
            Path(f"/proc/{pid or 'self'}/clear_refs").write_text("5")
        for signal_number in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(signal_number, _ring)
        started = used_seconds()
        signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
        signal.alarm(HANG_SECONDS * WAITING)
        try:
            yield one
        except DGAError:
            pass
        except Hang:
            one.hangs = 1
            print(f"hang: {kind} {number}", flush=True)
        except Exception as error:
            one.tracebacks = 1
            told = f"{type(error).__name__}: {str(error)[:200]}"
            print(f"traceback: {kind} {number}: {told}", flush=True)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.alarm(0)
        one.slowest = used_seconds() - started
        one.most = peak_memory(pid)
        one.large = int(one.most > LARGE)
        self._keep(kind, number, one)

    def _keep(self, kind: str, number: int, one: Tally) -> None:
        self._done.add((kind, number))
        self.tallies[kind].add(one)
        if self.log:
            with open(self.log, "a", encoding="utf-8") as file:
                file.write(json.dumps({"kind": kind, "number": number, **asdict(one)}) + "\n")
        if len(self._done) % TOLD_EVERY == 0:
            print(f"{len(self._done):,} inputs, {wrong(self.tallies)} wrong", flush=True)


def _ring(*_: object) -> None:
    raise Hang


def wrong(tallies: dict[str, Tally]) -> int:
    """How much was wrong."""
    return sum(one.tracebacks + one.hangs + one.large + one.lost for one in tallies.values())


def used_seconds() -> float:
    """Processor time of this process and its children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def peak_memory(pid: int = 0) -> int:
    """Bytes that a process, this one without a number, held at most since the last reset; of this
    one, or any child ever."""
    child = 0 if pid else resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return max(_own_peak(pid), child)


def _own_peak(pid: int) -> int:
    for line in Path(f"/proc/{pid or 'self'}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0
