"""Remove operations from an exported ONNX graph without changing its scores.

Runs in a child process, at export. Five optimisations that ONNX Runtime does not do itself:

- Keras maps negative indices to positive ones before each look-up, in nine operations; ONNX's
  Gather does so itself.
- A remainder is exported as division, product and difference; modulo a power of two it is a
  bitwise and.
- Gather copies blocks of memory; for single numbers GatherElements takes a quarter of the time.
- Half-precision rows are cast table by table and then concatenated; concatenating first moves half
  as many bytes and needs one cast.
- A matrix product, a sum and a relu each pass over memory; a Gemm adds the sum in place and is
  fused with relu.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

LONG = 2**10  # length from which a constant is a look-up table, not a shape


def slim(graph: onnx.GraphProto) -> None:
    """Optimise a graph in place; scores do not change."""
    for node in list(graph.node):
        if node.op_type == "Gather":
            _look_up_directly(graph, node)
            _look_up_numbers(graph, node)
        elif node.op_type == "Sub":
            _keep_lowest_bits(graph, node)
        elif node.op_type == "Concat":
            _widen_later(graph, node)
        elif node.op_type == "Relu":
            _add_within(graph, node)
    _prune(graph)


def _look_up_directly(graph: onnx.GraphProto, gather: onnx.NodeProto) -> None:
    """Replace x * (x >= 0) + (x + rows) * (x < 0) as a Gather's indices by x."""
    whole = _maker(graph, gather.input[1], "Add")
    for halves in _both_ways(whole):
        kept = _maker(graph, halves[0], "Mul")
        for number, positive in _both_ways(kept):
            asked = _maker(graph, positive, "Cast", "Not", "Less", "Cast")
            if asked is not None and asked.input[0] == number:
                gather.input[1] = number
                return


def _keep_lowest_bits(graph: onnx.GraphProto, rest: onnx.NodeProto) -> None:
    """Replace x - x / n * n by one bitwise operation if n is a power of two."""
    whole, product = _maker(graph, rest.input[1], "Mul", "Div"), _maker(graph, rest.input[1], "Mul")
    if whole is None or product is None or whole.input[0] != rest.input[0]:
        return
    divisor = _initializer(graph, whole.input[1])
    if divisor is None or divisor.dtype.kind != "i" or product.input[1] != whole.input[1]:
        return
    if divisor.size != 1 or (divisor & (divisor - 1)).any():
        return
    mask = numpy_helper.from_array(divisor - 1, f"{rest.output[0]}_mask")
    graph.initializer.append(mask)
    _insert(graph, rest, [helper.make_node("BitwiseAnd", [rest.input[0], mask.name], rest.output)])
    graph.node.remove(rest)


def _look_up_numbers(graph: onnx.GraphProto, gather: onnx.NodeProto) -> None:
    """Use GatherElements, on flattened indices, to look up single numbers."""
    numbers = _initializer(graph, gather.input[0])
    if numbers is None or numbers.ndim != 1 or len(numbers) < LONG:
        return
    found = gather.output[0]
    flat = _constant(graph, f"{found}_flat_shape", [-1])
    made = [
        helper.make_node("Shape", [gather.input[1]], [f"{found}_shape"]),
        helper.make_node("Reshape", [gather.input[1], flat], [f"{found}_flat"]),
        helper.make_node(
            "GatherElements", [gather.input[0], f"{found}_flat"], [f"{found}_numbers"]
        ),
        helper.make_node("Reshape", [f"{found}_numbers", f"{found}_shape"], [found]),
    ]
    _insert(graph, gather, made)
    graph.node.remove(gather)


def _widen_later(graph: onnx.GraphProto, concat: onnx.NodeProto) -> None:
    """Concatenate before casting, if all inputs are cast to the same type."""
    casts = [_maker(graph, name, "Cast") for name in concat.input]
    narrow = [cast.input[0] for cast in casts if cast and _maker(graph, cast.input[0], "Gather")]
    kinds = {helper.get_node_attr_value(cast, "to") for cast in casts if cast}
    if len(narrow) != len(concat.input) or len(kinds) != 1:
        return
    wide = concat.output[0]
    concat.input[:], concat.output[0] = narrow, f"{wide}_narrow"
    _insert(graph, concat, [helper.make_node("Cast", [f"{wide}_narrow"], [wide], to=kinds.pop())])


def _add_within(graph: onnx.GraphProto, relu: onnx.NodeProto) -> None:
    """Compute relu(look-up + reshaped product) by a Gemm with relu, then reshape."""
    total = _maker(graph, relu.input[0], "Add")
    for one, other in _both_ways(total):
        reshape, product = _maker(graph, one, "Reshape"), _maker(graph, one, "Reshape", "MatMul")
        if reshape is None or product is None or _maker(graph, other, "Gather") is None:
            continue
        weights = _initializer(graph, product.input[1])
        if weights is None:
            continue
        rows = f"{other}_rows"
        flat = _constant(graph, f"{rows}_shape", [-1, weights.shape[1]])
        made = [
            helper.make_node("Reshape", [other, flat], [rows]),
            helper.make_node("Gemm", [*product.input, rows], [f"{rows}_sum"]),
            helper.make_node("Relu", [f"{rows}_sum"], [f"{rows}_relu"]),
            helper.make_node("Reshape", [f"{rows}_relu", reshape.input[1]], list(relu.output)),
        ]
        _insert(graph, relu, made)
        graph.node.remove(relu)
        return


def _prune(graph: onnx.GraphProto) -> None:
    """Remove nodes that no output depends on."""
    needed = {output.name for output in graph.output}
    for node in reversed(list(graph.node)):  # producers come before consumers
        if needed.isdisjoint(node.output):
            graph.node.remove(node)
        else:
            needed.update(node.input)
    for table in list(graph.initializer):
        if table.name not in needed:
            graph.initializer.remove(table)


def _maker(graph: onnx.GraphProto, name: str, *kinds: str) -> onnx.NodeProto | None:
    """The first node of a chain of these types that ends in `name`."""
    node = None
    for kind in kinds:
        node = next((one for one in graph.node if name in one.output), None)
        if node is None or node.op_type != kind:
            return None
        name = node.input[0]
    return node


def _both_ways(node: onnx.NodeProto | None) -> Iterator[Sequence[str]]:
    """The two inputs of a commutative node in both orders."""
    if node is not None:
        yield tuple(node.input)
        yield tuple(node.input)[::-1]


def _insert(graph: onnx.GraphProto, after: onnx.NodeProto, nodes: Sequence[onnx.NodeProto]) -> None:
    place = list(graph.node).index(after) + 1
    for offset, node in enumerate(nodes):
        graph.node.insert(place + offset, node)


def _constant(graph: onnx.GraphProto, name: str, values: Sequence[int]) -> str:
    graph.initializer.append(numpy_helper.from_array(np.array(values, np.int64), name))
    return name


def _initializer(graph: onnx.GraphProto, name: str) -> npt.NDArray[Any] | None:
    """The values of a constant; None if the name is a node's output."""
    found = next((one for one in graph.initializer if one.name == name), None)
    return None if found is None else numpy_helper.to_array(found)
