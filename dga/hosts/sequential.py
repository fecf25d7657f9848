"""Sequential probability ratio test over a host's names, in the order in which it asked.

Wald (1945, doi 10.1214/aoms/1177731118); over failed look-ups Jung et al. (2004, doi
10.1109/SECPRI.2004.1301325) and Krishnan et al. (2013, doi 10.1109/DSN.2013.6575364).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MISSED = 0.01  # of infected hosts, at which the lower bound is set


@dataclass(frozen=True)
class SequentialTest:
    """The sum of weights after each name (names,), the bound that it has to cross, and after how
    many names it did, None if never. Sums start again from 0 where they would fall below."""

    sums: tuple[float, ...]
    bound: float
    crossed_after: int | None


def bound(fpr: float) -> float:
    """Wald's upper bound of the sum for a false-positive rate.

    >>> round(bound(0.001), 2)
    6.9
    """
    return float(np.log((1 - MISSED) / fpr))


def run(weights: Sequence[float], fpr: float) -> SequentialTest:
    """Sum log-likelihood ratios until they cross the bound.

    >>> run([3.0, -1.0, 5.0], 0.001).crossed_after
    3
    """
    limit, total, sums, crossed = bound(fpr), 0.0, [], None
    for place, weight in enumerate(weights, 1):
        total = max(0.0, total + float(weight))
        sums.append(total)
        if crossed is None and total >= limit:
            crossed = place
    return SequentialTest(tuple(sums), limit, crossed)
