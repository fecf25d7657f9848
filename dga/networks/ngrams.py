"""n-grams of encoded names: their numbers, which of them a training part repeats, and the layer
that looks those up.

Most n-grams that a list holds stand in it once. In a hashed table they blur the rows of the
frequent ones; in a table with a row for each a network learns them by heart. A table of the
frequent ones alone does neither: PADDING and RARE are rows of their own.

The row of padding is 0 and stays so where a network has no bias before relu: nothing is to be
masked then, and no gradient reaches it. The few n-grams in its place are kept from it while a
network learns.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops

from dga.scoring.encoder import Codes

# Powers of two, so that a remainder is the lowest bits, which hash since the vocabulary is odd.
GRAM_RANGE = 2**24
PLACES = 2**19  # of a layer's index; so many more than rows that few n-grams share one
PADDING, RARE, FIRST = 0, 1, 2  # rows of a table; from FIRST on those of frequent n-grams
DOUBT = 20.0
LEAST = 5  # times that a frequent n-gram occurs
CHUNK_NAMES = 2**15

Tensor = Any  # a symbolic Keras tensor; Keras ships no type for it
Counts32 = npt.NDArray[np.int32]


def numbered(codes: Tensor, vocabulary: int, longest: int) -> list[Tensor]:
    """A number for the n-gram that starts at each character, n from 2 to `longest`: each (rows,
    columns), exact as long as it is small and hashed where it is not."""
    rolled = index = codes
    numbers = []
    for length in range(2, longest + 1):
        rolled = ops.pad(rolled[:, 1:], [[0, 0], [0, 1]])
        index = index * vocabulary + rolled
        if vocabulary**length > GRAM_RANGE:
            index = index % GRAM_RANGE  # times the vocabulary it still fits 32 bits
        numbers.append(index)
    return numbers


@keras.saving.register_keras_serializable("dga")
class Frequent(layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """The numbers of n-grams to the rows of a table, of which there are `rows`.

    While a network learns, an n-gram that occurs `count` times passes for a rare one in `doubt` /
    (`doubt` + `count`) of its places, so that no name is learnt by heart from n-grams that few
    others have (word dropout of Kiperwasser & Goldberg 2016, Q16-1023, section 4.1).

    Two n-grams of one place share a row; of 1,000 rare ones, 120 pass for a frequent one thereby.
    """

    def __init__(
        self, length: int, rows: int, *, places: int = PLACES, doubt: float = DOUBT, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.length, self.rows, self.places, self.doubt = length, rows, places, doubt
        self.dice = keras.random.SeedGenerator()

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.index = self.add_weight(
            shape=(self.places,), dtype="int32", initializer="zeros", trainable=False, name="index"
        )
        self.kept = self.add_weight(
            shape=(self.rows,), initializer="ones", trainable=False, name="kept",
            autocast=False,  # shares are compared with random numbers, in mixed precision too
        )  # fmt: skip

    def call(self, numbers: Tensor, training: bool = False) -> Tensor:
        rows = ops.take(self.index, numbers % self.places)
        if not training:
            return rows
        kept = keras.random.uniform(ops.shape(rows), seed=self.dice) < ops.take(self.kept, rows)
        kept = ops.logical_and(kept, ops.equal(numbers > 0, rows != PADDING))
        return ops.where(kept, rows, RARE)

    def compute_output_spec(self, numbers: Tensor, training: bool = False) -> keras.KerasTensor:
        return keras.KerasTensor(numbers.shape, dtype="int32")

    def get_config(self) -> dict[str, Any]:
        names = ("length", "rows", "places", "doubt")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def choose(self, counts: Counts32) -> None:
        """Give the free rows to the n-grams that were counted most often, at least LEAST times.

        Those that have a row keep it, so that a network goes on with what it knows.
        """
        index, kept = (np.array(ops.convert_to_numpy(w)) for w in (self.index, self.kept))
        if not index.any():
            index[1:] = RARE  # and place 0, where padding's number lies, is PADDING
        free = np.arange(max(FIRST, index.max() + 1), self.rows)
        often = np.flatnonzero((counts >= LEAST) & (np.resize(index, len(counts)) == RARE))
        most = often[np.argsort(-counts[often], kind="stable")][: len(free)]
        rows = free[: len(most)]
        index[most[::-1] % self.places] = rows[::-1]  # of two in a place the more frequent
        kept[rows] = counts[most] / (counts[most] + self.doubt)
        self.index.assign(index)
        self.kept.assign(kept)


@keras.saving.register_keras_serializable("dga")
class Padded(keras.initializers.RandomUniform):  # type: ignore[misc]  # Keras ships no types
    """Small random rows, but the first, which is that of padding, 0."""

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Tensor:
        rows = super().__call__(shape, dtype)
        return rows * ops.cast(ops.arange(shape[0]) > PADDING, rows.dtype)[:, None]


def table(numbers: Tensor, rows: int, width: int, name: str) -> Tensor:
    """Look numbers up that are rows of a table, the first that of padding: (..., width)."""
    return layers.Embedding(rows, width, embeddings_initializer=Padded(), name=name)(numbers)


def choose(model: keras.Model, codes: Codes, vocabulary: int) -> None:
    """Have the network's layers look up the n-grams that these names repeat, beside those that
    they know.

    `codes`: (rows, columns) of the training part, 0 = padding, which stands on the right.
    """
    found = [layer for layer in model.layers if isinstance(layer, Frequent)]
    counts = counted(codes, vocabulary, {layer.length for layer in found})
    for layer in found:
        layer.choose(counts[layer.length])


def counted(codes: Codes, vocabulary: int, lengths: Iterable[int]) -> dict[int, Counts32]:
    """How often each number occurs in names: n to (GRAM_RANGE,), for each n of `lengths`."""
    counts = {length: np.zeros(GRAM_RANGE, np.int32) for length in lengths}
    for start in range(0, len(codes) if counts else 0, CHUNK_NAMES):
        chunk = codes[start : start + CHUNK_NAMES].astype(np.int32)
        numbers = numbered(ops.convert_to_tensor(chunk), vocabulary, max(counts))
        for length, count in counts.items():
            grams = ops.convert_to_numpy(numbers[length - 2])[chunk > 0]
            found, often = np.unique(grams, return_counts=True)
            count[found] += often.astype(np.int32)
    return counts
