"""Jobs with a child that only waits, and one real training (it imports TensorFlow: seconds)."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dga import progress
from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.errors import JobError, RunError
from dga.jobs import job as jobs
from dga.jobs.job import Job
from dga.progress import Progress
from dga.runs import store
from tests.runs_factory import make_run

PLAN = TrainingPlan(name="one", config=TrainingConfig(), feeds=())


def be_child(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Make a shell script the child; it inherits the lock as the real one does."""
    path = folder / "child.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(path))


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    """A job whose child does nothing but wait."""
    monkeypatch.setattr(jobs, "LOCK_TRIES", 2)
    be_child(monkeypatch, tmp_path, "echo started; exec sleep 60")
    job = jobs.start(PLAN, tmp_path / "models")
    yield job
    job.kill()
    jobs.wait(job, 5)


def test_a_job_is_found_from_its_folder(waiting: Job) -> None:
    assert waiting.state() == jobs.RUNNING
    assert jobs.current(waiting.root) == waiting
    assert jobs.find("one", waiting.root) == waiting
    assert jobs.unfinished(waiting.root) == [waiting]
    assert store.list_runs(waiting.root) == []


def test_a_second_training_is_refused_while_one_runs(waiting: Job) -> None:
    other = TrainingPlan(name="two", config=TrainingConfig(), feeds=())
    with pytest.raises(JobError, match=r"another training is running \(one\)"):
        jobs.start(other, waiting.root)
    with pytest.raises(JobError, match="another training is running"):
        jobs.start(PLAN, waiting.root)
    assert waiting.running()
    assert jobs.unfinished(waiting.root) == [waiting]


def test_an_interrupted_job_beside_a_running_one_stays_interrupted(waiting: Job) -> None:
    old = Job("old", store.create("old", waiting.root))
    (old.work / store.PID_FILE).write_text((waiting.work / store.PID_FILE).read_text())
    assert old.state() == jobs.INTERRUPTED
    old.kill()
    assert waiting.running()
    with pytest.raises(JobError, match="the training old is not running"):
        old.cancel()


def test_a_cancel_is_asked_for_by_a_file(waiting: Job) -> None:
    waiting.cancel()
    assert waiting.state() == jobs.CANCELLING
    assert waiting.running()
    assert (waiting.work / store.CANCEL_FILE).exists()


def test_a_killed_child_leaves_an_interrupted_job_and_room_for_another(waiting: Job) -> None:
    waiting.kill()
    assert jobs.wait(waiting, 5) == jobs.INTERRUPTED
    assert jobs.current(waiting.root) is None
    assert jobs.unfinished(waiting.root) == [waiting]
    again = jobs.start(PLAN, waiting.root)
    assert again.running()


@pytest.mark.parametrize("pid", ["-1", "0", "-5", "none"])
def test_a_damaged_process_number_kills_nothing(
    waiting: Job, monkeypatch: pytest.MonkeyPatch, pid: str
) -> None:
    path = waiting.work / store.PID_FILE
    true = path.read_text()
    path.write_text(pid)
    with monkeypatch.context() as patched:
        patched.setattr(jobs.os, "kill", lambda *told: pytest.fail(f"killed {told}"))
        waiting.kill()
    path.write_text(true)


def test_a_child_that_dies_at_once_leaves_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_child(monkeypatch, tmp_path, "echo it broke >&2; exit 3")
    job = jobs.start(PLAN, tmp_path)
    assert jobs.wait(job, 5) == jobs.INTERRUPTED
    assert job.log() == "it broke\n"


def test_a_job_that_said_why_it_failed_is_failed(tmp_path: Path) -> None:
    job = Job("one", store.create("one", tmp_path))
    progress.append(job.work / store.PROGRESS_FILE, Progress(phase="training"))
    progress.append(job.work / store.PROGRESS_FILE, Progress(phase="failed", message="no disk"))
    assert job.state() == jobs.FAILED
    assert [snapshot.phase for snapshot in job.progress()] == ["training", "failed"]
    latest = job.latest()
    assert latest is not None
    assert latest.message == "no disk"


@pytest.mark.parametrize("status", [store.COMPLETE, store.PARTIAL])
def test_a_finished_job_has_its_runs_status(tmp_path: Path, status: str) -> None:
    make_run(tmp_path, "one", status=status)
    job = jobs.find("one", tmp_path)
    assert job.state() == status
    assert not job.running()
    with pytest.raises(JobError, match="nothing to cancel"):
        job.cancel()


def test_a_finished_run_that_was_damaged_is_told_as_such(tmp_path: Path) -> None:
    make_run(tmp_path, "one")
    (tmp_path / "one" / store.METRICS_FILE).unlink()
    assert jobs.find("one", tmp_path).state() == store.DAMAGED


def test_nothing_runs_where_nothing_was_started(tmp_path: Path) -> None:
    assert jobs.current(tmp_path / "nowhere") is None
    assert jobs.unfinished(tmp_path / "nowhere") == []
    with pytest.raises(JobError, match="no training 'one'"):
        jobs.find("one", tmp_path)
    with pytest.raises(RunError, match="is not a valid run name"):
        jobs.find("../one", tmp_path)


def test_a_taken_name_is_refused_before_anything_starts(models: Path) -> None:
    plan = TrainingPlan(name="tiny", config=TrainingConfig(), feeds=())
    with pytest.raises(RunError, match="a run 'tiny' exists already"):
        jobs.start(plan, models)
    assert jobs.unfinished(models) == []


def test_a_real_training_that_is_cancelled_becomes_a_partial_run(tmp_path: Path) -> None:
    dice = random.Random(6)
    feeds = []
    for label, letters in (("benign", "aeioulnrst"), ("dga", "bcdfghqxzvwk")):
        path = tmp_path / f"{label}.txt"
        names = {"".join(dice.choices(letters, k=10)) + ".com" for _ in range(300)}
        path.write_text("\n".join(sorted(names)))
        feeds.append(FeedSpec(path=str(path), label=label))
    config = TrainingConfig(architecture="bigram", epochs=1000, device="cpu")
    plan = TrainingPlan(name="real", config=config, feeds=tuple(feeds))
    job = jobs.start(plan, tmp_path / "models")
    job.cancel()
    assert jobs.wait(job, 120) == store.PARTIAL, job.log()
    run = store.open_run("real", tmp_path / "models")
    assert run.bundle(threads=1).score(["someone.com"]).score.shape == (1,)
    assert [snapshot.phase for snapshot in job.progress()][-1] == "partial"
    assert jobs.unfinished(tmp_path / "models") == []
