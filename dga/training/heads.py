"""Output layers of a network by task, and the scores read from them. Trains nothing.

Runs in a child process: it imports Keras.
"""

from __future__ import annotations

from collections.abc import Mapping

import keras
import numpy as np
import numpy.typing as npt

from dga.networks.architectures import Output
from dga.training import batching
from dga.training.batching import Side
from dga.training.examples import Examples, Float32s
from dga.training.replicas import replicas

SCORE_OUTPUT = "score"
FAMILY_OUTPUT = "families"


def outputs_for(task: str, classes: list[str]) -> list[Output]:
    """The outputs of a task: P(dga), the distribution over `classes`, or both."""
    score = Output(SCORE_OUTPUT, 1, "sigmoid")
    families = Output(FAMILY_OUTPUT, len(classes), "softmax")
    return {"binary": [score], "family": [families], "both": [score, families]}[task]


def score_of(given: Mapping[str, Float32s], task: str) -> Float32s:
    """P(dga) from the outputs; the family task tells it as 1 - P(benign)."""
    if task == "family":
        return 1.0 - given[FAMILY_OUTPUT][:, 0]
    return given[SCORE_OUTPUT][:, 0]


def predict(
    model: keras.Model,
    part: Examples,
    task: str,
    *,
    side: Side = "right",
    batch_size: int = 1024,
) -> Float32s:
    """P(dga) of each example (rows,), by Keras, in batches cut to their longest name.

    Nothing is cut for a model of a fixed number of columns. `side`: where the padding stands.
    """
    result = np.empty(len(part), dtype=np.float32)
    order: npt.NDArray[np.int64] = np.argsort(part.widths, kind="stable")
    fixed = model.input_shape[1] is not None
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        codes = batching.whole(part, rows) if fixed else batching.cut(part, rows, side)
        result[rows] = score_of(_outputs(model, codes), task)
    return result


def _outputs(model: keras.Model, codes: npt.NDArray[np.int32]) -> dict[str, Float32s]:
    if replicas() == 1:
        return model.predict_on_batch(codes)  # type: ignore[no-any-return]
    # Keras would score the batch on each replica.
    return {name: np.asarray(value) for name, value in model(codes, training=False).items()}
