"""How likely people are to have chosen a name: counted, summed, whatever the padding."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from dga.networks import char_lm, ngrams
from dga.networks.char_lm import LENGTH, SCALE, Likelihood
from dga.scoring.encoder import CharEncoder

ENCODER = CharEncoder(max_length=20)
NAMES = ["sunrise.com", "sunset.com", "moonrise.net", "sunflower.com", "moonlight.org"]


def network() -> keras.Model:
    codes = keras.Input((None,), dtype="int32", name="codes")
    numbers = ngrams.numbered(codes, ENCODER.vocabulary, LENGTH)[-1]
    return keras.Model(codes, Likelihood(ENCODER.vocabulary, name="likelihood")(numbers))


@pytest.fixture
def taught() -> keras.Model:
    model = network()
    char_lm.learn(model, ENCODER.encode(NAMES), ENCODER.vocabulary)
    return model


def told(model: keras.Model, *names: str, width: int = 20) -> np.ndarray:
    return np.asarray(model.predict_on_batch(ENCODER.encode(names, width).astype(np.int32)))


def test_what_is_usual_is_likelier_than_what_is_not(taught: keras.Model) -> None:
    usual, unusual = told(taught, "moonset.com", "xqzkvww.com")[:, 0]
    assert usual > unusual + 0.3
    assert unusual < 0


def test_characters_are_counted_and_padding_is_not(taught: keras.Model) -> None:
    narrow, wide = told(taught, "sunset.com", width=10), told(taught, "sunset.com")
    np.testing.assert_allclose(narrow, wide, atol=1e-6)
    assert wide[0, 1] == 10 / SCALE


def test_the_next_characters_chances_make_a_whole_in_any_context() -> None:
    dice = np.random.default_rng(0)
    counts = dice.integers(0, 3, 5**LENGTH).astype(np.int32)
    counts.reshape(5, -1)[0] = 0  # no n-gram starts with padding
    logs = char_lm.logarithms(counts, 5).reshape(5, -1)
    np.testing.assert_array_equal(logs[0], 0)
    left = 1 - np.exp(logs[1:]).sum(axis=0)  # what padding, which never comes, might have
    assert (left > -1e-3).all()
    assert left.max() < 0.1


def test_frequencies_are_mixed_by_witten_and_bell() -> None:
    counts = np.zeros((3,) * LENGTH, dtype=np.int32)
    counts[1, 2, 0, 0] = 3  # "a" thrice and "b" once before "b"
    counts[2, 2, 0, 0] = 1
    one = (3 + 2 / 3) / (4 + 2)  # alone: 3 of 4, 2 kinds, below them 1 of 3 characters
    for _ in range(LENGTH - 1):
        one = (3 + 2 * one) / (4 + 2)
    logs = char_lm.logarithms(counts.ravel(), 3).reshape(counts.shape)
    assert logs[1, 2, 0, 0] == pytest.approx(np.log(one), abs=1e-3)


def test_what_is_known_stays(taught: keras.Model) -> None:
    before = taught.get_layer("likelihood").table.numpy()
    char_lm.learn(taught, ENCODER.encode(["xqzkvww.com"]), ENCODER.vocabulary)
    np.testing.assert_array_equal(taught.get_layer("likelihood").table.numpy(), before)
    assert before.any()


def test_no_gradient_reaches_what_was_counted(taught: keras.Model) -> None:
    assert taught.trainable_variables == []
