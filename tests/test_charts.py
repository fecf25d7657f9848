"""Figures carry the right numbers, few points, and no markup from data."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dga import charts, evaluation
from dga.columns import BENIGN, DGA, DOMAIN, FAMILY, LABEL, PRED_CLASS, PRED_PROB, TRUE_CLASS
from dga.evaluation import Confusion
from dga.progress import Progress

EVIL = ["<script>alert(1)</script>", "<a href='//evil.example'>x</a>", "$\\TeX$"]
COUNTED = pd.DataFrame({"score": np.arange(4) / 4, BENIGN: [90, 2, 0, 0], DGA: [0, 0, 1, 7]})
CONFUSION = Confusion(tp=80, fp=5, tn=95, fn=20)


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


@pytest.fixture(scope="module")
def figures(predictions) -> dict[str, go.Figure]:
    """Every chart once, fed with names that are markup."""
    balance = pd.DataFrame({LABEL: DGA, FAMILY: EVIL, "names": [3, 2, 1]})
    return {
        "balance": charts.balance(balance),
        "characters": charts.characters("".join(EVIL), np.ones(len("".join(EVIL)))),
        "confusion_matrix": charts.confusion_matrix(CONFUSION),
        "families": charts.families(evaluation.family_table(predictions)),
        "precision_recall": charts.precision_recall(
            evaluation.precision_recall_curve(predictions, 0.01), CONFUSION, 0.01
        ),
        "reliability": charts.reliability(evaluation.reliability(predictions)),
        "roc": charts.roc(evaluation.roc_curve(predictions), CONFUSION),
        "score_histogram": charts.score_histogram(predictions, 0.9),
        "scores": charts.scores(COUNTED, 0.9),
        "training_curves": charts.training_curves([Progress(phase="training", batch=1, loss=0.5)]),
    }


CHARTS = sorted(set(charts.__all__) - {"plain"})


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


@pytest.mark.parametrize("name", ["families", "balance"])
def test_data_is_escaped_and_not_lost(figures, name):
    assert {charts.plain(text) for text in EVIL} == set(figures[name].data[0].y)


def test_histograms_send_bins_that_hold_every_name(predictions):
    benign, dga = charts.score_histogram(predictions, 0.5).data
    assert len(benign.x) == len(dga.x) == 50
    assert benign.y.sum() == (predictions[TRUE_CLASS] == BENIGN).sum()
    assert dga.y.sum() == (predictions[TRUE_CLASS] == DGA).sum()
    assert (dga.y[-1] > 0, benign.y[-1]) == (True, 0)


@pytest.mark.parametrize(("log", "kind"), [(True, "log"), (False, "linear")])
def test_counts_are_logarithmic_on_demand_and_the_threshold_is_marked(predictions, log, kind):
    for figure in (
        charts.score_histogram(predictions, 0.75, log),
        charts.scores(COUNTED, 0.75, log),
    ):
        assert figure.layout.yaxis.type == kind
        assert figure.layout.shapes[0].x0 == 0.75


def test_scores_are_drawn_as_they_were_counted():
    below, above = charts.scores(COUNTED, 0.5).data
    assert (below.y.tolist(), above.y.tolist()) == ([90, 2, 0, 0], [0, 0, 1, 7])
    assert below.x.tolist() == [0.125, 0.375, 0.625, 0.875]


def test_confusion_matrix_tells_counts_and_outcomes(figures):
    squares = figures["confusion_matrix"].data[0]
    found = dict(zip(squares.customdata, squares.text, strict=True))
    assert found["FP"] == "FP<br>5<br>5.00%"
    assert found["TP"] == "TP<br>80<br>80.00%"
    assert charts.confusion_matrix(Confusion(0, 0, 0, 0)).data[0].text[0] == "TN<br>0<br>0.00%"


def test_roc_keeps_a_rate_of_0_on_the_logarithmic_axis(predictions):
    curve = evaluation.roc_curve(predictions)
    line, _, point = charts.roc(curve, Confusion(tp=1, fp=0, tn=1, fn=1)).data
    assert line.x.min() > 0
    assert line.customdata[0][0] == 0
    assert (point.x[0], point.y[0]) == (line.x.min(), 0.5)
    straight = charts.roc(curve, CONFUSION, log=False)
    assert straight.data[0].x.tolist() == curve["fpr"].tolist()
    assert (straight.data[2].x[0], straight.data[2].y[0]) == (0.05, 0.8)


def test_precision_recall_marks_the_precision_at_the_base_rate(figures):
    point = figures["precision_recall"].data[1]
    assert point.y[0] == pytest.approx(CONFUSION.precision_at_base_rate(0.01))


@pytest.mark.parametrize("draw", [charts.roc, charts.precision_recall])
def test_curves_without_a_class_are_empty_figures(predictions, draw):
    one_class = predictions[predictions[TRUE_CLASS] == DGA]
    made = {
        charts.roc: evaluation.roc_curve,
        charts.precision_recall: evaluation.precision_recall_curve,
    }
    assert len(draw(made[draw](one_class), evaluation.confusion(one_class, 0.5)).data[0].x) == 0


def test_families_shows_the_worst_and_grows_with_their_number():
    table = pd.DataFrame(
        {
            FAMILY: [f"family{i:03}" for i in range(300)],
            "names": 10,
            "missed": 5,
            "recall": np.linspace(0, 1, 300),
            "mean_score": 0.5,
        }
    )
    few, more = charts.families(table), charts.families(table, top=100)
    assert few.data[0].y[:2] == ("family000", "family001")
    assert len(few.data[0].y) == 30
    assert few.data[0].customdata[1][0] == "family001"
    assert more.layout.height > few.layout.height


def test_balance_keeps_every_name_in_sight():
    table = pd.DataFrame(
        {LABEL: [BENIGN] + [DGA] * 9, FAMILY: ["", *"abcdefghi"], "names": range(10, 0, -1)}
    )
    bars = charts.balance(table, top=4).data[0]
    assert bars.y == ("Benign", "a", "b", "c", "6 more")
    assert sum(bars.x) == table["names"].sum()


def test_training_curves_of_a_job_and_of_a_history():
    snapshots = [
        Progress(phase="feeds"),
        Progress(phase="training", batch=10, loss=0.6, accuracy=0.7, rate=900.0),
        Progress(phase="training", batch=20, loss=0.4, accuracy=0.8, validation_loss=0.5),
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


def test_characters_come_in_lines_with_symmetrical_colours():
    strip = charts.characters("ab.com", [2.5, -1, 0, 0.5, 0.5, 0.5]).data[0]
    assert strip.z.shape == (1, 6)
    assert (strip.zmin, strip.zmax) == (-2.5, 2.5)
    assert strip.text.tolist() == [list("ab.com")]
    long = charts.characters("x" * 100, [0.1] * 100).data[0]
    assert long.z.shape == (4, 32)
    assert np.isnan(long.z).sum() == 28
