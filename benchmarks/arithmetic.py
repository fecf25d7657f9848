"""The distance to the limit: what a network must compute a name, and how fast the machine can."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from threadpoolctl import threadpool_limits

from dga.names.arrow_strings import column_of, view
from dga.scoring.bundle import CODES, ModelBundle

SIDE = 2_048  # of the square matrices that are multiplied
TRIES = 3
COUNTED = ("Conv", "ConvInteger", "MatMul", "MatMulInteger", "Gemm", "Gather")


def flop_a_name(graph: Path, bundle: ModelBundle, names: Sequence[str]) -> float:
    """Floating-point operations a name, padding included: two for each weight of a convolution or
    matrix product and place where it is used, one for each value taken out of a table."""
    model = onnx.load(graph)
    nodes = [node for node in model.graph.node if node.op_type in COUNTED]
    known = {output.name for output in model.graph.output}
    wanted = dict.fromkeys(node.output[0] for node in nodes)
    fresh = (onnx.ValueInfoProto(name=name) for name in wanted if name not in known)
    model.graph.output.extend(fresh)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    weights = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    feed = bundle.session.get_inputs()[0]
    total = 0.0
    for batch in bundle.batches(*view(column_of(list(names)))):
        codes = bundle.encode(batch).astype(CODES[feed.type])
        values = session.run(list(wanted), {feed.name: codes})
        sizes = {name: value.size for name, value in zip(wanted, values, strict=True)}
        total += sum(sizes[n.output[0]] * _operations(n, weights) for n in nodes)
    return total / len(names)


def matrix_rate(threads: int) -> float:
    """Floating-point operations a second of NumPy's float32 matrix product, the best of a few."""
    left = np.ones((SIDE, SIDE), dtype=np.float32)
    best = np.inf
    with threadpool_limits(threads):
        for _ in range(TRIES):
            started = time.perf_counter()
            np.matmul(left, left)
            best = min(best, time.perf_counter() - started)
    return 2 * SIDE**3 / best


def _operations(node: onnx.NodeProto, weights: dict[str, tuple[int, ...]]) -> int:
    """Operations for each value that a node gives."""
    if node.op_type == "Gather":
        return int(len(weights.get(node.input[0], ())) == 2)  # of a table, not of a shape
    shape = weights.get(node.input[1], (0,))
    if node.op_type.startswith("Conv"):
        return 2 * int(np.prod(shape[1:]))
    transposed = any(a.name == "transB" and a.i for a in node.attribute)
    return 2 * (shape[-1] if transposed else shape[0])
