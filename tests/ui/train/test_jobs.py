"""Trainings on the Train page: running, waiting, interrupted, failed, and the latest result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.errors import JobError
from dga.jobs import job, queue, resuming
from dga.jobs.job import Job
from dga.progress import Progress
from dga.runs import store
from tests.runs_factory import make_run
from tests.ui.train.train_page import press, texts, work_folder
from ui.train import progress as training


def test_a_running_job_is_found_and_shown(app: AppTest, models: Path) -> None:
    snapshot = Progress(
        phase="training", epoch=1, epochs=2, batch=5, batches=20, loss=0.5, accuracy=0.75,
        rate=1234.0, elapsed=3.0, remaining=70.0, device="gpu:0",
    )  # fmt: skip
    work_folder(models, "running", Progress(phase="dataset"), snapshot)
    with job.lock(models, "running"):
        app.run()
        figures = {metric.label: metric.value for metric in app.metric}
        assert not app.exception
        assert figures["Epoch"] == "1 of 2"
        assert figures["Names/s"] == "1,234"
        assert figures["Time left"] == "1 min 40 s"
        assert figures["Device"] == "gpu\\:0"
        press(app, "Cancel")
        assert job.find("running").state() == job.CANCELLING
        assert "Keeps nothing" in texts(app)


def test_the_time_left_counts_what_follows_the_learning(
    app: AppTest, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training.throughput, "closing_seconds", lambda names: 45.0)
    training._closing.clear()
    snapshot = Progress(phase="training", batch=9, batches=10, loss=0.1, remaining=3.0)
    work_folder(models, "running", snapshot)
    with job.lock(models, "running"):
        app.run()
    assert next(one for one in app.metric if one.label == "Time left").value == "48 s"


def test_the_machine_is_shown_while_it_trains(app: AppTest, models: Path) -> None:
    work_folder(models, "running", Progress(phase="dataset"))
    with job.lock(models, "running"):
        app.run()
        assert not app.exception
        bars = [str(bar.proto.text) for bar in app.get("progress")]
        assert any(text.startswith("Processor") for text in bars)
        assert any(text.startswith("Memory") for text in bars)


@pytest.fixture
def unkept(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process that starts what waits."""
    monkeypatch.setattr(queue, "tend", lambda: None)


def queued(models: Path, *names: str) -> None:
    for name in names:
        feeds = (FeedSpec(path="feed.csv"),)
        queue.add(TrainingPlan(name=name, config=TrainingConfig(), feeds=feeds), models)


def test_a_second_training_waits_for_its_turn(app: AppTest, models: Path, unkept: None) -> None:
    work_folder(models, "first")
    with job.lock(models, "first"):
        app.text_input(training.NAME).set_value("second")
        press(app, "Start training")  # the page still showed that nothing runs
        app.text_input(training.NAME).set_value("third").run()
        press(app, "Add to the queue")
        assert not app.error
        assert [one.name for one in queue.waiting(models)] == ["second", "third"]
        assert "Queue" in texts(app)
        press(app, "Take out")
        assert [one.name for one in queue.waiting(models)] == ["third"]


def test_the_queue_is_reordered(app: AppTest, models: Path, unkept: None) -> None:
    queued(models, "first", "second", "third")
    app.run()
    second = queue.find("second", models)
    app.button(key=f"Earlier_{second.path.stem}").click().run()
    assert [one.name for one in queue.waiting(models)] == ["second", "first", "third"]
    assert app.button(key=f"Earlier_{second.path.stem}").disabled
    assert not app.exception


def test_a_damaged_file_of_the_queue_is_told(app: AppTest, models: Path, unkept: None) -> None:
    queued(models, "first")
    (models / queue.FOLDER / "0.json").write_text("{", encoding="utf-8")
    app.run()
    assert "cannot start" in app.error[0].value
    app.button(key="Take out_0").click().run()
    assert not app.error


def test_an_interrupted_training_can_be_started_again(
    app: AppTest, models: Path, started: list[TrainingPlan]
) -> None:
    work_folder(models, "broken")
    app.run()
    assert "was interrupted" in app.warning[0].value
    press(app, "Start again")
    assert started[0].name == "broken"


def test_an_interrupted_training_goes_on_from_its_checkpoint(
    app: AppTest, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resumed: list[str] = []

    def resume(name: str) -> Job:
        resumed.append(name)
        return job.find(name)

    monkeypatch.setattr(resuming, "resume", resume)
    (work_folder(models, "broken") / store.CHECKPOINT_FILE).write_bytes(b"weights")
    press(app.run(), "Continue")
    assert resumed == ["broken"]


def test_an_interrupted_training_can_be_dismissed(app: AppTest, models: Path) -> None:
    work_folder(models, "broken")
    press(app.run(), "Dismiss")
    assert not app.warning
    with pytest.raises(JobError):
        job.find("broken")


def test_a_failed_training_tells_why(app: AppTest, models: Path) -> None:
    work_folder(models, "failed", Progress(phase="failed", message="the feed is *gone*"))
    app.run()
    assert "the feed is \\*gone\\*" in app.error[0].value


def test_the_result_of_a_training_that_waited_is_shown(
    app: AppTest, models: Path, small_trial: Path
) -> None:
    make_run(models, "first", created="2026-02-02T00:00:00Z")
    make_run(models, "second", created="2026-02-03T00:00:00Z")
    app.session_state[training.STARTED] = "first"
    app.session_state[training.MINE] = ["first", "second"]
    app.run()
    assert "Result of `second`" in texts(app)


def test_the_result_stands_beside_the_active_run_and_can_take_its_place(
    app: AppTest, models: Path, small_trial: Path
) -> None:
    store.set_active("tiny")
    make_run(models, "fresh", created="2026-02-02T03:04:05Z", status=store.PARTIAL, seed=5)
    app.session_state[training.STARTED] = "fresh"
    app.run()
    table = app.dataframe[0].value.set_index("figure")
    assert list(table.columns) == ["left", "right", "change", "means"]
    assert table.loc["Accuracy", "change"].endswith("points")
    assert next(b for b in app.button if b.label == "Compare").proto.type == "primary"
    press(app, "Make it the active run")
    assert store.active_name() == "tiny"  # it is partial: asked first
    press(app, "Make it active anyway")
    assert store.active_name() == "fresh"


def test_the_result_tells_which_names_of_lists_were_left_out(
    app: AppTest, models: Path, small_trial: Path
) -> None:
    run = make_run(models, "cleaned", created="2026-02-02T03:04:05Z")
    path = run.path / store.METRICS_FILE
    told = {
        "left_out": 1234,
        "by_source": [{"source": "=top", "names": 90_000, "left_out": 1234}],
        "by_lists": [{"lists": "1", "names": 80_000, "left_out": 1234}],
        "by_suffix": [{"suffix": "icu", "names": 500, "left_out": 200}],
    }
    store.write_json(path, json.loads(path.read_text("utf-8")) | {"cleaning": told})
    app.session_state[training.STARTED] = "cleaned"
    app.run()
    assert not app.exception
    assert "1,234 doubtful benign names were left out" in [box.label for box in app.expander]
    tables = {column: t.value for t in app.dataframe for column in t.value.columns[:1]}
    assert tables["suffix"]["left_out"].tolist() == [200]
    assert tables["lists"]["lists"].tolist() == ["1"]
    assert tables["source"]["source"].tolist() == ["'=top"]  # disarmed
