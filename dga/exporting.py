"""A trained Keras model to the ONNX graph that scores, checked against it.

Runs in a child process: it imports Keras. Writes into the bundle's folder alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime

from dga import bundle
from dga.bundle import Floats
from dga.encoding import CharEncoder
from dga.errors import BundleError

AGREEMENT = 1e-5  # how far ONNX Runtime's scores may be from Keras's
PROBE_COLUMNS = 24


def export(model: keras.Model, folder: Path, encoder: CharEncoder) -> None:
    """Write model.keras and model.onnx; BundleError when the two do not score alike."""
    bare = type(model).from_config(model.get_config())  # without the optimiser's state
    bare.set_weights(model.get_weights())
    bare.save(folder / bundle.KERAS_FILE)
    columns = model.input_shape[1] or PROBE_COLUMNS
    probe = np.random.default_rng(0).integers(1, encoder.vocabulary, (64, columns), np.int32)
    probe[:32, columns // 2 :] = 0
    given = {k: np.asarray(v) for k, v in model.predict_on_batch(probe).items()}
    model.export(folder / bundle.ONNX_FILE, format="onnx", verbose=False)
    _name_outputs(folder / bundle.ONNX_FILE, model, given, probe)


def _name_outputs(path: Path, model: keras.Model, given: dict[str, Floats], probe: Any) -> None:
    """Give the ONNX outputs the Keras outputs' names, found by their scores on a probe."""
    graph = onnx.load(path)
    session = onnxruntime.InferenceSession(path.read_bytes())
    values = session.run(None, {session.get_inputs()[0].name: probe})
    for output, value in zip(graph.graph.output, values, strict=True):
        name = _same(given, value)
        for node in graph.graph.node:
            node.output[:] = [name if o == output.name else o for o in node.output]
            node.input[:] = [name if i == output.name else i for i in node.input]
        output.name = name
    onnx.save(graph, path)


def _same(given: dict[str, Floats], value: Floats) -> str:
    for name, expected in given.items():
        if expected.shape == value.shape and np.abs(expected - value).max() <= AGREEMENT:
            return name
    raise BundleError(f"ONNX Runtime and Keras differ by more than {AGREEMENT:g}; not stored")
