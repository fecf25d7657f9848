"""A second look fitted on made-up names, with the factory's network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dga.scoring import second_look
from dga.scoring.bundle import ModelBundle
from dga.scoring.second_look import COUNTS
from dga.training import fit_second_look
from dga.training.fit_second_look import ZONE
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
    tiny_bundle: ModelBundle, names: tuple[list[str], np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, is_dga = names
    monkeypatch.setattr(fit_second_look, "LEAST_ROWS", 1_000)
    fitted = fit_second_look.fit(
        tiny_bundle, texts, is_dga, np.ones(len(texts)), NONE, listed=len(texts)
    )
    assert fitted is not None
    rows, values = tiny_bundle.doubtful(texts, ZONE, NONE)
    assert len(rows) > 1_000
    ready = replace(tiny_bundle, second_look=fitted.look)
    final = ready.score(texts).score[rows] >= 0.5
    assert np.mean(final == is_dga[rows]) > 0.95
    assert np.mean((fitted.odds[rows] >= 0) == is_dga[rows]) > 0.95
    outside = np.setdiff1d(np.arange(len(texts)), rows)
    assert fitted.odds[outside] == pytest.approx(tiny_bundle.log_odds(texts)[outside])


def test_the_exported_trees_say_what_the_fitted_ones_say() -> None:
    dice = np.random.default_rng(1)
    values = dice.normal(size=(4_000, 6)).astype(np.float32)
    is_dga = values[:, 0] * values[:, 1] + dice.normal(size=4_000) > 0.3
    model = fit_second_look._trees(values, is_dga, np.ones(4_000))
    graph = fit_second_look._exported(model, 6)
    look = second_look.SecondLook(
        zone=ZONE,
        scale=1.0,
        offset=0.0,
        counts=NONE,
        trees=fit_second_look.onnx_session.session(graph),
    )
    assert look.raw(values) == pytest.approx(model.decision_function(values), abs=1e-4)


def test_few_names_in_doubt_get_no_second_look(
    tiny_bundle: ModelBundle, names: tuple[list[str], np.ndarray]
) -> None:
    texts, is_dga = names[0][:400], names[1][:400]
    assert not fit_second_look.fit(tiny_bundle, texts, is_dga, np.ones(400), NONE, listed=400)
