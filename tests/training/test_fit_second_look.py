"""A second look fitted on made-up names, with the factory's network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from dga.errors import BundleError
from dga.scoring import onnx_session, second_look
from dga.scoring.bundle import ModelBundle
from dga.scoring.second_look import COUNTS
from dga.training import fit_second_look
from dga.training.fit_second_look import ZONE, BinnedTrees
from tests.runs_factory import made_up_names

NONE = np.zeros(COUNTS, np.uint8)


@pytest.fixture(scope="module")
def names() -> tuple[list[str], np.ndarray]:
    frames = [made_up_names(("alpha",), seed) for seed in range(60)]
    known = {
        n: f != "" for frame in frames for n, f in zip(frame.domain, frame.family, strict=True)
    }
    return list(known), np.array(list(known.values()))


def test_trees_are_fitted_exported_and_tell_the_classes_apart(
    tiny_bundle: ModelBundle, names: tuple[list[str], np.ndarray]
) -> None:
    texts, is_dga = names
    given = tiny_bundle.outputs(texts)
    odds = tiny_bundle.calibration.log_odds(given)
    rows, values = second_look.doubtful(texts, odds, given, ZONE, tiny_bundle.codebook(), NONE)
    assert len(rows) > 1_000
    each = np.ones(len(rows))
    fitted = fit_second_look.fit_trees(
        values, is_dga[rows], each, each > 0, balance=1.0, least=1_000
    )
    assert fitted is not None
    look = second_look.SecondLook(
        zone=ZONE,
        scale=fitted.scale,
        offset=fitted.offset,
        counts=NONE,
        trees=onnx_session.session(fitted.graph),
        further=tuple(second_look.FURTHER),
    )
    assert look.numbers() == fitted.numbers()
    final = replace(tiny_bundle, second_look=look).score(texts).score[rows] >= 0.5
    assert np.mean(final == is_dga[rows]) > 0.95
    assert np.mean((fitted.odds >= 0) == is_dga[rows]) > 0.95


@pytest.mark.parametrize("further", [(), ("words",), ("words", "pairs")])
def test_a_second_look_reads_what_its_version_knew(
    tiny_bundle: ModelBundle,
    names: tuple[list[str], np.ndarray],
    tmp_path: Path,
    further: tuple[str, ...],
) -> None:
    texts, is_dga = names
    given, codes = tiny_bundle.outputs(texts), tiny_bundle.encoder.encode(texts)
    odds = tiny_bundle.calibration.log_odds(given)
    numbers = {"low": -50.0, "high": 50.0, "scale": 1.0, "offset": 0.0}
    features = second_look.features(odds, given, codes, tiny_bundle.codebook(), NONE, further)
    graph = BinnedTrees.fit(features, is_dga, np.ones(len(texts))).exported()
    stated = second_look.save(tmp_path, NONE, graph, numbers) | {"further": list(further)}
    if further in ((), ("words",)):
        del stated["further"]  # as bundles of the versions before stated it
        stated |= {"reads_words": True} if further else {}
    look = second_look.load(tmp_path, stated, tiny_bundle.encoder)
    assert look.further == further
    found = replace(tiny_bundle, second_look=look).score(texts).score >= 0.5
    assert np.mean(found == is_dga) > 0.95


@pytest.mark.parametrize("stated", [["words", "a later thing"], "words", 3])
def test_a_second_look_of_a_later_version_is_refused(
    tiny_bundle: ModelBundle, tmp_path: Path, stated: object
) -> None:
    trees = BinnedTrees.fit(
        np.random.default_rng(1).normal(size=(500, 3)).astype(np.float32),
        np.arange(500) % 2 == 0,
        np.ones(500),
    )
    numbers = {"low": -1.0, "high": 1.0, "scale": 1.0, "offset": 0.0}
    graph = trees.exported()
    saved = second_look.save(tmp_path, NONE, graph, numbers)
    with pytest.raises(BundleError, match="does not know"):
        second_look.load(tmp_path, saved | {"further": stated}, tiny_bundle.encoder)


def test_scaling_counts_a_dga_name_as_often_as_it_is_told_to() -> None:
    odds = np.array([-1.0, 1.0] * 50)
    is_dga = np.array([False, True, False, True, True, False] * 16 + [False, True] * 2)
    even, offset = fit_second_look._scaled(odds, is_dga, 1.0)
    _, higher = fit_second_look._scaled(odds, is_dga, 10.0)
    assert even > 0
    assert higher > offset + 1


@pytest.fixture(scope="module")
def sample() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, the last of few distinct values, with classes and weights."""
    dice = np.random.default_rng(1)
    values = dice.normal(size=(4_000, 6)).astype(np.float32)
    values[:, 5] = np.round(values[:, 5])
    is_dga = values[:, 0] * values[:, 1] + values[:, 5] + dice.normal(size=4_000) > 0.3
    return values, is_dga, dice.uniform(0.1, 10, 4_000)


def test_the_exported_trees_say_what_the_fitted_ones_say(
    sample: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    trees = BinnedTrees.fit(*sample)
    look = second_look.SecondLook(
        zone=ZONE,
        scale=1.0,
        offset=0.0,
        counts=NONE,
        trees=onnx_session.session(trees.exported()),
    )
    assert look.raw(sample[0]) == pytest.approx(trees.log_odds(sample[0]), abs=1e-4)


def test_trees_over_bins_are_those_that_scikit_learn_fits_to_the_values(
    sample: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    values, is_dga, weights = sample
    usual = HistGradientBoostingClassifier(**fit_second_look.TREES)
    usual.fit(values, is_dga, sample_weight=weights)
    told = BinnedTrees.fit(values, is_dga, weights).log_odds(values)
    assert np.corrcoef(told, usual.decision_function(values))[0, 1] > 0.99


def test_few_names_in_doubt_get_no_trees() -> None:
    values, is_dga = np.zeros((400, 6), np.float32), np.arange(400) % 2 == 0
    assert not fit_second_look.fit_trees(values, is_dga, np.ones(400), is_dga, balance=1.0)
