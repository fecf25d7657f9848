"""Boosted trees as arrays: evaluation with numpy alone, saved without pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Float32s = npt.NDArray[np.float32]

BLOCK = 8_192  # rows whose features stay in a processor's cache


@dataclass(frozen=True)
class Trees:
    """Regression trees whose sum is a log-odds; nodes of all trees one after another.

    `feature` is -1 at a leaf; a value that is at most `threshold` goes `left`, a missing one
    where `missing_left` says. `roots`: the first node of each tree; `base`: what is added.
    """

    feature: npt.NDArray[np.int16]
    threshold: npt.NDArray[np.float64]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    missing_left: npt.NDArray[np.bool_]
    value: Float32s
    roots: npt.NDArray[np.int32]
    base: float

    @classmethod
    def empty(cls) -> Trees:
        """No tree: log-odds of 0."""
        whole, truth = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=bool)
        numbers = np.zeros(0)
        return cls(
            whole.astype(np.int16),
            numbers,
            whole,
            whole,
            truth,
            numbers.astype(np.float32),
            whole,
            0.0,
        )

    def log_odds(self, features: Float32s) -> npt.NDArray[np.float64]:
        """The log-odds of each row of features (rows, features)."""
        total = np.full(len(features), self.base)
        for start in range(0, len(features), BLOCK):
            block = slice(start, start + BLOCK)
            for root in self.roots:
                self._add_leaves(features[block], int(root), total[block])
        return total

    def _add_leaves(self, features: Float32s, root: int, total: npt.NDArray[np.float64]) -> None:
        """Add the value of the leaf that each row comes to in one tree."""
        rows, node = np.arange(len(features)), np.full(len(features), root, dtype=np.int32)
        while len(rows):
            feature = self.feature[node]
            inner = feature >= 0
            total[rows[~inner]] += self.value[node[~inner]]
            rows, node, feature = rows[inner], node[inner], feature[inner]
            values = features[rows, feature]
            left = values <= self.threshold[node]
            left |= np.isnan(values) & self.missing_left[node]
            node = np.where(left, self.left[node], self.right[node])

    def to_arrays(self, prefix: str) -> dict[str, npt.NDArray[Any]]:
        """The arrays to save."""
        return {f"{prefix}_{name}": np.asarray(getattr(self, name)) for name in _FIELDS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], prefix: str) -> Trees:
        """The trees that `to_arrays` saved."""
        values: dict[str, Any] = {name: arrays[f"{prefix}_{name}"] for name in _FIELDS}
        return cls(**{**values, "base": float(values["base"])})


_FIELDS = tuple(Trees.__dataclass_fields__)
