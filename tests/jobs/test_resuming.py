"""Trainings that end on the way and go on: the same in the end as one that was left alone."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dga.cli import main
from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.errors import JobError
from dga.jobs import job as jobs
from dga.jobs import resuming
from dga.jobs.job import Job
from dga.progress import Progress, ignore, never
from dga.runs import store
from dga.training import loop, pipeline, predict
from dga.training.examples import Examples
from tests.runs_factory import make_run
from tests.training.test_loop import ENCODER, config, examples_of

CONFIG = config(
    architecture="cnn",
    epochs=2,
    batch_size=128,
    suffix_dropout=0.3,
    learning_rate=3e-3,
    averaging=0.3,
)


class KilledError(Exception):
    """Stands for the end of a process: nothing after it is written."""


def fit(path: Path | None, stop: object = never, settings: TrainingConfig = CONFIG, **kw: object):
    part = examples_of(settings)
    options = {"on_progress": ignore, "should_stop": stop, "path": path} | kw
    return loop.fit(part, part, ENCODER, [], settings, **options), part


def killed_after(count: int) -> object:
    asked = itertools.count()

    def stop() -> bool:
        if next(asked) == count:
            raise KilledError
        return False

    return stop


def scores(trained: loop.Trained, part: Examples) -> np.ndarray:
    return predict.scores(trained.model, part, "binary")


@pytest.fixture(scope="module")
def undisturbed() -> tuple[np.ndarray, list[dict[str, float]]]:
    trained, part = fit(None)
    return scores(trained, part), trained.history


@pytest.mark.parametrize("count", [3, 9, 13])
def test_a_killed_training_goes_on_to_the_same_end(
    count: int,
    undisturbed: tuple[np.ndarray, list[dict[str, float]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)  # after each batch
    path = tmp_path / "checkpoint.npz"
    with pytest.raises(KilledError):
        fit(path, killed_after(count))
    told: list[Progress] = []
    trained, part = fit(path, on_progress=told.append)
    assert told[0].batch == count
    assert np.allclose(scores(trained, part), undisturbed[0], atol=1e-4)
    for row, expected in zip(trained.history, undisturbed[1], strict=True):
        del row["seconds"]
        assert row == pytest.approx({name: expected[name] for name in row}, abs=1e-3)


def test_a_cancelled_training_keeps_a_checkpoint_of_where_it_stood(
    undisturbed: tuple[np.ndarray, list[dict[str, float]]], tmp_path: Path
) -> None:
    asked = itertools.count()
    path = tmp_path / "checkpoint.npz"
    stopped, _ = fit(path, lambda: next(asked) >= 5)
    assert stopped.partial
    trained, part = fit(path)
    assert not trained.partial
    assert np.allclose(scores(trained, part), undisturbed[0], atol=1e-4)


def test_other_names_or_settings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.npz"
    fit(path, settings=replace(CONFIG, max_batches=2))
    with pytest.raises(JobError, match="the feeds or the settings have changed"):
        fit(path, settings=replace(CONFIG, max_batches=3))


def feeds(folder: Path) -> tuple[FeedSpec, ...]:
    dice = np.random.default_rng(2)
    found = []
    for label, letters in (("benign", "aeioulnrst"), ("dga", "bcdfghqxzvwk")):
        path = folder / f"{label}.txt"
        rows = dice.choice(list(letters), (300, 9))
        path.write_text("\n".join(f"{''.join(row)}.com" for row in rows))
        found.append(FeedSpec(path=str(path), label=label))
    return tuple(found)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def plan(tmp_path: Path) -> TrainingPlan:
    settings = TrainingConfig(architecture="bigram", epochs=2, batch_size=64, device="cpu")
    return TrainingPlan(name="one", config=settings, feeds=feeds(tmp_path))


def begun(plan: TrainingPlan, root: Path, stop: object) -> Path:
    """A work folder with a training that `stop` ended."""
    work = store.create(plan.name, root)
    store.write_json(work / store.PLAN_FILE, plan.to_json())
    pipeline.train(plan, work, on_progress=ignore, should_stop=stop)
    return work


def test_an_interrupted_training_goes_on_from_the_command_line(
    plan: TrainingPlan, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    with pytest.raises(KilledError):
        begun(plan, root, killed_after(4))
    (root / ".work-one" / store.CANCEL_FILE).touch()  # it was cancelled and then killed
    assert Job("one", root / ".work-one").state() == jobs.INTERRUPTED
    assert resuming.can_resume("one", root)
    assert main.main(["train", "--resume", "one"]) == 0
    run = store.open_run("one", root)
    assert run.status == store.COMPLETE
    assert run.config["batches"] == 2 * -(-run.metrics["dataset"]["train"] // 64)
    assert not (run.path / store.CHECKPOINT_FILE).exists()
    assert not resuming.can_resume("one", root)


def test_a_cancelled_run_goes_on_under_another_name_and_stays_as_it_is(
    plan: TrainingPlan, root: Path
) -> None:
    asked = itertools.count()
    begun(plan, root, lambda: next(asked) >= 4)
    before = {path: path.read_bytes() for path in (root / "one").rglob("*") if path.is_file()}
    assert store.open_run("one", root).status == store.PARTIAL
    assert main.main(["train", "--resume", "one"]) == 0
    assert store.open_run("one-continued", root).status == store.COMPLETE
    assert before == {path: path.read_bytes() for path in before}
    assert resuming.name_of("one", root) == "one-continued-2"


def test_what_cannot_go_on_is_told(root: Path, plan: TrainingPlan) -> None:
    make_run(root, "done")
    assert not resuming.can_resume("done", root)
    with pytest.raises(JobError, match=r"has no checkpoint .* as the base"):
        resuming.resume("done", root)
    with pytest.raises(JobError, match="no training 'nothing' was interrupted"):
        resuming.resume("nothing", root)
    store.create("bare", root)
    with pytest.raises(JobError, match="the training cannot continue; start a new one"):
        resuming.resume("bare", root)
    with pytest.raises(JobError, match="it continues under its own name"):
        resuming.resume("bare", root, "other")


def test_other_settings_beside_resume_are_refused(
    root: Path, capsys: pytest.CaptureFixture
) -> None:
    assert main.main(["train", "--resume", "one", "--epochs", "3"]) == 1
    assert "leave out --epochs" in capsys.readouterr().err


def test_resume_starts_a_child_in_the_same_work_folder(
    root: Path, plan: TrainingPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = store.create("one", root)
    store.write_json(work / store.PLAN_FILE, plan.to_json())
    (work / store.CHECKPOINT_FILE).write_bytes(b"kept")
    script = root / "child.sh"
    script.write_text("#!/bin/sh\necho $@; exec sleep 60\n")
    script.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(script))
    job = resuming.resume("one", root)
    assert job.running()
    assert (work / store.CHECKPOINT_FILE).read_bytes() == b"kept"
    assert not resuming.can_resume("one", root)
    job.kill()
    assert jobs.wait(job, 5) == jobs.INTERRUPTED
    assert str(work / store.PLAN_FILE) in job.log()
