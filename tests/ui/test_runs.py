"""The Runs page: figures, the active run, deleting and its way back, comparing, damage."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dga import progress
from dga.config import SETTINGS
from dga.evaluation import metrics
from dga.progress import Progress
from dga.runs import activations, archive, learnt_names, store, trash
from tests.runs_factory import made_up_names, make_run
from ui.common import common_set, run_comparison, text, threshold_choice
from ui.runs import actions

APP = Path(__file__).resolve().parents[2] / "app.py"
WAIT = 30


@pytest.fixture
def two(models: Path, small_trial: Path) -> Path:
    make_run(models, "other", seed=24, created="2026-02-03T00:00:00Z")
    store.set_active("tiny")
    return models


@pytest.fixture
def app(two: Path) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=WAIT)
    app.switch_page("pages/runs.py").run()
    assert not app.exception
    return app


def opened(app: AppTest, name: str) -> AppTest:
    app.session_state[actions.OPENED] = name
    return app.run()


def labelled(app: AppTest, label: str) -> list[str]:
    return [button.label for button in app.button if label in button.label]


def test_every_run_is_listed_with_its_figures(app: AppTest) -> None:
    table = app.dataframe[0].value.set_index("name")
    assert set(table.index) == {"tiny", "other"}
    assert table.loc["tiny", "active"]
    found = common_set.ranking([store.open_run(name) for name in ("tiny", "other")])
    assert table.loc["tiny", "accuracy"] == found.figures["tiny"]["accuracy"]
    assert any("Over the same 200 names of the trial set" in one.value for one in app.caption)
    app.selectbox(key="compare_source_of_all").set_value("own").run()
    table = app.dataframe[0].value.set_index("name")
    stored = store.open_run("tiny").metrics["test"]
    assert table.loc["tiny", "accuracy"] == stored["accuracy"]
    assert table.loc["tiny", "recall_01"] == stored["macro_recall_at_fpr"]["0.001"]
    assert any("can't be compared" in one.value for one in app.caption)


def test_columns_in_which_no_run_has_a_value_are_left_out(app: AppTest, two: Path) -> None:
    assert not {"base", "note"} & set(app.dataframe[0].proto.column_order)
    app.text_area[0].set_value("worth keeping").run()
    shown = set(app.run().dataframe[0].proto.column_order)
    assert "note" in shown and "base" not in shown


def test_the_active_run_is_open_at_first_and_another_can_be_made_active(app: AppTest) -> None:
    assert "tiny" in app.subheader[0].value
    opened(app, "other")
    app.button(key="make_active").click().run()
    assert not app.exception
    assert store.active_name() == "other"  # the same network: no worse
    line = activations.history(store.models_folder())[0]
    assert line.run == "other" and line.when.endswith("+00:00")


def test_a_deleted_run_can_be_brought_back(app: AppTest, two: Path) -> None:
    opened(app, "other")
    app.button(key="delete_run").click().run()
    assert not (two / "other").exists()
    assert set(app.dataframe[0].value["name"]) == {"tiny"}
    app.button(key=f"restore_{trash.deleted()[0].path.name}").click().run()
    assert set(app.dataframe[0].value["name"]) == {"tiny", "other"}
    assert not app.exception


def test_a_delete_can_be_undone_at_once(app: AppTest, two: Path) -> None:
    opened(app, "other")
    app.button(key="delete_run").click().run()
    app.button(key="undo").click().run()
    assert set(app.dataframe[0].value["name"]) == {"tiny", "other"}
    assert not labelled(app, "Undo")


def test_deleted_runs_are_removed_for_good(app: AppTest, two: Path) -> None:
    opened(app, "other")
    app.button(key="delete_run").click().run()
    app.button(key="empty_trash").click().run()
    assert not list(two.glob(".trash-*"))
    assert not labelled(app, "Bring back")
    assert not labelled(app, "Undo")


def test_a_run_is_renamed_and_stays_active(app: AppTest, two: Path) -> None:
    app.text_input(key="rename_tiny").set_value("better").run()
    app.button(key="rename_run").click().run()
    assert not app.exception
    assert "better" in app.subheader[0].value
    assert store.active_name() == "better"
    assert any("Called `tiny` before" in caption.value for caption in app.caption)


def test_a_taken_name_is_refused_in_words(app: AppTest, two: Path) -> None:
    app.text_input(key="rename_tiny").set_value("other").run()
    app.button(key="rename_run").click().run()
    assert "exists already" in app.error[0].value


def test_a_note_is_kept_and_shown_in_the_table(app: AppTest, two: Path) -> None:
    app.text_area(key="note_tiny").set_value("my *best* one").run()
    assert store.open_run("tiny").about().note == "my *best* one"
    table = app.run().dataframe[0].value.set_index("name")
    assert table.loc["tiny", "note"] == "my *best* one"


def test_an_exported_run_is_imported(app: AppTest, two: Path) -> None:
    file = BytesIO()
    archive.export("other", file)
    app.file_uploader("runs_import_0").upload("other.zip", file.getvalue()).run()
    press(app, "Import")
    assert "other-2" in set(app.dataframe[0].value["name"])
    assert "other-2" in app.subheader[0].value


def test_what_is_no_run_is_refused_in_words(app: AppTest, two: Path) -> None:
    app.file_uploader("runs_import_0").upload("evil.zip", b"not a zip").run()
    press(app, "Import")
    assert not app.exception
    assert "not an exported run" in app.error[0].value


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


ODD = {
    "scores of text": lambda f: f.assign(predProb="high"),
    "scores beyond 1": lambda f: f.assign(predProb=f["predProb"] + 5),
    "missing scores": lambda f: f.assign(predProb=float("nan")),
    "numbers as names": lambda f: f.assign(domain=range(len(f))),
    "lists as names": lambda f: f.assign(domain=[["x"]] * len(f)),
    "no families": lambda f: f.assign(family=None),
    "strange classes": lambda f: f.assign(trueClass="neither"),
    "dates as classes": lambda f: f.assign(predClass=pd.Timestamp("2026-01-01")),
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_columns_of_predictions_are_told(app: AppTest, two: Path, odd: str) -> None:
    frame = store.open_run("other").predictions()
    ODD[odd](frame).to_parquet(two / "other" / store.PREDICTIONS_FILE, index=False)
    opened(app, "other")
    assert not app.exception
    assert any("is damaged" in error.value for error in app.error)


@pytest.mark.parametrize(
    "text", ["epoch,loss\n1,high\n", "x\n1\n", "", "epoch\n1\n", "epoch,loss\n,\n", "\x00"]
)
def test_an_odd_history_breaks_no_page(app: AppTest, two: Path, text: str) -> None:
    (two / "other" / store.HISTORY_FILE).write_text(text, encoding="utf-8")
    opened(app, "other")
    assert not app.exception


@pytest.mark.parametrize(
    "values",
    [
        {"thresholds": 3},
        {"thresholds": ["x"]},
        {"thresholds": [{"threshold": "high"}]},
        {"thresholds": [{"fpr_low": [1]}]},
        {"dataset": [1]},
        {"trial": {"accuracy": {}}},
        {"test": {"families": [{"recall": "x"}]}},
        {"test": {"families": [{"surest_misses": [1]}]}},
        {"test": {"accuracy": float("inf")}},
    ],
)
def test_odd_figures_are_told(app: AppTest, two: Path, values: dict[str, object]) -> None:
    path = two / "other" / store.METRICS_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}), encoding="utf-8")
    opened(app, "other")
    assert not app.exception
    told = ("damaged", "out of range")
    assert any(text in error.value for error in app.error for text in told)


def test_bringing_back_over_a_new_run_is_refused_in_words(app: AppTest, two: Path) -> None:
    trash.delete("other")
    make_run(two, "other")
    app.run()
    app.button(key=f"restore_{trash.deleted()[0].path.name}").click().run()
    assert "delete or rename it first" in app.error[0].value


def test_a_damaged_run_is_listed_with_its_problem(app: AppTest, two: Path) -> None:
    (two / "other" / store.CONFIG_FILE).write_text("{", encoding="utf-8")
    opened(app, "other")
    assert not app.exception
    assert "damaged" in set(app.dataframe[0].value["status"])
    assert "cannot be read" in app.error[0].value


def test_damaged_predictions_are_told_and_the_page_goes_on(app: AppTest, two: Path) -> None:
    (two / "other" / store.PREDICTIONS_FILE).write_bytes(b"damaged")
    opened(app, "other")
    assert not app.exception
    assert any("cannot be read" in error.value for error in app.error)


def test_runs_trained_elsewhere_are_seen_at_the_next_look(app: AppTest, two: Path) -> None:
    make_run(two, "third")
    app.run()
    assert "third" in set(app.dataframe[0].value["name"])


def test_an_interrupted_training_is_listed_and_can_be_removed(app: AppTest, two: Path) -> None:
    work = store.create("broken-off", two)
    progress.append(work / store.PROGRESS_FILE, Progress(phase="training", batch=1, batches=4))
    app.run()
    assert any("broken\\-off" in m.value or "broken-off" in m.value for m in app.markdown)
    app.button(key="remove_broken-off").click().run()
    assert not work.exists()
    assert not app.exception


def test_without_a_run_the_page_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_MODELS", str(tmp_path))
    app = AppTest.from_file(APP, default_timeout=WAIT)
    app.switch_page("pages/runs.py").run()
    assert not app.exception
    assert any("No run yet" in element.value for element in app.markdown)


def test_runs_are_compared_figure_by_figure(two: Path) -> None:
    tiny, other = store.open_run("tiny"), store.open_run("other")
    of_both = [tiny.metrics["test"], other.metrics["test"]]
    table = run_comparison.figures_apart(*of_both).set_index("figure")
    accuracy = tuple(one["accuracy"] for one in of_both)
    row = table.loc["Accuracy"]
    shown = [text.percent(share) for share in accuracy]
    assert [row["left"], row["right"]] == shown
    change = float(row["change"].removesuffix(" points"))
    assert change == pytest.approx(100 * (accuracy[1] - accuracy[0]), abs=0.06)
    assert row["means"] == ("better" if accuracy[1] > accuracy[0] else "worse")


@pytest.mark.parametrize(("right", "means"), [(0.90004, "the same"), (0.92, "better")])
def test_figures_that_read_alike_are_called_the_same(right: float, means: str) -> None:
    table = run_comparison.figures_apart({"accuracy": 0.9}, {"accuracy": right})
    row = table.set_index("figure").loc["Accuracy"]
    assert row["means"] == means
    assert (row["left"] == row["right"]) is (means == "the same")


def test_more_than_two_runs_are_compared(app: AppTest, two: Path) -> None:
    make_run(two, "third", seed=25, created="2026-02-04T00:00:00Z")
    app.run()
    app.button(key="compare_open").click().run()
    (first, second) = (app.selectbox(key=key).value for key in ("compare_left", "compare_right"))
    (further,) = {"tiny", "other", "third"} - {first, second}
    app.multiselect(key="compare_further").set_value([further]).run()
    assert not app.exception
    (table,) = (one.value for one in app.dataframe if "Figure" in one.value)
    assert table.columns.tolist() == ["Figure", first, second, further]
    measured = common_set.common_set([store.open_run(name) for name in ("tiny", "other", "third")])
    accuracy = metrics.metrics(measured.predictions[further])["accuracy"]
    assert table.set_index("Figure").loc["Accuracy", further] == text.percent(accuracy)
    app.multiselect(key="compare_further").set_value([]).run()
    assert any("means" in one.value for one in app.dataframe)


def forget_learnt(run: Path) -> None:
    (run / learnt_names.LEARNT_FILE).unlink()


def test_a_comparison_leaves_out_what_a_run_has_learnt_from(two: Path) -> None:
    trial = made_up_names(("alpha", "beta"), seed=7)["domain"]
    tested = store.open_run("other").predictions()["domain"]
    learnt = trial[~trial.isin(tested)].iloc[:30]
    learnt_names.save(two / "other", learnt)
    common = common_set.common_set([store.open_run("tiny"), store.open_run("other")])
    assert (common.names, common.known) == (170, 30)
    left = trial[~trial.isin(learnt)].tolist()
    frames = list(common.predictions.values())
    assert frames[0]["domain"].tolist() == frames[1]["domain"].tolist() == left
    assert common.comparable and "30 others are left out" in common.about


def test_no_name_of_a_runs_own_test_part_counts_as_learnt(two: Path) -> None:
    third = make_run(two, "third", seed=7)  # its test part is the trial set
    trial = made_up_names(("alpha", "beta"), seed=7)["domain"]
    learnt_names.save(third.path, trial.iloc[:30])  # as where hashes are alike by chance
    common = common_set.ranking([third]).common
    assert common is not None
    assert (common.names, common.known) == (200, 0)
    assert "left out" not in common.about


def test_a_run_that_may_know_the_names_shows_no_gain(app: AppTest, two: Path) -> None:
    forget_learnt(two / "other")
    common = common_set.common_set([store.open_run("tiny"), store.open_run("other")])
    assert not common.comparable and "no gain is shown" in common.about
    app.run()
    table = app.dataframe[0].value.set_index("name")
    assert pd.isna(table.loc["other", "accuracy"])
    assert table.loc["other", "reason"] == "keeps no record of what it learnt from"
    app.button(key="compare_open").click().run()
    figures = next(f.value for f in app.dataframe if "figure" in f.value.columns)
    assert list(figures.columns) == ["figure", "left", "right"]


def test_runs_that_know_the_set_cannot_be_compared_on_it(two: Path) -> None:
    learnt_names.save(two / "other", made_up_names(("alpha", "beta"), seed=7)["domain"])
    common = common_set.common_set([store.open_run("tiny"), store.open_run("other")])
    assert not common.enough and "can't be compared" in common.about


@pytest.mark.parametrize("doubt", ["partial", "unknown", "worse"])
def test_a_doubtful_run_is_made_active_only_after_a_question(
    app: AppTest, two: Path, doubt: str
) -> None:
    if doubt == "partial":
        make_run(two, "doubtful", status=store.PARTIAL)
    elif doubt == "unknown":
        make_run(two, "doubtful", learnt=None)
    else:
        make_run(two, "doubtful", upside_down=True)
    opened(app, "doubtful")
    app.button(key="make_active").click().run()
    assert store.active_name() == "tiny"
    said = " ".join(box.value for box in app.warning)
    expected = {"partial": "is partial", "unknown": "could not be compared", "worse": "worse than"}
    assert expected[doubt] in said
    app.button(key="activate_anyway").click().run()
    assert store.active_name() == "doubtful"


def test_deleting_the_active_run_says_which_scores_instead(app: AppTest, two: Path) -> None:
    said = " ".join(one.value for one in app.markdown)
    assert "It is the active run: `other` will score instead" in said
    app.button(key="delete_run").click().run()
    assert store.active_name() == "other"
    app.button(key="undo").click().run()
    assert store.active_name() == "other"  # a run that comes back does not take over


def test_families_stand_at_the_threshold_of_the_explore_page(app: AppTest) -> None:
    said = " ".join(one.value for one in app.caption)
    assert "at the threshold for 1 % false positives (score 0.600), as on the Explore page" in said
    app.session_state[threshold_choice.CHOSEN] = threshold_choice.Chosen(choice="0.1 %")
    app.run()
    said = " ".join(one.value for one in app.caption)
    assert "at the threshold for 0.1 % false positives (score 0.800)" in said


def test_settings_that_differ_are_told(two: Path) -> None:
    path = two / "other" / store.CONFIG_FILE
    config = json.loads(path.read_text(encoding="utf-8"))
    config["config"]["seed"] = 99
    path.write_text(json.dumps(config), encoding="utf-8")
    table = run_comparison.settings([store.open_run("tiny"), store.open_run("other")])
    assert table.columns.tolist() == ["setting", "tiny", "other"]
    assert table.values.tolist() == [[SETTINGS["seed"].label, "23", "99"]]


def test_disagreements_are_the_names_with_different_verdicts(two: Path) -> None:
    frame = store.open_run("tiny").predictions().head(4)
    left = frame.assign(predProb=[0.1, 0.9, 0.4, 0.6])
    right = frame.assign(predProb=[0.1, 0.1, 0.6, 0.6])
    both = run_comparison.shared(left, right, (0.5, 0.5))
    names = frame["domain"].tolist()
    assert run_comparison.disagreements(both)["domain"].tolist() == [names[1], names[2]]
    apart = run_comparison.shared(left, right, (0.5, 0.65))
    assert run_comparison.disagreements(apart).shape[0] == 2
