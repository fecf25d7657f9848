"""What a network learns of itself from the validation part: how to rescale its scores, which
thresholds to store, which families it cannot tell apart.

Never sees the test part; trains nothing, writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression

from dga import dataset, groups, thresholds
from dga.bundle import SHIFT, Calibration, Floats, ModelBundle
from dga.columns import DGA, FAMILY, LABEL
from dga.curves import Threshold
from dga.groups import Groups, Merge

FPRS = (0.01, 0.001, 0.0001)


@dataclass(frozen=True)
class Calibrated:
    """What the bundle stores of the validation part, and what led to it."""

    calibration: Calibration = field(default_factory=Calibration)
    thresholds: list[Threshold] = field(default_factory=list)
    groups: Groups = field(default_factory=Groups)
    merges: list[Merge] = field(default_factory=list)

    def stored(self) -> dict[str, float]:
        """The thresholds that a bundle stores: false-positive rate, as text, to score."""
        return {f"{t.fpr_target:g}": t.threshold for t in self.thresholds if t.resolvable}

    def told(self) -> dict[str, Any]:
        """The thresholds and groups as plain JSON values, with what justifies them."""
        return {
            "thresholds": [vars(t) for t in self.thresholds],
            "groups": {
                **self.groups.to_json(),
                "limit": groups.LIMIT,
                "known_lost": groups.KNOWN_LOST,
                "merges": [vars(merge) for merge in self.merges],
            },
        }


def calibrate(raw: ModelBundle, validation: pd.DataFrame, wanted: bool) -> Calibrated:
    """Learn from the validation part (columns name, label, family) what the bundle stores.

    `wanted`: rescale the scores; without, they stay the network's own.
    """
    if validation.empty:
        return Calibrated()
    scores = raw.score(validation[dataset.NAME].tolist())
    is_dga = (validation[LABEL] == DGA).to_numpy()
    calibration = platt(scores.score, is_dga) if wanted else Calibration()
    benign = calibration.apply(scores.score)[~is_dga]
    found, merges = learnt_groups(scores.families, validation[FAMILY].where(is_dga, ""), raw)
    return Calibrated(calibration, [thresholds.choose(benign, r) for r in FPRS], found, merges)


def platt(scores: Floats, is_dga: npt.NDArray[np.bool_]) -> Calibration:
    """Fit Platt scaling of the log-odds (Platt 1999), both classes weighing the same."""
    if is_dga.all() or not is_dga.any():
        return Calibration()
    clipped = np.clip(scores.astype(np.float64), SHIFT, 1 - SHIFT)
    odds = np.log(clipped / (1 - clipped))[:, None]
    fitted = LogisticRegression(C=1e6, class_weight="balanced").fit(odds, is_dga)
    scale = float(fitted.coef_[0, 0])
    return Calibration(scale, float(fitted.intercept_[0])) if scale > 0 else Calibration()


def learnt_groups(
    shares: Floats, truth: pd.Series[str], raw: ModelBundle
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
