"""Texts laid one behind another as bytes, with their offsets. Loads no Arrow, as opening a bundle
needs none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


def gathered(data: Bytes, starts: Places, lengths: Places) -> tuple[Bytes, Places]:
    """Concatenate slices of `data`, which begin at `starts` (texts,) and have `lengths` (texts,):
    their bytes and offsets (texts + 1,)."""
    places = np.zeros(len(starts) + 1, dtype=np.int64)
    np.cumsum(lengths, out=places[1:])
    sources = np.repeat(starts - places[:-1], lengths)
    sources += np.arange(len(sources))
    return data[sources], places
