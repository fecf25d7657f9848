"""Queued trainings: one small file each, and the process that starts them.

The keeper, `dga queue --keep`, is a separate process: it waits until no training runs, starts the
first in the queue, and ends when the queue is empty. Only one runs at a time; adding to the queue
or viewing it restarts a keeper that was killed.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from dga.config import TrainingPlan
from dga.errors import DGAError, JobError, RunError, told
from dga.jobs import job
from dga.jobs.child import spawn
from dga.runs import audit, files, store, trash
from dga.storage import try_lock

FOLDER = ".queue"
LOCK_FILE = ".keeper.lock"
ENDING = ".json"
FORMAT_VERSION = 1
SECONDS = 1.0  # between two checks of the keeper
PAUSES = (0.0, 0.1, 0.3)  # `tend` holds the lock for a moment, to see whether a keeper runs


@dataclass(frozen=True)
class Waiting:
    """A queued training. `problem`: why it cannot be started, "" if it can."""

    path: Path
    name: str
    place: float
    plan: TrainingPlan | None
    problem: str = ""
    starting: bool = False


def add(plan: TrainingPlan, root: Path | None = None) -> None:
    """Append a training to the queue; RunError or JobError if its name is taken."""
    root = root or store.models_folder()
    store.refuse_taken(store.check_name(plan.name), root)
    queued = waiting(root)
    if any(one.name == plan.name for one in queued):
        raise JobError(f"a training {plan.name!r} is queued already; choose another name")
    if store.holder(root) == plan.name:
        raise JobError(f"a training {plan.name!r} is running; choose another name")
    if (root / f"{store.WORK_PREFIX}{plan.name}").is_dir():  # an interrupted one with that name
        trash.delete(plan.name, root)
    place = max((one.place for one in queued), default=0.0) + 1.0
    path = root / FOLDER / f"{secrets.token_hex(8)}{ENDING}"
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(Waiting(path, plan.name, place, plan))
    audit.record("queue", plan.name, root=root)


def waiting(root: Path | None = None) -> list[Waiting]:
    """The queued trainings, the next one first; a damaged file is listed with its problem."""
    paths = ((root or store.models_folder()) / FOLDER).glob(f"*{ENDING}")
    found = (_read(path) for path in paths if not path.name.startswith("."))
    return sorted(filter(None, found), key=lambda one: (one.place, one.path.name))


def find(name: str, root: Path | None = None) -> Waiting:
    """The queued training of this name; JobError if there is none."""
    found = next((one for one in waiting(root) if one.name == name), None)
    if found is None:
        raise JobError(f"no training {name!r} is queued; 'dga queue' lists the queue")
    return found


def move(waits: Waiting, to: int, root: Path | None = None) -> None:
    """Move a training to a position, counted from 0; positions beyond an end mean that end."""
    others = [one.place for one in waiting(root) if one.plan and one.path != waits.path]
    to = max(0, min(to, len(others)))
    before = others[to - 1] if to else (others[0] - 2 if others else 0.0)
    behind = others[to] if to < len(others) else before + 2
    _write(_with(waits, place=(before + behind) / 2))


def remove(waits: Waiting) -> None:
    """Take a training out of the queue."""
    waits.path.unlink(missing_ok=True)


def keep(root: Path | None = None, wait: Callable[[float], None] = time.sleep) -> None:
    """Start the queued trainings, one after the other, until none is left.

    Returns at once if another process does so already.
    """
    root = root or store.models_folder()
    while _startable(root):
        with _kept(root, PAUSES) as ours:
            if not ours:
                return
            while queued := _startable(root):
                if store.holder(root) or not _start(queued[0], root):
                    wait(SECONDS)


def tend(root: Path | None = None) -> None:
    """Start the keeper if trainings are queued and no keeper runs."""
    root = root or store.models_folder()
    if not _startable(root):
        return
    with _kept(root) as free:
        if not free:
            return
    folder = {store.FOLDER_VARIABLE: str(root.resolve())}
    spawn("queue", "--keep", detached=True, variables=folder)


def _start(waits: Waiting, root: Path) -> bool:
    """Start a training and take it out of the queue; False if another training came first.

    It is marked before it is started: a keeper that finds the mark and a folder of that name knows
    that its predecessor was killed between the two steps.
    """
    assert waits.plan is not None
    begun = (root / waits.name).exists() or (root / f"{store.WORK_PREFIX}{waits.name}").exists()
    if waits.starting and begun:
        remove(waits)
        return True
    try:
        _write(_with(waits, starting=True))
        job.start(waits.plan, root)
    except JobError:
        _write(_with(waits, starting=False))
        return False
    except DGAError as error:
        _write(_with(waits, starting=False, problem=str(error)))
        return True
    except OSError as error:
        _write(_with(waits, starting=False, problem=told(error)))
        return True
    remove(waits)
    return True


def _startable(root: Path) -> list[Waiting]:
    return [one for one in waiting(root) if not one.problem]


@contextmanager
def _kept(root: Path, pauses: Sequence[float] = (0.0,)) -> Iterator[bool]:
    """Try to become the keeper, once after each pause; the lock ends with the process."""
    with open(root / FOLDER / LOCK_FILE, "ab") as file:
        yield any(_take(file, pause) for pause in pauses)


def _take(file: IO[bytes], pause: float) -> bool:
    time.sleep(pause)
    return try_lock(file)


def _with(waits: Waiting, **changed: Any) -> Waiting:
    return Waiting(**{**vars(waits), **changed})


def _write(waits: Waiting) -> None:
    if waits.plan is None:
        raise JobError(f"{waits.path.name} is damaged; remove it from the queue")
    values = {
        "format_version": FORMAT_VERSION,
        "place": waits.place,
        "plan": waits.plan.to_json(),
        "problem": waits.problem,
        "starting": waits.starting,
    }
    files.write_json(waits.path, values)


def _read(path: Path) -> Waiting | None:
    """Read a queued training; None if it was removed a moment ago."""
    try:
        values = files.read_json(path)
        if values.get("format_version") != FORMAT_VERSION:
            raise RunError("unknown format version")
        plan = TrainingPlan.from_json(values["plan"])
        return Waiting(
            path,
            store.check_name(plan.name),
            float(values["place"]),
            plan,
            str(values.get("problem", "")),
            bool(values.get("starting", False)),
        )
    except (DGAError, KeyError, TypeError, ValueError, AttributeError) as error:
        if not path.exists():
            return None
        problem = f"its file cannot be read ({error}); remove it from the queue"
        return Waiting(path, path.stem, float("inf"), None, problem)
