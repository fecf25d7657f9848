"""What a network gives, weighed to P(dga)."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dga.calibration import Calibration, log_odds, log_shares

SCORES = np.linspace(0, 1, 101, dtype=np.float32)


def test_scaling_keeps_the_order_and_the_range() -> None:
    rescaled = Calibration(scale=2.0, offset=-1.0).apply(SCORES)
    assert (np.diff(rescaled) >= 0).all()
    assert rescaled.min() >= 0
    assert rescaled.max() <= 1
    assert rescaled.dtype == np.float32


def test_the_identity_leaves_scores_as_they_are() -> None:
    assert Calibration().apply(SCORES) is SCORES


def test_each_weight_weighs_what_it_stands_for() -> None:
    shares = np.array([[0.9, 0.1], [0.0, 1.0]], dtype=np.float32)
    likelihood = np.array([[-1.0, 0.5], [-2.0, 0.25]], dtype=np.float32)
    own = np.array([0.5, 0.8], dtype=np.float32)
    found = Calibration(2.0, 0.5, (1.0, -1.0), (0.25, 4.0)).apply(own, shares, likelihood)
    first = 0.5 + np.log(0.9) - np.log(0.1) - 0.25 + 2.0
    second = 2 * np.log(4) + 0.5 + np.log(1e-4) - 0.0 - 0.5 + 1.0
    assert log_odds(found) == pytest.approx([first, second], abs=1e-5)


def test_what_has_no_weight_is_not_needed() -> None:
    only = Calibration(1.0, 0.0, (), (1.0, 0.0))
    likelihood = np.full((101, 2), 3.0, dtype=np.float32)
    shifted = only.apply(SCORES, None, likelihood)
    assert log_odds(shifted[50:51]) == pytest.approx(3, abs=1e-5)


def test_a_share_of_nothing_is_no_endless_evidence() -> None:
    assert np.isfinite(log_shares(np.zeros((1, 3), dtype=np.float32))).all()
    assert np.isfinite(log_odds(np.array([0, 1], dtype=np.float32))).all()


def test_it_is_kept_as_plain_values() -> None:
    given = Calibration(0.5, -1.0, (0.25, -2.0), (1.0, 2.0))
    assert Calibration.from_json(json.loads(json.dumps(given.to_json()))) == given
    assert Calibration.from_json({"scale": 2, "offset": 1}) == Calibration(2.0, 1.0)


def test_the_last_bit_of_a_score_hardly_changes_the_verdict() -> None:
    own = np.array([1 - 1e-7, 0.999, 0.5, 1e-3, 1e-7], dtype=np.float32)
    shares = np.full((5, 2), 0.5, dtype=np.float32)
    weighed = Calibration(0.6, -6.0, (1.0, 1.0))
    before, after = (weighed.apply(scores, shares) for scores in (own, np.nextafter(own, 0.5)))
    assert np.abs(before - after).max() < 2e-6
