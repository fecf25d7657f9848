from __future__ import annotations

import pytest
from scipy.special import betainc, betaincinv

from dga.evaluation.intervals import beta_cdf, clopper_pearson

CASES = [
    (0, 10), (1, 10), (5, 10), (9, 10), (10, 10), (1, 1), (0, 1), (3, 100), (10, 100_000),
    (999, 1_000_000), (500_000, 1_000_000), (999_999, 1_000_000), (0, 1_000_000),
]  # fmt: skip


@pytest.mark.parametrize(("hits", "trials"), CASES)
def test_the_interval_is_that_of_scipy(hits: int, trials: int) -> None:
    low, high = clopper_pearson(hits, trials)
    assert low == pytest.approx(betaincinv(hits, trials - hits + 1, 0.025) if hits else 0, rel=1e-6)
    expected = betaincinv(hits + 1, trials - hits, 0.975) if hits < trials else 1
    assert high == pytest.approx(expected, rel=1e-6)


def test_without_trials_nothing_is_known() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("x", [-1.0, 0.0, 1e-9, 0.2, 0.5, 0.999, 1.0, 2.0])
def test_the_distribution_is_that_of_scipy(x: float) -> None:
    assert beta_cdf(3, 40, x) == pytest.approx(betainc(3, 40, min(max(x, 0), 1)), rel=1e-9)
