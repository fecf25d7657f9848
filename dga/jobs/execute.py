"""Run a training in this process: hold the lock, record progress, run the pipeline."""

from __future__ import annotations

import os
from pathlib import Path

from dga import devices, progress
from dga.config import TrainingPlan
from dga.jobs import job, resuming
from dga.progress import OnProgress, Progress, ShouldStop
from dga.runs import audit, recovery, store
from dga.runs.store import Run
from dga.storage import write_atomically


def train(
    plan: TrainingPlan,
    *,
    work: Path | None = None,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> Run:
    """Train a run in the models folder; JobError while another training runs.

    `work`: the work folder, if a parent process has made it.
    """
    root = work.parent if work else store.models_folder()
    with job.lock(root, plan.name):
        if work is None:
            recovery.complete(root / f"{store.WORK_PREFIX}{plan.name}")
            work = store.create(plan.name, root)
            store.write_json(work / store.PLAN_FILE, plan.to_json())
            audit.record("train", plan.name, root=root)
        return _train_in(work, plan, on_progress, should_stop)


def resume(
    interrupted: str, name: str = "", *, on_progress: OnProgress, should_stop: ShouldStop
) -> Run:
    """Continue an interrupted or cancelled training with its own plan, from its checkpoint.

    `name`: of the new run, by default the interrupted one's.
    """
    root = store.models_folder()
    name = resuming.name_of(interrupted, root, name)
    with job.lock(root, name):
        if run := recovery.complete(root / f"{store.WORK_PREFIX}{name}"):
            return run
        work = resuming.prepare(interrupted, root, name)
        return _train_in(work, resuming.read_plan(work), on_progress, should_stop)


def _train_in(
    work: Path, plan: TrainingPlan, on_progress: OnProgress, should_stop: ShouldStop
) -> Run:
    """Train with the lock held; also records progress in a file and obeys a cancel file."""
    write_atomically(work / store.PID_FILE, str(os.getpid()))

    def record(snapshot: Progress) -> None:
        folder = work if work.is_dir() else work.parent / plan.name
        progress.append(folder / store.PROGRESS_FILE, snapshot)
        on_progress(snapshot)

    def stop() -> bool:
        return should_stop() or (work / store.CANCEL_FILE).exists()

    devices.quiet()
    try:
        from dga.training import pipeline  # after `quiet`: it imports TensorFlow

        return pipeline.train(plan, work, on_progress=record, should_stop=stop)
    except BaseException as error:
        record(Progress(phase="failed", message=str(error) or type(error).__name__))
        raise
