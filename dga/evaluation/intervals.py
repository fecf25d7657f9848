"""Exact confidence intervals of a proportion, without scipy, which would slow the app's start."""

from __future__ import annotations

import math

CONFIDENCE = 0.95
PRECISION = 1e-12  # relative
MOST_STEPS = 10_000


def clopper_pearson(hits: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact binomial interval of a proportion (Clopper & Pearson 1934); (0, 1) without trials.

    >>> [round(bound, 4) for bound in clopper_pearson(3, 100)]
    [0.0062, 0.0852]
    """
    tail = (1 - confidence) / 2
    low = beta_quantile(hits, trials - hits + 1, tail) if hits else 0.0
    high = beta_quantile(hits + 1, trials - hits, 1 - tail) if hits < trials else 1.0
    return low, high


def beta_quantile(a: float, b: float, share: float) -> float:
    """A quantile of Beta(a, b), by bracketed Newton iteration."""
    low, high, x = 0.0, 1.0, a / (a + b)
    for _ in range(MOST_STEPS):
        error = beta_cdf(a, b, x) - share
        low, high = (low, x) if error > 0 else (x, high)
        density = math.exp(_log_power(a, b, x)) / (x * (1 - x))
        step = x - error / density if density else low
        step = step if low < step < high else (low + high) / 2
        if abs(step - x) <= PRECISION * x:
            return step
        x = step
    return x


def beta_cdf(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function (Abramowitz & Stegun 1964, 26.5.8)."""
    if not 0 < x < 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # here the complement converges faster
        return 1 - beta_cdf(b, a, 1 - x)
    return math.exp(_log_power(a, b, x)) * _continued_fraction(a, b, x) / a


def _log_power(a: float, b: float, x: float) -> float:
    """The logarithm of x^a (1 - x)^b / B(a, b)."""
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return a * math.log(x) + b * math.log1p(-x) - log_beta


def _continued_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction by Lentz's method (1976), two terms per step."""
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, MOST_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / (1 + term * d)
            c = 1 + term / c
            value *= c * d
        if abs(c * d - 1) < PRECISION:
            break
    return value
