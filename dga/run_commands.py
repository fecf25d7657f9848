"""The command line's commands for runs and for trainings that wait; a part of `cli`, prints too."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from dga import console
from dga.config import TrainingPlan
from dga.errors import ArchiveError


def runs(options: argparse.Namespace) -> None:
    """List the runs; or activate, export, import, rename, note, delete or restore one."""
    from dga import runs as found
    from dga import trash
    from dga.runs import Run

    for option, change in CHANGES.items():
        if given := getattr(options, option):
            told = change(*([given] if isinstance(given, str) else given))
            print(console.harmless(told))
            return
    if options.empty_trash:
        print(f"removed for good: {trash.empty()}")
        return
    if options.activate:
        found.set_active(options.activate)
    listed = found.list_runs()
    active = found.active_name() if any(isinstance(run, Run) for run in listed) else ""
    for run in listed:
        if options.json:
            print(json.dumps(console.run_json(run, active)))
        else:
            print(console.run_line(run, active))
    if not listed:
        print(f"no run in {found.models_folder()}; train one first", file=sys.stderr)


def queue(options: argparse.Namespace) -> None:
    """List the trainings that wait for their turn, take one out, or let one be the next."""
    from dga import queue as waits

    if options.keep:
        waits.keep()
        return
    if options.remove:
        waits.remove(waits.find(options.remove))
    if options.first:
        waits.move(waits.find(options.first), 0)
    waits.tend()
    for place, one in enumerate(waits.waiting(), start=1):
        if options.json:
            print(json.dumps({"place": place, "name": one.name, "problem": one.problem}))
        else:
            print(console.harmless(f"{place}. {one.name}" + (one.problem and f": {one.problem}")))


def enqueue(plan: TrainingPlan) -> int:
    """Let a training wait for its turn."""
    from dga import queue as waiting

    waiting.add(plan)
    waiting.tend()
    print(f"{plan.name} waits for its turn; 'python -m dga queue' lists what waits")
    return 0


def dry_run(plan: TrainingPlan, as_json: bool) -> int:
    """Tell what a training would learn from, and how long it would take."""
    from dga import devices, forecast, rates

    os.nice(2)  # what computes in earnest comes first
    told = forecast.forecast(plan)
    if as_json:
        print(json.dumps(told.to_json()))
        return 0
    device = "cpu" if plan.config.device == "auto" else plan.config.device
    print(console.forecast(told, devices.cpu().about))
    expected = forecast.estimate(told, plan.config, rates.expected(plan.config, device))
    if expected:
        print(f"{expected.about} on this {device.partition(':')[0].upper()}")
    return 0


def _export(name: str, file: str) -> str:
    """Write an archive, whole or not at all, over no other file."""
    from dga import archives

    target = Path(file)
    if target.exists():
        raise ArchiveError(f"{target} is there already; choose another file")
    part = target.with_name(f".{target.name}.part")
    try:
        archives.export(name, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return f"run {name} is in {target}"


def _take(file: str) -> str:
    from dga import archives

    return f"imported as {archives.take(Path(file)).name}"


def _rename(name: str, new: str) -> str:
    from dga import renaming

    return f"renamed to {renaming.rename(name, new).name}"


def _note(name: str, text: str) -> str:
    from dga import renaming

    renaming.annotate(name, text)
    return f"note kept with {name}"


def _delete(name: str) -> str:
    from dga import trash

    trash.delete(name)
    return f"deleted; 'python -m dga runs --restore {name}' brings it back"


def _restore(name: str) -> str:
    from dga import trash

    return f"brought back {trash.restore(name).name}"


CHANGES: dict[str, Callable[..., str]] = {  # option: what it does; tells what it did
    "export": _export,
    "take": _take,
    "rename": _rename,
    "note": _note,
    "delete": _delete,
    "restore": _restore,
}
