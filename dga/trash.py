"""Deleted runs: put aside with a way back, removed after thirty days or when asked to.

A deleted run lies in `.trash-<time>-<name>` of the models folder, so that two deleted runs of one
name are two. Nothing else in that folder is ever removed here.
"""

from __future__ import annotations

import calendar
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from dga import runs
from dga.errors import RunError
from dga.runs import Run

KEPT_DAYS = 30
DAY = 86_400  # seconds
_STAMP = "%Y%m%dT%H%M%S"
_FOLDER = re.compile(re.escape(runs.TRASH_PREFIX) + r"(?:(\d{8}T\d{6})\d*-)?(.+)")


@dataclass(frozen=True)
class Deleted:
    """A deleted run or training: the folder it lies in, what it was called, when it was deleted.

    `when` in seconds since 1970. `is_run`: False for what an interrupted training left.
    """

    path: Path
    name: str
    when: float
    is_run: bool

    @property
    def days_left(self) -> int:
        """How many days it is kept yet."""
        return max(0, KEPT_DAYS - int((time.time() - self.when) / DAY))


def delete(name: str, root: Path | None = None) -> Path:
    """Put a run or an interrupted training aside; `restore` brings a run back.

    Removes what was deleted more than thirty days ago.
    """
    root = root or runs.models_folder()
    run, work = root / runs.check_name(name), root / f"{runs.WORK_PREFIX}{name}"
    if not run.is_dir() and runs.holder(root) == name:
        raise RunError(f"the training {name!r} is running; cancel it first")
    empty(root, KEPT_DAYS)
    for path in (run, work):
        if path.is_dir():
            return path.rename(_aside(path))
    raise RunError(f"no run {name!r} to delete")


def restore(name: str, root: Path | None = None) -> Run:
    """Bring a deleted run back; the last deleted of those with this name."""
    root = root or runs.models_folder()
    runs.check_name(name)
    found = next((one for one in deleted(root) if one.name == name), None)
    if found is None:
        raise RunError(f"no deleted run {name!r} to bring back")
    return bring_back(found)


def bring_back(one: Deleted) -> Run:
    """Bring this deleted run back."""
    final = one.path.with_name(runs.check_name(one.name))
    if final.exists():
        raise RunError(f"there is a new run {one.name!r}; delete or rename it first")
    try:
        one.path.rename(final)
    except FileNotFoundError:
        raise RunError(f"the deleted run {one.name!r} is gone; it was removed for good") from None
    return runs.open_folder(final)


def deleted(root: Path | None = None) -> list[Deleted]:
    """The runs that `restore` can bring back, the last deleted first."""
    return [one for one in _found(root or runs.models_folder()) if one.is_run]


def empty(root: Path | None = None, days: float = 0) -> int:
    """Remove for good what was deleted at least so many days ago; returns how many."""
    until = time.time() - days * DAY
    old = [one for one in _found(root or runs.models_folder()) if one.when <= until]
    for one in old:
        shutil.rmtree(one.path, ignore_errors=True)
    return len(old)


def _aside(path: Path) -> Path:
    """A folder name for what is deleted now; a later one sorts later."""
    now = time.time()
    stamp = time.strftime(_STAMP, time.gmtime(now)) + f"{int(now % 1 * 1e6):06d}"
    return path.with_name(f"{runs.TRASH_PREFIX}{stamp}-{path.name}")


def _found(root: Path) -> list[Deleted]:
    paths = sorted(root.glob(f"{runs.TRASH_PREFIX}*"), key=lambda path: path.name, reverse=True)
    return [one for path in paths if path.is_dir() and (one := _deleted(path))]


def _deleted(path: Path) -> Deleted | None:
    matched = _FOLDER.fullmatch(path.name)
    if not matched:
        return None
    stamp, name = matched.groups()
    try:
        when = _seconds(stamp) if stamp else path.stat().st_mtime
        is_run = (path / runs.CONFIG_FILE).is_file() and runs.check_name(name) == name
    except (OSError, ValueError):
        return None
    except RunError:
        is_run = False
    return Deleted(path, name.removeprefix(runs.WORK_PREFIX), when, is_run)


def _seconds(stamp: str) -> float:
    return calendar.timegm(time.strptime(stamp, _STAMP))
