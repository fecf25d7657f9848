"""Metrics at any threshold, fast: predictions are sorted once, then counts are binary searches.

Frames in, numbers and small frames out; draws, loads and reads nothing. Its results equal those of
`metrics` and `slices`, which scan all rows at each call.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dga.evaluation import slices
from dga.evaluation.curves import Flags, Float64s, Integers, is_dga, scores_of
from dga.evaluation.metrics import OUTCOMES, SUREST, Confusion
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, UNKNOWN_FAMILY

BINS = 48
LOW_ODDS, HIGH_ODDS = -10.0, 14.0  # ends of the log-odds scale on which scores are drawn


@dataclass(frozen=True)
class Group:
    """The rows that share a value of an attribute: positions, and ascending scores by class."""

    attribute: str
    value: str
    rows: Integers
    benign: Float64s
    dga: Float64s

    def confusion(self, threshold: float) -> Confusion:
        """The outcomes of these rows at a threshold."""
        missed = int(np.searchsorted(self.dga, threshold))
        kept = int(np.searchsorted(self.benign, threshold))
        return Confusion(tp=len(self.dga) - missed, fp=len(self.benign) - kept, tn=kept, fn=missed)


@dataclass(frozen=True)
class Sweep:
    """Sorted predictions, ready for any threshold.

    `scores` and `truth` (rows,), True for DGA, in the predictions' order. `whole`: all rows.
    `bins`: columns score and upto (edges of 48 bins of equal width in log-odds, from 0 to 1),
    benign and dga (counts). `groups`: the rows by attribute and value. `families`: columns family,
    names, mean_score, surest (its five lowest-scored names), in the order of its groups. `order`:
    the positions of all rows, benign by descending and DGA by ascending score.
    """

    scores: Float64s
    truth: Flags
    whole: Group
    bins: pd.DataFrame
    groups: tuple[Group, ...]
    families: pd.DataFrame
    order: Integers

    def confusion(self, threshold: float) -> Confusion:
        """Count the outcomes of all rows, as `metrics.confusion` does."""
        return self.whole.confusion(threshold)

    def family_table(self, threshold: float) -> pd.DataFrame:
        """The table of DGA families, as by `metrics.family_table`."""
        groups = [group for group in self.groups if group.attribute == FAMILY]
        missed = np.array([group.confusion(threshold).fn for group in groups], dtype=np.int64)
        table = self.families[[FAMILY, "names"]].assign(missed=missed)
        table["recall"] = 1 - table["missed"] / table["names"]
        table["mean_score"] = self.families["mean_score"]
        table["surest_misses"] = [
            surest[:count] for surest, count in zip(self.families["surest"], missed, strict=True)
        ]
        return table.sort_values(
            ["recall", "missed", FAMILY], ascending=[True, False, True], ignore_index=True
        )

    def slices(self, threshold: float, minimum: int = slices.MINIMUM) -> pd.DataFrame:
        """The slices of at least `minimum` names, as by `slices.slices`."""
        counts = [
            {"slice": group.attribute, "value": group.value, **vars(group.confusion(threshold))}
            for group in self.groups
        ]
        table = pd.DataFrame(counts, columns=["slice", "value", "tp", "fp", "tn", "fn"])
        return slices.ranked(table, self.confusion(threshold), minimum)

    def rows(
        self, threshold: float, outcomes: Collection[str], within: Integers | None = None
    ) -> Integers:
        """The positions of the rows with one of these outcomes, most confidently wrong first;
        `within`: only among these rows."""
        kinds = 2 * self.truth + (self.scores >= threshold)
        wanted = np.isin(OUTCOMES, list(outcomes))[kinds]
        if within is not None:
            inside = np.zeros(len(wanted), dtype=bool)
            inside[within] = True
            wanted &= inside
        return np.asarray(self.order[wanted[self.order]])

    def group(self, attribute: str, value: str) -> Integers:
        """The positions of the rows with a value of an attribute; none for an unknown one."""
        found = (g.rows for g in self.groups if (g.attribute, g.value) == (attribute, value))
        return next(found, self.order[:0])

    def between(self, low: float, high: float, label: str) -> Integers:
        """The positions of the rows of a class with a score from `low` to below `high`; a score of
        1 belongs to the last bin."""
        inside = (self.scores >= low) & ((self.scores < high) | (high >= 1))
        return np.flatnonzero(inside & (self.truth == (label == DGA)))


def prepare(predictions: pd.DataFrame, values: pd.DataFrame) -> Sweep:
    """Sort predictions for `Sweep`; `values` is the result of `slices.attributes` for them."""
    scores, truth = scores_of(predictions), is_dga(predictions)
    surety = np.where(truth, 1 - scores, scores)
    known = _families(predictions, truth)
    values = values.assign(**{FAMILY: known})
    groups = [
        group for column in values.columns for group in _groups(values[column], scores, truth)
    ]
    return Sweep(
        scores=scores,
        truth=truth,
        whole=Group(
            "", "", np.arange(len(scores)), np.sort(scores[~truth]), np.sort(scores[truth])
        ),
        bins=_bins(scores, truth),
        groups=tuple(groups),
        families=_family_facts(predictions, known, scores, truth),
        order=np.argsort(-surety, kind="stable"),
    )


def _families(predictions: pd.DataFrame, truth: Flags) -> pd.Series[str]:
    """The family of each row: "" for benign, `unknown` for DGA rows without one."""
    named = predictions[FAMILY].astype("str").fillna("").replace("", UNKNOWN_FAMILY)
    return named.where(truth, "")


def _groups(values: pd.Series[str], scores: Float64s, truth: Flags) -> list[Group]:
    """The groups of one attribute by value; rows with the value "" are in no group."""
    codes, found = pd.factorize(values, sort=True)
    order = np.lexsort((scores, truth, codes))
    starts = np.searchsorted(codes[order], np.arange(len(found) + 1))
    groups = []
    for code, value in enumerate(found):
        rows = order[starts[code] : starts[code + 1]]
        split = len(rows) - int(truth[rows].sum())
        ordered = scores[rows]
        groups.append(Group(str(values.name), str(value), rows, ordered[:split], ordered[split:]))
    return [group for group in groups if group.value]


def _family_facts(
    predictions: pd.DataFrame,
    known: pd.Series[str],
    scores: Float64s,
    truth: Flags,
) -> pd.DataFrame:
    rows = pd.DataFrame({FAMILY: known, "score": scores, DOMAIN: predictions[DOMAIN]})[truth]
    grouped = rows.sort_values("score", kind="stable").groupby(FAMILY, sort=True)
    facts = grouped.agg(names=("score", "size"), mean_score=("score", "mean"))
    surest = grouped.head(SUREST).groupby(FAMILY, sort=True)[DOMAIN].agg(list)
    return facts.assign(surest=surest).reset_index()


def edges_of_bins() -> Float64s:
    """The edges of the bins (BINS + 1,), evenly spaced in log-odds, from 0 to 1."""
    edges = score_at(np.linspace(0, 1, BINS + 1))
    edges[0], edges[-1] = 0.0, 1.0
    return edges


def score_at(place: Float64s) -> Float64s:
    """The scores at positions from 0 to 1 on the log-odds scale.

    >>> score_at(np.array([0.0, 10 / 24, 1.0])).round(6).tolist()
    [4.5e-05, 0.5, 0.999999]
    """
    odds = LOW_ODDS + (HIGH_ODDS - LOW_ODDS) * np.asarray(place, dtype=np.float64)
    return np.asarray(1 / (1 + np.exp(-odds)))


def _bins(scores: Float64s, truth: Flags) -> pd.DataFrame:
    edges = edges_of_bins()
    counts = {BENIGN: scores[~truth], DGA: scores[truth]}
    counted = {label: np.histogram(rows, bins=edges)[0] for label, rows in counts.items()}
    return pd.DataFrame({"score": edges[:-1], "upto": edges[1:], **counted})
