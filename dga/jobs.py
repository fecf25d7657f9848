"""A run being executed in a child process: start, watch, cancel, find again after a restart.

Everything about a job lies in its work folder, so any process can watch it. One training runs at
a time: it holds a lock on a file of the models folder, which the system releases when it dies.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dga import progress, runs
from dga.config import TrainingPlan
from dga.errors import JobError
from dga.progress import Progress

RUNNING, CANCELLING, INTERRUPTED, FAILED = "running", "cancelling", "interrupted", "failed"
LOCK_VARIABLE = "DGA_TRAINING_LOCK"
LOG_TAIL_BYTES = 20_000
LOCK_TRIES = 10


@dataclass(frozen=True)
class Job:
    """A training that has not become a run (yet), found by its work folder."""

    name: str
    work: Path

    @property
    def root(self) -> Path:
        """The models folder in which it lies."""
        return self.work.parent

    def state(self) -> str:
        """One of running, cancelling, failed, interrupted; or the finished run's status."""
        if (self.root / self.name).is_dir():
            return runs.open_run(self.name, self.root).status
        if _alive(_pid(self.work)) and locked(self.root):
            return CANCELLING if (self.work / runs.CANCEL_FILE).exists() else RUNNING
        if (self.root / self.name).is_dir():  # it finished between the two looks
            return runs.open_run(self.name, self.root).status
        last = self.latest()
        return FAILED if last and last.phase == "failed" else INTERRUPTED

    def running(self) -> bool:
        """True while the child process lives."""
        return self.state() in (RUNNING, CANCELLING)

    def progress(self) -> list[Progress]:
        """All snapshots so far; of the finished run, once there is one."""
        return progress.read(self._folder() / runs.PROGRESS_FILE)

    def latest(self) -> Progress | None:
        """The last snapshot."""
        found = progress.read(self._folder() / runs.PROGRESS_FILE, last=1)
        return found[-1] if found else None

    def log(self) -> str:
        """The end of the child's output."""
        try:
            with open(self._folder() / runs.LOG_FILE, "rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_TAIL_BYTES))
                return file.read().decode("utf-8", errors="replace")
        except OSError:
            return ""

    def cancel(self) -> None:
        """Ask the child to stop and keep what it learnt so far as a partial run."""
        if not self.work.is_dir():
            raise JobError(f"the training {self.name} has ended already; nothing to cancel")
        (self.work / runs.CANCEL_FILE).touch()

    def kill(self) -> None:
        """End the child at once; nothing of it is kept but the work folder."""
        pid = _pid(self.work)
        if _alive(pid) and locked(self.root):
            os.kill(pid, signal.SIGKILL)

    def _folder(self) -> Path:
        return self.work if self.work.is_dir() else self.root / self.name


def start(plan: TrainingPlan, root: Path | None = None) -> Job:
    """Start a training in a child process; JobError when one is running already."""
    root = root or runs.models_folder()
    with lock(root) as held:
        work = runs.create(plan.name, root)
        runs.write_json(work / runs.PLAN_FILE, plan.to_json())
        with open(work / runs.LOG_FILE, "wb") as log:
            child = _spawn(work, held, log)
        (work / runs.PID_FILE).write_text(str(child.pid), encoding="utf-8")
    return Job(plan.name, work)


def find(name: str, root: Path | None = None) -> Job:
    """Find a job by its run's name."""
    root = root or runs.models_folder()
    work = root / f"{runs.WORK_PREFIX}{runs.check_name(name)}"
    if not work.is_dir() and not (root / name).is_dir():
        raise JobError(f"no training {name!r} is running or was interrupted")
    return Job(name, work)


def unfinished(root: Path | None = None) -> list[Job]:
    """Every job that is no run: the running one, the interrupted and the failed; newest first."""
    root = root or runs.models_folder()
    folders = sorted(
        (path for path in root.glob(f"{runs.WORK_PREFIX}*") if path.is_dir()),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    return [Job(path.name.removeprefix(runs.WORK_PREFIX), path) for path in folders]


def current(root: Path | None = None) -> Job | None:
    """The running job, if there is one."""
    return next((job for job in unfinished(root) if job.running()), None)


def locked(root: Path) -> bool:
    """True while a training holds the lock of a models folder."""
    try:
        with open(root / runs.LOCK_FILE, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return False
    except OSError:
        return True


@contextmanager
def lock(root: Path) -> Iterator[IO[bytes]]:
    """Hold the training lock; JobError when another training holds it.

    A child that inherits the file keeps the lock after this context has ended.
    """
    root.mkdir(parents=True, exist_ok=True)
    inherited = os.environ.pop(LOCK_VARIABLE, "")
    with open(int(inherited) if inherited else root / runs.LOCK_FILE, "ab") as file:
        if not any(_take(file) for _ in range(LOCK_TRIES)):
            raise JobError(
                "another training is running; wait until it has ended, or cancel it first"
            )
        yield file


def _take(file: IO[bytes]) -> bool:
    """Try to take the lock; waits a little on failure, since a watcher probes it for a moment."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        time.sleep(0.02)
        return False
    return True


def _spawn(work: Path, held: IO[bytes], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Run the plan in a session of its own, so that neither a closed tab nor Ctrl-C ends it."""
    return subprocess.Popen(
        [sys.executable, "-m", "dga", "train", "--plan", str(work / runs.PLAN_FILE)],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        cwd=Path(__file__).resolve().parent.parent,
        pass_fds=(held.fileno(),),
        env={**os.environ, LOCK_VARIABLE: str(held.fileno()), "TF_CPP_MIN_LOG_LEVEL": "2"},
    )


def _pid(work: Path) -> int:
    try:
        return int((work / runs.PID_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0


def _alive(pid: int) -> bool:
    """True for a living process; a child of ours that has ended is reaped on the way."""
    if pid <= 0:
        return False
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def wait(job: Job, seconds: float) -> str:
    """Wait until a job has ended, at most so long; returns its state."""
    until = time.monotonic() + seconds
    while job.running() and time.monotonic() < until:
        time.sleep(0.1)
    return job.state()

