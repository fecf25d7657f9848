"""A labelled file scored with a bundle: the metrics of `python -m dga evaluate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dga import dataset, evaluation, feeds
from dga.bundle import ModelBundle
from dga.columns import BENIGN, DGA, DOMAIN, FAMILY, LABEL, PRED_CLASS, PRED_PROB, TRUE_CLASS
from dga.errors import DatasetError


def measure(path: Path, bundle: ModelBundle, label: str | None = None) -> dict[str, Any]:
    """Score a labelled feed's distinct names and return the metrics, JSON-ready.

    Beside the keys of `evaluation.metrics`: `run`, `problems` (rows that are no domain) and
    `at_thresholds`, the confusion at each threshold that the bundle stores.
    """
    feed = feeds.read_feed(path, label=label)
    named, unregistered = dataset.named(feed.frame, bundle.scope)
    named = named.drop_duplicates([dataset.NAME, LABEL]).reset_index(drop=True)
    if named.empty:
        raise DatasetError(f"{feed.name}: no domain that can be scored")
    predictions, families = predictions_of(named, bundle)
    return {
        "run": bundle.name,
        "problems": len(feed.problems) + unregistered,
        **figures(predictions, families, bundle),
        "at_thresholds": {
            rate: {"threshold": cut, **_confusion(predictions, cut)}
            for rate, cut in bundle.thresholds.items()
        },
    }


def predictions_of(frame: pd.DataFrame, bundle: ModelBundle) -> tuple[pd.DataFrame, list[str]]:
    """Score a dataset's rows: the test predictions, and the family that each comes nearest to.

    The families are an empty list where the bundle knows none.
    """
    scores = bundle.score(frame[dataset.NAME].tolist())
    predictions = pd.DataFrame(
        {
            DOMAIN: frame[dataset.NAME],
            TRUE_CLASS: frame[LABEL],
            PRED_CLASS: np.where(scores.score >= 0.5, DGA, BENIGN),
            PRED_PROB: scores.score,
            FAMILY: frame[FAMILY],
        }
    )
    if not bundle.families:
        return predictions, []
    return predictions, [bundle.families[nearest] for nearest in scores.families.argmax(axis=1)]


def figures(
    predictions: pd.DataFrame, families: Sequence[str], bundle: ModelBundle
) -> dict[str, Any]:
    """The metrics of predictions, JSON-ready; of families too where the bundle knows any."""
    metrics = evaluation.metrics(predictions)
    metrics["mean_family_accuracy"] = evaluation.mean_family_accuracy(predictions)
    is_known = (predictions[TRUE_CLASS] == DGA) & predictions[FAMILY].isin(bundle.families)
    if families and is_known.any():
        truth = predictions.loc[is_known, FAMILY]
        guessed = pd.Series(families, index=predictions.index)[is_known]
        metrics["family_macro_f1"] = evaluation.macro_f1(truth, guessed, minimum=1)
        metrics["family_accuracy"] = float((truth == guessed).mean())
    return metrics


def _confusion(predictions: pd.DataFrame, threshold: float) -> dict[str, float | None]:
    counts = evaluation.confusion(predictions, threshold)
    return {
        "tp": counts.tp,
        "fp": counts.fp,
        "tn": counts.tn,
        "fn": counts.fn,
        "fpr": counts.fpr,
        "recall": counts.recall,
    }
