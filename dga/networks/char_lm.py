"""A character language model of benign names, as a Keras layer: how likely is a name?

It is fitted by counting n-grams of the training part's benign names; no gradient reaches it. A
network trained to separate classes need not model how usual a name is; this layer does.
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

LENGTH = 4  # of an n-gram: each character is predicted from the three after it
LEAST = -15.0  # lower bound of a log-probability
SCALE = 32.0  # characters; few names are longer, so outputs are of order 1


@keras.saving.register_keras_serializable("dga")
class Likelihood(layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """4-gram numbers (rows, columns), 0 = padding, to (rows, 2): the name's log-likelihood and its
    length, both divided by SCALE.
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
    """Fit the network's Likelihood layer, if it has one that is still empty, to benign names.

    `codes`: (rows, columns), 0 = padding, on the right.
    """
    for layer in model.layers:
        if isinstance(layer, Likelihood) and not np.any(ops.convert_to_numpy(layer.table)):
            counts = ngrams.counted(codes, vocabulary, [LENGTH])[LENGTH]
            layer.table.assign(logarithms(counts[: vocabulary**LENGTH], vocabulary))


def logarithms(counts: ngrams.Counts32, vocabulary: int) -> npt.NDArray[np.float32]:
    """log P(first character | the next three) of each 4-gram (vocabulary ** 4,), from its count.

    0 for 4-grams that start with padding. Smoothed with shorter n-grams (Witten & Bell 1991, doi
    10.1109/18.87000, method C). The values are exact in half precision.
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
