"""The ONNX graph of a base run with the weights of the network that continues from it.

Converting a Keras network to ONNX takes as long as two epochs of a small training. A network that
continues from a run differs from it in its weights and its number of families alone, so the base's
graph, converted and optimised already, serves again. Imports no Keras; writes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import numpy_helper

from dga.scoring.calibration import Float32s

FAMILIES = "families"  # the output whose size is the number of families

Values = npt.NDArray[Any]


@dataclass(frozen=True)
class Refill:
    """A base run's graph, the values of its network's weights, and how many classes it has.

    `path`: of the graph. `weights`: in the network's order.
    """

    path: Path
    weights: Sequence[Values]
    classes: int

    def graph_of(
        self, model: Any, given: dict[str, Float32s], probe: Values, within: float
    ) -> onnx.ModelProto | None:
        """The base's graph with the weights of a Keras model that continues from it.

        None where it is unclear which constant is which weight, or where the graph's outputs for
        `probe` (rows, columns) differ from the model's (`given`, by name) by more than `within`.
        """
        held = onnx.load(self.path)
        pairs = list(zip(self.weights, model.get_weights(), strict=True))
        classes = given[FAMILIES].shape[1] if FAMILIES in given else self.classes
        fits = refill(held.graph, pairs, (self.classes, classes))
        return held if fits and scores_alike(held, given, probe, within) else None


def refill(
    graph: onnx.GraphProto, weights: Sequence[tuple[Values, Values]], classes: tuple[int, int]
) -> bool:
    """Replace, in place, the weights of a graph and its number of classes.

    `weights`: the old and the new values of each. A graph holds weights as they are or in fewer
    bits, and lacks those that only training needs. `classes`: the old number and the new one.
    False, with the graph half changed, where it is unclear which constant is which.
    """
    pairs = list(weights)
    if classes[0] != classes[1]:  # a constant of `dga.networks.architectures` depends on it
        old, new = (np.array(math.log(number), np.float32) for number in classes)
        pairs.append((old, new))
    holders = [_holders(graph, old) for old, _ in pairs]  # all, before the first one changes
    for (_, new), found in zip(pairs, holders, strict=True):
        if len(found) > 1 or not all(_replace(holder, new) for holder in found):
            return False
    del graph.value_info[:]  # sizes that were inferred
    for output in graph.output:
        if output.name == FAMILIES:
            output.type.tensor_type.shape.dim[1].dim_value = classes[1]
    return True


def scores_alike(
    graph: onnx.ModelProto, given: dict[str, Float32s], probe: Values, within: float
) -> bool:
    """Whether a graph's outputs for a probe (rows, columns) are those that are given, by name."""
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    if {output.name for output in session.get_outputs()} != set(given):
        return False
    values = session.run(list(given), {session.get_inputs()[0].name: probe})
    return all(
        value.shape == expected.shape and np.allclose(value, expected, rtol=within, atol=within)
        for value, expected in zip(values, given.values(), strict=True)
    )


def _holders(graph: onnx.GraphProto, values: Values) -> list[onnx.TensorProto]:
    """The constants of a graph that have these values, in whatever type; integers are no floats."""
    alike = [(one, numpy_helper.to_array(one)) for one in graph.initializer
             if tuple(one.dims) == values.shape]  # fmt: skip
    return [
        one
        for one, held in alike
        if (held.dtype.kind == "f") == (values.dtype.kind == "f") and np.array_equal(held, values)
    ]


def _replace(holder: onnx.TensorProto, values: Values) -> bool:
    """Give a constant other values in its own type; False if that would change them."""
    typed = values.astype(numpy_helper.to_array(holder).dtype)
    holder.CopyFrom(numpy_helper.from_array(typed, holder.name))
    return bool(np.array_equal(typed, values))
