from __future__ import annotations

import keras
import numpy as np
import pytest

from dga.config import ARCHITECTURES
from dga.errors import ConfigError
from dga.networks import architectures, ngrams
from dga.networks.architectures import Output
from dga.scoring.encoder import CharEncoder

NAMES = ["example.com", "xjpwkqzv.ru", "a.de", "sueddeutsche.de"]
OUTPUTS = [Output("score", 1, "sigmoid"), Output("families", 5, "softmax")]


def encoder_of(name: str) -> CharEncoder:
    return CharEncoder(side=ARCHITECTURES[name].side)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_has_a_builder_and_gives_shares(name: str) -> None:
    encoder = encoder_of(name)
    model = architectures.build(name, encoder, OUTPUTS)
    given = model.predict_on_batch(encoder.encode(NAMES).astype(np.int32))
    assert given["score"].shape == (4, 1)
    assert ((given["score"] >= 0) & (given["score"] <= 1)).all()
    assert np.allclose(given["families"].sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("name", [name for name, row in ARCHITECTURES.items() if row.trims])
def test_columns_of_padding_change_no_score(name: str) -> None:
    encoder = encoder_of(name)
    model = architectures.build(name, encoder, OUTPUTS[:1])
    codes = encoder.encode(NAMES * ngrams.LEAST).astype(np.int32)
    ngrams.choose(model, codes, encoder.vocabulary)
    learner = keras.Model(model.inputs, model.output["score"])  # no zero start hides a thing
    learner.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    learner.fit(codes, np.arange(len(codes)) % 2, epochs=8, verbose=0)
    wide = model.predict_on_batch(encoder.encode(NAMES).astype(np.int32))
    narrow = model.predict_on_batch(encoder.encode(NAMES, 16).astype(np.int32))
    assert np.allclose(wide["score"], narrow["score"], atol=1e-6)


def test_lstm_is_the_notebooks_network() -> None:
    model = architectures.build("lstm", encoder_of("lstm"), OUTPUTS[:1])
    embedding, lstm, dropout, dense = model.layers[1:]
    assert model.input_shape == (None, 75)
    assert (embedding.output_dim, lstm.units, dropout.rate, dense.units) == (128, 128, 0.5, 1)
    assert dense.activation.__name__ == "sigmoid"


def test_an_unknown_architecture_is_told_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="'gru'.*lstm, bigram, cnn"):
        architectures.build("gru", CharEncoder(), OUTPUTS)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_learns_in_mixed_precision(name: str) -> None:
    encoder = encoder_of(name)
    codes = encoder.encode(NAMES).astype(np.int32)
    keras.mixed_precision.set_dtype_policy("mixed_bfloat16")
    try:
        given = architectures.build(name, encoder, OUTPUTS)(codes, training=True)
    finally:
        keras.mixed_precision.set_dtype_policy("float32")
    assert np.allclose(np.asarray(given["families"]).sum(axis=1), 1, atol=1e-2)
