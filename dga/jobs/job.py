"""Trainings in child processes: start, watch, cancel, find again after a restart.

All of a job's state is in its work folder, so any process can watch it. One training runs at a
time: it locks a file of the models folder, and the operating system releases that lock when the
process ends.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dga import progress, storage
from dga.config import TrainingPlan
from dga.errors import ConfigError, JobError, RunError
from dga.jobs.child import spawn
from dga.progress import Progress
from dga.runs import audit, files, recovery, store

RUNNING, CANCELLING, INTERRUPTED, FAILED = "running", "cancelling", "interrupted", "failed"
LOCK_VARIABLE = "DGA_TRAINING_LOCK"
LOG_TAIL_BYTES = 20_000
LOCK_TRIES = 50  # for one second: a training may be about to exit


@dataclass(frozen=True)
class Job:
    """A training that is not yet a run, identified by its work folder."""

    name: str
    work: Path

    @property
    def root(self) -> Path:
        """The models folder in which it lies."""
        return self.work.parent

    def state(self) -> str:
        """One of running, cancelling, failed, interrupted; or the finished run's status."""
        running = store.holder(self.root) == self.name  # first, since a run may end meanwhile
        if (self.root / self.name).is_dir():
            return _status(self.name, self.root)
        if running:
            return CANCELLING if (self.work / store.CANCEL_FILE).exists() else RUNNING
        last = self.latest()
        return FAILED if last and last.phase == "failed" else INTERRUPTED

    def running(self) -> bool:
        """True while the child process lives."""
        return self.state() in (RUNNING, CANCELLING)

    def progress(self) -> list[Progress]:
        """All snapshots so far; of the finished run, once there is one."""
        return progress.read(self._folder() / store.PROGRESS_FILE)

    def latest(self) -> Progress | None:
        """The last snapshot."""
        found = progress.read(self._folder() / store.PROGRESS_FILE, last=1)
        return found[-1] if found else None

    def log(self) -> str:
        """The end of the child's output."""
        try:
            with open(self._folder() / store.LOG_FILE, "rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_TAIL_BYTES))
                return file.read().decode("utf-8", errors="replace")
        except OSError:
            return ""

    def plan(self) -> TrainingPlan:
        """The plan it was started with; JobError if it cannot be read."""
        try:
            return TrainingPlan.from_json(files.read_json(self.work / store.PLAN_FILE))
        except (RunError, ConfigError) as error:
            raise JobError(f"{error}; dismiss the training") from None

    def pid(self) -> int:
        """The child's process number, 0 if unknown; never negative, which would mean a group."""
        try:
            return max(0, int((self.work / store.PID_FILE).read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return 0

    def cancel(self) -> None:
        """Ask the child to stop and save its state as a partial run."""
        try:
            if self.running():
                (self.work / store.CANCEL_FILE).touch()
                audit.record("cancel", self.name, root=self.root)
                return
        except FileNotFoundError:  # it ended between the two steps
            pass
        raise JobError(f"the training {self.name} is not running; there is nothing to cancel")

    def kill(self) -> None:
        """Kill the child; only the work folder remains."""
        pid = self.pid()
        if pid and store.holder(self.root) == self.name:
            with suppress(ProcessLookupError):  # it ended a moment ago
                os.kill(pid, signal.SIGKILL)

    def _folder(self) -> Path:
        return self.work if self.work.is_dir() else self.root / self.name


def start(plan: TrainingPlan, root: Path | None = None) -> Job:
    """Start a training in a child process; JobError if one is running already."""
    root = root or store.models_folder()
    with lock(root, plan.name) as held:
        recovery.complete(root / f"{store.WORK_PREFIX}{plan.name}")
        work = store.create(plan.name, root)
        store.write_json(work / store.PLAN_FILE, plan.to_json())
        audit.record("train", plan.name, root=root)
        return launch(work, plan.name, held)


def launch(work: Path, name: str, held: IO[bytes]) -> Job:
    """Start a child process that trains in a work folder and inherits the held lock."""
    with open(work / store.LOG_FILE, "ab") as log:
        child = spawn(
            *("train", "--plan", str(work.resolve() / store.PLAN_FILE)),
            output=log,
            errors=log,
            detached=True,
            inherited=[held.fileno()],
            variables={
                store.FOLDER_VARIABLE: str(work.resolve().parent),
                LOCK_VARIABLE: str(held.fileno()),
            },
        )
    storage.write_atomically(work / store.PID_FILE, str(child.pid))
    return Job(name, work)


def find(name: str, root: Path | None = None) -> Job:
    """Find a job by its run's name."""
    root = root or store.models_folder()
    work = root / f"{store.WORK_PREFIX}{store.check_name(name)}"
    if not work.is_dir() and not (root / name).is_dir():
        raise JobError(f"no training {name!r} is running or was interrupted")
    return Job(name, work)


def unfinished(root: Path | None = None) -> list[Job]:
    """All jobs that are not runs: running, interrupted and failed ones; newest first."""
    root = root or store.models_folder()
    recovery.complete_all(root)
    folders = sorted(root.glob(f"{store.WORK_PREFIX}*"), key=_changed, reverse=True)
    jobs = (Job(path.name.removeprefix(store.WORK_PREFIX), path) for path in folders)
    return [job for job in jobs if job.work.is_dir()]


def current(root: Path | None = None) -> Job | None:
    """The running job, if there is one."""
    root = root or store.models_folder()
    name = store.holder(root)
    job = Job(name, root / f"{store.WORK_PREFIX}{name}")
    return job if name and job.running() else None


def wait(job: Job, seconds: float) -> str:
    """Wait for a job to end, up to `seconds`; returns its state."""
    until = time.monotonic() + seconds
    while job.running() and time.monotonic() < until:
        time.sleep(0.1)
    return job.state()


@contextmanager
def lock(root: Path, name: str) -> Iterator[IO[bytes]]:
    """Hold the training lock under a run's name; JobError if another training holds it.

    A child that inherits the file keeps the lock after this block.
    """
    root.mkdir(parents=True, exist_ok=True)
    inherited = os.environ.pop(LOCK_VARIABLE, "")
    with open(int(inherited) if inherited else root / store.LOCK_FILE, "ab") as file:
        if not any(_take(file) for _ in range(LOCK_TRIES)):
            raise JobError(
                f"another training is running ({store.holder(root) or 'it is just starting'}); "
                "wait until it ends, or cancel it first"
            )
        file.truncate(0)
        file.write(name.encode())
        file.flush()
        yield file


def _take(file: IO[bytes]) -> bool:
    """Try to take the lock; on failure wait a little, since watchers hold it for a moment."""
    if storage.try_lock(file):
        return True
    time.sleep(0.02)
    return False


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # it became a run a moment ago
        return 0.0


def _status(name: str, root: Path) -> str:
    try:
        return store.open_run(name, root).status
    except RunError:
        return store.DAMAGED
