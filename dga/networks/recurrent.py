"""Train the `lstm` architecture without padding: the same scores for a third of the work.

The notebook pads on the left to 75 columns, and its LSTM reads padding like any other character.
While the input gate is closed, the LSTM's state stays at zero. `settle` gives padding an embedding
that closes the gate (a linear system with as many equations as the embedding has values). The
network then gives the same score with and without padding, so training can skip it. Runs in a
child process: it imports Keras. Trains nothing.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

EMBEDDING, LSTM, DROPOUT = "embedding", "lstm", "dropout"
START_SCALE = 40.0  # scales Keras's initial embeddings from +-0.05 to +-2
SHUT = -30.0  # input of the gate's sigmoid, which is 1e-13 there

Tensor = Any  # a symbolic Keras tensor; Keras ships no type for it


def unpadded(model: keras.Model) -> keras.Model:
    """A model that shares the weights and reads codes (rows, any columns) padded on the left."""
    cell = model.get_layer(LSTM).cell
    codes = keras.Input((None,), dtype="int32", name="codes")
    x = layers.RNN(_Step(cell), name="steps")(_Gates(model.get_layer(EMBEDDING), cell)(codes))
    x = model.get_layer(DROPOUT)(x)
    return keras.Model(codes, {name: model.get_layer(name)(x) for name in model.output_names})


def waken(model: keras.Model) -> None:
    """Scale up the initial embeddings: Keras starts them near 0, where an LSTM learns slowly."""
    embeddings = model.get_layer(EMBEDDING).embeddings
    embeddings.assign(embeddings * START_SCALE)


def settle(model: keras.Model) -> None:
    """Set the embedding of padding so that it closes the LSTM's input gate."""
    embeddings, cell = model.get_layer(EMBEDDING).embeddings, model.get_layer(LSTM).cell
    kernel, bias = (
        weight.value.numpy()[..., : cell.units].astype(np.float64)  # the input gate comes first
        for weight in (cell.kernel, cell.bias)
    )
    values = np.array(embeddings.value.numpy())
    values[0] = np.linalg.lstsq(kernel.T, SHUT - bias, rcond=None)[0]
    embeddings.assign(values)


class _Gates(layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Each character's input to the gates: (rows, columns) to (rows, columns, 4 * units).

    There are few distinct characters, so the product with the input kernel is computed once each.
    """

    def __init__(self, embedding: layers.Layer, cell: layers.Layer) -> None:
        super().__init__(name="gates")
        self.embedding, self.cell = embedding, cell

    def call(self, codes: Tensor) -> Tensor:
        table = ops.matmul(self.embedding.embeddings, self.cell.kernel) + self.cell.bias
        table = ops.concatenate([ops.zeros_like(table[:1]), table[1:]])  # padding adds nothing
        return ops.take(table, codes, axis=0)


class _Step(layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """One step of the LSTM, with the output of `_Gates` as input."""

    def __init__(self, cell: layers.Layer) -> None:
        super().__init__(name="step")
        self.cell = cell
        self.state_size, self.output_size = [cell.units, cell.units], cell.units

    def call(self, gates: Tensor, states: list[Tensor], **_: Any) -> tuple[Tensor, list[Tensor]]:
        hidden, carry = states
        gates = gates + ops.matmul(hidden, self.cell.recurrent_kernel)
        enter, forget, candidate, leave = ops.split(gates, 4, axis=-1)
        carry = ops.sigmoid(forget) * carry + ops.sigmoid(enter) * ops.tanh(candidate)
        hidden = ops.sigmoid(leave) * ops.tanh(carry)
        return hidden, [hidden, carry]
