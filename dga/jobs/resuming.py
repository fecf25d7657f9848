"""Continue an interrupted or cancelled training from its last checkpoint.

An interrupted or failed training continues in its own work folder. A cancelled one is a partial
run, which stays unchanged: a copy of its plan and checkpoint continues under another name.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from dga.config import TrainingPlan
from dga.errors import BundleError, ConfigError, JobError, RunError
from dga.jobs import job
from dga.jobs.job import Job
from dga.runs import files, recovery, store

CONTINUED = "continued"


def can_resume(name: str, root: Path | None = None) -> bool:
    """Whether `resume` can continue a training of this name."""
    root = root or store.models_folder()
    folder = root / store.check_name(name)
    if folder.is_dir():
        kept = all((folder / file).is_file() for file in (store.PLAN_FILE, store.CHECKPOINT_FILE))
        return kept and _is_partial(folder)
    work = root / f"{store.WORK_PREFIX}{name}"
    return (work / store.PLAN_FILE).is_file() and store.holder(root) != name


def resume(name: str, root: Path | None = None, new_name: str = "") -> Job:
    """Continue a training in a child process; JobError as by `prepare`.

    `name`: of an interrupted or failed training, or of a partial run, which continues as
    `new_name` or under a name made from its own.
    """
    root = root or store.models_folder()
    goes_on_as = name_of(name, root, new_name)
    with job.lock(root, goes_on_as) as held:
        work = prepare(name, root, goes_on_as)
        return job.launch(work, goes_on_as, held)


def name_of(name: str, root: Path, new_name: str = "") -> str:
    """The name under which a training continues: its own, except for a partial run."""
    if not (root / store.check_name(name)).is_dir():
        if new_name not in ("", name):
            raise JobError(
                f"the training {name!r} was interrupted: it continues under its own name"
            )
        return name
    if new_name:
        return store.check_name(new_name)
    taken = {path.name.removeprefix(store.WORK_PREFIX) for path in root.iterdir()}
    stem = f"{name[:50]}-{CONTINUED}"
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(free for free in (stem, *numbered) if free not in taken)


def prepare(name: str, root: Path, goes_on_as: str) -> Path:
    """Prepare the work folder with its plan; call it with the training lock held.

    JobError if there is no such training, it is complete, or its plan cannot be read.
    """
    run, work = root / store.check_name(name), root / f"{store.WORK_PREFIX}{goes_on_as}"
    if run.is_dir():
        return _copied(run, root, goes_on_as)
    if not work.is_dir():
        raise JobError(f"no training {name!r} was interrupted; 'dga runs' lists the runs")
    if completed := recovery.complete(work):
        raise JobError(f"the training was complete: it is the run {completed.name!r} now")
    read_plan(work)
    for passing in (store.CANCEL_FILE, store.PID_FILE):
        (work / passing).unlink(missing_ok=True)
    return work


def _is_partial(run: Path) -> bool:
    try:
        return store.open_folder(run).status == store.PARTIAL
    except (RunError, BundleError):
        return False


def read_plan(folder: Path) -> TrainingPlan:
    """Read the plan in a folder; JobError if it cannot be read."""
    try:
        return TrainingPlan.from_json(files.read_json(folder / store.PLAN_FILE))
    except (RunError, ConfigError) as error:
        raise JobError(f"{error}; the training cannot continue; start a new one") from None


def _copied(run: Path, root: Path, name: str) -> Path:
    """Make a work folder with a partial run's plan and checkpoint, under another name."""
    if not can_resume(run.name, root):
        raise JobError(
            f"the run {run.name!r} has no checkpoint to continue from: it is complete or was "
            "imported; to train it further, start a new training with it as the base"
        )
    plan = replace(read_plan(run), name=name)
    work = store.create(name, root)
    shutil.copyfile(run / store.CHECKPOINT_FILE, work / store.CHECKPOINT_FILE)
    store.write_json(work / store.PLAN_FILE, plan.to_json())
    return work
