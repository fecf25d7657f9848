"""The Train page: feeds, settings, start, and the states of a job; no network is trained here."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dga import progress
from dga.config import ARCHITECTURES, SETTINGS, FeedSpec, TrainingConfig, TrainingPlan
from dga.devices import Device
from dga.errors import JobError
from dga.jobs import job, queue, resuming
from dga.jobs.forecast import Forecast
from dga.jobs.job import Job
from dga.progress import Progress
from dga.runs import store
from ui.common import draft, library, session
from ui.train import feeds as feeding
from ui.train import forecast, settings
from ui.train import progress as training

APP = Path(__file__).resolve().parents[2] / "app.py"
WAIT = 30
DEVICES = [Device("cpu", "Some CPU", 4, 2**33), Device("gpu:0", "Some GPU", 0, 2**34)]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of a test's own, with a trial set of two files."""
    folder = tmp_path / "data"
    (folder / "trial").mkdir(parents=True)
    (folder / "trial" / "benign.csv").write_text(
        "domain,label\nriver.com,benign\nstone.net,benign\n", encoding="utf-8"
    )
    (folder / "trial" / "generated.csv").write_text(
        "domain,family\nqxzjkwv.com,alpha\nzzqxvw.net,beta\nno domain,beta\n", encoding="utf-8"
    )
    monkeypatch.setattr(library, "SHIPPED_DATA", folder)
    monkeypatch.setenv("DGA_DATA", str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings, "ask_devices", lambda: DEVICES)
    settings._asked.clear()
    yield
    settings._asked.clear()


class Uncounted:
    """A count of the feeds that takes for ever."""

    def __init__(self, key: str) -> None:
        self.key = key

    def done(self) -> bool:
        return False

    def stop(self) -> None:
        pass


@pytest.fixture(autouse=True)
def uncounted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast, "begin", lambda key, *given: Uncounted(key))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[TrainingPlan]:
    """The plans that the page starts; nothing is trained."""
    plans: list[TrainingPlan] = []

    def start(plan: TrainingPlan) -> Job:
        plans.append(plan)
        return Job(plan.name, store.models_folder() / f"{store.WORK_PREFIX}{plan.name}")

    monkeypatch.setattr(job, "start", start)
    return plans


@pytest.fixture
def app(models: Path, data: Path) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=WAIT)
    return app.switch_page("pages/train.py").run()


def work_folder(root: Path, name: str, *snapshots: Progress) -> Path:
    """What a training that has not ended well leaves in the models folder."""
    work = store.create(name, root)
    plan = TrainingPlan(name=name, config=TrainingConfig(), feeds=(FeedSpec(path="feed.csv"),))
    store.write_json(work / store.PLAN_FILE, plan.to_json())
    (work / store.LOG_FILE).write_text("a line of the log\n", encoding="utf-8")
    for snapshot in snapshots:
        progress.append(work / store.PROGRESS_FILE, snapshot)
    return work


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def texts(app: AppTest) -> str:
    elements = (*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.subheader)
    return "\n".join(str(element.value) for element in elements)


def test_the_trial_set_is_ready_to_train_on(
    app: AppTest, data: Path, started: list[TrainingPlan]
) -> None:
    assert "5 rows, 2 benign, 2 generated, 2 families, 1 that is no domain" in texts(app)
    press(app, "Start training")
    assert started[0].feeds == tuple(
        FeedSpec(path=str(data / "trial" / name)) for name in ("benign.csv", "generated.csv")
    )
    assert started[0].name.startswith(started[0].config.architecture)


def test_settings_reach_the_plan(app: AppTest, started: list[TrainingPlan]) -> None:
    app.radio("train_architecture").set_value("bigram")
    app.radio("train_task").set_value("both")
    app.number_input("train_epochs").set_value(3)
    app.number_input("train_learning_rate").set_value(0.01)
    app.selectbox("train_optimizer").set_value("rmsprop")
    app.selectbox("train_balance").set_value("class")
    app.text_input(training.NAME).set_value("my-run").run()
    press(app, "Start training")
    assert started[0].name == "my-run"
    expected = TrainingConfig(
        balance="class",
        architecture="bigram",
        task="both",
        epochs=3,
        learning_rate=0.01,
        optimizer="rmsprop",
    )
    assert started[0].config.resolved() == expected.resolved()


def test_a_setting_out_of_range_is_refused_at_once(app: AppTest) -> None:
    app.number_input("train_epochs").set_value(0).run()
    assert "pochs must be from 1 to 1000, got 0" in app.error[0].value
    assert next(b for b in app.button if b.label == "Start training").disabled


def test_a_bad_run_name_is_refused(app: AppTest, started: list[TrainingPlan]) -> None:
    app.text_input(training.NAME).set_value("../evil").run()
    press(app, "Start training")
    assert "is not a valid run name" in app.error[0].value
    assert not started


def test_devices_come_from_the_child_process(app: AppTest) -> None:
    app.run()
    assert app.selectbox("train_device").options == [
        "Automatic",
        "cpu: Some CPU, 4 threads, 8.0 GiB",
        "gpu:0: Some GPU, 16.0 GiB",
    ]


def test_every_setting_explains_itself() -> None:
    assert all(setting.label and setting.help for setting in SETTINGS.values())
    assert set(SETTINGS) == {*TrainingConfig().to_json()}


def test_the_form_asks_for_what_its_groups_name(app: AppTest) -> None:
    app.run()
    kinds = ("number_input", "selectbox", "radio", "checkbox")
    shown = {field.key for kind in kinds for field in getattr(app, kind)}
    grouped = {f"train_{name}" for name, setting in SETTINGS.items() if setting.group}
    assert grouped <= shown


def test_going_on_from_a_run_keeps_its_network(
    app: AppTest, models: Path, started: list[TrainingPlan]
) -> None:
    (models / "tiny" / "bundle" / "model.keras").write_bytes(b"weights")
    app.run()
    app.selectbox("train_base").set_value("tiny").run()
    press(app, "Start training")
    assert started[0].base == "tiny"
    assert (started[0].config.architecture, started[0].config.task) == ("cnn", "both")


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_fields_hold_the_architecture_s_own_values(app: AppTest, architecture: str) -> None:
    app.radio("train_architecture").set_value(architecture).run()
    own = ARCHITECTURES[architecture]
    assert app.number_input("train_epochs").value == own.epochs
    assert app.number_input("train_learning_rate").value == own.learning_rate
    assert app.selectbox("train_optimizer").value == own.optimizer


def test_what_was_changed_stays_when_the_architecture_changes(app: AppTest) -> None:
    app.number_input("train_epochs").set_value(17).run()
    app.radio("train_architecture").set_value("lstm").run()
    assert app.number_input("train_epochs").value == 17
    assert app.number_input("train_batch_size").value == ARCHITECTURES["lstm"].batch_size


def test_presets_set_the_form(app: AppTest, models: Path, started: list[TrainingPlan]) -> None:
    (models / "tiny" / "bundle" / "model.keras").write_bytes(b"weights")
    app.button_group("train_preset").set_value("quick").run()
    assert not app.exception
    assert app.radio("train_architecture").value == "bigram"
    assert app.number_input("train_epochs").value == 3
    app.button_group("train_preset").set_value("continue").run()
    assert app.selectbox("train_base").value == "tiny"
    press(app, "Start training")
    assert started[0].base == "tiny"


def test_a_zero_stands_for_no_limit(app: AppTest, started: list[TrainingPlan]) -> None:
    assert app.number_input("train_max_batches").value == 0
    press(app, "Start training")
    assert started[0].config.max_batches is None and started[0].config.cap_per_family is None


def test_the_form_outlives_the_server(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DGA_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(draft.browser, "name", lambda: "some-browser")
    app.radio("train_architecture").set_value("lstm").run()
    app.number_input("train_epochs").set_value(9).run()
    again = AppTest.from_file(APP, default_timeout=WAIT).switch_page("pages/train.py").run()
    assert not again.exception
    assert again.radio("train_architecture").value == "lstm"
    assert again.number_input("train_epochs").value == 9


def test_corrected_labels_are_chosen_when_another_page_asks(app: AppTest, data: Path) -> None:
    (data / "reviews").mkdir()
    (data / "reviews" / "tiny.csv").write_text("domain,label\nriver.com,dga\n", encoding="utf-8")
    app.session_state[session.PRESELECTED] = ["reviews/tiny.csv"]
    app.run()
    assert app.multiselect(feeding.FILES).value == ["reviews/tiny.csv"]


def test_the_result_of_a_training_that_waited_is_shown(
    app: AppTest, models: Path, small_trial: Path
) -> None:
    from tests.runs_factory import make_run

    make_run(models, "first", created="2026-02-02T00:00:00Z")
    make_run(models, "second", created="2026-02-03T00:00:00Z")
    app.session_state[training.STARTED] = "first"
    app.session_state[training.MINE] = ["first", "second"]
    app.run()
    assert "Result of `second`" in texts(app)


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


def test_a_list_without_classes_asks_for_its_class(
    app: AppTest, data: Path, started: list[TrainingPlan]
) -> None:
    (data / "plain.txt").write_text("river.org\nstone.org\n", encoding="utf-8")
    app.run()
    app.multiselect(feeding.FILES).set_value(["plain.txt"]).run()
    assert "Choose its class" in app.warning[0].value
    app.selectbox("train_label_plain.txt").set_value("benign").run()
    assert not app.warning
    press(app, "Start training")
    assert started[0].feeds[-1] == FeedSpec(path=str(data / "plain.txt"), label="benign")


def test_a_file_that_is_no_feed_says_so_and_stops_the_start(app: AppTest, data: Path) -> None:
    (data / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    app.run()
    app.multiselect(feeding.FILES).set_value(["picture.png"]).run()
    assert "picture" in app.error[0].value
    assert "cannot be read" in app.info[0].value


def test_one_class_alone_is_nothing_to_train_on(app: AppTest, data: Path) -> None:
    (data / "trial" / "generated.csv").unlink()
    app.run()
    assert "Add a feed of generated" in app.info[0].value


def test_an_upload_is_kept_under_a_generated_name(data: Path) -> None:
    upload = BytesIO(b"river.org\n")
    stored = library.store(upload, "../../evil.txt")
    assert library.store(BytesIO(b"river.org\n"), "again.txt") == stored
    assert [path.name for path in (data / "uploads").glob("upload-*")] == [stored.split("/")[1]]
    assert library.files() == [stored]
    assert library.shown_name(stored) == "again.txt (uploaded)"


def test_an_upload_is_chosen_at_once(app: AppTest) -> None:
    app.file_uploader("train_upload_0").upload("mine.txt", b"river.org\n").run()
    assert app.multiselect(feeding.FILES).value[0].startswith("uploads/upload-")
    assert "mine" in texts(app)


def test_names_of_feeds_are_no_markdown(app: AppTest, data: Path) -> None:
    (data / "[x](http:__a).txt").write_text("river.org\n", encoding="utf-8")
    app.run()
    app.multiselect(feeding.FILES).set_value(["[x](http:__a).txt"]).run()
    assert "**\\[x\\]\\(http\\:" in texts(app)


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


class Counted(Uncounted):
    """A count of the feeds that has ended."""

    told: Forecast | str = ""

    def done(self) -> bool:
        return True

    def result(self) -> Forecast | str:
        return self.told


def counted(app: AppTest, monkeypatch: pytest.MonkeyPatch, told: Forecast | str) -> None:
    """Let the count of the feeds have ended with this."""
    forecast._known().clear()
    del app.session_state[forecast.COUNTING]
    monkeypatch.setattr(Counted, "told", told)
    monkeypatch.setattr(forecast, "begin", lambda key, *given: Counted(key))


def test_what_the_split_will_hold_is_told_before_the_start(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("rows", "train", "validation", "test", "duplicates", "conflicting", "corrected",
             "capped")  # fmt: skip
    counts = dict(zip(names, (1500, 1000, 100, 300, 38, 2, 2, 58), strict=True))
    families = [
        {"label": "benign", "family": "", "train": 600, "validation": 60, "test": 180},
        {"label": "dga", "family": "alpha", "train": 400, "validation": 40, "test": 120},
    ]
    conflict = {"name": "both.com", "family": "alpha", "feed": "a, b"}
    counted(
        app, monkeypatch, Forecast({**counts, "unregistered": 0}, families, [conflict], 1250, 1, 2)
    )
    app.selectbox("train_device").set_value("cpu").run()
    assert not app.exception
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["To learn from"] == "1,000"
    assert figures["In both classes"] == "2"
    assert (
        "600 benign (60.0 %), 400 generated, up to 250 synthetic names added by the settings"
        in texts(app)
    )
    assert "Takes **about" in texts(app)
    assert any("both.com" in str(frame.value.values) for frame in app.dataframe)


def test_what_the_training_would_refuse_stops_the_start(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted(app, monkeypatch, "only 2 benign names are left to train on")
    app.run()
    assert "nly 2 benign names are left" in app.error[0].value
    assert next(b for b in app.button if b.label == "Start training").disabled


def test_the_machine_is_shown_while_it_trains(app: AppTest, models: Path) -> None:
    work_folder(models, "running", Progress(phase="dataset"))
    with job.lock(models, "running"):
        app.run()
        assert not app.exception
        bars = [str(bar.proto.text) for bar in app.get("progress")]
        assert any(text.startswith("Processor") for text in bars)
        assert any(text.startswith("Memory") for text in bars)


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


def test_the_result_stands_beside_the_active_run_and_can_take_its_place(
    app: AppTest, models: Path, small_trial: Path
) -> None:
    from tests.runs_factory import make_run

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
