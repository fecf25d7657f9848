"""The Explore page over made-up runs: threshold, views, tables, damage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dga import evaluation, runs
from dga.columns import DGA, DOMAIN, FAMILY, PRED_CLASS, PRED_PROB, TRUE_CLASS
from tests.runs_factory import THRESHOLDS
from ui import names, threshold
from ui.threshold import EXACT, HALF, PRESET, SLIDER

APP = Path(__file__).resolve().parents[2] / "app.py"
WAIT = 30


@pytest.fixture
def app(models: Path) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=WAIT).run()
    return app.switch_page("pages/explore.py").run()


def predictions() -> pd.DataFrame:
    return runs.open_run("tiny").predictions()


def view(app: AppTest, name: str) -> AppTest:
    app.session_state["explore_view"] = name
    return app.run()


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_explore_opens_at_the_default_threshold(app: AppTest) -> None:
    assert not app.exception
    assert app.slider(SLIDER).value == THRESHOLDS["0.01"]
    assert metrics(app)["Test names"] == f"{len(predictions()):,}"


def test_a_preset_moves_slider_exact_score_and_figures(app: AppTest) -> None:
    app.button_group(PRESET).set_value(HALF).run()
    assert app.slider(SLIDER).value == app.number_input(EXACT).value == 0.5
    at_half = evaluation.confusion(predictions(), 0.5)
    assert metrics(app)["Recall"] == f"{at_half.recall:.1%}".replace("%", " %")


@pytest.mark.parametrize("key", [SLIDER, EXACT])
def test_a_threshold_by_hand_leaves_the_presets(app: AppTest, key: str) -> None:
    widget = app.slider(key) if key == SLIDER else app.number_input(key)
    widget.set_value(0.3).run()
    assert app.session_state[threshold.CHOICE] is None
    assert app.slider(SLIDER).value == app.number_input(EXACT).value == 0.3


def test_an_outcome_lists_its_names(app: AppTest) -> None:
    app.button_group("explore_outcome").set_value("FN").run()
    shown = app.dataframe[0].value
    assert len(shown) == evaluation.confusion(predictions(), THRESHOLDS["0.01"]).fn
    assert set(shown[TRUE_CLASS]) == {DGA}


def test_mispredicted_shows_the_surest_mistakes_first(app: AppTest) -> None:
    shown = view(app, "Mispredicted").dataframe[0].value
    expected = evaluation.mispredicted(predictions(), THRESHOLDS["0.01"])
    assert shown[DOMAIN].tolist() == expected[DOMAIN].tolist()
    assert list(shown.columns) == [DOMAIN, TRUE_CLASS, PRED_CLASS, PRED_PROB, FAMILY]
    assert (shown[TRUE_CLASS] != shown[PRED_CLASS]).all()


def test_search_keeps_rows_by_domain_or_family(app: AppTest) -> None:
    view(app, "Correct").text_input("explore_search_correct").set_value("BETA").run()
    assert set(app.dataframe[0].value[FAMILY]) == {"beta"}


@pytest.mark.parametrize(
    ("name", "columns"),
    [("Families", ["family", "names", "missed"]), ("Slices", ["slice", "value", "names"])],
)
def test_families_and_slices_are_tables(app: AppTest, name: str, columns: list[str]) -> None:
    table = view(app, name).dataframe[0].value
    assert list(table.columns)[:3] == columns
    assert not app.exception


def test_curves_tell_the_precision_in_traffic(app: AppTest) -> None:
    view(app, "Curves")
    assert not app.exception
    assert any("of the accused names are generated" in caption.value for caption in app.caption)


def test_a_selected_row_leads_to_the_lookup_page(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked: list[dict[str, Any]] = []
    first = evaluation.mispredicted(predictions(), THRESHOLDS["0.01"])[DOMAIN][0]
    app.session_state["explore_picked_mispredicted_"] = (first,)
    monkeypatch.setattr(names.st, "page_link", lambda path, **rest: linked.append(rest))
    view(app, "Mispredicted")
    assert linked[0]["query_params"] == {"domain": first}


def test_a_run_named_in_the_address_is_chosen(app: AppTest, models: Path) -> None:
    from tests.runs_factory import make_run

    make_run(models, "other", created="2025-01-02T03:04:05Z")
    app.query_params["run"] = "other"
    assert app.run().selectbox("explore_run").value == "other"


def test_a_run_with_damaged_predictions_says_so(app: AppTest, models: Path) -> None:
    (models / "tiny" / runs.PREDICTIONS_FILE).write_bytes(b"no parquet")
    app.run()
    assert "cannot be read" in app.error[0].value
    assert not app.exception


def test_a_run_with_damaged_metrics_is_named_with_its_problem(app: AppTest, models: Path) -> None:
    (models / "tiny" / runs.METRICS_FILE).write_text("{", encoding="utf-8")
    app.run()
    assert "tiny" in app.warning[0].value
    assert not app.exception


def test_without_a_run_the_page_leads_to_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_MODELS", str(tmp_path))
    app = AppTest.from_file(APP, default_timeout=WAIT).run()
    app.switch_page("pages/explore.py").run()
    assert "No run yet" in app.markdown[1].value
    assert not app.exception


def test_no_table_of_names_is_sent_whole() -> None:
    assert names.ROWS <= 1_000


def test_called_gives_the_verdict_at_the_threshold() -> None:
    rows = pd.DataFrame({PRED_PROB: [0.2, 0.6], PRED_CLASS: ["benign", "dga"]})
    assert names.called(rows, 0.7)[PRED_CLASS].tolist() == ["benign", "benign"]


def test_figures_of_a_trial_set_are_told_as_such(models: Path) -> None:
    path = models / "tiny" / "metrics.json"
    metrics = json.loads(path.read_text())
    metrics["trial"] = {**metrics["test"], "accuracy": 0.123}
    path.write_text(json.dumps(metrics))
    app = AppTest.from_file(APP, default_timeout=30).run().switch_page("pages/explore.py").run()
    assert "12.3 %" in {metric.value for metric in app.metric if metric.label == "Accuracy"}
    assert any("trial set" in caption.value for caption in app.caption)
