"""The feeds of the Train page: chosen, uploaded, counted; what is no feed is refused."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dga.config import FeedSpec, TrainingPlan
from dga.jobs.forecast import Forecast
from tests.ui.train.train_page import Uncounted, press, texts
from ui.common import library, session
from ui.train import feeds as feeding
from ui.train import forecast


def test_the_trial_set_is_ready_to_train_on(
    app: AppTest, data: Path, started: list[TrainingPlan]
) -> None:
    assert "5 rows, 2 benign, 2 generated, 2 families, 1 that is no domain" in texts(app)
    press(app, "Start training")
    assert started[0].feeds == tuple(
        FeedSpec(path=str(data / "trial" / name)) for name in ("benign.csv", "generated.csv")
    )
    assert started[0].name.startswith(started[0].config.architecture)


def test_corrected_labels_are_chosen_when_another_page_asks(app: AppTest, data: Path) -> None:
    (data / "reviews").mkdir()
    (data / "reviews" / "tiny.csv").write_text("domain,label\nriver.com,dga\n", encoding="utf-8")
    app.session_state[session.PRESELECTED] = ["reviews/tiny.csv"]
    app.run()
    assert app.multiselect(feeding.FILES).value == ["reviews/tiny.csv"]


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
