"""What is not stored: a network whose scores hang on more than the name."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import onnx
import pytest
from keras import layers, ops
from onnx import numpy_helper

from dga.errors import BundleError
from dga.networks import architectures
from dga.networks.architectures import Output
from dga.scoring.encoder import CharEncoder
from dga.training import onnx_export, onnx_optimize


def test_a_network_that_padding_changes_is_refused(tmp_path: Path) -> None:
    codes = keras.Input((None,), dtype="int32", name="codes")
    mean = ops.mean(ops.cast(codes, "float32"), axis=1, keepdims=True)
    score = layers.Dense(1, activation="sigmoid", name="score")(mean / 40)
    model = keras.Model(codes, {"score": score})
    with pytest.raises(BundleError, match="padding changes scores"):
        onnx_export.export(model, tmp_path, CharEncoder(side="right"))


def test_a_graph_that_scores_otherwise_when_slimmed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = CharEncoder(side="right")
    model = architectures.build("bigram", encoder, [Output("score", 1, "sigmoid")])
    model.set_weights([np.full_like(weight, 0.1) for weight in model.get_weights()])

    def spoil(graph: onnx.GraphProto) -> None:
        for table in graph.initializer:
            values = numpy_helper.to_array(table)
            if values.dtype == np.float32 and values.size > 1:
                table.CopyFrom(numpy_helper.from_array(values * 2, table.name))

    monkeypatch.setattr(onnx_optimize, "slim", spoil)
    with pytest.raises(BundleError, match="differ by more than"):
        onnx_export.export(model, tmp_path, encoder)
