"""How strongly the two words that make a label are linked, as `home` and `depot` are.

The labels are looked up by hash in a table that `python -m dga.datasets.link_table` makes of
`dga.generators.linked_words`. Reads no text but encoded labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dga.scoring.calibration import Float32s

FILE = Path(__file__).with_name("word_links.npy")
STEPS = 40.0  # a stored strength is round(STEPS * strength), at most 255
STRENGTH_BITS = np.uint64(8)
RADIX = np.uint64(0x9E3779B97F4A7C15)

Hashes = npt.NDArray[np.uint64]
LinkTable = npt.NDArray[np.uint64]  # (labels,) in ascending order: 56 bits of hash, 8 of strength


def strengths(
    codes: npt.NDArray[np.uint32], starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
) -> Float32s:
    """The strength of the link between the two words that make each label (rows,), 0 for others.

    `codes`, `starts`, `lengths`: as in `second_look.Labels`.
    """
    table, wanted = _table(), hashes(codes, starts, lengths) >> STRENGTH_BITS
    places = np.minimum(np.searchsorted(table, wanted << STRENGTH_BITS), len(table) - 1)
    found = table[places]
    stored = np.where(found >> STRENGTH_BITS == wanted, found & np.uint64(0xFF), 0)
    strength: Float32s = (stored / STEPS).astype(np.float32)
    return strength


def table_of(hashed: Hashes, strength: Sequence[float]) -> LinkTable:
    """A table of labels, given by their hashes (labels,), and their strengths (labels,); of a label
    that several pairs of words make, the greatest one."""
    stored = np.clip(np.rint(STEPS * np.asarray(strength)), 1, 255).astype(np.uint64)
    rows = np.sort((hashed >> STRENGTH_BITS << STRENGTH_BITS) | stored)
    is_greatest = np.append(rows[1:] >> STRENGTH_BITS != rows[:-1] >> STRENGTH_BITS, True)
    table: LinkTable = rows[is_greatest]
    return table


def hashes(
    codes: npt.NDArray[np.uint32], starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
) -> Hashes:
    """A hash of each label (rows,)."""
    if not len(starts):
        return np.zeros(0, dtype=np.uint64)
    sizes = lengths + 2
    place = np.arange(len(codes)) - np.repeat(starts, sizes)
    powers = np.cumprod(np.full(sizes.max(), RADIX))
    mixed = np.add.reduceat(codes * powers.take(place), starts)
    hashed: Hashes = (mixed ^ (mixed >> np.uint64(31))) * RADIX
    return hashed


@cache
def _table() -> LinkTable:
    """The labels, mapped into memory so that processes share them."""
    table: LinkTable = np.asarray(np.load(FILE, mmap_mode="r", allow_pickle=False))
    return table
