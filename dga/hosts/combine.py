"""One p-value of a host and window, from the set test and exact attribution; its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

INFECTED, SUSPICIOUS, CLEAN = "infected", "suspicious", "clean"
DEFAULT_FPR = 0.001
SUSPICIOUS_RATE = 10.0  # times the false-positive rate
SET_SHARE, ATTRIBUTION_SHARE = 0.95, 0.05  # of the false-positive rate (weighted Bonferroni)
LEAST_P = 1e-15
IN_PERCENT, RAREST = 0.01, 1e-9  # in words: per cent from the one; none rarer than the other

LEAST_SET = 3  # names of a set that tells a noisy network
LEAST_SETS = 100  # such sets, from which a log's own background is learnt
LOW_QUANTILE = 0.1  # of the sets, the least suspicious: few of these are infected
TOLERATED = 2.5  # times the usual surprise at that quantile
UNSURE_P = 1e-4  # the least that a log without answers can tell
UNSURE_NAMES = 6  # that speak for an infection, for it to accuse: hard-coded names are no DGA
LEAST_NAMES = 3  # of a set that can accuse at all, attribution apart: one odd name is a typo

Float64s = npt.NDArray[np.float64]


class AttributedName(Protocol):
    """A name that a known generator makes, as `dga.generators.attribution` has it."""

    @property
    def family(self) -> str: ...
    @property
    def seed(self) -> int: ...
    @property
    def chance(self) -> float: ...


def background(p_values: Float64s, sizes: npt.NDArray[np.int64]) -> float:
    """How many times more surprising a network's sets are than those of the fit, at least 1.

    By the least suspicious tenth of them, so that an outbreak does not excuse itself; where even
    that tenth would be accused, nearly every host is infected, as in the log of a sandbox.
    """
    chosen = p_values[sizes >= LEAST_SET]
    if len(chosen) < LEAST_SETS:
        return 1.0
    usual = -np.log(1 - LOW_QUANTILE)
    found = float(np.quantile(-np.log(chosen), LOW_QUANTILE))
    if found >= -np.log(DEFAULT_FPR):
        return 1.0
    return float(max(found / usual / TOLERATED, 1.0))


def shared(p_values: Float64s, share: Float64s) -> Float64s:
    """The p-values of tests that have a share each of one false-positive rate."""
    return np.asarray(np.minimum(p_values / share, 1.0))


def with_enough_names(p_values: Float64s, names: npt.NDArray[np.int64], fpr: float) -> Float64s:
    """The p-values of sets with so many names (sets,): too few make a host suspicious at most."""
    return np.asarray(np.maximum(p_values, np.where(names >= LEAST_NAMES, LEAST_P, 2 * fpr)))


def without_answers(
    p_values: Float64s, incriminating: npt.NDArray[np.int64], fpr: float
) -> Float64s:
    """The p-values that a log without answers allows: none under UNSURE_P, and none that accuses
    where too few names speak for an infection (sets,)."""
    least = np.where(incriminating >= UNSURE_NAMES, UNSURE_P, 2 * fpr)
    return np.asarray(np.maximum(p_values, least))


def surest(
    matches: Mapping[str, Sequence[AttributedName]], names: Sequence[str]
) -> list[AttributedName]:
    """The surest match of each attributed name."""
    return [matches[name][0] for name in names if name in matches]


def attribution_p(matches: Sequence[AttributedName], names: int) -> float:
    """How probable so many chance matches with one family and seed are among some names.

    `matches` holds the surest match of each attributed name.
    """
    by_seed: dict[tuple[str, int], list[float]] = {}
    for match in matches:
        by_seed.setdefault((match.family, match.seed), []).append(match.chance)
    least = 1.0
    for chances in by_seed.values():
        logs = np.log(np.clip(chances, LEAST_P, 1)).sum()
        ways = sum(np.log(max(names - place, 1) / (place + 1)) for place in range(len(chances)))
        least = min(least, float(np.exp(min(logs + ways, 0.0))))
    return max(least * max(len(by_seed), 1), LEAST_P)


def combined(set_p: float, attributed_p: float) -> float:
    """One p-value of both tests.

    >>> combined(1.0, 1.0)
    1.0
    """
    return float(min(1.0, max(LEAST_P, min(set_p / SET_SHARE, attributed_p / ATTRIBUTION_SHARE))))


def how_often(p_value: float) -> str:
    """A p-value in words: how many ordinary hosts and days look like this at most.

    >>> how_often(1.3e-05), how_often(0.0072), how_often(0.04), how_often(1e-15)
    ('1 in 77,000 looks', '1 in 140 looks', '4 % look', '1 in 1,000,000,000 looks')
    """
    if p_value >= IN_PERCENT:
        return f"{100 * p_value:.0f} % look"
    count = float(f"{1 / max(p_value, RAREST):.1e}")  # two digits
    return f"1 in {count:,.0f} looks"


def verdict(p_value: float, fpr: float) -> str:
    """The verdict at a false-positive rate by host and window.

    >>> verdict(0.0005, 0.001), verdict(0.005, 0.001), verdict(0.5, 0.001)
    ('infected', 'suspicious', 'clean')
    """
    if p_value <= fpr:
        return INFECTED
    return SUSPICIOUS if p_value <= SUSPICIOUS_RATE * fpr else CLEAN
