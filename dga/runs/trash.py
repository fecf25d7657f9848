"""Deleted runs: kept for thirty days, during which they can be restored.

A deleted run is moved to `.trash-<time>-<name>` in the models folder, so that two deleted runs may
have the same name. Nothing else in that folder is removed here.
"""

from __future__ import annotations

import calendar
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from dga import storage
from dga.errors import RunError
from dga.runs import audit, store
from dga.runs.store import Run

KEPT_DAYS = 30
DAY = 86_400  # seconds
_STAMP = "%Y%m%dT%H%M%S"
_FOLDER = re.compile(re.escape(store.TRASH_PREFIX) + r"(?:(\d{8}T\d{6})\d*-)?(.+)")


@dataclass(frozen=True)
class Deleted:
    """A deleted run or training: its folder, its name, and when it was deleted.

    `when`: seconds since 1970. `is_run`: False for an interrupted training.
    """

    path: Path
    name: str
    when: float
    is_run: bool

    @property
    def days_left(self) -> int:
        """How many more days it is kept."""
        return max(0, KEPT_DAYS - int((time.time() - self.when) / DAY))


def delete(name: str, root: Path | None = None) -> Path:
    """Delete a run or an interrupted training; `restore` restores a run.

    Removes for good what was deleted more than thirty days ago.
    """
    root = root or store.models_folder()
    run, work = root / store.check_name(name), root / f"{store.WORK_PREFIX}{name}"
    if not run.is_dir() and store.holder(root) == name:
        raise RunError(f"the training {name!r} is running; cancel it first")
    empty(root, KEPT_DAYS)
    for path in (run, work):
        if path.is_dir():
            aside = _aside(path)
            storage.move(path, aside)
            audit.record("delete", name, root=root)
            return aside
    raise RunError(f"no run {name!r} to delete")


def restore(name: str, root: Path | None = None) -> Run:
    """Restore the most recently deleted run with this name."""
    root = root or store.models_folder()
    store.check_name(name)
    found = next((one for one in deleted(root) if one.name == name), None)
    if found is None:
        raise RunError(f"no deleted run {name!r} to restore")
    return bring_back(found)


def bring_back(one: Deleted) -> Run:
    """Restore this deleted run."""
    final = one.path.with_name(store.check_name(one.name))
    if final.exists():
        raise RunError(f"a new run {one.name!r} exists; delete or rename it first")
    try:
        storage.move(one.path, final)
    except FileNotFoundError:
        raise RunError(f"the deleted run {one.name!r} is gone; it was removed for good") from None
    audit.record("restore", one.name, root=final.parent)
    return store.open_folder(final)


def deleted(root: Path | None = None) -> list[Deleted]:
    """The runs that can be restored, most recently deleted first."""
    return [one for one in _found(root or store.models_folder()) if one.is_run]


def empty(root: Path | None = None, days: float = 0) -> int:
    """Remove for good what was deleted at least `days` days ago; returns how many."""
    until = time.time() - days * DAY
    old = [one for one in _found(root or store.models_folder()) if one.when <= until]
    for one in old:
        shutil.rmtree(one.path, ignore_errors=True)
        audit.record("remove for good", one.name, root=one.path.parent)
    return len(old)


def _aside(path: Path) -> Path:
    """A folder name for something deleted now; later ones sort later."""
    now = time.time()
    stamp = time.strftime(_STAMP, time.gmtime(now)) + f"{int(now % 1 * 1e6):06d}"
    return path.with_name(f"{store.TRASH_PREFIX}{stamp}-{path.name}")


def _found(root: Path) -> list[Deleted]:
    paths = sorted(root.glob(f"{store.TRASH_PREFIX}*"), key=lambda path: path.name, reverse=True)
    return [one for path in paths if path.is_dir() and (one := _deleted(path))]


def _deleted(path: Path) -> Deleted | None:
    matched = _FOLDER.fullmatch(path.name)
    if not matched:
        return None
    stamp, name = matched.groups()
    try:
        when = _seconds(stamp) if stamp else path.stat().st_mtime
        is_run = (path / store.CONFIG_FILE).is_file() and store.check_name(name) == name
    except (OSError, ValueError):
        return None
    except RunError:
        is_run = False
    return Deleted(path, name.removeprefix(store.WORK_PREFIX), when, is_run)


def _seconds(stamp: str) -> float:
    return calendar.timegm(time.strptime(stamp, _STAMP))
