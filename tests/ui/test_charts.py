"""Figures carry the right numbers, few points, and no markup from data."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dga.evaluation import metrics
from dga.progress import Progress
from dga.schema import (
    BENIGN,
    DGA,
    DOMAIN,
    FAMILY,
    LABEL,
    PRED_CLASS,
    PRED_PROB,
    SUSPICIOUS,
    TRUE_CLASS,
)
from ui import charts

EVIL = ["<script>alert(1)</script>", "<a href='//evil.example'>x</a>", "$\\TeX$"]
COUNTED = pd.DataFrame(
    {
        "score": np.arange(4) / 4,
        BENIGN: [90, 2, 0, 0],
        SUSPICIOUS: [0, 0, 1, 0],
        DGA: [0, 0, 0, 7],
    }
)
PAST = pd.DataFrame({"epoch": [1, 2], "course": [0.5, 0.4]})


def pair(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A frame for each of a few runs."""
    return dict.fromkeys(EVIL, frame)


@pytest.fixture(scope="module")
def predictions() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    truth = rng.random(5000) < 0.4
    scores = np.clip(rng.normal(np.where(truth, 0.8, 0.2), 0.15), 0, 1).astype(np.float32)
    return pd.DataFrame(
        {
            DOMAIN: "name.example",
            TRUE_CLASS: np.where(truth, DGA, BENIGN),
            PRED_CLASS: np.where(scores >= 0.5, DGA, BENIGN),
            PRED_PROB: scores,
            FAMILY: np.where(truth, rng.choice(EVIL, len(truth)), ""),
        }
    )


HOST_QUERIES = pd.DataFrame(
    {
        "time": pd.Timestamp("2026-01-01", tz="UTC"),
        "name": EVIL,
        "status": "resolved",
        "score": 0.5,
    }
)


@pytest.fixture(scope="module")
def figures(predictions) -> dict[str, go.Figure]:
    """Every chart once, fed with names that are markup."""
    balance = pd.DataFrame({LABEL: DGA, FAMILY: EVIL, "names": [3, 2, 1]})
    return {
        "balance": charts.balance(balance),
        "characters": charts.characters("".join(EVIL), np.ones(len("".join(EVIL)))),
        "counts": charts.counts(pd.DataFrame({"suffix": EVIL, "rows": range(len(EVIL))})),
        "host_timeline": charts.host_timeline(HOST_QUERIES, EVIL[:1])[0],
        "pair_course": charts.pair_course(pair(PAST), "course", "Loss"),
        "pair_reliability": charts.pair_reliability(pair(metrics.reliability(predictions))),
        "pair_roc": charts.pair_roc(pair(metrics.roc_curve(predictions))),
        "reliability": charts.reliability(metrics.reliability(predictions)),
        "scores": charts.scores(COUNTED, 0.9),
        "standing": charts.standing({BENIGN: np.array([0.1]), DGA: np.array([0.9])}, 0.7, 0.9),
        "timeline": charts.timeline(COUNTED.assign(time=pd.Timestamp("2026-01-01"))),
        "training_curves": charts.training_curves([Progress(phase="training", batch=1, loss=0.5)]),
    }


CHARTS = sorted(n for n in charts.__all__ if callable(getattr(charts, n)) and n != "plain")


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_has_the_common_look(figures, name):
    figure = figures[name]
    assert isinstance(figure, go.Figure)
    assert figure.layout.uirevision == name
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert len(figure.to_json()) < 300_000


def shown_texts(value: object, key: str = "") -> list[str]:
    """All texts of a figure but customdata, which is shown only where a hover text names it."""
    if isinstance(value, dict):
        return [text for k, v in value.items() if k != "customdata" for text in shown_texts(v, k)]
    if isinstance(value, list):
        return [text for v in value for text in shown_texts(v, key)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("name", CHARTS)
def test_no_chart_shows_markup_from_data(figures, name):
    for text in shown_texts(json.loads(figures[name].to_json())):
        assert not any(bad in text for bad in ("<script", "<a ", "</a", "$"))


@pytest.mark.parametrize("name", ["balance"])
def test_data_is_escaped_and_not_lost(figures, name):
    assert {charts.plain(text) for text in EVIL} == set(figures[name].data[0].y)


@pytest.mark.parametrize(("log", "kind"), [(True, "log"), (False, "linear")])
def test_counts_are_logarithmic_on_demand_and_the_threshold_is_marked(log, kind):
    figure = charts.scores(COUNTED, 0.75, log)
    assert figure.layout.yaxis.type == kind
    assert figure.layout.shapes[0].x0 == 0.75


def test_scores_are_drawn_as_they_were_counted():
    below, between, above = charts.scores(COUNTED, 0.75).data
    assert [bars.y.tolist() for bars in (below, between, above)] == [
        [90, 2, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 7],
    ]
    assert below.x.tolist() == [0.125, 0.375, 0.625, 0.875]


def test_balance_keeps_every_name_in_sight():
    table = pd.DataFrame(
        {LABEL: [BENIGN] + [DGA] * 9, FAMILY: ["", *"abcdefghi"], "names": range(10, 0, -1)}
    )
    bars = charts.balance(table, top=4).data[0]
    assert bars.y == ("Benign", "a", "b", "c", "6 more")
    assert sum(bars.x) == table["names"].sum()


def test_bars_that_a_filter_leaves_out_are_faded():
    table = pd.DataFrame({"suffix": ["com", "net"], "rows": [2, 1]})
    assert charts.counts(table).data[0].marker.opacity == (1.0, 1.0)
    com, net = charts.counts(table, ["net"]).data[0].marker.opacity
    assert com < net == 1.0
    drawn = charts.scores(COUNTED, 0.5, low=0.5).data[0]
    assert [one == 1.0 for one in drawn.marker.opacity] == [
        start >= 0.5 for start, _, _ in drawn.customdata
    ]


def test_training_curves_of_a_job_and_of_a_history():
    snapshots = [
        Progress(phase="feeds"),
        Progress(phase="training", batch=10, loss=2.6, log_loss=0.6, accuracy=0.7, rate=900.0),
        Progress(phase="training", batch=20, log_loss=0.4, accuracy=0.8, validation_loss=0.5),
    ]
    by_name = {(t.name, t.yaxis): t for t in charts.training_curves(snapshots).data}
    assert by_name["Training", "y"].y.tolist() == [0.6, 0.4]
    assert by_name["Validation", "y"].y.tolist()[1] == 0.5
    assert by_name["Speed", "y3"].x.tolist() == [10, 20]
    history = pd.DataFrame({"epoch": [1, 2], "batches": [50, 100], "loss": [0.3, 0.2]})
    history = history.assign(accuracy=0.9, seconds=[2.0, 4.0])
    drawn = charts.training_curves(history)
    assert drawn.data[0].x.tolist() == [1, 2]
    assert drawn.data[4].y.tolist() == [25, 25]
    assert drawn.layout.yaxis3.title.text == "Batches/s"
    assert charts.training_curves([]).data[0].x.size == 0
    assert (drawn.data[0].name, drawn.data[0].y.tolist()) == ("Training, all terms", [0.3, 0.2])


def test_validation_has_one_marker_an_epoch_and_earlier_runs_stand_behind():
    snapshots = [
        Progress(phase="training", batch=at, loss=0.5, validation_loss=loss)
        for at, loss in ((1, None), (2, 0.4), (3, 0.4), (4, 0.3), (5, 0.3))
    ]
    past = pd.DataFrame({"epoch": [1, 2], "batches": [2, 4], "validation_loss": [0.6, 0.5]})
    figure = charts.training_curves(snapshots, {"older": past})
    older, *_ = figure.data
    assert (older.name, older.opacity, older.x.tolist()) == ("older", 0.4, [2, 4])
    validation = next(one for one in figure.data if one.name == "Validation")
    assert [value for value in validation.y if value == value] == [0.4, 0.3]


def test_a_bar_stands_above_a_character_for_generated_and_below_it_for_chosen():
    generated, chosen, letters = charts.characters("ab.com", [2.5, -1, 0, 0.5, 0.5, 0.5]).data
    assert generated.x.tolist() == [0, 3, 4, 5]
    assert generated.y.tolist() == [1, 0.2, 0.2, 0.2] and (np.asarray(generated.base) > 0).all()
    assert chosen.y.tolist() == [-0.4] and (np.asarray(chosen.base) < 0).all()
    assert list(letters.text) == list("ab.com")
    assert "2.72 times as likely" in chosen.customdata[0]


def test_a_long_name_goes_over_several_lines():
    letters = charts.characters("x" * 100, [0.1] * 100).data[2]
    assert max(letters.x) == 31
    assert len(set(letters.y)) == 4


def test_a_group_of_families_has_a_label_that_fits_and_its_whole_name_on_hover() -> None:
    group = "conficker / nymaim / pykspa"
    drawn = charts.counts(pd.DataFrame({FAMILY: [group, "necurs"], "rows": [7, 3]})).data[0]
    assert list(drawn.y) == ["conficker or 2 alike", "necurs"]
    assert list(drawn.hovertext) == [group, "necurs"]
    assert [one[0] for one in drawn.customdata] == [group, "necurs"]


def test_every_line_of_a_history_is_named_once_and_epochs_are_whole() -> None:
    past = pd.DataFrame(
        {"epoch": [1, 2], "loss": [0.5, 0.4], "accuracy": [0.8, 0.9], "validation_loss": [0.4, 0.3]}
    )
    figure = charts.training_curves(past)
    told = [line.name for line in figure.data if line.showlegend]
    assert told == ["Training, all terms", "Validation", "Training"]
    assert figure.layout.xaxis.dtick == 1


def test_accuracies_of_trainings_are_told_in_per_cent() -> None:
    past = pd.DataFrame({"epoch": [1, 2], "validation_accuracy": [0.9, 0.95]})
    figure = charts.pair_course({"one": past}, "validation_accuracy", "Validation accuracy")
    assert list(figure.data[0].y) == [90, 95]
    assert figure.layout.yaxis.ticksuffix == " %" and " %" in figure.data[0].hovertemplate


def test_the_threshold_is_told_in_the_unit_of_scores() -> None:
    (note,) = charts.scores(COUNTED, 0.721887).layout.annotations
    assert note.text == "threshold 0.722"


def test_a_query_without_a_score_is_not_told_to_have_one() -> None:
    queries = pd.DataFrame(
        {
            "time": pd.Timestamp("2026-01-01"),
            "name": ["scored.com", "left.com"],
            "status": "resolved",
            "score": [0.25, np.nan],
        }
    )
    marks = charts.host_timeline(queries, ())[0].data[0]
    assert [list(one) for one in marks.customdata] == [
        ["scored.com", "score 0.250"],
        ["left.com", "not scored"],
    ]
    assert "customdata[1]" in marks.hovertemplate
