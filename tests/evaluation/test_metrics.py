"""Outcomes and metrics, checked by hand and against scikit-learn and scipy."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn import metrics as reference

from dga.evaluation import metrics
from dga.evaluation.curves import MAX_POINTS
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, PRED_CLASS, PRED_PROB, TRUE_CLASS


def frame(scores, truth, families=None) -> pd.DataFrame:
    """A predictions frame; `truth` 1 is DGA, and float32 scores as bundles give them."""
    scores, truth = np.asarray(scores, dtype=np.float32), np.asarray(truth, dtype=bool)
    given = ["made"] * len(truth) if families is None else families
    return pd.DataFrame(
        {
            DOMAIN: [f"name{i}.example" for i in range(len(truth))],
            TRUE_CLASS: np.where(truth, DGA, BENIGN),
            PRED_CLASS: np.where(scores >= 0.5, DGA, BENIGN),
            PRED_PROB: scores,
            FAMILY: [f if t else "" for f, t in zip(given, truth, strict=True)],
        }
    ).astype({TRUE_CLASS: "str", PRED_CLASS: "str", FAMILY: "str"})


SMALL = frame(
    [0.9, 0.2, 0.6, 0.1, 0.7, 0.4],
    [1, 1, 1, 0, 0, 0],
    ["alpha", "alpha", "beta", "", "", ""],
)


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    truth = rng.random(20_000) < 0.3
    scores = np.clip(rng.normal(np.where(truth, 0.7, 0.3), 0.2), 0, 1)
    return frame(scores, truth, rng.choice(["alpha", "beta", "gamma"], len(truth)))


def test_outcomes_and_confusion_agree():
    assert metrics.outcomes(SMALL, 0.5).tolist() == ["TP", "FN", "TP", "TN", "FP", "TN"]
    counts = metrics.confusion(SMALL, 0.5)
    assert counts == metrics.Confusion(tp=2, fp=1, tn=2, fn=1)
    assert (counts.total, counts.accuracy, counts.precision) == (6, 4 / 6, 2 / 3)
    assert (counts.recall, counts.fpr) == (2 / 3, 1 / 3)


def test_a_score_at_the_threshold_is_called_dga_in_the_precision_of_verdicts():
    just_under = frame([np.float32(0.7)], [1])  # 0.699999988, which float32 takes for 0.7
    assert metrics.confusion(just_under, 0.7).fn == 1
    assert metrics.confusion(just_under, float(np.float32(0.7))).tp == 1


def test_rates_without_names_are_none():
    nothing = metrics.Confusion(tp=0, fp=0, tn=0, fn=0)
    rates = (nothing.accuracy, nothing.fpr, nothing.recall, nothing.precision)
    assert rates == (None,) * 4


def test_roc_auc_and_brier_are_scikit_learns_with_ties(many):
    tied = many.assign(**{PRED_PROB: many[PRED_PROB].round(1)})
    for predictions in (many, tied):
        truth = predictions[TRUE_CLASS] == DGA
        auc = reference.roc_auc_score(truth, predictions[PRED_PROB])
        assert metrics.roc_auc(predictions) == pytest.approx(auc, abs=1e-12)
        brier = reference.brier_score_loss(truth, predictions[PRED_PROB])
        assert metrics.brier(predictions) == pytest.approx(brier, abs=1e-6)


def test_curves_hold_true_points_and_stay_short(many):
    curve = metrics.roc_curve(many)
    assert len(curve) <= MAX_POINTS
    assert curve[["fpr", "recall"]].iloc[[0, -1]].to_numpy().tolist() == [[0, 0], [1, 1]]
    for row in curve.iloc[:: len(curve) // 7].itertuples():
        counts = metrics.confusion(many, row.threshold)
        assert (counts.fpr, counts.recall) == (row.fpr, row.recall)
    area = np.trapezoid(curve["recall"], curve["fpr"])
    assert area == pytest.approx(metrics.roc_auc(many), abs=1e-3)


def test_the_roc_curve_of_a_perfect_model_keeps_its_corner():
    curve = metrics.roc_curve(frame(np.linspace(0, 1, 9000), np.arange(9000) >= 4000))
    assert curve[["fpr", "recall"]].to_numpy().tolist() == [[0, 0], [0, 1], [1, 1]]


def test_precision_recall_curve_at_a_base_rate(many):
    own, rare = (metrics.precision_recall_curve(many, rate) for rate in (None, 0.001))
    assert len(own) <= MAX_POINTS
    row = own.iloc[len(own) // 2]
    counts = metrics.confusion(many, row["threshold"])
    assert row["precision"] == pytest.approx(counts.precision)
    caught = 0.001 * counts.recall  # by the rule of Bayes
    expected = caught / (caught + 0.999 * counts.fpr)
    assert rare.iloc[len(own) // 2]["precision"] == pytest.approx(expected)


@pytest.mark.parametrize("fpr", [0.0001, 0.001, 0.01, 0.29, 0.5])
def test_a_threshold_never_lets_more_in_than_its_rate_and_is_the_smallest(fpr):
    scores = np.random.default_rng(1).beta(0.3, 3, 4000).astype(np.float32).round(3)
    found = metrics.threshold_at_fpr(scores, fpr)
    assert found.false_positives == (scores >= np.float32(found.threshold)).sum()
    assert found.false_positives <= fpr * len(scores)
    lower = np.nextafter(np.float32(found.threshold), np.float32(0))
    assert (scores >= lower).sum() > fpr * len(scores)
    assert found.resolvable == (fpr * len(scores) >= 10)


def test_equal_scores_are_all_kept_out_together():
    found = metrics.threshold_at_fpr(np.ones(100, dtype=np.float32), 0.5)
    assert (found.false_positives, found.threshold > 1) == (0, True)


def test_the_interval_is_clopper_and_pearsons():
    found = metrics.threshold_at_fpr(np.linspace(0, 1, 1000, dtype=np.float32), 0.01)
    exact = stats.binomtest(found.false_positives, 1000).proportion_ci(method="exact")
    assert (found.fpr_low, found.fpr_high) == pytest.approx((exact.low, exact.high))


@pytest.mark.parametrize("scores", [[], [0.3], [0.1, 0.9]])
def test_a_threshold_is_plain_json_even_from_few_scores(scores):
    found = metrics.threshold_at_fpr(scores, 0.001)
    assert json.loads(json.dumps(vars(found), allow_nan=False)) == vars(found)
    assert (found.false_positives, found.resolvable) == (0, False)


def test_macro_recall_weighs_families_alike():
    scores = [0.9, 0.9, 0.9, 0.1, 0.2]
    predictions = frame(scores, [1, 1, 1, 1, 0], ["big", "big", "big", "rare", ""])
    assert metrics.recall_at_fpr(predictions, 0.01) == 3 / 4
    assert metrics.macro_recall_at_fpr(predictions, 0.01) == 1 / 2
    assert metrics.macro_recall_at_fpr(predictions, 0.01, minimum=2) == 1
    assert metrics.macro_recall_at_fpr(predictions, 0.01, minimum=9) is None


def test_calibration_error_does_not_depend_on_the_share_of_dga():
    rng = np.random.default_rng(2)
    scores = rng.random(60_000)
    predictions = frame(scores, rng.random(60_000) < scores)
    fewer = pd.concat([predictions[predictions[TRUE_CLASS] == BENIGN],
                       predictions[predictions[TRUE_CLASS] == DGA][::10]])  # fmt: skip
    assert metrics.calibration_error(predictions) < 0.015
    assert metrics.calibration_error(fewer) < 0.03


def test_calibration_error_by_hand():
    sure_and_wrong = frame([1.0, 1.0, 0.0, 0.0], [1, 0, 0, 1])
    assert metrics.calibration_error(sure_and_wrong) == pytest.approx(0.5)
    table = metrics.reliability(sure_and_wrong, 10)
    assert table["names"].tolist() == [2, 2]
    assert table["low"].tolist() == [0.0, 0.9]


def test_family_table_is_worst_first_with_the_surest_misses():
    scores = [*np.linspace(0.0, 0.45, 7), 0.9, 0.9, 0.8]
    names = ["bad"] * 8 + ["good"] + [""]
    table = metrics.family_table(frame(scores, [1] * 10, names))
    assert table[FAMILY].tolist() == ["bad", "good", "unknown"]
    assert table[["names", "missed"]].to_numpy().tolist() == [[8, 7], [1, 0], [1, 0]]
    assert table["surest_misses"][0] == [f"name{i}.example" for i in range(5)]
    assert table["surest_misses"][1] == []


@pytest.mark.parametrize(
    "rows",
    [
        SMALL.iloc[:0],
        SMALL.iloc[:1],
        SMALL.iloc[:3],
        SMALL.iloc[3:],
        SMALL.assign(family=""),
        SMALL,
    ],
    ids=["none", "one row", "dga only", "benign only", "no families", "both"],
)
def test_metrics_are_json_without_nan(rows):
    found = metrics.metrics(rows)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["rows"] == found["benign"] + found["dga"] == len(rows)
    assert sum(family["names"] for family in found["families"]) == found["dga"]
    both_classes = found["benign"] > 0 and found["dga"] > 0
    assert (found["roc_auc"] is not None) == both_classes
    assert (found["macro_recall_at_fpr"]["0.001"] is not None) == both_classes


def test_mispredicted_and_correct_part_the_rows():
    wrong = metrics.mispredicted(SMALL, 0.65)
    assert wrong[DOMAIN].tolist() == ["name1.example", "name4.example", "name2.example"]
    assert wrong[PRED_CLASS].tolist() == [BENIGN, DGA, BENIGN]
    right = metrics.correct(SMALL, 0.65)
    assert right[DOMAIN].tolist() == ["name0.example", "name3.example", "name5.example"]
    assert list(wrong) == list(right) == [DOMAIN, TRUE_CLASS, PRED_CLASS, PRED_PROB, FAMILY]


def test_mean_family_accuracy_averages_over_large_families():
    scores = np.concatenate([np.full(200, 0.9), np.full(100, 0.1), np.full(9, 0.1), np.zeros(300)])
    names = ["seen"] * 200 + ["unseen"] * 100 + ["small"] * 9 + [""] * 300
    predictions = frame(scores, np.arange(609) < 309, names)
    assert metrics.mean_family_accuracy(predictions) == pytest.approx((1.0 + 0.5) / 2)
    assert metrics.mean_family_accuracy(predictions, minimum=999) is None
    assert metrics.mean_family_accuracy(predictions[:309]) is None


def test_macro_f1():
    truth = pd.Series(["a", "a", "b", "c"], index=[9, 8, 7, 6])  # matched by position, not index
    guessed = ["a", "b", "b", "d"]
    expected = reference.f1_score(truth, guessed, average="macro", labels=["a", "b", "c"])
    assert metrics.macro_f1(truth, guessed) == pytest.approx(expected)
    assert metrics.macro_f1(truth, guessed, minimum=2) == pytest.approx(2 / 3)
    assert metrics.macro_f1([], []) is None
