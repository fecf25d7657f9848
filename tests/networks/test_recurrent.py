"""The lstm without its padding, against the computation over all padded columns."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from dga.networks import architectures, heads, recurrent
from dga.scoring.encoder import CharEncoder

ENCODER = CharEncoder(max_length=40, side="left")
NAMES = ["a.com", "someone.co.uk", "qx7z0-bnv8k.example.net", "x" * 40]


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """An lstm whose weights are as far from their start as after a training."""
    keras.utils.set_random_seed(1)
    made = architectures.build("lstm", ENCODER, heads.outputs_for("both", ["one", "two"]))
    dice = np.random.default_rng(1)
    for weight in made.weights:
        weight.assign(weight + dice.normal(0, 0.1, weight.shape))
    recurrent.settle(made)
    return made


def codes(name: str, width: int | None = None) -> np.ndarray:
    return ENCODER.encode([name], width).astype(np.int32)


@pytest.mark.parametrize("name", NAMES)
def test_a_settled_network_over_all_columns_scores_as_over_the_name_alone(
    model: keras.Model, name: str
) -> None:
    padded = model.predict_on_batch(codes(name))
    bare = recurrent.unpadded(model).predict_on_batch(codes(name, len(name)))
    assert np.abs(padded["score"] - bare["score"]).max() < 1e-5
    assert np.abs(padded["families"] - bare["families"]).max() < 1e-5


def test_names_of_several_lengths_in_a_batch_score_as_each_alone(model: keras.Model) -> None:
    lean = recurrent.unpadded(model)
    together = lean.predict_on_batch(ENCODER.encode(NAMES).astype(np.int32))["score"]
    alone = [lean.predict_on_batch(codes(name, len(name)))["score"] for name in NAMES]
    assert np.abs(together - np.concatenate(alone)).max() < 1e-5


def test_it_is_the_lstm_of_keras_that_is_computed(model: keras.Model) -> None:
    name = NAMES[-1]  # fills all columns: the plain network sees no padding
    padded = model.predict_on_batch(codes(name))["score"]
    assert np.abs(padded - recurrent.unpadded(model).predict_on_batch(codes(name))["score"]) < 1e-5


def test_its_gradients_are_those_of_the_padded_computation(model: keras.Model) -> None:
    import tensorflow as tf

    given = tf.constant(ENCODER.encode([NAMES[-1]] * 3).astype(np.int32))
    found = []
    for one in (model, recurrent.unpadded(model)):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(one(given)["score"])
        kernels = [layer.cell.recurrent_kernel for layer in model.layers if layer.name == "lstm"]
        found.append(tape.gradient(loss, [kernel.value for kernel in kernels])[0].numpy())
    assert np.abs(found[0]).max() > 1e-3
    assert np.allclose(*found, atol=1e-4)


def test_both_share_their_weights(model: keras.Model) -> None:
    lean = recurrent.unpadded(model)
    assert {id(weight) for weight in lean.weights} == {id(weight) for weight in model.weights}
