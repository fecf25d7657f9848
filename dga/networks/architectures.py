"""Name to builder of an uncompiled Keras model. Trains and loads nothing.

Builders use Keras layers and `keras.ops` alone, so that they also train on Keras's JAX and
PyTorch backends. To add one: write a function of (codes, vocabulary, outputs) that returns the
output tensors, and give the table in `dga.config` a row of the same name.
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
    """One output of a model: its name, how many units it has, their activation."""

    name: str
    units: int
    activation: Literal["sigmoid", "softmax"]


# Primes, so that the remainder of a suffix's or a shape's number hashes it.
BUCKETS = 65_521
SUFFIXES = 4_093
# n to the rows of its table and how wide they are, of `hybrid`; fewer than 2 ** 16 rows.
GRAMS = {3: (50_000, 16), 4: (65_000, 16), 5: (65_000, 16), 7: (65_000, 12)}
LOG_ODDS = "log_odds"  # the name of a layer whose output the network gives too
LABELS = 64  # lengths of a label, from 0
DOT = ALPHABET.index(".") + 1

Tensor = Any  # a symbolic Keras tensor; Keras ships no type for it
Builder = Callable[[Tensor, int, Sequence[Output]], list[Tensor]]


def lstm(codes: Tensor, vocabulary: int, outputs: Sequence[Output]) -> list[Tensor]:
    """The notebook's network: Woodbridge et al. 2016, arXiv 1611.00791, section 4.2."""
    x = layers.Embedding(vocabulary, 128, name="embedding")(codes)
    x = layers.LSTM(128, name="lstm")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    return dense(x, outputs)


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
    """Frequent n-grams under two convolutions, pooled at each level, beside the name's shape.

    The tables of n-grams remember words, as the bags of fastText do (Bojanowski et al. 2017,
    arXiv 1607.04606); the convolutions see how a name is built; the shape is its suffix, how long
    its label is, and both together, which tell a family's habit. What a convolution says of each
    place is also summed up over the name and weighed in the outputs beside the hidden layer
    (Cheng et al. 2016, arXiv 1606.07792).

    All that reads a character by itself is a look-up, and the second convolution takes pairs of
    places that do not overlap, so that scoring stays cheap.
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
    near = ops.relu(layers.SpatialDropout1D(0.1)(pairs) + words)
    beside = layers.Reshape((-1, 2 * units))(near)
    far = ops.relu(layers.Dense(filters, use_bias=False, name="far")(beside))
    length = ops.expand_dims(ops.cast(ops.sum(real, axis=1), "float32"), -1) + 1.0
    pooled = [layers.GlobalMaxPooling1D()(near), layers.GlobalMaxPooling1D()(far)]
    summed = [ops.sum(near, axis=1) / 8.0, ops.sum(far, axis=1) / 8.0]
    shapes = _shape(codes, real) if shape else []
    x = layers.Concatenate()([*pooled, *summed, length / 32.0, *shapes])
    x = layers.Dense(hidden, activation="relu", name="hidden")(layers.Dropout(0.2)(x))
    x = layers.Dropout(0.2)(x)
    x = layers.Concatenate()([x, *summed]) if totals else x
    return _joint(x, outputs) if joint else [_apart(x, output) for output in outputs]


BUILDERS: dict[str, Builder] = {"lstm": lstm, "bigram": bigram, "cnn": cnn, "hybrid": hybrid}


def build(name: str, encoder: CharEncoder, outputs: Sequence[Output]) -> keras.Model:
    """Build an uncompiled model: int32 codes (rows, columns) in, a named tensor an output."""
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
    return [
        layers.Dense(o.units, activation=o.activation, dtype="float32", name=o.name)(features)
        for o in outputs
    ]


def _joint(features: Tensor, outputs: Sequence[Output]) -> list[Tensor]:
    """The outputs; where there are a score and families, the score's log-odds are what the
    families' logits come to together, less one of benign names.

    That is a softmax over benign and the families, taken apart: a name is generated where it looks
    like one family, whichever. A unit of its own would have to be one plane for all of them.
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
    """An output whose log-odds, where it has such, are those of a layer of their own."""
    if output.activation != "sigmoid":
        return dense(features, [output])[0]
    odds = layers.Dense(output.units, dtype="float32", name=LOG_ODDS)(features)
    return layers.Activation(output.activation, dtype="float32", name=output.name)(odds)


def frequent(numbers: Tensor, length: int, rows: int, width: int) -> Tensor:
    """The row of each n-gram in a table of the frequent ones: (rows, columns, width)."""
    index = ngrams.Frequent(length, rows, name=f"frequent_{length}")(numbers)
    return ngrams.table(index, rows, width, f"grams_{length}")


def _pooled(x: Tensor, present: Tensor, width: int, filters: int = 96) -> Tensor:
    x = layers.Conv1D(filters, width, padding="same", activation="relu", name=f"conv_{width}")(x)
    return layers.GlobalMaxPooling1D()(x * present)  # relu: what is masked to 0 never wins


def _even(codes: Tensor) -> Tensor:
    """The same codes with an even number of columns, a column of padding added where need be."""
    codes = ops.pad(codes, [[0, 0], [0, 1]])
    return layers.Reshape((-1,))(ops.stack([codes[:, 0:-1:2], codes[:, 1::2]], axis=2))


def _shape(codes: Tensor, real: Tensor) -> list[Tensor]:
    """Embed the suffix, the length of the label before it, and both: three tensors (rows, 16)."""
    in_suffix = ops.cumsum(ops.cast(ops.equal(codes, DOT), "int32"), axis=1)
    in_suffix = ops.minimum(in_suffix, 1) * real
    place = ops.cumsum(in_suffix, axis=1)
    mixed = (codes * 1009 + place * 9176) * (codes + 13 * place + 7) % BUCKETS
    suffix = ops.sum(in_suffix * mixed, axis=1)
    label = ops.minimum(ops.sum(real, axis=1) - ops.sum(in_suffix, axis=1), LABELS - 1)
    both = (suffix % 32_749 * LABELS + label) % BUCKETS
    numbers = {"suffix": (suffix % SUFFIXES, SUFFIXES), "label": (label, LABELS)}
    numbers["shape"] = (both, BUCKETS)
    return [layers.Embedding(n, 16, name=name)(at) for name, (at, n) in numbers.items()]


@keras.saving.register_keras_serializable("dga")
class _Bias(layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Adds a learnt constant to each unit."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.bias = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="bias")

    def call(self, inputs: Tensor) -> Tensor:
        return inputs + self.bias
