"""The Explore page over made-up runs: board, lists, slices, reviews, damage."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dga.datasets import feeds
from dga.evaluation import metrics as evaluation
from dga.runs import reviews as review
from dga.runs import store
from dga.runs.reviews import Review
from dga.schema import (
    BENIGN,
    DGA,
    DOMAIN,
    FAMILY,
    LABEL,
    PRED_CLASS,
    PRED_PROB,
    TRUE_CLASS,
    VERDICT,
)
from tests.runs_factory import THRESHOLDS, make_run
from ui.explore import name_table, selection, threshold
from ui.explore import reviews as reviewing
from ui.explore.notebook_tables import COLUMNS
from ui.explore.selection import Part
from ui.explore.threshold import CHOSEN, Chosen

APP = Path(__file__).resolve().parents[2] / "app.py"
WAIT = 60
CUT = THRESHOLDS["0.01"]


@pytest.fixture
def app(models: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("DGA_DATA", str(models.parent / "data"))
    app = AppTest.from_file(APP, default_timeout=WAIT).run()
    return app.switch_page("pages/explore.py").run()


def predictions() -> pd.DataFrame:
    return store.open_run("tiny").predictions()


def table(app: AppTest, *columns: str) -> pd.DataFrame:
    """The first table that has these columns."""
    return next(one.value for one in app.dataframe if set(columns) <= set(one.value.columns))


def listed(app: AppTest) -> pd.DataFrame:
    return table(app, DOMAIN, name_table.TRUTH)


def pick(app: AppTest, *domains: str) -> None:
    """Select names in the list; a selection is taken up where the list is a new one."""
    app.session_state[name_table.PICKED] = domains
    app.button_group(selection.OUTCOME).set_value("All").run()


def view(app: AppTest, name: str) -> AppTest:
    app.session_state["explore_view"] = name
    return app.run()


def test_explore_opens_at_the_default_threshold_with_the_surest_mistakes(app: AppTest) -> None:
    assert not app.exception
    assert app.session_state[CHOSEN].threshold == CUT
    expected = evaluation.mispredicted(predictions(), CUT)
    assert listed(app)[DOMAIN].tolist() == expected[DOMAIN].tolist()


def test_a_threshold_by_hand_moves_families_and_list(app: AppTest) -> None:
    app.session_state[CHOSEN] = Chosen(choice=None, threshold=0.3)
    app.run()
    expected = evaluation.family_table(predictions(), 0.3)
    assert table(app, "missed")["missed"].tolist() == expected["missed"].tolist()
    assert len(listed(app)) == len(evaluation.mispredicted(predictions(), 0.3))


def test_a_preset_that_the_run_lacks_gives_way_to_the_middle(app: AppTest) -> None:
    app.session_state[CHOSEN] = Chosen(choice="7 %", threshold=0.9)
    app.run()
    assert app.session_state[CHOSEN].threshold == 0.5


@pytest.mark.parametrize(
    "told", [{}, {"threshold": "x", "traffic": 10}, {"threshold": 2}, {"threshold": 0.5}]
)
def test_what_is_no_threshold_is_not_kept(
    told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    state: dict[str, Any] = {threshold.BOARD: {"chosen": told}}
    monkeypatch.setattr(threshold.st, "session_state", state)
    threshold._moved()
    assert CHOSEN not in state


def test_the_board_knows_the_outcomes_of_every_position(app: AppTest) -> None:
    from ui.explore import run_frames

    found = run_frames.load(store.open_run("tiny"))
    facts = threshold._facts(found, {"0.5": 0.5})
    for place in (0, 1, 500, 600, 999, 1000):
        at = evaluation.confusion(predictions(), threshold.positions_of_slider()[place])
        assert (facts["missed"][place], facts["alarms"][place]) == (at.fn, at.fp)
    assert len(json.dumps(facts)) < 40_000


def test_an_outcome_lists_its_names(app: AppTest) -> None:
    app.button_group(selection.OUTCOME).set_value("Missed").run()
    assert len(listed(app)) == evaluation.confusion(predictions(), CUT).fn
    assert set(listed(app)[TRUE_CLASS]) == {DGA}


@pytest.mark.parametrize(
    ("part", "count"),
    [
        (Part(FAMILY, "beta"), lambda p: (p[FAMILY] == "beta").sum()),
        (
            Part("score", BENIGN, 0.0, 0.02),
            lambda p: ((p[PRED_PROB] < 0.02) & (p[FAMILY] == "")).sum(),
        ),
        (Part("name", "no.such"), lambda p: 0),
        (Part("length", "no such band"), lambda p: 0),
    ],
)
def test_a_part_lists_its_names_until_it_is_taken_back(
    app: AppTest, part: Part, count: Any
) -> None:
    app.session_state[selection.PART] = part
    app.button_group(selection.OUTCOME).set_value("All").run()
    assert len(listed(app)) == min(count(predictions()), name_table.PAGE)
    app.button("explore_clear").click().run()
    assert selection.PART not in app.session_state
    assert any(caption.value.startswith("200 names") for caption in app.caption)


def test_search_keeps_rows_by_domain_or_family(app: AppTest) -> None:
    app.button_group(selection.OUTCOME).set_value("All").run()
    app.text_input("explore_search").set_value("BETA").run()
    assert set(listed(app)[FAMILY]) == {"beta"}
    app.text_input("explore_search").set_value("nothing like it").run()
    assert listed(app).empty


def test_slices_are_ranked_and_can_be_narrowed(app: AppTest) -> None:
    view(app, "Slices")
    assert table(app, "gap")["gap"].is_monotonic_decreasing
    app.button_group("explore_slice_kinds").set_value(["word-likeness"]).run()
    assert set(table(app, "gap")["slice"]) == {"word-likeness"}


def test_the_whole_run_tells_its_headline_figures(app: AppTest) -> None:
    view(app, "Whole run")
    shown = {metric.label: metric.value for metric in app.metric}
    assert {"Recall at 1 % FPR", "ROC AUC", "Calibration error"} <= set(shown)
    assert not app.exception


def test_a_selected_name_can_be_looked_up_and_compared(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked: list[dict[str, Any]] = []
    first = evaluation.mispredicted(predictions(), CUT)[DOMAIN][0]
    monkeypatch.setattr(reviewing.st, "page_link", lambda path, **rest: linked.append(rest))
    pick(app, first)
    assert linked[0]["query_params"] == {"domain": first}
    near = table(app, "likeness")
    assert len(near) == reviewing.NEIGHBOURS and first not in set(near[DOMAIN])


def test_what_is_said_of_names_is_kept_exported_and_a_feed(app: AppTest) -> None:
    first, second = evaluation.mispredicted(predictions(), CUT)[DOMAIN][:2]
    pick(app, first, second)
    label = next(one for one in app.button_group if str(one.key).startswith(reviewing.LABEL))
    label.set_value(BENIGN)
    app.text_area[0].set_value("a shop")
    next(one for one in app.button if one.label == "Keep").click().run()
    assert not app.exception
    kept = review.load("tiny")
    assert {(one.label, one.note, one.given) for one in kept.values()} == {(BENIGN, "a shop", DGA)}
    assert set(kept) == {first, second}
    feed = feeds.read_feed(review.feed_of("tiny")).frame
    assert feed[[DOMAIN, LABEL]].to_numpy().tolist() == [[first, BENIGN], [second, BENIGN]]
    view(app, "Reviewed")
    assert set(table(app, "written")[DOMAIN]) == {first, second}
    assert any("2 corrected labels" in one.value for one in app.markdown)
    assert "is benign a shop" in set(listed(app)[name_table.REVIEWED])


def test_a_run_without_reviews_says_how_to_get_them(app: AppTest) -> None:
    assert "No reviews yet" in view(app, "Reviewed").info[0].value


def test_damaged_reviews_are_told_and_the_page_goes_on(app: AppTest) -> None:
    path = review.path_of("tiny")
    path.parent.mkdir(parents=True)
    path.write_text("{", encoding="utf-8")
    app.run()
    assert "cannot be read" in app.error[0].value
    assert not listed(app).empty


@pytest.mark.parametrize(
    ("likeness", "label", "told"), [(0.9, BENIGN, True), (0.9, DGA, False), (0.5, BENIGN, False)]
)
def test_near_duplicates_of_another_class_cast_doubt(
    likeness: float, label: str, told: bool
) -> None:
    from dga.explain.nearest_names import Neighbour

    near = Neighbour(name="a.com", label=label, family="", score=0.1, edits=1, likeness=likeness)
    assert bool(reviewing._doubt([near], DGA)) is told


def test_a_run_named_in_the_address_is_chosen(app: AppTest, models: Path) -> None:
    make_run(models, "other", created="2025-01-02T03:04:05Z")
    app.query_params["run"] = "other"
    assert app.run().selectbox("explore_run").value == "other"


def test_a_run_with_damaged_predictions_says_so(app: AppTest, models: Path) -> None:
    (models / "tiny" / store.PREDICTIONS_FILE).write_bytes(b"no parquet")
    app.run()
    assert "cannot be read" in app.error[0].value
    assert not app.exception


def test_a_run_with_damaged_metrics_is_named_with_its_problem(app: AppTest, models: Path) -> None:
    (models / "tiny" / store.METRICS_FILE).write_text("{", encoding="utf-8")
    app.run()
    assert "tiny" in app.warning[0].value
    assert not app.exception


@pytest.mark.parametrize("label", [BENIGN, DGA, None])
def test_a_test_part_that_lacks_a_class_or_is_empty_is_explored(
    app: AppTest, models: Path, label: str | None
) -> None:
    path = models / "tiny" / store.PREDICTIONS_FILE
    frame = predictions()
    frame[frame[TRUE_CLASS] == label].to_parquet(path, index=False)
    for name in ("Families", "Slices", "Whole run"):
        view(app, name)
        assert not app.exception
    if label is None:
        assert "no test names" in app.info[0].value


def test_a_selected_family_tells_why_it_is_missed_and_what_to_do(
    app: AppTest, models: Path
) -> None:
    app.session_state[selection.PART] = Part(FAMILY, "alpha")
    app.run()
    said = " ".join(one.value for one in app.markdown)
    assert "Why names of `alpha` are missed" in said and "What would help" in said
    app.button(key="explore_review_missed").click().run()
    assert not app.exception
    assert app.button_group(selection.OUTCOME).value == "Missed"
    assert set(listed(app)[FAMILY]) <= {"alpha"}


def test_a_family_with_a_generator_gets_more_names_for_a_training(
    app: AppTest, models: Path
) -> None:
    path = models / "tiny" / store.PREDICTIONS_FILE
    frame = pd.read_parquet(path)
    frame.loc[frame[FAMILY] == "alpha", FAMILY] = "tinba"
    frame.to_parquet(path, index=False)
    app.session_state[selection.PART] = Part(FAMILY, "tinba")
    app.run()
    app.button(key="explore_generate").click().run()
    assert not app.exception
    feed = feeds.read_feed(models.parent / "data" / "generated" / "tinba.csv").frame
    assert len(feed) > 900 and set(feed[LABEL]) == {DGA}
    assert app.multiselect("train_files").value == ["generated/tinba.csv"]


def test_the_notebook_s_two_tables_are_one_click_away(app: AppTest) -> None:
    view(app, "Notebook's tables")
    tables = [one.value for one in app.dataframe if list(one.value.columns) == COLUMNS]
    wrong, right = tables
    assert (wrong[TRUE_CLASS] != wrong[PRED_CLASS]).all()
    assert (right[TRUE_CLASS] == right[PRED_CLASS]).all()
    assert len(wrong) + len(right) == len(predictions())


def test_names_answered_with_a_family_are_listed(app: AppTest) -> None:
    app.session_state[selection.PART] = Part("answer", "alpha", answer="beta")
    app.button_group(selection.OUTCOME).set_value("All").run()
    assert not app.exception
    assert set(listed(app)["answer"]) <= {"beta"}


def test_the_page_says_first_which_names_it_shows(app: AppTest, models: Path) -> None:
    assert app.markdown[0].value == (
        "Shown are the **200 names of the run's test part**, which the training did not learn from."
    )
    path = models / "tiny" / store.METRICS_FILE
    metrics = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**metrics, "trial": metrics["test"]}), encoding="utf-8")
    app.run()
    assert "**200 names of the trial set**, which was kept out" in app.markdown[0].value


def test_without_a_run_the_page_leads_to_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_MODELS", str(tmp_path))
    app = AppTest.from_file(APP, default_timeout=WAIT).run()
    app.switch_page("pages/explore.py").run()
    assert any("No run yet" in one.value for one in app.markdown)
    assert not app.exception


def test_called_gives_the_verdict_at_the_threshold() -> None:
    rows = pd.DataFrame({PRED_PROB: [0.2, 0.6], PRED_CLASS: ["benign", "dga"]})
    called = name_table.called(rows, 0.7)
    assert called[PRED_CLASS].tolist() == ["benign", "benign"]
    assert called[VERDICT].tolist() == ["benign", "suspicious"]


def test_the_file_of_names_tells_the_three_verdicts_that_the_list_shows(app: AppTest) -> None:
    app.session_state[CHOSEN] = Chosen(choice=None, threshold=0.7)
    app.run()
    rows = name_table.called(predictions(), 0.7).set_index(DOMAIN)[VERDICT]
    shown = listed(app).set_index(DOMAIN)[VERDICT].map(lambda chips: chips[0])
    assert "suspicious" in set(rows)
    assert shown.to_dict() == rows[shown.index].to_dict()


def test_a_second_look_is_told_where_the_counts_step(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "bundle.json").write_text(json.dumps({"second_look": {"low": -2.5, "high": 7.5}}))
    run = replace(store.open_run("tiny"), path=tmp_path)
    assert "between 0.076 and 0.9994 are scored again" in threshold.steps(run)
    (folder / "bundle.json").write_text("{}")
    assert threshold.steps(run) == ""


def test_a_note_counts_as_said(app: AppTest) -> None:
    first = listed(app)[DOMAIN].iloc[0]
    review.save("tiny", [Review(domain=first, note="odd")])
    assert "odd" in set(listed(app.run())[name_table.REVIEWED])


def test_figures_of_a_trial_set_are_told_as_such(models: Path) -> None:
    path = models / "tiny" / "metrics.json"
    metrics = json.loads(path.read_text())
    metrics["trial"] = {**metrics["test"], "accuracy": 0.123}
    path.write_text(json.dumps(metrics))
    app = AppTest.from_file(APP, default_timeout=WAIT).run().switch_page("pages/explore.py").run()
    view(app, "Whole run")
    assert "12.3 %" in {metric.value for metric in app.metric if metric.label == "Accuracy"}
    assert any("trial set" in caption.value for caption in app.caption)
