"""Thresholds for false-positive rates, with confidence intervals.

A threshold is counted for rates down to ten expected false positives. For lower rates it is a
quantile of a generalised Pareto distribution fitted to the log-odds of the highest benign scores
(Pickands 1975; probability-weighted moments of Hosking & Wallis 1987), with a bootstrap interval.
For less than one expected false positive there is no threshold.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dga.evaluation.curves import Threshold, threshold_at_fpr
from dga.evaluation.intervals import CONFIDENCE, clopper_pearson
from dga.scoring.calibration import log_odds

TAIL_SHARE = 0.005  # the tail is this share of the highest benign scores
LEAST_TAIL = 50
LEAST_EXPECTED = 1.0  # expected false positives from which a threshold is given
RESAMPLES = 1000
LARGEST_RATE, SMALLEST_RATE, SURVIVAL_POINTS = 0.5, 1e-5, 60  # of `survival`
LARGEST_SHAPE = 0.9  # the moments do not exist from 1

Float64s = npt.NDArray[np.float64]


def choose(benign_scores: npt.ArrayLike, fpr: float, seed: int = 23) -> Threshold:
    """The threshold for a false-positive rate: counted if there are enough names, else fitted.

    `method` is `counted` or `tail`. The interval of a fitted one is the union of the fit's and of
    the exact one (Clopper-Pearson) of the names above it. `resolvable` is False if there are too
    few names for either.
    """
    scores = np.asarray(benign_scores, dtype=np.float32)
    counted = threshold_at_fpr(scores, fpr)
    tail = _Tail.of(scores)
    if counted.resolvable or tail is None or fpr * len(scores) < LEAST_EXPECTED:
        return counted
    threshold = np.float32(_sigmoid(tail.level(fpr)))
    reached = int((scores >= threshold).sum())
    by_fit = tail.rate_interval(float(log_odds(threshold)), seed)
    by_count = clopper_pearson(reached, len(scores))
    return replace(
        counted,
        threshold=float(threshold),
        false_positives=reached,
        fpr_low=min(by_fit[0], by_count[0]),
        fpr_high=max(by_fit[1], by_count[1]),
        resolvable=True,
        method="tail",
    )


def survival(benign_scores: npt.ArrayLike) -> list[tuple[float, float]]:
    """The survival function of benign scores: pairs of a rate and the score that this share of the
    names reaches, rates descending, down to the rate of one name.

    >>> survival(np.arange(100) / 100)[0]
    (0.5, 0.5)
    """
    scores = np.sort(np.asarray(benign_scores, dtype=np.float64))[::-1]
    if not len(scores):
        return []
    rates = np.geomspace(LARGEST_RATE, max(1 / len(scores), SMALLEST_RATE), SURVIVAL_POINTS)
    reached = np.maximum(np.ceil(rates * len(scores) - 1e-9).astype(int), 1)
    pairs = zip((reached / len(scores)).tolist(), scores[reached - 1].tolist(), strict=True)
    return list(dict.fromkeys(pairs))


class _Tail:
    """The tail of benign log-odds: excesses (names,) over `start`, out of `of` names."""

    def __init__(self, excesses: Float64s, start: float, names: int) -> None:
        self.excesses, self.start, self.names = excesses, start, names
        shape, scale = moments(excesses[None, :])
        self.shape, self.scale = float(shape[0]), float(scale[0])

    @classmethod
    def of(cls, scores: npt.NDArray[np.float32]) -> _Tail | None:
        """The tail of scores; None if there are too few or all are equal."""
        size = int(TAIL_SHARE * len(scores))
        if size < LEAST_TAIL:
            return None
        odds = np.sort(log_odds(scores))[::-1]
        excesses = odds[:size] - odds[size]
        return cls(excesses, float(odds[size]), len(odds)) if excesses.mean() > 0 else None

    def level(self, fpr: float) -> float:
        """The log-odds that a share `fpr` of the benign names reaches."""
        part = fpr * self.names / len(self.excesses)
        if abs(self.shape) < 1e-6:
            return self.start - self.scale * float(np.log(part))
        return self.start + self.scale / self.shape * float(part**-self.shape - 1)

    def rate_interval(self, level: float, seed: int) -> tuple[float, float]:
        """The 95 % interval of the share of benign names above a level, by bootstrap over the
        tail's size and excesses."""
        rng = np.random.default_rng(seed)
        size = len(self.excesses)
        drawn = self.excesses[rng.integers(0, size, (RESAMPLES, size))]
        shape, scale = moments(drawn)
        shape = np.where(np.abs(shape) < 1e-6, 1e-6, shape)
        inner = np.maximum(1 + shape * max(level - self.start, 0.0) / scale, 0)
        share = rng.binomial(self.names, size / self.names, RESAMPLES) / self.names
        with np.errstate(divide="ignore"):
            rates = share * np.where(inner > 0, inner ** (-1 / shape), 0.0)
        edge = (1 - CONFIDENCE) / 2
        low, high = np.quantile(rates, [edge, 1 - edge])
        return float(low), float(high)


def moments(excesses: Float64s) -> tuple[Float64s, Float64s]:
    """Shape and scale of a generalised Pareto distribution for each row of excesses (samples,
    names), by probability-weighted moments."""
    ordered = np.sort(excesses, axis=1)
    count = ordered.shape[1]
    above = (count - np.arange(1, count + 1)) / max(count - 1, 1)
    mean, weighted = ordered.mean(axis=1), (ordered * above).mean(axis=1)
    gap = np.maximum(mean - 2 * weighted, 1e-12)
    shape = np.minimum(2 - mean / gap, LARGEST_SHAPE)
    return shape, 2 * mean * weighted / gap


def _sigmoid(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))
