"""Encode rows of a dataset as the arrays that a network is trained on. Knows no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.config import ResolvedConfig
from dga.datasets import dataset
from dga.schema import BENIGN, DGA, FAMILY, LABEL
from dga.scoring.encoder import CharEncoder, Codes

Float32s = npt.NDArray[np.float32]
Integer = TypeVar("Integer", np.uint8, np.int32)


@dataclass(frozen=True)
class Examples:
    """Encoded names with their targets and weights; one entry per name."""

    codes: Codes  # (rows, columns) uint8, 0 = padding
    widths: npt.NDArray[np.int64]  # (rows,) characters in the name
    label_widths: npt.NDArray[np.int64]  # (rows,) characters before the first dot, and the dot
    is_dga: Float32s  # (rows,) 0 or 1
    family: npt.NDArray[np.int64]  # (rows,) index into the classes; -1 for none
    weights: Float32s  # (rows,)

    def __len__(self) -> int:
        return len(self.codes)


def classes_for(frame: pd.DataFrame, config: ResolvedConfig) -> list[str]:
    """The families of at least `min_family` names, sorted; benign comes first in a family task."""
    if config.task == "binary":
        return []
    sizes = frame.loc[frame[LABEL] == DGA, FAMILY].value_counts()
    families = sorted(str(name) for name in sizes.index[sizes >= config.min_family])
    return [BENIGN, *families] if config.task == "family" else families


def examples(
    frame: pd.DataFrame,
    encoder: CharEncoder,
    classes: Sequence[str],
    weights: Float32s | None = None,
) -> Examples:
    """Encode the rows of one part of a dataset; without `weights` (rows,) all weigh the same."""
    names = frame[dataset.NAME].tolist()
    index = {name: position for position, name in enumerate(classes)}
    kind = np.where(frame[LABEL] == BENIGN, BENIGN, frame[FAMILY].astype(object))
    return Examples(
        codes=encoder.encode(names),
        widths=np.minimum([len(name) for name in names], encoder.max_length),
        label_widths=np.array([name.find(".") + 1 for name in names], dtype=np.int64),
        is_dga=(frame[LABEL] == DGA).to_numpy(np.float32),
        family=np.array([index.get(name, -1) for name in kind], dtype=np.int64),
        weights=np.ones(len(frame), dtype=np.float32) if weights is None else weights,
    )


def drop_suffixes(
    codes: npt.NDArray[Integer],
    label_widths: npt.NDArray[np.int64],
    rate: float,
    rng: np.random.Generator,
) -> npt.NDArray[Integer]:
    """Blank the suffix of a random share of right-padded rows, so that it does not decide alone."""
    blank = np.arange(codes.shape[1]) >= label_widths[:, None]
    dropped = rng.random(len(codes)) < rate
    return codes * ~(blank & dropped[:, None])
