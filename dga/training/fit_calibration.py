"""Fit the calibration, thresholds and family groups of a network on the validation part.

Never sees the test part; trains nothing, writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from dga.config import Calibrated as How
from dga.datasets.prepare import CalibrationData
from dga.evaluation import thresholds
from dga.evaluation.curves import Threshold
from dga.schema import FAMILY
from dga.scoring import family_groups as groups
from dga.scoring.bundle import ModelBundle
from dga.scoring.calibration import Calibration, Evidence, sigmoid
from dga.scoring.family_groups import Groups, Merge
from dga.scoring.second_look import NgramCounts, doubtful
from dga.training.fit_second_look import (
    LEAST_CONTINUED,
    LEAST_ROWS,
    ZONE,
    FittedTrees,
    fit_trees,
)

FPRS = (0.01, 0.001, 0.0001)
# Of the generated names, so many are taken to be of families that no feed holds: in the
# calibration, and in the second look, which tells syllables from words (docs/detector.md).
UNSEEN, UNSEEN_IN_DOUBT = 0.08, 0.2
LEAST_CURATED = 1_000  # names that thresholds are chosen on alone
ROWS_A_WEIGHT = 30  # that a calibration learns from at least


@dataclass(frozen=True)
class Calibrated:
    """What the bundle stores of the validation part, and what led to it."""

    calibration: Calibration = field(default_factory=Calibration)
    thresholds: list[Threshold] = field(default_factory=list)
    groups: Groups = field(default_factory=Groups)
    merges: list[Merge] = field(default_factory=list)
    benign_scores: list[tuple[float, float]] = field(default_factory=list)
    trees: FittedTrees | None = None

    def stored(self) -> dict[str, float]:
        """The thresholds that a bundle stores: false-positive rate, as text, to score."""
        return {f"{t.fpr_target:g}": t.threshold for t in self.thresholds if t.resolvable}

    def told(self) -> dict[str, Any]:
        """The thresholds and groups as plain JSON values, with what justifies them."""
        return {
            "thresholds": [vars(t) for t in self.thresholds],
            "benign_scores": self.benign_scores,
            "groups": {
                **self.groups.to_json(),
                "limit": groups.LIMIT,
                "known_lost": groups.KNOWN_LOST,
                "merges": [vars(merge) for merge in self.merges],
            },
        }


def calibrate(
    raw: ModelBundle, data: CalibrationData, how: How, counts: NgramCounts | None = None
) -> Calibrated:
    """Learn what the bundle stores from names that the network has not learnt from.

    `raw`: the bundle before it is calibrated. `how`: as `dga.config.Architecture` says. `counts`:
    of n-grams (`second_look.count_ngrams`); with them the trees of a second look are fitted. Where
    there are enough curated names, thresholds are chosen on them alone, else on the benign names of
    the lists.
    """
    if data.listed.empty:
        return Calibrated()
    names, listed, known = data.names(), len(data.listed), data.known
    given, is_dga = raw.outputs(names), data.is_dga()
    families = data.listed[FAMILY].where(is_dga, "").tolist()
    found, merges = groups.learn_groups(given.shares[:listed], families, raw.families)
    calibration, trees = Calibration(), None
    if how != "no":
        evidence = given.evidence()
        if how == "scaled" or raw.task == "family":  # whose score is made of the shares
            evidence = evidence[:, :1]
        of_lists, written, strange = np.split(evidence, [listed, known])
        sample = Sample.of(of_lists, is_dga, data.weights.astype(np.float64), written)
        calibration = fitted(sample, strange, raw)
    scores = calibration.apply(given)
    if counts is not None and how == "weighed":
        odds = calibration.log_odds(given)
        rows, features = doubtful(names, odds, given, ZONE, raw.codebook(), counts)
        classes, weights = with_unseen(sample, len(names) - known, UNSEEN_IN_DOUBT)
        balance = (~is_dga).sum() / is_dga.sum()
        least = LEAST_CONTINUED if data.continued else LEAST_ROWS
        trees = fit_trees(features, classes[rows], weights[rows], rows < listed, balance, least)
        if trees is not None:
            odds[rows] = trees.odds
            scores = sigmoid(odds)
    curated = scores[listed : listed + len(data.curated)]
    benign = curated if len(curated) >= LEAST_CURATED else scores[:listed][~is_dga]
    chosen = [thresholds.choose(benign, r) for r in FPRS]
    return Calibrated(calibration, chosen, found, merges, thresholds.survival(benign), trees)


@dataclass(frozen=True)
class Sample:
    """What a calibration is fitted on: evidence (rows, columns), classes and weights (rows,). The
    first `listed` rows are of the lists, the others of curated names."""

    evidence: Evidence
    is_dga: npt.NDArray[np.bool_]
    weights: Evidence
    listed: int

    @classmethod
    def of(
        cls,
        evidence: Evidence,
        is_dga: npt.NDArray[np.bool_],
        weights: Evidence,
        curated: Evidence | None = None,
    ) -> Sample:
        """The lists' rows, and curated benign ones, which take half of the benign names' weight."""
        if curated is None or not len(curated):
            return cls(evidence, is_dga, weights, len(evidence))
        whole = weights[~is_dga].sum()
        halved = np.where(is_dga, weights, weights / 2)
        each = np.full(len(curated), whole / 2 / len(curated))
        return cls(
            np.r_[evidence, curated],
            np.r_[is_dga, np.zeros(len(curated), dtype=bool)],
            np.r_[halved, each],
            len(evidence),
        )


def fitted(sample: Sample, unseen: Evidence, raw: ModelBundle) -> Calibration:
    """Fit the weights of what a bundle gives as evidence, of the log-odds alone where there are few
    rows.

    `unseen`: the evidence (rows, columns) of generated names of no known family.
    """
    evidence, is_dga = sample.evidence, sample.is_dga
    if is_dga.all() or not is_dga.any():
        return Calibration()
    if len(evidence) < ROWS_A_WEIGHT * evidence.shape[1]:
        evidence = evidence[:, :1]
    further, offset = np.ones(1), 0.0
    if evidence.shape[1] > 1:
        further, offset = _weighed(sample, unseen)
    # Once more with the lists' names as they are: a score of 0.9 is to be right nine times of ten.
    odds = (evidence @ further + offset)[: sample.listed, None]
    scale, shift = _logistic(odds, is_dga[: sample.listed], None, 1e6)
    found = scale[0] * further
    if found[0] <= 0:  # the order of scores is never turned round
        return Calibration()
    own, *rest = (float(weight) for weight in found)
    known = len(raw.families)
    whole = float(scale[0] * offset + shift)
    return Calibration(own, whole, tuple(rest[:known]), tuple(rest[known:]))


def with_unseen(sample: Sample, count: int, share: float) -> tuple[npt.NDArray[np.bool_], Evidence]:
    """The classes and weights of a sample's rows and of so many unseen names, which weigh
    this share of the generated ones."""
    is_dga, weights = sample.is_dga, sample.weights
    share = share if count else 0.0
    each = np.where(is_dga, 1 - share, 1) * weights
    unseen = np.full(count, share * weights[is_dga].sum() / max(1, count))
    return np.r_[is_dga, np.ones(count, dtype=bool)], np.r_[each, unseen]


def _weighed(sample: Sample, unseen: Evidence) -> tuple[Evidence, float]:
    """A weight for each column, and the offset."""
    evidence = sample.evidence
    rows = np.r_[evidence, unseen]
    classes, each = with_unseen(sample, len(unseen), UNSEEN)
    scaler = StandardScaler().fit(evidence)
    found, offset = _logistic(scaler.transform(rows), classes, each * len(rows) / each.sum(), 1.0)
    found = found / scaler.scale_
    return found, offset - float(found @ scaler.mean_)


def _logistic(
    rows: Evidence, classes: npt.NDArray[np.bool_], weights: Evidence | None, c: float
) -> tuple[Evidence, float]:
    balanced = "balanced" if weights is None else None
    model = LogisticRegression(C=c, class_weight=balanced, max_iter=1000)
    with threadpool_limits(1):  # threads that wait for each other take three times as long
        model.fit(rows, classes, weights)
    return model.coef_[0], float(model.intercept_[0])
