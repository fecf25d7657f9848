"""The prepared predictions tell at any threshold what `evaluation` and `slices` tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dga.evaluation import metrics, slices, threshold_sweep
from dga.evaluation.threshold_sweep import Sweep
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, PRED_CLASS, PRED_PROB, TRUE_CLASS

THRESHOLDS = (0.0, 0.25, 0.5, 0.7, 1.0)


@pytest.fixture(scope="module")
def predictions() -> pd.DataFrame:
    """600 names with equal scores among them and two families, one of which is unnamed."""
    dice = np.random.default_rng(5)
    scores = dice.integers(0, 21, 600) / 20
    truth = np.where(dice.random(600) < scores, DGA, BENIGN)
    family = np.where(truth == BENIGN, "", dice.choice(["alpha", "beta", ""], 600))
    return pd.DataFrame(
        {
            DOMAIN: [f"n{i}x{i * 7919 % 1000}.{'com' if i % 3 else 'net'}" for i in range(600)],
            TRUE_CLASS: truth,
            PRED_CLASS: np.where(scores >= 0.5, DGA, BENIGN),
            PRED_PROB: scores.astype(np.float32),
            FAMILY: family,
        },
        index=pd.RangeIndex(600, 1200),
    )


@pytest.fixture(scope="module")
def ready(predictions: pd.DataFrame) -> Sweep:
    return threshold_sweep.prepare(predictions, slices.attributes(predictions))


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_outcomes_and_families_are_those_of_evaluation(predictions, ready, threshold) -> None:
    assert ready.confusion(threshold) == metrics.confusion(predictions, threshold)
    told = metrics.family_table(predictions, threshold)
    pd.testing.assert_frame_equal(ready.family_table(threshold), told, check_dtype=False)


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_slices_are_those_of_slices_and_the_unnamed_family_is_one(
    predictions, ready, threshold
) -> None:
    mine = ready.slices(threshold)
    unnamed = (mine["slice"] == FAMILY) & (mine["value"] == "unknown")
    told = slices.slices(predictions, threshold)
    assert unnamed.sum() == 1
    rest = mine[~unnamed].reset_index(drop=True)
    pd.testing.assert_frame_equal(rest, told, check_dtype=False)


def test_rows_are_the_mistakes_the_surest_first(predictions, ready) -> None:
    told = metrics.mispredicted(predictions, 0.7)[DOMAIN].tolist()
    rows = ready.rows(0.7, ("FN", "FP"))
    assert predictions[DOMAIN].iloc[rows].tolist() == told
    assert len(ready.rows(0.7, ("TP", "TN", "FP", "FN"))) == len(predictions)


def test_rows_within_a_group_are_its_members(predictions, ready) -> None:
    within = ready.group("suffix", "net")
    rows = ready.rows(0.7, ("TP", "TN", "FP", "FN"), within)
    assert set(rows) == set(np.flatnonzero(predictions[DOMAIN].str.endswith(".net")))
    assert len(ready.group("suffix", "org")) == len(ready.rows(0.5, (), within)) == 0


def test_bins_count_every_name_and_hold_the_rows_between_their_edges(predictions, ready) -> None:
    assert ready.bins[[BENIGN, DGA]].to_numpy().sum() == len(predictions)
    for row in ready.bins.itertuples():
        rows = ready.between(row.score, row.upto, DGA)
        assert (predictions[TRUE_CLASS].iloc[rows] == DGA).all()
        assert len(rows) == row.dga
    assert (ready.bins["score"].iloc[0], ready.bins["upto"].iloc[-1]) == (0.0, 1.0)


def test_one_class_alone_is_told_too(predictions) -> None:
    benign = predictions[predictions[TRUE_CLASS] == BENIGN]
    ready = threshold_sweep.prepare(benign, slices.attributes(benign))
    assert ready.family_table(0.5).empty
    assert ready.confusion(0.5).recall is None
