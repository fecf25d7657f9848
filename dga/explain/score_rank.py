"""The rank of a score among the scores of known names of both classes. Reads no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.evaluation.curves import is_dga, scores_of


@dataclass(frozen=True)
class Share:
    """A count of names out of a total."""

    names: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None if the total is 0."""
        return self.names / self.of if self.of else None


@dataclass(frozen=True)
class BenignReference:
    """How rare high scores are among the benign names on which a run's thresholds were chosen.

    `points`: pairs of a score and the share of the names that reach it, by ascending score.
    `names`: how many names those are, None if unknown. `fitted`: by threshold that was not counted
    but fitted to the tail of the scores, how many of the names reach it.
    """

    points: tuple[tuple[float, float], ...]
    names: int | None
    fitted: Mapping[float, int] = field(default_factory=dict)

    @classmethod
    def of(cls, metrics: Mapping[str, Any]) -> BenignReference | None:
        """Read it from a run's metrics; None if the run has no threshold.

        >>> at = {"fpr_target": 0.01, "threshold": 0.8, "benign": 5000}
        >>> BenignReference.of({"thresholds": [at]})
        BenignReference(points=((0.8, 0.01),), names=5000, fitted={})
        """
        chosen = metrics.get("thresholds") or []
        if not chosen:
            return None
        scores = metrics.get("benign_scores") or []
        fitted = {
            float(one["threshold"]): int(one["false_positives"])
            for one in chosen
            if one.get("method") == "tail" and scores
        }
        known = {float(one["threshold"]): float(one["fpr_target"]) for one in chosen}
        known = {at: rate for at, rate in known.items() if at not in fitted}
        for rate, score in scores:  # counted thresholds take precedence
            above = [known[s] for s in known if s <= score]
            below = [known[s] for s in known if s >= score]
            if max(below, default=0.0) <= rate <= min(above, default=1.0):
                known.setdefault(float(score), float(rate))
        names = chosen[0].get("benign")
        return cls(tuple(sorted(known.items())), int(names) if names else None, fitted)

    def as_high(self, score: float) -> tuple[float, float]:
        """Bounds (low, high) of the share of the names that score at least as high.

        >>> BenignReference(((0.8, 0.01), (0.99, 0.001)), None).as_high(0.9)
        (0.001, 0.01)
        """
        above = [share for at, share in self.points if at >= score]
        below = [share for at, share in self.points if at <= score]
        return max(above, default=0.0), min(below, default=1.0)


@dataclass(frozen=True)
class Standing:
    """The scores of known names, sorted by class."""

    benign: npt.NDArray[np.float64]
    dga: npt.NDArray[np.float64]

    @classmethod
    def of(cls, predictions: pd.DataFrame) -> Standing:
        """Take the scores of a predictions frame."""
        scores, truth = scores_of(predictions), is_dga(predictions)
        return cls(benign=np.sort(scores[~truth]), dga=np.sort(scores[truth]))

    def generated_as_low(self, score: float) -> Share:
        """The generated names that score no higher."""
        return Share(int(np.searchsorted(self.dga, score, side="right")), len(self.dga))
