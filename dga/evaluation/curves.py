"""Curves over all thresholds: ROC, precision and recall, false-positive rates, calibration.

Frames in, numbers out; draws nothing. Families and outcomes at one threshold are in `metrics`.
A predictions frame has the columns domain, trueClass, predClass, predProb, family.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.evaluation.intervals import clopper_pearson
from dga.schema import DGA, PRED_PROB, TRUE_CLASS

MAX_POINTS = 2000
RESOLVABLE_FALSE_POSITIVES = 10  # fewer are too few to estimate a false-positive rate

Float64s = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Threshold:
    """A threshold chosen by false-positive rate on benign names; plain JSON values.

    `fpr_low` and `fpr_high`: the 95 % Clopper-Pearson interval of its true false-positive rate.
    `resolvable`: there are enough names for such a rate. `method`: `counted`, or `tail` if fitted
    to the highest scores (see `thresholds`, with its own interval).
    """

    fpr_target: float
    threshold: float
    false_positives: int
    benign: int
    fpr_low: float
    fpr_high: float
    resolvable: bool
    method: str = "counted"


def scores_of(predictions: pd.DataFrame) -> Float64s:
    """The scores (rows,), in the precision in which verdicts are made."""
    return np.asarray(predictions[PRED_PROB], dtype=np.float64)


def is_dga(predictions: pd.DataFrame) -> Flags:
    """Which rows are truly DGA (rows,)."""
    return np.asarray(predictions[TRUE_CLASS] == DGA, dtype=np.bool_)


def threshold_at_fpr(benign_scores: npt.ArrayLike, fpr: float) -> Threshold:
    """The smallest threshold that at most `fpr` of the benign scores reach.

    Scores are float32, as bundles return them, and so is the threshold, so that equal scores are on
    the same side. Without any benign score the threshold is above every score.
    """
    scores = np.sort(np.asarray(benign_scores, dtype=np.float32))[::-1]
    allowed = math.floor(fpr * len(scores) + 1e-9)  # 0.29 * 100 is 28.999...
    if len(scores) and allowed >= len(scores):
        threshold = np.float32(0.0)
    else:
        first_refused = scores[allowed] if len(scores) else np.float32(1.0)
        threshold = np.nextafter(first_refused, np.float32(np.inf))
    reached = int((scores >= threshold).sum())
    low, high = clopper_pearson(reached, len(scores))
    return Threshold(
        fpr_target=float(fpr),
        threshold=float(threshold),
        false_positives=reached,
        benign=len(scores),
        fpr_low=low,
        fpr_high=high,
        resolvable=bool(fpr * len(scores) >= RESOLVABLE_FALSE_POSITIVES),
    )


def roc_curve(predictions: pd.DataFrame, points: int = MAX_POINTS) -> pd.DataFrame:
    """The ROC curve: columns threshold, fpr, recall, at most `points` rows, corners kept.

    Empty if a class is missing.
    """
    threshold, false, true = _steps(predictions)
    if not _both(false, true):
        return pd.DataFrame({"threshold": [], "fpr": [], "recall": []}, dtype=np.float64)
    kept = _corners(false, true)
    kept = kept[_thinned(false[kept], true[kept], points)]
    return pd.DataFrame(
        {
            "threshold": threshold[kept],
            "fpr": false[kept] / false[-1],
            "recall": true[kept] / true[-1],
        }
    )


def precision_recall_curve(
    predictions: pd.DataFrame, base_rate: float | None = None, points: int = MAX_POINTS
) -> pd.DataFrame:
    """Columns threshold, recall, precision, at most `points` rows; empty if a class is missing.

    `base_rate`: the share of DGA names for which to compute the precision; in traffic it is far
    lower than in a test part. None: the predictions' own share.
    """
    threshold, false, true = _steps(predictions)
    if not _both(false, true):
        return pd.DataFrame({"threshold": [], "recall": [], "precision": []}, dtype=np.float64)
    kept = _thinned(false, true, points)
    kept = kept[false[kept] + true[kept] > 0]
    share = true[-1] / (true[-1] + false[-1]) if base_rate is None else base_rate
    recall, fpr = true[kept] / true[-1], false[kept] / false[-1]
    alarms = share * recall + (1 - share) * fpr
    precision = np.divide(share * recall, alarms, out=np.zeros_like(alarms), where=alarms > 0)
    return pd.DataFrame({"threshold": threshold[kept], "recall": recall, "precision": precision})


def roc_auc(predictions: pd.DataFrame) -> float | None:
    """The area under the ROC curve, ties counting half; None if a class is missing."""
    _, false, true = _steps(predictions)
    if not _both(false, true):
        return None
    twice = (np.diff(false) * (true[1:] + true[:-1])).sum()
    return float(twice / (2 * false[-1] * true[-1]))


def reliability(predictions: pd.DataFrame, bins: int = 15) -> pd.DataFrame:
    """The reliability diagram: mean score and share of DGA names, a row per non-empty bin.

    Columns low, high, names, mean_score, dga_share and weight (the bin's share of the total). Bins
    have equal width. Both classes weigh the same, whatever their numbers, since scores are
    calibrated for that; with one class only, its names are the total.
    """
    scores, truth = scores_of(predictions), is_dga(predictions)
    weight = _class_weights(truth)
    index = np.clip((scores * bins).astype(np.int64), 0, bins - 1)
    total = np.bincount(index, weights=weight, minlength=bins)
    names = np.bincount(index, minlength=bins)
    held = np.flatnonzero(names)
    divisor = total[held]
    return pd.DataFrame(
        {
            "low": held / bins,
            "high": (held + 1) / bins,
            "names": names[held],
            "mean_score": np.bincount(index, weight * scores, bins)[held] / divisor,
            "dga_share": np.bincount(index, weight * truth, bins)[held] / divisor,
            "weight": divisor,
        }
    )


def calibration_error(predictions: pd.DataFrame, bins: int = 15) -> float | None:
    """The expected calibration error (Guo et al. 2017, arXiv 1706.04599) with balanced classes: the
    weighted mean gap between score and share of DGA names over the bins of `reliability`."""
    if predictions.empty:
        return None
    table = reliability(predictions, bins)
    return float((table["weight"] * (table["mean_score"] - table["dga_share"]).abs()).sum())


def brier(predictions: pd.DataFrame) -> float | None:
    """The Brier score: the mean squared difference of score and truth over all rows."""
    if predictions.empty:
        return None
    return float(np.mean((scores_of(predictions) - is_dga(predictions)) ** 2))


def _class_weights(truth: Flags) -> Float64s:
    """Weights (rows,) that sum to 1, with the same total for each class present."""
    dga, benign = int(truth.sum()), int((~truth).sum())
    present = (dga > 0) + (benign > 0)
    weight: Float64s = np.where(truth, 1 / max(dga, 1), 1 / max(benign, 1)) / max(present, 1)
    return weight


def _steps(predictions: pd.DataFrame) -> tuple[Float64s, Integers, Integers]:
    """Descending thresholds with the numbers of benign and DGA names that reach each; the first is
    above every score."""
    scores, truth = scores_of(predictions), is_dga(predictions)
    order = np.argsort(-scores, kind="stable")
    scores, truth = scores[order], truth[order]
    last = np.flatnonzero(np.append(np.diff(scores) != 0, True)) if len(scores) else order
    true = np.cumsum(truth, dtype=np.int64)[last]
    false = last + 1 - true
    top = np.nextafter(np.float32(scores[0] if len(scores) else 1.0), np.float32(np.inf))
    return (
        np.concatenate([[float(top)], scores[last]]),
        np.concatenate([[0], false]),
        np.concatenate([[0], true]),
    )


def _both(false: Integers, true: Integers) -> bool:
    return bool(false[-1] and true[-1])


def _corners(x: Integers, y: Integers) -> Integers:
    """The corners of an integer path, with both ends."""
    dx, dy = np.diff(x), np.diff(y)
    turns = dx[:-1] * dy[1:] != dy[:-1] * dx[1:]
    return np.flatnonzero(np.concatenate([[True], turns, [True]]))


def _thinned(x: Integers, y: Integers, limit: int = MAX_POINTS) -> Integers:
    """Indices of at most `limit` points of an ascending path, evenly spaced in x, y, log x and
    log y; of points that share such an x or y, the first and the last."""
    if len(x) <= limit:
        return np.arange(len(x))
    kept: list[Any] = [[0, len(x) - 1]]
    places = limit // 8 - 1  # two axes, two scales, two ends
    for path in (x, y):
        for wanted in (np.linspace(0, path[-1], places), np.geomspace(1, path[-1], places)):
            values = path[np.searchsorted(path, wanted.astype(np.int64)).clip(max=len(path) - 1)]
            kept += [np.searchsorted(path, values), np.searchsorted(path, values, "right") - 1]
    return np.unique(np.concatenate(kept)).astype(np.int64)
