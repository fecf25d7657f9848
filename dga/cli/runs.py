"""`dga runs`: list the runs, or change one."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from dga import storage
from dga.cli import console
from dga.cli.options import add_json
from dga.errors import ArchiveError
from dga.runs import recovery, store, trash
from dga.runs.store import Run


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_json(parser)
    add = parser.add_mutually_exclusive_group().add_argument
    add("--activate", metavar="RUN", help="make this run the active one")
    add("--export", nargs=2, metavar=("RUN", "FILE"), help="write a run into a zip file")
    add("--import", dest="take", metavar="FILE", help="add the run in an exported file")
    add("--rename", nargs=2, metavar=("RUN", "NAME"), help="give a run another name")
    add("--note", nargs=2, metavar=("RUN", "TEXT"), help="save a note with a run")
    add("--delete", metavar="RUN", help="move a run to the trash for 30 days")
    add("--restore", metavar="RUN", help="restore a deleted run")
    add("--empty-trash", action="store_true", help="remove deleted runs for good")


def run(options: argparse.Namespace) -> None:
    """Change a run and report it, or print a line per run."""
    recovery.recover()
    for option, change in CHANGES.items():
        if given := getattr(options, option):
            done = change(*([given] if isinstance(given, str) else given))
            print(console.harmless(done))
            return
    if options.empty_trash:
        print(f"removed for good: {trash.empty()}")
        return
    if options.activate:
        store.set_active(options.activate)
    _list(options.json)


def _list(as_json: bool) -> None:
    runs = store.list_runs()
    active = store.active_name() if any(isinstance(run, Run) for run in runs) else ""
    for run in runs:
        if as_json:
            print(json.dumps(console.run_json(run, active)))
        else:
            print(console.harmless(console.run_line(run, active)))
    if not runs:
        print(f"no run in {store.models_folder()}; train one first", file=sys.stderr)


def _export(name: str, file: str) -> str:
    """Write an archive atomically; never replaces a file."""
    from dga.runs import archive

    target = Path(file)
    if target.exists():
        raise ArchiveError(f"{target} exists already; choose another file")
    storage.sweep_parts(target.parent, target.name)  # of an export that was killed
    with storage.replacing(target) as part:
        archive.export(name, part)
    return f"run {name} written to {target}"


def _take(file: str) -> str:
    from dga.runs import archive

    return f"imported as {archive.take(Path(file)).name}"


def _rename(name: str, new: str) -> str:
    from dga.runs import renaming

    return f"renamed to {renaming.rename(name, new).name}"


def _note(name: str, text: str) -> str:
    from dga.runs import renaming

    renaming.annotate(name, text)
    return f"note saved with {name}"


def _delete(name: str) -> str:
    trash.delete(name)
    return f"deleted; 'dga runs --restore {name}' restores it"


def _restore(name: str) -> str:
    return f"restored {trash.restore(name).name}"


CHANGES: dict[str, Callable[..., str]] = {  # option: carries it out, returns what to print
    "export": _export,
    "take": _take,
    "rename": _rename,
    "note": _note,
    "delete": _delete,
    "restore": _restore,
}
