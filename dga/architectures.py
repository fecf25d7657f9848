"""Name to builder of an uncompiled Keras model. Trains and loads nothing.

Builders use Keras layers and `keras.ops` alone, so that they also train on Keras's JAX and
PyTorch backends. To add one: write a function of (codes, vocabulary, outputs) that returns the
output tensors, and give the table in `dga.config` a row of the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import keras
from keras import layers, ops

from dga.config import ARCHITECTURES
from dga.encoding import CharEncoder
from dga.errors import ConfigError


@dataclass(frozen=True)
class Output:
    """One output of a model: its name, how many units it has, their activation."""

    name: str
    units: int
    activation: Literal["sigmoid", "softmax"]


GRAM_BUCKETS = 65_521  # prime, so that the remainder of an n-gram's number hashes it

Tensor = Any  # a symbolic Keras tensor; Keras ships no type for it
Builder = Callable[[Tensor, int, Sequence[Output]], list[Tensor]]


def lstm(codes: Tensor, vocabulary: int, outputs: Sequence[Output]) -> list[Tensor]:
    """The notebook's network: Woodbridge et al. 2016, arXiv 1611.00791, section 4.2."""
    x = layers.Embedding(vocabulary, 128, name="embedding")(codes)
    x = layers.LSTM(128, name="lstm")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    return _dense(x, outputs)


def bigram(codes: Tensor, vocabulary: int, outputs: Sequence[Output]) -> list[Tensor]:
    """Logistic regression on the counts of character bigrams, the same paper's baseline.

    A weight for each pair of codes, summed over the name: the same as a dense layer on counts.
    """
    first, second = codes[:, :-1], codes[:, 1:]
    pairs = ops.where(second > 0, first * vocabulary + second, 0)
    present = ops.expand_dims(ops.cast(pairs > 0, "float32"), -1)
    return [
        layers.Activation(output.activation, name=output.name)(
            _Bias(name=f"{output.name}_bias")(
                ops.sum(
                    layers.Embedding(vocabulary**2, output.units, embeddings_initializer="zeros")(
                        pairs
                    )
                    * present,
                    axis=1,
                )
            )
        )
        for output in outputs
    ]


def cnn(codes: Tensor, vocabulary: int, outputs: Sequence[Output]) -> list[Tensor]:
    """Convolutions of several widths over the characters, the strongest answer of each kept.

    After Kim 2014 (arXiv 1408.5882) and Saxe & Berlin 2017 (arXiv 1702.08568). Padding is masked
    before and after the convolutions, so that it changes no score.
    """
    present = ops.expand_dims(ops.cast(codes > 0, "float32"), -1)  # (rows, columns, 1)
    x = layers.Embedding(vocabulary, 48, name="embedding")(codes) * present
    x = layers.SpatialDropout1D(0.1)(x)
    pooled = [_pooled(x, present, width) for width in (2, 3, 4, 5, 7)]
    x = layers.Concatenate()(pooled)
    x = layers.Dropout(0.3)(x)
    x = layers.Dense(192, activation="relu", name="hidden")(x)
    x = layers.Dropout(0.3)(x)
    return _dense(x, outputs)


def hybrid(codes: Tensor, vocabulary: int, outputs: Sequence[Output]) -> list[Tensor]:
    """Embedded characters and hashed n-grams under two convolutions, pooled at each level.

    The tables of n-grams remember words, as the bags of fastText do (Bojanowski et al. 2017,
    arXiv 1607.04606); the convolutions see how a name is built.
    """
    present = ops.expand_dims(ops.cast(codes > 0, "float32"), -1)  # (rows, columns, 1)
    grams = layers.Concatenate()([_grams(codes, vocabulary, length) for length in (3, 4, 5)])
    grams = layers.Dropout(0.25, noise_shape=(None, None, 1))(grams)  # whole n-grams
    characters = layers.Embedding(vocabulary, 40, name="embedding")(codes)
    x = layers.SpatialDropout1D(0.1)(layers.Concatenate()([characters, grams]) * present)
    near = _convolved(x, present, 3, name="near")
    far = _convolved(near, present, 3, dilation=2, name="far")
    count = ops.sum(present, axis=1) + 1.0
    pooled = [layers.GlobalMaxPooling1D()(near), layers.GlobalMaxPooling1D()(far)]
    means = [ops.sum(x, axis=1) / count, ops.sum(far, axis=1) / count, count / 32.0]
    x = layers.Dropout(0.2)(layers.Concatenate()(pooled + means))
    x = layers.Dense(160, activation="relu", name="hidden")(x)
    return _dense(layers.Dropout(0.2)(x), outputs)


BUILDERS: dict[str, Builder] = {"lstm": lstm, "bigram": bigram, "cnn": cnn, "hybrid": hybrid}


def build(name: str, encoder: CharEncoder, outputs: Sequence[Output]) -> keras.Model:
    """Build an uncompiled model: int32 codes (rows, columns) in, a named tensor an output."""
    if name not in ARCHITECTURES:
        raise ConfigError(f"no architecture {name!r}; choose from {', '.join(ARCHITECTURES)}")
    columns = None if ARCHITECTURES[name].trims else encoder.max_length
    codes = keras.Input((columns,), dtype="int32", name="codes")
    tensors = BUILDERS[name](codes, encoder.vocabulary, outputs)
    return keras.Model(codes, dict(zip((o.name for o in outputs), tensors, strict=True)), name=name)


def _dense(features: Tensor, outputs: Sequence[Output]) -> list[Tensor]:
    return [
        layers.Dense(o.units, activation=o.activation, dtype="float32", name=o.name)(features)
        for o in outputs
    ]


def _pooled(x: Tensor, present: Tensor, width: int, filters: int = 96) -> Tensor:
    x = layers.Conv1D(filters, width, padding="same", activation="relu", name=f"conv_{width}")(x)
    return layers.GlobalMaxPooling1D()(x * present)  # relu: what is masked to 0 never wins


def _grams(codes: Tensor, vocabulary: int, length: int) -> Tensor:
    """Embed the n-gram that starts at each character: (rows, columns, 8), by its hash."""
    rolled, index = codes, codes
    for _ in range(length - 1):
        rolled = ops.pad(rolled[:, 1:], [[0, 0], [0, 1]])
        index = index * vocabulary + rolled  # below 41**5: fits 32 bits
    return layers.Embedding(GRAM_BUCKETS, 8, name=f"grams_{length}")(index % GRAM_BUCKETS)


def _convolved(x: Tensor, present: Tensor, width: int, *, name: str, dilation: int = 1) -> Tensor:
    convolution = layers.Conv1D(
        128, width, padding="same", dilation_rate=dilation, activation="relu", name=name
    )
    return convolution(x) * present


@keras.saving.register_keras_serializable("dga")
class _Bias(layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Adds a learnt constant to each unit."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.bias = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="bias")

    def call(self, inputs: Tensor) -> Tensor:
        return inputs + self.bias
