"""Builders of uncompiled Keras models, by architecture name. Trains and loads nothing.

Builders use only Keras layers and `keras.ops`, so that they also run on Keras's JAX and PyTorch
backends. To add one, write a function of (codes, vocabulary, outputs) that returns the output
tensors, and add a row of the same name to `dga.config.ARCHITECTURES`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import keras
from keras import layers, ops

from dga import config
from dga.config import ARCHITECTURES
from dga.errors import ConfigError
from dga.networks import char_lm, ngrams
from dga.networks.char_lm import Likelihood
from dga.scoring.encoder import ALPHABET, CharEncoder


@dataclass(frozen=True)
class Output:
    """One output of a model: its name, its number of units, their activation."""

    name: str
    units: int
    activation: Literal["sigmoid", "softmax"]


LOG_ODDS = "log_odds"  # name of a layer that becomes an output too
DOT = ALPHABET.index(".") + 1  # the code of a dot

# `lstm`: Woodbridge et al. 2016.
LSTM_UNITS, LSTM_DROPOUT = 128, 0.5

# `cnn`: widths as in Saxe & Berlin 2017, and 7; fewer filters and units, for scoring on a CPU.
CNN_EMBEDDING, CNN_WIDTHS, CNN_FILTERS, CNN_HIDDEN = 48, (2, 3, 4, 5, 7), 96, 192
CNN_CHARACTER_DROPOUT, CNN_DROPOUT = 0.1, 0.3

# `hybrid`: n -> (rows, width) of its n-gram table. Rows fit 16 bits, so an exported index is small.
GRAMS = {3: (50_000, 16), 4: (65_000, 16), 5: (65_000, 16), 7: (65_000, 12)}
NEAR_DROPOUT, HIDDEN_DROPOUT = 0.1, 0.2
SUM_SCALE, LENGTH_SCALE = 8.0, 32.0  # bring sums over a name, and its length, to about 1
# Hash tables of a name's shape. Their sizes are primes, so that a remainder uses all bits.
BUCKETS, SUFFIXES = 65_521, 4_093  # rows for suffix with label length, and for suffixes
SHAPE_WIDTH = 16  # of an embedding in these tables
LABELS = 64  # label lengths told apart, from 0

Tensor = Any  # a symbolic Keras tensor; Keras ships no type for it
Builder = Callable[[Tensor, int, Sequence[Output]], list[Tensor]]


def lstm(codes: Tensor, vocabulary: int, outputs: Sequence[Output]) -> list[Tensor]:
    """The notebook's network: Woodbridge et al. 2016, arXiv 1611.00791, section 4.2."""
    x = layers.Embedding(vocabulary, LSTM_UNITS, name="embedding")(codes)
    x = layers.LSTM(LSTM_UNITS, name="lstm")(x)
    x = layers.Dropout(LSTM_DROPOUT, name="dropout")(x)
    return dense(x, outputs)


def bigram(codes: Tensor, vocabulary: int, outputs: Sequence[Output]) -> list[Tensor]:
    """Logistic regression on the counts of character bigrams, the same paper's baseline.

    One weight per pair of codes, summed over the name, equals a dense layer on the counts.
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
    """Convolutions of several widths over the characters, each max-pooled over the name.

    After Kim 2014 (arXiv 1408.5882) and Saxe & Berlin 2017 (arXiv 1702.08568). Padding is masked
    before and after the convolutions, so that it changes no score.
    """
    present = ops.expand_dims(ops.cast(codes > 0, "float32"), -1)  # (rows, columns, 1)
    x = layers.Embedding(vocabulary, CNN_EMBEDDING, name="embedding")(codes) * present
    x = layers.SpatialDropout1D(CNN_CHARACTER_DROPOUT)(x)
    pooled = [_pooled(x, present, width) for width in CNN_WIDTHS]
    x = layers.Concatenate()(pooled)
    x = layers.Dropout(CNN_DROPOUT)(x)
    x = layers.Dense(CNN_HIDDEN, activation="relu", name="hidden")(x)
    x = layers.Dropout(CNN_DROPOUT)(x)
    return dense(x, outputs)


def hybrid(
    codes: Tensor,
    vocabulary: int,
    outputs: Sequence[Output],
    *,
    tables: Mapping[int, tuple[int, int]] = GRAMS,
    table: Callable[[Tensor, int, int, int], Tensor] | None = None,
    dropped: float = 0.25,
    units: int = 64,
    filters: int = 48,
    hidden: int = 160,
    shape: bool = True,
    totals: bool = True,
    joint: bool = True,
) -> list[Tensor]:
    """Embeddings of frequent n-grams and two convolutions over them, beside the name's shape.

    The n-gram tables memorise words, as fastText's bags of n-grams do (Bojanowski et al. 2017,
    arXiv 1607.04606). The convolutions see how a name is built. The shape is the suffix, the
    label's length, and both together, which are typical of a family. The convolutions' outputs,
    summed over the name, also reach the output layer directly (wide & deep, Cheng et al. 2016,
    arXiv 1606.07792).

    To keep scoring cheap, characters are only looked up, never multiplied, and the second
    convolution (`far`) reads disjoint pairs of positions.

    `tables`: n-gram tables as in GRAMS; `table` builds one, by default `frequent`. `dropped`: the
    dropout rate of n-grams. `units`, `filters`, `hidden`: widths of the first convolution, the
    second, and the hidden layer. `shape`, `totals`, `joint` switch parts off. The defaults are what
    ships; `experiments/variants.py` lists others that were tried, with their outcome.
    """
    codes = _even(codes)
    real = ops.cast(codes > 0, "int32")
    numbers = dict(enumerate(ngrams.numbered(codes, vocabulary, max(tables)), 2))
    words = layers.Concatenate()(
        [(table or frequent)(numbers[n], n, *size) for n, size in tables.items()]
    )
    words = layers.Dropout(dropped, noise_shape=(None, None, 1))(words)  # whole n-grams
    pairs = ngrams.table(numbers[2], vocabulary**2, units, "bigrams")
    words = layers.Dense(units, use_bias=False, name="near")(words)  # padding stays 0
    near = ops.relu(layers.SpatialDropout1D(NEAR_DROPOUT)(pairs) + words)
    beside = layers.Reshape((-1, 2 * units))(near)
    far = ops.relu(layers.Dense(filters, use_bias=False, name="far")(beside))
    length = ops.expand_dims(ops.cast(ops.sum(real, axis=1), "float32"), -1) + 1.0
    pooled = [layers.GlobalMaxPooling1D()(near), layers.GlobalMaxPooling1D()(far)]
    summed = [ops.sum(near, axis=1) / SUM_SCALE, ops.sum(far, axis=1) / SUM_SCALE]
    shapes = _shape(codes, real) if shape else []
    x = layers.Concatenate()([*pooled, *summed, length / LENGTH_SCALE, *shapes])
    x = layers.Dense(hidden, activation="relu", name="hidden")(layers.Dropout(HIDDEN_DROPOUT)(x))
    x = layers.Dropout(HIDDEN_DROPOUT)(x)
    x = layers.Concatenate()([x, *summed]) if totals else x
    return _joint(x, outputs) if joint else [_apart(x, output) for output in outputs]


BUILDERS: dict[str, Builder] = {"lstm": lstm, "bigram": bigram, "cnn": cnn, "hybrid": hybrid}


def build(name: str, encoder: CharEncoder, outputs: Sequence[Output]) -> keras.Model:
    """Build an uncompiled model: int32 codes (rows, columns) in, one named tensor per output.

    ConfigError for an unknown architecture.
    """
    if name not in ARCHITECTURES:
        raise ConfigError(f"no architecture {name!r}; choose from {', '.join(ARCHITECTURES)}")
    columns = None if ARCHITECTURES[name].trims else encoder.max_length
    codes = keras.Input((columns,), dtype="int32", name="codes")
    builder = config.BUILDERS.get(name) or BUILDERS[name]
    tensors = builder(codes, encoder.vocabulary, outputs)
    given = dict(zip((output.name for output in outputs), tensors, strict=True))
    if ARCHITECTURES[name].likelihood:
        numbers = ngrams.numbered(codes, encoder.vocabulary, char_lm.LENGTH)[-1]
        given["likelihood"] = Likelihood(encoder.vocabulary, name="likelihood")(numbers)
    model = keras.Model(codes, given, name=name)
    for layer in model.layers:
        if layer.name == LOG_ODDS:
            model = keras.Model(codes, given | {LOG_ODDS: layer.output}, name=name)
    return model


def dense(features: Tensor, outputs: Sequence[Output]) -> list[Tensor]:
    """A dense layer for each output."""
    return [
        layers.Dense(o.units, activation=o.activation, dtype="float32", name=o.name)(features)
        for o in outputs
    ]


def _joint(features: Tensor, outputs: Sequence[Output]) -> list[Tensor]:
    """The outputs; with both a score and families, the score is derived from the families' logits.

    Its log-odds are the log-sum-exp of the families' logits minus a logit for benign, as in a
    softmax over benign and all families: a name is generated if it looks like any one family. A
    separate sigmoid unit would have to separate all of them by a single plane.
    """
    kinds = {output.activation: output for output in outputs}
    if set(kinds) != {"sigmoid", "softmax"}:
        return [_apart(features, output) for output in outputs]
    families, score = kinds["softmax"], kinds["sigmoid"]
    logits = layers.Dense(families.units, dtype="float32", name="family_logits")(features)
    benign = layers.Dense(score.units, dtype="float32", name="benign_logit")(features)
    together = ops.logsumexp(logits, axis=1, keepdims=True) - math.log(families.units)
    odds = layers.Activation("linear", dtype="float32", name=LOG_ODDS)(together - benign)
    given = {
        score.name: layers.Activation("sigmoid", dtype="float32", name=score.name)(odds),
        families.name: layers.Activation("softmax", dtype="float32", name=families.name)(logits),
    }
    return [given[output.name] for output in outputs]


def _apart(features: Tensor, output: Output) -> Tensor:
    """An output with a layer of its own; a sigmoid's log-odds are named LOG_ODDS."""
    if output.activation != "sigmoid":
        return dense(features, [output])[0]
    odds = layers.Dense(output.units, dtype="float32", name=LOG_ODDS)(features)
    return layers.Activation(output.activation, dtype="float32", name=output.name)(odds)


def frequent(numbers: Tensor, length: int, rows: int, width: int) -> Tensor:
    """Embed each n-gram by a table of the frequent ones: (rows, columns, width)."""
    index = ngrams.Frequent(length, rows, name=f"frequent_{length}")(numbers)
    return ngrams.table(index, rows, width, f"grams_{length}")


def _pooled(x: Tensor, present: Tensor, width: int) -> Tensor:
    name = f"conv_{width}"
    x = layers.Conv1D(CNN_FILTERS, width, padding="same", activation="relu", name=name)(x)
    return layers.GlobalMaxPooling1D()(x * present)  # after relu a masked 0 is never the maximum


def _even(codes: Tensor) -> Tensor:
    """The same codes with an even number of columns; adds a column of padding if needed."""
    codes = ops.pad(codes, [[0, 0], [0, 1]])
    return layers.Reshape((-1,))(ops.stack([codes[:, 0:-1:2], codes[:, 1::2]], axis=2))


def _shape(codes: Tensor, real: Tensor) -> list[Tensor]:
    """Embed the suffix, the label's length, and both together: three (rows, SHAPE_WIDTH) tensors.

    A suffix is hashed as the sum over its characters of a product that depends on character and
    position. The multipliers are arbitrary and must not change: trained tables depend on them.
    They keep the product of the largest code and position within 32 bits.
    """
    in_suffix = ops.cumsum(ops.cast(ops.equal(codes, DOT), "int32"), axis=1)
    in_suffix = ops.minimum(in_suffix, 1) * real
    place = ops.cumsum(in_suffix, axis=1)
    mixed = (codes * 1009 + place * 9176) * (codes + 13 * place + 7) % BUCKETS
    suffix = ops.sum(in_suffix * mixed, axis=1)
    label = ops.minimum(ops.sum(real, axis=1) - ops.sum(in_suffix, axis=1), LABELS - 1)
    # Another prime than SUFFIXES, so that suffixes which collide in one table differ in the other.
    both = (suffix % 32_749 * LABELS + label) % BUCKETS
    numbers = {"suffix": (suffix % SUFFIXES, SUFFIXES), "label": (label, LABELS)}
    numbers["shape"] = (both, BUCKETS)
    return [layers.Embedding(n, SHAPE_WIDTH, name=name)(i) for name, (i, n) in numbers.items()]


@keras.saving.register_keras_serializable("dga")
class _Bias(layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Adds a learnt constant to each unit."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.bias = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="bias")

    def call(self, inputs: Tensor) -> Tensor:
        return inputs + self.bias
