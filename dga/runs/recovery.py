"""Clean up after killed processes in the models and data folders.

A training that was killed after its last file was written becomes a run; half-written files are
removed. Called at every start that deals with runs; files of living processes are left alone.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from dga import storage
from dga.errors import BundleError, RunError
from dga.runs import store
from dga.runs.store import Run

OLD_IMPORTS = ".import-*"  # unpacked by versions before scratch folders were locked
OLD_SECONDS = 3600
PASSING = (store.PID_FILE, store.CANCEL_FILE, store.PLAN_FILE, store.CHECKPOINT_FILE)


def recover(root: Path | None = None) -> None:
    """Turn complete trainings into runs; remove half-written files of killed processes."""
    root = root or store.models_folder()
    with suppress(OSError):  # an unwritable folder is reported where it is needed
        if root.is_dir():
            _free_active_file(root)
            complete_all(root)
            _tidy_runs(root)
            _sweep(root)
    for folder in (storage.data_folder(), *_folders(storage.data_folder())):
        storage.sweep_parts(folder)
    storage.sweep_scratch()


def complete_all(root: Path) -> list[Run]:
    """Turn all trainings that were killed after writing their files into runs."""
    works = list(root.glob(f"{store.WORK_PREFIX}*")) if root.is_dir() else []
    running = store.holder(root) if works else ""
    ended = (one for one in works if one.name != f"{store.WORK_PREFIX}{running}")
    return [run for work in ended if (run := complete(work))]


def complete(work: Path) -> Run | None:
    """Turn a complete work folder into a run; None if something is missing.

    Call it only while that training cannot be running.
    """
    name = work.name.removeprefix(store.WORK_PREFIX)
    if not (work / store.CONFIG_FILE).is_file() or (work.parent / name).exists():
        return None
    try:
        run = store.open_folder(work)  # its configuration is written last
        run.predictions()
        run.history()
        run.bundle(threads=1)
        return store.finish(work)
    except (RunError, BundleError):
        return None


def _tidy_runs(root: Path) -> None:
    """Remove files of a finished run that only its training needed."""
    for path in root.iterdir():
        if store.is_name(path.name) and any((path / passing).exists() for passing in PASSING):
            with suppress(RunError, BundleError):
                store.tidy(store.open_folder(path))


def _sweep(root: Path) -> None:
    storage.sweep_scratch(root)
    for folder in (root, *_folders(root), *root.glob(f"*/{store.BUNDLE_FOLDER}")):
        storage.sweep_parts(folder)
    for left in root.glob(OLD_IMPORTS):
        if time.time() - left.stat().st_mtime > OLD_SECONDS:
            storage.remove_tree(left)


def _folders(root: Path) -> list[Path]:
    return [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []


def _free_active_file(root: Path) -> None:
    """Rename a run whose name, allowed in older versions, is that of the active run's file."""
    path = root / store.ACTIVE_FILE
    if path.is_dir():
        storage.move(path, root / store.fresh_name("active-json"))
