"""How likely people are to have chosen a name: a language model of characters, as a layer.

Learns by counting, from the benign names of a training part alone; no gradient reaches it. A
network that tells classes apart need not know how usual a name is; this tells that.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops

from dga.networks import ngrams
from dga.networks.ngrams import Tensor
from dga.scoring.encoder import Codes

LENGTH = 4  # characters: each is predicted from the three behind it
LEAST = -15.0  # of a logarithm
SCALE = 32.0  # characters, as many as few names have more


@keras.saving.register_keras_serializable("dga")
class Likelihood(layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """The numbers of 4-grams (rows, columns), 0 = padding, to (rows, 2): the log-likelihood of
    the name that they make, and how many characters it has, both in units of SCALE characters.
    """

    def __init__(self, vocabulary: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.vocabulary = vocabulary

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.table = self.add_weight(
            shape=(self.vocabulary**LENGTH,), initializer="zeros", trainable=False, name="table"
        )

    def call(self, numbers: Tensor) -> Tensor:
        told = ops.sum(ops.take(self.table, numbers), axis=1)
        characters = ops.sum(ops.cast(numbers > 0, "float32"), axis=1)
        return ops.stack([told, characters], axis=1) / SCALE

    def compute_output_spec(self, numbers: Tensor) -> keras.KerasTensor:
        return keras.KerasTensor((numbers.shape[0], 2), dtype="float32")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "vocabulary": self.vocabulary}


def learn(model: keras.Model, codes: Codes, vocabulary: int) -> None:
    """Have the network's layer, if it has one that knows nothing yet, learn from benign names.

    `codes`: (rows, columns), 0 = padding, which stands on the right.
    """
    for layer in model.layers:
        if isinstance(layer, Likelihood) and not np.any(ops.convert_to_numpy(layer.table)):
            counts = ngrams.counted(codes, vocabulary, [LENGTH])[LENGTH]
            layer.table.assign(logarithms(counts[: vocabulary**LENGTH], vocabulary))


def logarithms(counts: ngrams.Counts32, vocabulary: int) -> npt.NDArray[np.float32]:
    """log P(first character | the three behind it) of each 4-gram (vocabulary ** 4,), from how
    often it occurs; 0 of those that start with padding.

    Shorter n-grams speak where longer ones are rare (Witten & Bell 1991, doi 10.1109/18.87000,
    method C). Values that half precision holds.
    """
    likely = np.full(vocabulary, 1 / vocabulary)
    for length in range(1, LENGTH + 1):
        seen = counts.reshape(vocabulary, vocabulary ** (length - 1), -1).sum(axis=2)
        total, kinds = seen.sum(axis=0), (seen > 0).sum(axis=0)
        shorter = likely if length == 1 else likely.repeat(vocabulary, axis=-1)
        shorter = shorter.reshape(seen.shape)
        likely = np.where(total, (seen + kinds * shorter) / np.maximum(total + kinds, 1), shorter)
    result = np.maximum(np.log(likely), LEAST)
    result[ngrams.PADDING] = 0
    halves = result.ravel().astype(np.float16)
    return np.asarray(halves, dtype=np.float32)
