"""The shapes of batches that an imported network may be given: those that its import tried.

What a graph does at some number of names, it may not do at another: take all memory at 777 rows,
say. So each batch is padded to one of these shapes, and an import tries all of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

import numpy as np

from dga.names.byte_slices import Bytes
from dga.scoring.encoder import CharEncoder

ROWS = tuple(2**power for power in range(10))
COLUMNS = (*range(8, 65, 8), 128, 192, 256)


def shapes(encoder: CharEncoder, *, trims: bool) -> Iterator[tuple[int, int]]:
    """All shapes (rows, columns) that `padded` gives.

    >>> len(list(shapes(CharEncoder(max_length=75), trims=True)))
    90
    """
    short = [columns for columns in COLUMNS if columns < encoder.max_length]
    for columns in (*(short if trims else ()), encoder.max_length):
        yield from ((rows, columns) for rows in ROWS)


def padded(codes: Bytes, encoder: CharEncoder) -> Bytes:
    """Codes (rows, columns) with rows and columns of padding added, up to one of the shapes.

    >>> padded(np.ones((3, 9), np.uint8), CharEncoder()).shape
    (4, 16)
    """
    rows, columns = codes.shape
    wide = min(COLUMNS[bisect_left(COLUMNS, columns)], encoder.max_length)
    made = np.zeros((ROWS[bisect_left(ROWS, rows)], wide), codes.dtype)
    start = wide - columns if encoder.side == "left" else 0
    made[:rows, start : start + columns] = codes
    return made
