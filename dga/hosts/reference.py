"""The rarity of a score among failed look-ups of ordinary networks, and its weight.

Two samples from our own generators are scored by the model in use, so that ranks and weights also
hold for a model that was trained later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dga.scoring.calibration import log_odds

Float32s = npt.NDArray[np.float32]

BINS = 16  # quantiles of either sample between which the weight is interpolated
SMOOTHING = 2.0  # names that each bin holds beside those counted
MOST_WEIGHT = 7.0  # of one name, either way


class Shares(Protocol):
    """What a model says of names: P(dga) (rows,) and its shares of families (rows, families)."""

    score: Float32s
    families: Float32s


@dataclass(frozen=True)
class Reference:
    """Sorted log-odds of ordinary failed names and of generated ones, with the weights by score.

    `edges`, `weights`: log-odds and log-likelihood ratios between which others are interpolated.
    """

    ordinary: npt.NDArray[np.float64]
    generated: npt.NDArray[np.float64]
    edges: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]

    @classmethod
    def of(cls, ordinary: npt.ArrayLike, generated: npt.ArrayLike) -> Reference:
        """From the scores of the two samples."""
        low, high = np.sort(log_odds(ordinary)), np.sort(log_odds(generated))
        edges, weights = _weights(low, high)
        return cls(low, high, edges, weights)

    def rarity(self, score: npt.ArrayLike) -> Float32s:
        """-log10 of the share of ordinary failed names that score as high (rows,)."""
        above = len(self.ordinary) - np.searchsorted(self.ordinary, log_odds(score), side="left")
        return np.asarray(-np.log10((above + 1) / (len(self.ordinary) + 1)), dtype=np.float32)

    def likeness(self, score: npt.ArrayLike) -> Float32s:
        """The share of generated names that score lower (rows,)."""
        below = np.searchsorted(self.generated, log_odds(score), side="right")
        return np.asarray(below / max(len(self.generated), 1), dtype=np.float32)

    def weight(self, score: npt.ArrayLike) -> Float32s:
        """log P(score | generated) - log P(score | ordinary failed look-up) (rows,)."""
        return np.interp(log_odds(score), self.edges, self.weights).astype(np.float32)


def _weights(
    ordinary: npt.NDArray[np.float64], generated: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Weights that never fall as the score rises, at the middles of bins of both samples."""
    steps = np.linspace(0, 1, BINS + 1)
    tail = 1 - np.array([0.02, 0.01, 0.005, 0.002])
    edges = np.unique(
        np.concatenate(
            [np.quantile(ordinary, np.append(steps, tail)), np.quantile(generated, steps)]
        )
    )
    if len(edges) < 2:
        return np.array([0.0, 1.0]), np.zeros(2)
    low = np.histogram(ordinary, edges)[0] + SMOOTHING * 0.5
    high = np.histogram(generated, edges)[0] + SMOOTHING * len(generated) / len(ordinary) * 0.5
    raw = np.log(high / high.sum()) - np.log(low / low.sum())
    weights = monotone(raw, (low + high).astype(np.float64))
    middles = (edges[1:] + edges[:-1]) / 2
    return middles, np.clip(weights, -MOST_WEIGHT, MOST_WEIGHT)


def monotone(
    values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The closest values that never fall (pool adjacent violators).

    >>> monotone(np.array([1.0, 3.0, 2.0]), np.ones(3)).tolist()
    [1.0, 2.5, 2.5]
    """
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        block = (value, weight, 1)
        while blocks and blocks[-1][0] >= block[0]:
            mean, mass, size = blocks.pop()
            total = mass + block[1]
            block = ((mean * mass + block[0] * block[1]) / total, total, size + block[2])
        blocks.append(block)
    return np.concatenate([np.full(size, mean) for mean, _, size in blocks])
