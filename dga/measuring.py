"""A labelled file scored with a bundle: the metrics of `python -m dga evaluate`."""

from __future__ import annotations

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
    predictions = predict(feed.frame, bundle)
    if predictions.empty:
        raise DatasetError(f"{feed.name}: no domain that can be scored")
    return {
        "run": bundle.name,
        "problems": len(feed.problems),
        **evaluation.metrics(predictions),
        "at_thresholds": {
            rate: {"threshold": cut, **_confusion(predictions, cut)}
            for rate, cut in bundle.thresholds.items()
        },
    }


def predict(frame: pd.DataFrame, bundle: ModelBundle) -> pd.DataFrame:
    """The predictions frame of a labelled frame: its distinct names in the bundle's scope."""
    named, _ = dataset.named(frame, bundle.scope)
    named = named.drop_duplicates([dataset.NAME, LABEL]).reset_index(drop=True)
    scores = bundle.score(named[dataset.NAME].tolist()).score
    return pd.DataFrame(
        {
            DOMAIN: named[dataset.NAME],
            TRUE_CLASS: named[LABEL],
            PRED_CLASS: np.where(scores >= 0.5, DGA, BENIGN),
            PRED_PROB: scores,
            FAMILY: named[FAMILY],
        }
    )


def _confusion(predictions: pd.DataFrame, threshold: float) -> dict[str, float | None]:
    counts = evaluation.confusion(predictions, threshold)
    return {"tp": counts.tp, "fp": counts.fp, "tn": counts.tn, "fn": counts.fn,
            "fpr": counts.fpr, "recall": counts.recall}
