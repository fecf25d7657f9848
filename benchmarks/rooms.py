"""Which rooms one training crosses, and where its plan goes: `python -m benchmarks.rooms`.

Two short trainings on the trial set, one from scratch and one that continues from it, run under a
profiler. A room is a package of `dga`, or a module of its base. A call into a room counts as
crossing it; the plan's way are the calls that are given the plan, or settings made of it, as an
argument or as `self`. Calls in other threads are not seen.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import Any

import dga
from dga import devices
from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.progress import ignore, never
from dga.runs import store

ROOT = Path(dga.__file__).parent
TRIAL = ROOT.parent / "data" / "trial"
BASE = ("config", "devices", "errors", "progress", "schema", "storage")
BATCHES = 5


def main() -> None:
    """Train twice and print what each training crossed."""
    devices.quiet()
    with tempfile.TemporaryDirectory(prefix="dga-rooms-") as folder:
        for name, base in (("scratch", ""), ("continued", "scratch")):
            print(_told(name, _traced(name, base, Path(folder))))


def _traced(name: str, base: str, root: Path) -> Trace:
    from dga.training import pipeline

    feeds = tuple(FeedSpec(path=str(path)) for path in sorted(TRIAL.glob("*.csv")))
    config = TrainingConfig(task="both", max_batches=BATCHES)
    plan = TrainingPlan(name=name, config=config, feeds=feeds, base=base)
    work, trace = store.create(name, root), Trace()
    sys.setprofile(trace)
    try:
        pipeline.train(plan, work, on_progress=ignore, should_stop=never)
    finally:
        sys.setprofile(None)
    return trace


def _told(name: str, trace: Trace) -> str:
    packages = trace.packages()
    return (
        f"{name}: {len(packages)} packages beside the base (bar 10): {', '.join(packages)}\n"
        f"the plan's way: {' > '.join(trace.way)}\n"
        f"rooms {len(set(trace.way))}, returns {trace.returns()} (bar 20)\n"
    )


class Trace:
    """The rooms that calls enter, and those that calls given a plan or settings enter, in order."""

    def __init__(self) -> None:
        self.crossed: dict[str, None] = {}
        self.way: list[str] = []
        self._rooms: dict[str, str] = {}  # of each file

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or not (room := self._room(frame.f_code.co_filename)):
            return
        self.crossed.setdefault(room)
        if self.way[-1:] != [room] and _carries(frame):
            self.way.append(room)

    def packages(self) -> list[str]:
        """The rooms that were crossed, but for the base."""
        return [room for room in self.crossed if room not in BASE]

    def returns(self) -> int:
        """How often the plan's way comes back to a room that it had left."""
        return len(self.way) - len(set(self.way))

    def _room(self, file: str) -> str:
        if file not in self._rooms:
            path = Path(file)
            inside = path.relative_to(ROOT).parts if path.is_relative_to(ROOT) else ("",)
            self._rooms[file] = inside[0].removesuffix(".py")
        return self._rooms[file]


def _carries(frame: FrameType) -> bool:
    """Whether a call is given a plan or settings."""
    code = frame.f_code
    given = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    carried = (frame.f_locals.get(name) for name in given)
    return any(isinstance(value, TrainingPlan | TrainingConfig) for value in carried)


if __name__ == "__main__":
    main()
