"""Thresholds for rare rates against distributions whose tail is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from dga.evaluation import thresholds
from dga.evaluation.curves import threshold_at_fpr
from dga.evaluation.thresholds import choose

NAMES = 30_000
TRUE = {"logistic": stats.logistic(-4, 1.4), "normal": stats.norm(-4, 2.5)}


def scores(kind: str, seed: int, names: int = NAMES) -> np.ndarray:
    odds = TRUE[kind].rvs(names, random_state=seed)
    return (1 / (1 + np.exp(-odds))).astype(np.float32)


def true_rate(kind: str, threshold: float) -> float:
    return float(TRUE[kind].sf(np.log(threshold / (1 - threshold))))


@pytest.mark.parametrize("kind", TRUE)
def test_a_rare_rate_is_near_the_true_one_and_in_its_interval(kind: str) -> None:
    chosen = [choose(scores(kind, seed), 1e-4) for seed in range(40)]
    rates = np.array([true_rate(kind, one.threshold) for one in chosen])
    assert {one.method for one in chosen} == {"tail"}
    assert all(one.resolvable for one in chosen)
    assert 0.7e-4 < rates.mean() < 1.5e-4
    inside = [one.fpr_low <= r <= one.fpr_high for one, r in zip(chosen, rates, strict=True)]
    assert np.mean(inside) >= 0.9


def test_a_rate_that_names_speak_for_is_counted() -> None:
    given = scores("normal", 1)
    assert choose(given, 0.001) == threshold_at_fpr(given, 0.001)
    assert choose(given, 0.001).method == "counted"


@pytest.mark.parametrize("given", [[], [0.5] * 20_000, scores("normal", 1, 5_000)])
def test_too_few_names_or_no_tail_give_no_rare_threshold(given: list[float]) -> None:
    assert not choose(given, 1e-4).resolvable


def test_a_threshold_is_the_same_on_every_call() -> None:
    given = scores("logistic", 3)
    assert choose(given, 1e-4) == choose(given, 1e-4)


@pytest.mark.parametrize("shape", [-0.2, 0.0, 0.3])
def test_moments_find_the_shape_and_scale(shape: float) -> None:
    drawn = stats.genpareto(shape, scale=2.0).rvs(100_000, random_state=2)
    found, scale = thresholds.moments(drawn[None, :])
    assert found[0] == pytest.approx(shape, abs=0.03)
    assert scale[0] == pytest.approx(2.0, rel=0.05)
