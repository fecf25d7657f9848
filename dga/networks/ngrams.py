"""n-grams of encoded names: numbering, counting, and a layer that looks up the frequent ones.

Most n-grams of a list occur once. In a hashed table they blur the rows of frequent n-grams; in a
table with a row for each, a network overfits to them. A table of the frequent n-grams alone avoids
both; padding and all rare n-grams have rows of their own, PADDING and RARE.

The embedding of padding is 0 and stays 0 in a network without bias before relu, so nothing needs
masking and no gradient reaches it. The few n-grams that hash to padding's slot are treated as rare
during training.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops

from dga.scoring.encoder import Codes

# Powers of two: a remainder is the lowest bits, which hash well since the vocabulary is odd.
GRAM_RANGE = 2**24
PLACES = 2**19  # slots of a layer's index; many more than rows, so that few n-grams collide
PADDING, RARE, FIRST = 0, 1, 2  # rows of a table; frequent n-grams start at FIRST
DOUBT = 20.0  # count at which an n-gram is dropped in half of its training occurrences
LEAST = 5  # occurrences from which an n-gram may be frequent
CHUNK_NAMES = 2**15  # names counted at a time, to bound memory

Tensor = Any  # a symbolic Keras tensor; Keras ships no type for it
Counts32 = npt.NDArray[np.int32]


def numbered(codes: Tensor, vocabulary: int, longest: int) -> list[Tensor]:
    """Number the n-gram that starts at each character, for n from 2 to `longest`.

    Each result is (rows, columns); numbers are exact below GRAM_RANGE and hashed into it otherwise.
    """
    rolled = index = codes
    numbers = []
    for length in range(2, longest + 1):
        rolled = ops.pad(rolled[:, 1:], [[0, 0], [0, 1]])
        index = index * vocabulary + rolled
        if vocabulary**length > GRAM_RANGE:
            index = index % GRAM_RANGE  # multiplied by the vocabulary it still fits 32 bits
        numbers.append(index)
    return numbers


@keras.saving.register_keras_serializable("dga")
class Frequent(layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Map n-gram numbers to rows of a table with `rows` rows.

    During training, an n-gram with `count` occurrences is treated as rare with probability `doubt`
    / (`doubt` + `count`), so that the network does not memorise names by infrequent n-grams (word
    dropout, Kiperwasser & Goldberg 2016, Q16-1023, section 4.1).

    n-grams that share a slot share a row; of 1,000 rare ones, 120 collide with a frequent one.
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
        """Give the free rows to the most frequent n-grams, of at least LEAST occurrences.

        n-grams that already have a row keep it, so that training can continue.
        """
        index, kept = (np.array(ops.convert_to_numpy(w)) for w in (self.index, self.kept))
        if not index.any():
            index[1:] = RARE  # slot 0, padding's number, stays PADDING
        free = np.arange(max(FIRST, index.max() + 1), self.rows)
        often = np.flatnonzero((counts >= LEAST) & (np.resize(index, len(counts)) == RARE))
        most = often[np.argsort(-counts[often], kind="stable")][: len(free)]
        rows = free[: len(most)]
        index[most[::-1] % self.places] = rows[::-1]  # in a shared slot the more frequent wins
        kept[rows] = counts[most] / (counts[most] + self.doubt)
        self.index.assign(index)
        self.kept.assign(kept)


@keras.saving.register_keras_serializable("dga")
class Padded(keras.initializers.RandomUniform):  # type: ignore[misc]  # Keras ships no types
    """Small random rows, except the first, padding's, which is 0."""

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Tensor:
        rows = super().__call__(shape, dtype)
        return rows * ops.cast(ops.arange(shape[0]) > PADDING, rows.dtype)[:, None]


def table(numbers: Tensor, rows: int, width: int, name: str) -> Tensor:
    """Look up rows of a table whose first row is padding: (..., width)."""
    return layers.Embedding(rows, width, embeddings_initializer=Padded(), name=name)(numbers)


def choose(model: keras.Model, codes: Codes, vocabulary: int) -> None:
    """Assign rows of the network's Frequent layers to the n-grams frequent in these names.

    `codes`: (rows, columns) of the training part, 0 = padding, on the right.
    """
    found = [layer for layer in model.layers if isinstance(layer, Frequent)]
    counts = counted(codes, vocabulary, {layer.length for layer in found})
    for layer in found:
        layer.choose(counts[layer.length])


def counted(codes: Codes, vocabulary: int, lengths: Iterable[int]) -> dict[int, Counts32]:
    """Count each n-gram number in names: n -> (GRAM_RANGE,), for each n of `lengths`."""
    counts = {length: np.zeros(GRAM_RANGE, np.int32) for length in lengths}
    for start in range(0, len(codes) if counts else 0, CHUNK_NAMES):
        chunk = codes[start : start + CHUNK_NAMES].astype(np.int32)
        numbers = numbered(ops.convert_to_tensor(chunk), vocabulary, max(counts))
        for length, count in counts.items():
            grams = ops.convert_to_numpy(numbers[length - 2])[chunk > 0]
            found, often = np.unique(grams, return_counts=True)
            count[found] += often.astype(np.int32)
    return counts
