"""Export a trained Keras model to ONNX, and check that both give the same scores.

Large tables are rounded to half precision in Keras and ONNX alike and stored in 16 bits: the bundle
is half as large, and more of it stays in the processor's cache. Runs in a child process: it imports
Keras. Writes only into the bundle's folder.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from dga.errors import BundleError
from dga.scoring import bundle
from dga.scoring.calibration import Float32s
from dga.scoring.encoder import CharEncoder
from dga.training import onnx_optimize
from dga.training.onnx_refill import Refill

AGREEMENT = 1e-5  # allowed difference between ONNX Runtime's and Keras's scores
PROBE_COLUMNS = 24
OPSET = 18  # the first with bitwise operators
LARGE = 2**18  # number of values from which a table is stored in half precision


def export(
    model: keras.Model, folder: Path, encoder: CharEncoder, base: Refill | None = None
) -> None:
    """Write model.keras and model.onnx.

    `base`: the graph of the run that the model continues, which spares the conversion where it
    scores like the model. BundleError if the files' scores differ, or if padding changes a score.
    """
    _round_tables(model)
    bare = type(model).from_config(model.get_config())  # without the optimizer's state
    bare.set_weights(model.get_weights())
    bare.save(folder / bundle.KERAS_FILE)
    _pack(folder / bundle.KERAS_FILE)
    columns = model.input_shape[1] or PROBE_COLUMNS
    probe = np.random.default_rng(0).integers(1, encoder.vocabulary, (64, columns), np.int32)
    probe[:32, columns // 2 :] = 0
    given = _given(model, probe)
    if model.input_shape[1] is None:
        _check_padding(given, _given(model, np.pad(probe, [(0, 0), (0, PROBE_COLUMNS)])))
    if base and (graph := base.graph_of(model, given, probe, AGREEMENT)) is not None:
        onnx.save(graph, folder / bundle.ONNX_FILE)
        return
    model.export(folder / bundle.ONNX_FILE, format="onnx", verbose=False, opset_version=OPSET)
    _settle(folder / bundle.ONNX_FILE, given, probe)


def _given(model: keras.Model, codes: Any) -> dict[str, Float32s]:
    return {name: np.asarray(value) for name, value in model(codes, training=False).items()}


def _check_padding(given: dict[str, Float32s], padded: dict[str, Float32s]) -> None:
    """BundleError if padding changes the outputs: scores would depend on the batch."""
    if any(np.abs(given[name] - padded[name]).max() > AGREEMENT for name in given):
        raise BundleError(f"padding changes scores by more than {AGREEMENT:g}; not stored")


def _settle(path: Path, given: dict[str, Float32s], probe: Any) -> None:
    """Name the ONNX outputs after Keras's, matched by their values on a probe, and optimise."""
    graph = onnx.load(path)
    session = onnxruntime.InferenceSession(path.read_bytes())
    feed = session.get_inputs()[0].name
    values = session.run(None, {feed: probe})
    for output, value in zip(graph.graph.output, values, strict=True):
        name = _same(given, value)
        for node in graph.graph.node:
            node.output[:] = [name if o == output.name else o for o in node.output]
            node.input[:] = [name if i == output.name else i for i in node.input]
        output.name = name
    _halve_tables(graph.graph)
    onnx_optimize.slim(graph.graph)
    slimmed = onnxruntime.InferenceSession(graph.SerializeToString())
    for name, value in zip(given, slimmed.run(list(given), {feed: probe}), strict=True):
        _same({name: given[name]}, value)
    onnx.save(graph, path)


def _round_tables(model: keras.Model) -> None:
    """Round the large tables to half precision."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.Embedding):
            table = layer.get_weights()[0]
            if table.size >= LARGE:
                layer.set_weights([table.astype(np.float16).astype(np.float32)])


def _halve_tables(graph: onnx.GraphProto) -> None:
    """Store large tables that are only looked up in 16 bits; cast after the look-up."""
    readers: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    for table in graph.initializer:
        values = numpy_helper.to_array(table)
        nodes = readers.get(table.name, [])
        looked_up = all(n.op_type == "Gather" and n.input[0] == table.name for n in nodes)
        if values.size >= LARGE and looked_up and (half := _half(values)) is not None:
            table.CopyFrom(numpy_helper.from_array(half, table.name))
            for node in nodes:
                _widen(graph, node, helper.np_dtype_to_tensor_dtype(values.dtype))


def _half(values: npt.NDArray[Any]) -> npt.NDArray[Any] | None:
    """The same values in 16 bits; None if that would change them."""
    half = values.astype(np.float16 if values.dtype == np.float32 else np.uint16)
    return half if np.array_equal(half, values) else None


def _widen(graph: onnx.GraphProto, node: onnx.NodeProto, kind: int) -> None:
    """Insert a cast to a tensor type after a node."""
    wide, node.output[0] = node.output[0], f"{node.output[0]}_half"
    cast = helper.make_node("Cast", [node.output[0]], [wide], to=kind)
    graph.node.insert(list(graph.node).index(node) + 1, cast)


def _pack(path: Path) -> None:
    """Compress a .keras file, which Keras writes as an uncompressed zip.

    Quickly: more takes five seconds, a tenth of a small training, and saves a twentieth.
    """
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, content in parts.items():
            file.writestr(name, content)


def _same(given: dict[str, Float32s], value: Float32s) -> str:
    """The name of the output with this value; BundleError if there is none."""
    for name, expected in given.items():
        alike = expected.shape == value.shape
        if alike and np.allclose(value, expected, rtol=AGREEMENT, atol=AGREEMENT):
            return name
    raise BundleError(f"ONNX Runtime and Keras differ by more than {AGREEMENT:g}; not stored")
