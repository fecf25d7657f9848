"""Score labelled rows with a bundle and compute metrics: verdicts, families, groups, feeds.

Fits nothing; that is `training.fit_calibration`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.datasets import dataset, feeds
from dga.datasets.dataset import Dataset
from dga.errors import DatasetError
from dga.evaluation import family_errors, suffixes
from dga.evaluation import metrics as evaluation
from dga.evaluation.intervals import clopper_pearson
from dga.schema import (
    BENIGN,
    DGA,
    DOMAIN,
    FAMILY,
    FEED,
    LABEL,
    PRED_CLASS,
    PRED_PROB,
    SOURCE,
    TRUE_CLASS,
    UNKNOWN_FAMILY,
)
from dga.scoring.bundle import ModelBundle
from dga.scoring.calibration import Float32s

LEAST_NAMES = 100  # of a family to count in a mean over families
RATES = (0.01, 0.001, 0.0001)
LARGE = 1000  # names from which a family counts as large


def measure(path: Path, bundle: ModelBundle, label: str | None = None) -> dict[str, Any]:
    """Score a labelled feed's distinct names and return the metrics, JSON-ready.

    In addition to the keys of `evaluation.metrics`: `run`, `problems` (rows without a domain) and
    `at_thresholds`, the confusion at each stored threshold. FeedError or DatasetError if the file
    cannot be read or holds no domain that can be scored.
    """
    feed = feeds.read_feed(path, label=label)
    named, unregistered = dataset.named(feed.frame, bundle.scope)
    named = named.drop_duplicates([dataset.NAME, LABEL]).reset_index(drop=True)
    if named.empty:
        raise DatasetError(f"{feed.name}: contains no domain that can be scored")
    predictions, shares = predictions_of(named, bundle)
    return {
        "run": bundle.name,
        "problems": len(feed.problems) + unregistered,
        **figures(predictions, shares, bundle),
        "at_thresholds": {
            rate: {"threshold": cut, **_confusion(predictions, cut)}
            for rate, cut in bundle.thresholds.items()
        },
    }


def of_run(
    bundle: ModelBundle, data: Dataset, trial: pd.DataFrame | None
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Score a run's test part: the metrics, JSON-ready, and the test predictions.

    Where there is a trial set, the predictions are those of the trial set alone, and the metrics
    name no domain of the feeds.
    """
    test, curated = data.part(dataset.TEST), data.curated_part(dataset.TEST)
    predictions, shares = predictions_of(test, bundle)
    curated_scores = bundle.score(curated[dataset.NAME].tolist()).score
    failures = family_errors.report(predictions, shares, test, bundle)
    metrics: dict[str, Any] = {
        "test": figures(predictions, shares, bundle, large_families(data.frame)),
        "benign_feeds": by_benign_feed(predictions, test, bundle),
        "failures": family_errors.as_records(failures),
    }
    if len(curated):
        metrics["curated"] = on_curated(predictions, curated, curated_scores, bundle.thresholds)
    if bundle.scope == "registered":
        metrics["suffixes"] = suffixes.by_suffix(bundle)
    if trial is not None:
        for row in metrics["test"]["families"]:
            row["surest_misses"] = []
        predictions, shares = predictions_of(trial, bundle)
        metrics["trial"] = figures(predictions, shares, bundle)
    return metrics, predictions


def predictions_of(frame: pd.DataFrame, bundle: ModelBundle) -> tuple[pd.DataFrame, Float32s]:
    """Score a dataset's rows: the test predictions, and the family shares (rows, families)."""
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
    return predictions, scores.families


def figures(
    predictions: pd.DataFrame,
    shares: Float32s,
    bundle: ModelBundle,
    large: Collection[str] | None = None,
) -> dict[str, Any]:
    """The metrics of predictions, JSON-ready, with family metrics if the bundle knows families.

    `large`: the families of at least 1,000 names in the whole data; by default, in these rows.
    """
    metrics = evaluation.metrics(predictions)
    metrics["mean_family_accuracy"] = evaluation.mean_family_accuracy(predictions)
    is_dga = (predictions[TRUE_CLASS] == DGA).to_numpy()
    if bundle.families and is_dga.any():
        truth = predictions.loc[is_dga, FAMILY]
        counts = truth.value_counts()
        large = set(counts.index[counts >= LARGE]) if large is None else large
        metrics |= family_figures(truth, shares[is_dga], bundle, large)
    return metrics


def family_figures(
    truth: pd.Series[str], shares: Float32s, bundle: ModelBundle, large: Collection[str]
) -> dict[str, float | int | None]:
    """How well families are recognised, singly and by group; {} without names of known families.

    `family_*`: of the most likely family; `grouped_*`: of the most likely group; `*_large`: over
    the large families (groups) only. `known_unnamed` and `strange_unnamed`: the share of names
    assigned to `unknown`, among known families and among families the bundle does not know.
    """
    known = truth.isin(bundle.families).to_numpy()
    if not known.any():
        return {}
    true = truth[known].tolist()
    true_groups = bundle.groups.of(true)
    guessed = _nearest(bundle.families, shares[known])
    groups, summed = bundle.groups.summed(shares[known], bundle.families)
    guessed_groups = _nearest(groups, summed)
    large_groups = set(bundle.groups.of(sorted(set(large) & set(bundle.families))))
    unnamed = np.asarray(bundle.groups.answers(shares, bundle.families)[0]) == UNKNOWN_FAMILY
    return {
        "family_macro_f1": evaluation.macro_f1(true, guessed),
        "family_macro_f1_large": evaluation.macro_f1(true, guessed, among=large),
        "family_accuracy": float(np.mean(np.equal(true, guessed))),
        "groups": len(set(groups) - {UNKNOWN_FAMILY}),
        "grouped_macro_f1": evaluation.macro_f1(true_groups, guessed_groups),
        "grouped_macro_f1_large": evaluation.macro_f1(
            true_groups, guessed_groups, among=large_groups
        ),
        "grouped_accuracy": float(np.mean(np.equal(true_groups, guessed_groups))),
        "known_unnamed": float(unnamed[known].mean()),
        "strange_unnamed": float(unnamed[~known].mean()) if not known.all() else None,
    }


def large_families(frame: pd.DataFrame) -> set[str]:
    """The families of at least 1,000 names in a dataset's frame."""
    counts = frame.loc[frame[LABEL] == DGA, FAMILY].value_counts()
    return set(counts.index[counts >= LARGE])


def by_benign_feed(
    predictions: pd.DataFrame, rows: pd.DataFrame, bundle: ModelBundle
) -> list[dict[str, Any]]:
    """The false-positive rate of each stored threshold on each feed's benign names, JSON-ready.

    `rows`: the dataset's rows of the predictions, with the column feed. Keys: feed, names,
    fpr_target, threshold, false_positives, fpr, and fpr_low, fpr_high (95 % interval).
    """
    benign = (predictions[TRUE_CLASS] == BENIGN).to_numpy()
    scores = predictions.loc[benign, PRED_PROB].groupby(rows.loc[benign, FEED].to_numpy())
    return [
        _alarms(str(feed), values.to_numpy(dtype=np.float64), rate, cut)
        for feed, values in scores
        for rate, cut in bundle.thresholds.items()
    ]


def on_curated(
    predictions: pd.DataFrame,
    curated: pd.DataFrame,
    curated_scores: Float32s,
    thresholds: Mapping[str, float],
) -> dict[str, Any]:
    """Metrics on curated benign names that neither the network nor its thresholds have seen.

    `curated`: a row per name, with the column source; `curated_scores`: P(dga) of each (rows,);
    `thresholds`: as a bundle stores them. JSON-ready: the macro recall of the predictions' families
    at false-positive rates among these names, and each threshold's false-positive rate by source.
    """
    scores = curated_scores.astype(np.float64)
    generated = predictions[predictions[TRUE_CLASS] == DGA]
    benign = pd.DataFrame({TRUE_CLASS: BENIGN, PRED_PROB: scores, FAMILY: ""})
    both = pd.concat([generated, benign], ignore_index=True)
    found = {f"{r:g}": evaluation.macro_recall_at_fpr(both, r, LEAST_NAMES) for r in RATES}
    groups = [("all", scores)]
    groups += [
        (str(source), scores[places]) for source, places in curated.groupby(SOURCE).indices.items()
    ]
    return {
        "names": len(curated),
        "macro_recall_at_fpr": found,
        "mean_family_accuracy": evaluation.mean_family_accuracy(both, minimum=LEAST_NAMES),
        "sources": [
            _alarms(source, of_source, rate, cut)
            for source, of_source in groups
            for rate, cut in thresholds.items()
        ],
    }


def _alarms(
    feed: str, scores: npt.NDArray[np.float64], rate: str, threshold: float
) -> dict[str, Any]:
    reached = int((scores >= threshold).sum())
    low, high = clopper_pearson(reached, len(scores))
    return {
        "feed": feed,
        "names": len(scores),
        "fpr_target": float(rate),
        "threshold": threshold,
        "false_positives": reached,
        "fpr": reached / len(scores),
        "fpr_low": low,
        "fpr_high": high,
    }


def _nearest(names: Sequence[str], shares: Float32s) -> list[str]:
    return [names[at] for at in shares.argmax(axis=1).tolist()]


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
