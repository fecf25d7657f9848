"""Score examples with a Keras network, batch by batch. Trains nothing.

Runs in a child process: it imports Keras.
"""

from __future__ import annotations

import keras
import numpy as np
import numpy.typing as npt

from dga.networks import heads
from dga.training import batching
from dga.training.batching import Side
from dga.training.examples import Examples, Float32s
from dga.training.replicas import replicas


def scores(
    model: keras.Model,
    part: Examples,
    task: str,
    *,
    side: Side = "right",
    batch_size: int = 1024,
) -> Float32s:
    """P(dga) of each example (rows,), in batches cut to their longest name.

    Batches are not cut for a model with a fixed number of columns. `side`: where the padding is.
    """
    result = np.empty(len(part), dtype=np.float32)
    order: npt.NDArray[np.int64] = np.argsort(part.widths, kind="stable")
    fixed = model.input_shape[1] is not None
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        codes = batching.whole(part, rows) if fixed else batching.cut(part, rows, side)
        result[rows] = heads.score_of(_outputs(model, codes), task)
    return result


def _outputs(model: keras.Model, codes: npt.NDArray[np.int32]) -> dict[str, Float32s]:
    if replicas() == 1:
        return model.predict_on_batch(codes)  # type: ignore[no-any-return]
    # Keras would score the batch on each replica.
    return {name: np.asarray(value) for name, value in model(codes, training=False).items()}
