"""Fit the calibration, thresholds and family groups of a network on the validation part.

Never sees the test part; trains nothing, writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from dga.config import Balance
from dga.config import Calibrated as How
from dga.datasets import dataset
from dga.evaluation import thresholds
from dga.evaluation.curves import Threshold
from dga.schema import DGA, FAMILY, LABEL
from dga.scoring import family_groups as groups
from dga.scoring.bundle import ModelBundle
from dga.scoring.calibration import Calibration, Evidence, Float32s, sigmoid
from dga.scoring.family_groups import Groups, Merge
from dga.scoring.second_look import NgramCounts
from dga.training import fit_second_look
from dga.training.fit_second_look import Fitted

FPRS = (0.01, 0.001, 0.0001)
# Of the generated names, so many are taken to be of families that no feed holds.
UNSEEN = 0.08
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
    second_look: Fitted | None = None

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
    raw: ModelBundle,
    validation: pd.DataFrame,
    how: How,
    *,
    unseen: Sequence[str] = (),
    balance: Balance = "class",
    curated: Sequence[str] = (),
    composed: Sequence[str] = (),
    counts: NgramCounts | None = None,
) -> Calibrated:
    """Learn from the validation part (columns name, label, family) what the bundle stores.

    `raw`: the bundle before it is calibrated. `how`: as `dga.config.Architecture` says. `unseen`:
    names that stand for those of families that no feed holds; without them whatever fits no known
    family would pass for benign. `balance`: what names weigh, as `dataset.weights` does.
    `curated`: benign names that people wrote down. Where there are enough, thresholds are chosen
    on them alone, and they weigh in the calibration as much as the other benign ones. `composed`:
    benign names of words that weigh as one of the curated each (`augmentation.composed_beside`).
    `counts`: of the training part's n-grams (`fit_second_look.counts`); with them a second look is
    fitted.
    """
    if validation.empty:
        return Calibrated()
    names = validation[dataset.NAME].tolist()
    is_dga = (validation[LABEL] == DGA).to_numpy()
    calibration, looked = Calibration(), None
    if how != "no":
        known_benign = [*curated, *composed]
        evidence = raw.evidence([*names, *known_benign, *unseen])
        if how == "scaled" or raw.task == "family":  # whose score is made of the shares
            evidence = evidence[:, :1]
        weights = dataset.weights(validation, balance).astype(np.float64)
        listed, written, strange = np.split(evidence, [len(names), len(names) + len(known_benign)])
        sample = Sample.of(listed, is_dga, weights, written)
        calibration = fitted(sample, strange, raw)
        if counts is not None and how == "weighed":
            ready = replace(raw, calibration=calibration)
            classes, each = with_unseen(sample, len(unseen))
            looked = fit_second_look.fit(
                ready, [*names, *known_benign, *unseen], classes, each, counts, len(names)
            )
    ready = replace(raw, calibration=calibration)
    scores = ready.score(names)
    if looked is None:
        benign = (
            ready.score(curated).score if len(curated) >= LEAST_CURATED else scores.score[~is_dga]
        )
    else:  # by trees that have not learnt from them
        first, second = np.split(sigmoid(looked.odds), [len(names)])
        benign = second[: len(curated)] if len(curated) >= LEAST_CURATED else first[~is_dga]
    found, merges = learnt_groups(scores.families, validation[FAMILY].where(is_dga, ""), raw)
    chosen = [thresholds.choose(benign, r) for r in FPRS]
    survival = thresholds.survival(benign)
    return Calibrated(calibration, chosen, found, merges, survival, looked)


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


def with_unseen(sample: Sample, count: int) -> tuple[npt.NDArray[np.bool_], Evidence]:
    """The classes and weights of a sample's rows and of so many unseen names, which weigh UNSEEN
    of the generated ones."""
    is_dga, weights = sample.is_dga, sample.weights
    share = UNSEEN if count else 0.0
    each = np.where(is_dga, 1 - share, 1) * weights
    unseen = np.full(count, share * weights[is_dga].sum() / max(1, count))
    return np.r_[is_dga, np.ones(count, dtype=bool)], np.r_[each, unseen]


def _weighed(sample: Sample, unseen: Evidence) -> tuple[Evidence, float]:
    """A weight for each column, and the offset."""
    evidence = sample.evidence
    rows = np.r_[evidence, unseen]
    classes, each = with_unseen(sample, len(unseen))
    scaler = StandardScaler().fit(evidence)
    found, offset = _logistic(scaler.transform(rows), classes, each * len(rows) / each.sum(), 1.0)
    found = found / scaler.scale_
    return found, offset - float(found @ scaler.mean_)


def _logistic(
    rows: Evidence, classes: npt.NDArray[np.bool_], weights: Evidence | None, c: float
) -> tuple[Evidence, float]:
    balanced = "balanced" if weights is None else None
    model = LogisticRegression(C=c, class_weight=balanced, max_iter=1000)
    model.fit(rows, classes, weights)
    return model.coef_[0], float(model.intercept_[0])


def learnt_groups(
    shares: Float32s, truth: pd.Series[str], raw: ModelBundle
) -> tuple[Groups, list[Merge]]:
    """Groups of families and the floor, from the shares (rows, families) of names whose true
    families are `truth`; names of families that the bundle does not know are left out."""
    known = truth.isin(raw.families).to_numpy()
    if not known.any():
        return Groups(), []
    families = np.asarray(raw.families, dtype=object)
    guessed = families[shares[known].argmax(axis=1)].tolist()
    merged, merges = groups.learn(truth[known].tolist(), guessed, raw.families)
    found = Groups(merged)
    _, summed = found.summed(shares[known], raw.families)
    return replace(found, floor=groups.floor_of(summed.max(axis=1))), merges
