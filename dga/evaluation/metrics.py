"""Outcomes and metrics of scores. Frames in, numbers out; draws, loads and reads nothing.

A predictions frame has the columns domain, trueClass, predClass, predProb, family. A name is called
dga if its score reaches the threshold. Curves over all thresholds are in `curves` and re-exported
here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dga.evaluation.curves import (
    Threshold,
    brier,
    calibration_error,
    is_dga,
    precision_recall_curve,
    reliability,
    roc_auc,
    roc_curve,
    scores_of,
    threshold_at_fpr,
)
from dga.schema import (
    BENIGN,
    DGA,
    DOMAIN,
    FAMILY,
    PRED_CLASS,
    PRED_PROB,
    PREDICTION_COLUMNS,
    TRUE_CLASS,
    UNKNOWN_FAMILY,
)

__all__ = [
    "Confusion",
    "Threshold",
    "brier",
    "calibration_error",
    "confusion",
    "correct",
    "family_table",
    "macro_f1",
    "macro_recall_at_fpr",
    "mean_family_accuracy",
    "metrics",
    "mispredicted",
    "outcomes",
    "precision_recall_curve",
    "recall_at_fpr",
    "reliability",
    "roc_auc",
    "roc_curve",
    "threshold_at_fpr",
]

HEADLINE_FPRS = (0.01, 0.001)
SUREST = 5
OUTCOMES = np.array(["TN", "FP", "FN", "TP"])


@dataclass(frozen=True)
class Confusion:
    """Counts of the four outcomes. A rate is None if its denominator is 0."""

    tp: int
    fp: int
    tn: int
    fn: int

    @property
    def total(self) -> int:
        """All names."""
        return self.tp + self.fp + self.tn + self.fn

    @property
    def accuracy(self) -> float | None:
        """The share of names with the right verdict."""
        return _share(self.tp + self.tn, self.total)

    @property
    def fpr(self) -> float | None:
        """The share of benign names called dga."""
        return _share(self.fp, self.fp + self.tn)

    @property
    def recall(self) -> float | None:
        """The share of DGA names called dga."""
        return _share(self.tp, self.tp + self.fn)

    @property
    def precision(self) -> float | None:
        """The share of the names called dga that are DGA names."""
        return _share(self.tp, self.tp + self.fp)


def outcomes(predictions: pd.DataFrame, threshold: float) -> pd.Series[str]:
    """TP, FP, TN or FN for each row, on the frame's index."""
    called = scores_of(predictions) >= threshold
    values = OUTCOMES[2 * is_dga(predictions) + called]
    return pd.Series(values, index=predictions.index, dtype="str", name="outcome")


def confusion(predictions: pd.DataFrame, threshold: float) -> Confusion:
    """Count the outcomes at a threshold."""
    called = scores_of(predictions) >= threshold
    tn, fp, fn, tp = np.bincount(2 * is_dga(predictions) + called, minlength=4).tolist()
    return Confusion(tp=tp, fp=fp, tn=tn, fn=fn)


def recall_at_fpr(predictions: pd.DataFrame, fpr: float) -> float | None:
    """The recall at these rows' own threshold for a false-positive rate; None if a class is
    missing."""
    threshold = _own_threshold(predictions, fpr)
    return None if threshold is None else confusion(predictions, threshold).recall


def macro_recall_at_fpr(predictions: pd.DataFrame, fpr: float, minimum: int = 1) -> float | None:
    """As `recall_at_fpr`, but averaged over the families of at least `minimum` names, so that all
    families count the same."""
    threshold = _own_threshold(predictions, fpr)
    if threshold is None:
        return None
    recalls = _by_family(predictions, threshold).query("names >= @minimum")["recall"]
    return float(recalls.mean()) if len(recalls) else None


def family_table(predictions: pd.DataFrame, threshold: float = 0.5) -> pd.DataFrame:
    """Recall of each DGA family at a threshold, worst first.

    Columns family, names, missed, recall, mean_score and surest_misses (up to five missed names,
    lowest score first). DGA names without a family form the family `unknown`.
    """
    table = _by_family(predictions, threshold)
    missed = _dga_rows(predictions)
    missed = missed[scores_of(missed) < threshold].sort_values(PRED_PROB, kind="stable")
    surest = missed.groupby(FAMILY).head(SUREST).groupby(FAMILY)[DOMAIN].agg(list)
    table["surest_misses"] = [list(surest.get(family, ())) for family in table[FAMILY]]
    return table


def metrics(predictions: pd.DataFrame) -> dict[str, Any]:
    """All metrics as plain JSON values; None for those that cannot be computed.

    Accuracy, confusion and families are at threshold 0.5.
    """
    at_half = confusion(predictions, 0.5)
    families = family_table(predictions).to_dict("records")
    return {
        "rows": at_half.total,
        "benign": at_half.fp + at_half.tn,
        "dga": at_half.tp + at_half.fn,
        "accuracy": at_half.accuracy,
        "roc_auc": roc_auc(predictions),
        "recall_at_fpr": {f"{r:g}": recall_at_fpr(predictions, r) for r in HEADLINE_FPRS},
        "macro_recall_at_fpr": {
            f"{r:g}": macro_recall_at_fpr(predictions, r) for r in HEADLINE_FPRS
        },
        "calibration_error": calibration_error(predictions),
        "brier": brier(predictions),
        "confusion": vars(at_half).copy(),
        "families": [{str(key): value for key, value in row.items()} for row in families],
    }


def mispredicted(predictions: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """The rows with a wrong verdict at a threshold, most confident first (highest probability of
    the wrong class). `predClass` is the verdict at this threshold."""
    called = _called(predictions, threshold)
    wrong = called[called[PRED_CLASS] != called[TRUE_CLASS]]
    scores = scores_of(wrong)
    surety = np.where(wrong[PRED_CLASS] == DGA, scores, 1 - scores)
    return wrong.iloc[np.argsort(-surety, kind="stable")].reset_index(drop=True)


def correct(predictions: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """The rows with a correct verdict at a threshold, in their order."""
    called = _called(predictions, threshold)
    return called[called[PRED_CLASS] == called[TRUE_CLASS]].reset_index(drop=True)


def mean_family_accuracy(
    predictions: pd.DataFrame, per_family: int = 50, minimum: int = 100, seed: int = 23
) -> float | None:
    """The mean over families of the balanced accuracy at 0.5, as in the published comparison.

    Of each family of at least `minimum` names, `per_family` names are drawn without replacement and
    compared with as many benign names. None if no family is that large or no name is benign.
    """
    rng = np.random.default_rng(seed)
    benign_scores = scores_of(predictions)[~is_dga(predictions)]
    accuracies = []
    for _, rows in _dga_rows(predictions).groupby(FAMILY):
        drawn = min(per_family, len(rows), len(benign_scores))
        if len(rows) < minimum or not drawn:
            continue
        hits = rng.choice(scores_of(rows), drawn, replace=False) >= 0.5
        passes = rng.choice(benign_scores, drawn, replace=False) < 0.5
        accuracies.append((hits.mean() + passes.mean()) / 2)
    return float(np.mean(accuracies)) if accuracies else None


def macro_f1(
    truth: Sequence[str],
    guessed: Sequence[str],
    minimum: int = 1,
    among: Collection[str] | None = None,
) -> float | None:
    """The mean F1 over the families of at least `minimum` true names, if given only those in
    `among`; None without any."""
    true, guess = np.asarray(truth, dtype=object), np.asarray(guessed, dtype=object)
    names = pd.Series(true).value_counts()
    hits = pd.Series(true[true == guess]).value_counts().reindex(names.index, fill_value=0)
    guesses = pd.Series(guess).value_counts().reindex(names.index, fill_value=0)
    f1 = (2 * hits / (names + guesses))[names >= minimum]
    f1 = f1 if among is None else f1[f1.index.isin(list(among))]
    return float(f1.mean()) if len(f1) else None


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _own_threshold(predictions: pd.DataFrame, fpr: float) -> float | None:
    truth = is_dga(predictions)
    if truth.all() or not truth.any():
        return None
    return threshold_at_fpr(scores_of(predictions)[~truth], fpr).threshold


def _dga_rows(predictions: pd.DataFrame) -> pd.DataFrame:
    """The DGA rows; those without a family get `unknown`."""
    rows = predictions[is_dga(predictions)]
    family = rows[FAMILY].astype("str").fillna("").replace("", UNKNOWN_FAMILY)
    return rows.assign(**{FAMILY: family})


def _by_family(predictions: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Columns family, names, missed, recall, mean_score; worst first."""
    rows = _dga_rows(predictions)
    scores = pd.Series(scores_of(rows), index=rows.index)
    grouped = pd.DataFrame({FAMILY: rows[FAMILY], "score": scores, "missed": scores < threshold})
    table = grouped.groupby(FAMILY, as_index=False).agg(
        names=("missed", "size"), missed=("missed", "sum"), mean_score=("score", "mean")
    )
    table.insert(3, "recall", 1 - table["missed"] / table["names"])
    return table.sort_values(
        ["recall", "missed", FAMILY], ascending=[True, False, True], ignore_index=True
    )


def _called(predictions: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """The prediction columns with the verdict at a threshold."""
    verdict = np.where(scores_of(predictions) >= threshold, DGA, BENIGN)
    return predictions[list(PREDICTION_COLUMNS)].assign(
        **{PRED_CLASS: pd.Series(verdict, index=predictions.index, dtype="str")}
    )
