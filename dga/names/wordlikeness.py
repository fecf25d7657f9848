"""How much labels resemble words: how common their pairs of neighbouring characters are.

The frequencies come from a reference, the benign labels of the same table; there is no dictionary
and no assumed language.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

BYTES = 256
Float64s = npt.NDArray[np.float64]


def likeness(labels: Sequence[str], reference: npt.NDArray[np.bool_]) -> Float64s:
    """The mean log2 probability (labels,) of each character given the one before, including the
    label's start and end. `reference` (labels,) marks the labels that the probabilities are counted
    on.

    >>> likely, unlikely = likeness(["banana", "bxnqnz"], np.array([True, False]))
    >>> bool(likely > unlikely)
    True
    """
    pairs, owners = _pairs(labels)
    counts = np.bincount(pairs[reference[owners]], minlength=BYTES * BYTES).astype(np.float64)
    table = counts.reshape(BYTES, BYTES) + 1
    logs = np.log2(table / table.sum(axis=1, keepdims=True)).ravel()
    sums = np.bincount(owners, weights=logs[pairs], minlength=len(labels))
    return np.asarray(sums / np.maximum(np.bincount(owners, minlength=len(labels)), 1))


def _pairs(labels: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Each pair of neighbouring characters as a number, and the label that contains it."""
    text = "\n".join(["", *labels, ""]).encode("ascii", "replace")
    codes = np.frombuffer(text, dtype=np.uint8).astype(np.int64)
    owners = np.cumsum(codes[:-1] == ord("\n")) - 1
    pairs = codes[:-1] * BYTES + codes[1:]
    return pairs[owners < len(labels)], owners[owners < len(labels)]
