"""What ordinary hosts score in the set test, and so the p-value of a score.

Conditional on how many names a set has, so that a network with more failed look-ups than those
that the test was fitted on accuses nobody the more. Beyond the highest scores of ordinary hosts
the tail is taken to be exponential.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Float64s = npt.NDArray[np.float64]

SIZES = np.array([1, 2, 3, 4, 6, 9, 13, 20, 40, 100])  # the smallest set of each class
TAIL = 0.01  # of the hosts of a class: the tail that is fitted
LEAST_TAIL = 30  # hosts
POINTS = 200  # quantiles kept of a class
LEAST_P = 1e-12


@dataclass(frozen=True)
class NullDistribution:
    """By class of size: `scores` (classes, POINTS) at -log10 p-values `levels` (POINTS,), and the
    `slope` (classes,) of -log10 p beyond the last."""

    scores: Float64s
    levels: Float64s
    slope: Float64s

    @classmethod
    def of(cls, scores: Float64s, sizes: npt.NDArray[np.int64]) -> NullDistribution:
        """Fit to ordinary hosts' scores (hosts,) and their sets' sizes (hosts,).

        Classes with too few hosts take in their neighbours.
        """
        levels = np.linspace(0, 4, POINTS)
        rows = [
            _class_quantiles(_around(scores, sizes, place), levels) for place in range(len(SIZES))
        ]
        table = np.stack([row for row, _ in rows])
        return cls(np.maximum.accumulate(table, axis=1), levels, np.array([s for _, s in rows]))

    def p_value(self, scores: Float64s, sizes: npt.NDArray[np.int64]) -> Float64s:
        """The share of ordinary hosts with sets of that size which score as high (hosts,)."""
        place = np.clip(np.searchsorted(SIZES, sizes, side="right") - 1, 0, len(SIZES) - 1)
        result = np.ones(len(scores))
        for row in np.unique(place):
            chosen = place == row
            known = self.scores[row]
            level = np.interp(scores[chosen], known, self.levels)
            beyond = np.maximum(scores[chosen] - known[-1], 0) * self.slope[row]
            result[chosen] = 10 ** -(level + beyond)
        result[sizes == 0] = 1
        return np.asarray(np.clip(result, LEAST_P, 1))

    def to_arrays(self, prefix: str) -> dict[str, npt.NDArray[Any]]:
        """The arrays to save."""
        return {f"{prefix}_{name}": getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], prefix: str) -> NullDistribution:
        """What `to_arrays` saved."""
        return cls(**{name: arrays[f"{prefix}_{name}"] for name in cls.__dataclass_fields__})


def _around(scores: Float64s, sizes: npt.NDArray[np.int64], place: int) -> Float64s:
    """The scores of a class of sizes, with its neighbours' where it has too few hosts."""
    for width in range(len(SIZES)):
        low = SIZES[max(place - width, 0)]
        last = place + width + 1
        high = SIZES[last] if last < len(SIZES) else np.iinfo(np.int64).max
        chosen = scores[(sizes >= low) & (sizes < high)]
        if len(chosen) * TAIL >= LEAST_TAIL:
            return np.asarray(chosen)
    return np.asarray(scores[sizes > 0])


def _class_quantiles(scores: Float64s, levels: Float64s) -> tuple[Float64s, float]:
    """Scores at each level, the tail of them by an exponential distribution, and its slope."""
    if not len(scores):
        return levels.copy(), 1.0
    start = float(np.quantile(scores, 1 - TAIL))
    excess = scores[scores > start] - start
    mean = max(float(excess.mean()) if len(excess) else 1.0, 1e-3)
    counted = np.quantile(scores, 1 - 10.0**-levels)
    fitted = start + mean * np.log(10) * (levels + np.log10(TAIL))
    within = 10.0**-levels * len(scores) >= 10  # as many hosts as a count needs
    table = np.where(within, counted, np.maximum(fitted, counted))
    return table, 1 / (mean * np.log(10))
