"""What is not stored: a network whose scores hang on more than the name."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest
from keras import layers, ops

from dga import exporting
from dga.encoding import CharEncoder
from dga.errors import BundleError


def test_a_network_that_padding_changes_is_refused(tmp_path: Path) -> None:
    codes = keras.Input((None,), dtype="int32", name="codes")
    mean = ops.mean(ops.cast(codes, "float32"), axis=1, keepdims=True)
    score = layers.Dense(1, activation="sigmoid", name="score")(mean / 40)
    model = keras.Model(codes, {"score": score})
    with pytest.raises(BundleError, match="padding changes scores"):
        exporting.export(model, tmp_path, CharEncoder(side="right"))
