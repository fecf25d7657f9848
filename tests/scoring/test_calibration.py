"""What a network gives, weighed to P(dga)."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dga.scoring.calibration import Calibration, Float32s, Given, log_odds, log_shares

SCORES = np.linspace(0, 1, 101, dtype=np.float32)


def given(scores: Float32s, **further: Float32s) -> Given:
    outputs = {"score": scores[:, None], **further}
    return Given.of(outputs, "both" if "families" in further else "binary")


def test_scaling_keeps_the_order_and_the_range() -> None:
    rescaled = Calibration(scale=2.0, offset=-1.0).apply(given(SCORES))
    assert (np.diff(rescaled) >= 0).all()
    assert rescaled.min() >= 0
    assert rescaled.max() <= 1
    assert rescaled.dtype == np.float32


def test_the_identity_leaves_scores_as_they_are() -> None:
    np.testing.assert_array_equal(Calibration().apply(given(SCORES)), SCORES)


def test_each_weight_weighs_what_it_stands_for() -> None:
    shares = np.array([[0.9, 0.1], [0.0, 1.0]], dtype=np.float32)
    likelihood = np.array([[-1.0, 0.5], [-2.0, 0.25]], dtype=np.float32)
    own = np.array([0.5, 0.8], dtype=np.float32)
    told = given(own, families=shares, likelihood=likelihood)
    found = Calibration(2.0, 0.5, (1.0, -1.0), (0.25, 4.0)).apply(told)
    first = 0.5 + np.log(0.9) - np.log(0.1) - 0.25 + 2.0
    second = 2 * np.log(4) + 0.5 + np.log(1e-4) - 0.0 - 0.5 + 1.0
    assert log_odds(found) == pytest.approx([first, second], abs=1e-5)


def test_what_has_no_weight_is_not_needed() -> None:
    only = Calibration(1.0, 0.0, (), (1.0, 0.0))
    likelihood = np.full((101, 2), 3.0, dtype=np.float32)
    shifted = only.apply(given(SCORES, likelihood=likelihood))
    assert log_odds(shifted[50:51]) == pytest.approx(3, abs=1e-5)


def test_a_share_of_nothing_is_no_endless_evidence() -> None:
    assert np.isfinite(log_shares(np.zeros((1, 3), dtype=np.float32))).all()
    assert np.isfinite(log_odds(np.array([0, 1], dtype=np.float32))).all()


def test_it_is_kept_as_plain_values() -> None:
    given = Calibration(0.5, -1.0, (0.25, -2.0), (1.0, 2.0))
    assert Calibration.from_json(json.loads(json.dumps(given.to_json()))) == given
    assert Calibration.from_json({"scale": 2, "offset": 1}) == Calibration(2.0, 1.0)


def test_the_networks_own_log_odds_are_taken_where_it_gives_them() -> None:
    own = np.array([[9.0], [-9.0], [40.0]], dtype=np.float32)
    told = given(np.array([0.5, 0.5, 1.0], dtype=np.float32), log_odds=own)
    assert told.odds == pytest.approx([9, -9, np.log(1e7)])


def test_a_family_tasks_score_is_what_benign_leaves() -> None:
    classes = np.array([[0.75, 0.05, 0.2]], dtype=np.float32)
    told = Given.of({"families": classes}, "family")
    assert told.score == pytest.approx([0.25])
    assert told.shares.tolist() == [pytest.approx([0.2, 0.8])]
