"""The Runs page: figures, the active run, deleting and its way back, comparing, damage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dga import progress, runs
from dga.progress import Progress
from tests.runs_factory import make_run
from ui import comparison, run_panels

APP = Path(__file__).resolve().parents[2] / "app.py"
WAIT = 30


@pytest.fixture
def two(models: Path) -> Path:
    make_run(models, "other", seed=24, created="2026-02-03T00:00:00Z")
    runs.set_active("tiny")
    return models


@pytest.fixture
def app(two: Path) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=WAIT).run()
    app.switch_page("pages/runs.py").run()
    assert not app.exception
    return app


def opened(app: AppTest, name: str) -> AppTest:
    app.session_state[run_panels.OPENED] = name
    return app.run()


def labelled(app: AppTest, label: str) -> list[str]:
    return [button.label for button in app.button if label in button.label]


def test_every_run_is_listed_with_its_figures(app: AppTest) -> None:
    table = app.dataframe[0].value.set_index("name")
    assert set(table.index) == {"tiny", "other"}
    assert table.loc["tiny", "active"]
    stored = runs.open_run("tiny").metrics["test"]
    assert table.loc["tiny", "accuracy"] == stored["accuracy"]
    assert table.loc["tiny", "recall_01"] == stored["macro_recall_at_fpr"]["0.001"]


def test_the_active_run_is_open_at_first_and_another_can_be_made_active(app: AppTest) -> None:
    assert "tiny" in app.subheader[0].value
    opened(app, "other")
    button = next(button for button in app.button if button.label == "Make active")
    button.click().run()
    assert runs.active_name() == "other"


def test_a_deleted_run_can_be_brought_back(app: AppTest, two: Path) -> None:
    opened(app, "other")
    app.button(key="delete_run").click().run()
    assert not (two / "other").exists()
    assert set(app.dataframe[0].value["name"]) == {"tiny"}
    app.button(key="restore_other").click().run()
    assert set(app.dataframe[0].value["name"]) == {"tiny", "other"}
    assert not app.exception


def test_bringing_back_over_a_new_run_is_refused_in_words(app: AppTest, two: Path) -> None:
    runs.delete("other")
    make_run(two, "other")
    app.run()
    app.button(key="restore_other").click().run()
    assert "delete it first" in app.error[0].value


def test_a_damaged_run_is_listed_with_its_problem(app: AppTest, two: Path) -> None:
    (two / "other" / runs.CONFIG_FILE).write_text("{", encoding="utf-8")
    opened(app, "other")
    assert not app.exception
    assert "damaged" in set(app.dataframe[0].value["status"])
    assert "cannot be read" in app.error[0].value


def test_damaged_predictions_are_told_and_the_page_goes_on(app: AppTest, two: Path) -> None:
    (two / "other" / runs.PREDICTIONS_FILE).write_bytes(b"damaged")
    app.run()
    assert not app.exception
    assert any("cannot be read" in error.value for error in app.error)


def test_runs_trained_elsewhere_are_seen_at_the_next_look(app: AppTest, two: Path) -> None:
    make_run(two, "third")
    app.run()
    assert "third" in set(app.dataframe[0].value["name"])


def test_an_interrupted_training_is_listed_and_can_be_removed(app: AppTest, two: Path) -> None:
    work = runs.create("broken-off", two)
    progress.append(work / runs.PROGRESS_FILE, Progress(phase="training", batch=1, batches=4))
    app.run()
    assert any("broken\\-off" in m.value or "broken-off" in m.value for m in app.markdown)
    app.button(key="remove_broken-off").click().run()
    assert not work.exists()
    assert not app.exception


def test_without_a_run_the_page_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_MODELS", str(tmp_path))
    app = AppTest.from_file(APP, default_timeout=WAIT).run()
    app.switch_page("pages/runs.py").run()
    assert not app.exception
    assert any("No run yet" in element.value for element in app.markdown)


def test_runs_are_compared_figure_by_figure(two: Path) -> None:
    tiny, other = runs.open_run("tiny"), runs.open_run("other")
    table = comparison.side_by_side(tiny, other).set_index("figure")
    accuracy = tiny.metrics["test"]["accuracy"], other.metrics["test"]["accuracy"]
    row = table.loc["Accuracy"]
    assert (row["left"], row["right"]) == (f"{accuracy[0]:.4f}", f"{accuracy[1]:.4f}")
    assert row["change"] == f"{accuracy[1] - accuracy[0]:+.4f}"


def test_settings_that_differ_are_told(two: Path) -> None:
    path = two / "other" / runs.CONFIG_FILE
    config = json.loads(path.read_text(encoding="utf-8"))
    config["config"]["seed"] = 99
    path.write_text(json.dumps(config), encoding="utf-8")
    table = comparison.settings(runs.open_run("tiny"), runs.open_run("other"))
    assert table.values.tolist() == [["seed", "23", "99"]]


def test_disagreements_are_the_names_with_different_verdicts(two: Path) -> None:
    frame = runs.open_run("tiny").predictions().head(4)
    left = frame.assign(predProb=[0.1, 0.9, 0.4, 0.6])
    right = frame.assign(predProb=[0.1, 0.1, 0.6, 0.6])
    both = comparison.shared(left, right, (0.5, 0.5))
    names = frame["domain"].tolist()
    assert comparison.disagreements(both)["domain"].tolist() == [names[1], names[2]]
    assert comparison.disagreements(comparison.shared(left, right, (0.5, 0.65))).shape[0] == 2
