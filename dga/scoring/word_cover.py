"""How well known words cover a label: its likeliest reading as words of many languages.

Words weigh by their frequency, and each other character costs the same; the reading is found as
Viterbi (1967) does. They are looked up by hash in a table that
`python -m dga.datasets.word_table` makes of the most frequent words of 34 languages.
Reads no text but encoded labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dga.scoring.calibration import Float32s
from dga.scoring.encoder import ALPHABET

FILE = Path(__file__).with_name("words.npy")
SHORTEST, LONGEST = 2, 14  # characters of a word
LONG_WORD = 4  # from which a word counts as a long one
UNKNOWN = -3.2  # what a character of no word costs, as the decimal logarithm of a frequency
BUCKET_BITS, BUCKET = 17, 4  # buckets of the table, and words in each
STEPS = 25.0  # a stored weight is round(-STEPS * log10(frequency)), 0 for an empty place
MARK_BITS = 21  # of a hash by which a word is marked
RADIX, FACTOR = np.uint64(1_000_003), np.uint64(0x9E3779B97F4A7C15)

Hashes = npt.NDArray[np.uint64]
Table = npt.NDArray[np.uint32]  # (2 ** BUCKET_BITS, BUCKET, 2): fingerprint and weight of a word


class Hits(NamedTuple):
    """The words of one length, by where they end in their label: the label (words,), the decimal
    logarithm of the frequency (words,), and how many end before each place (places + 1,)."""

    rows: npt.NDArray[np.int64]
    weights: Float32s
    before: list[int]


def covers(
    codes: npt.NDArray[np.uint32], starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
) -> list[Float32s]:
    """Of the likeliest reading of each label (rows,): its logarithm by character and as a whole,
    the share of characters in words and in long words, the number of words, the longest's share.

    `codes`, `starts`, `lengths`: as in `second_look.Labels`.
    """
    rows, width = len(lengths), int(lengths.max(initial=0))
    hits = _hits(codes, starts, lengths)
    best, held, long, words, longest = np.zeros((5, width + 1, rows), dtype=np.float32)
    for end in range(1, width + 1):
        best[end] = best[end - 1] + UNKNOWN
        for state in (held, long, words, longest):
            state[end] = state[end - 1]
        for size in range(SHORTEST, min(LONGEST, end) + 1):
            found = hits[size]
            first, stop = found.before[end : end + 2]
            if first == stop:
                continue
            row, before = found.rows[first:stop], end - size
            read = best[before, row] + found.weights[first:stop]
            better = read > best[end, row]
            row = row[better]
            best[end, row] = read[better]
            held[end, row] = held[before, row] + size
            long[end, row] = long[before, row] + size * (size >= LONG_WORD)
            words[end, row] = words[before, row] + 1
            longest[end, row] = np.maximum(longest[before, row], size)
    at, whole = (lengths, np.arange(rows)), np.maximum(lengths, 1).astype(np.float32)
    shares = [state[at] / whole for state in (best, held, long, longest)]
    return [shares[0], best[at], shares[1], shares[2], words[at], shares[3]]


def table_of(frequencies: Mapping[str, float]) -> Table:
    """A table of words of letters a to z; the rarest are left out where a bucket is full."""
    table = np.zeros((1 << BUCKET_BITS, BUCKET, 2), dtype=np.uint32)
    filled = np.zeros(1 << BUCKET_BITS, dtype=np.int64)
    for word, frequency in sorted(frequencies.items(), key=lambda pair: (-pair[1], pair[0])):
        codes = np.array([ALPHABET.index(letter) + 1 for letter in word], dtype=np.uint32)
        rolled = np.zeros(1, dtype=np.uint64)
        for code in codes:
            rolled = rolled * RADIX + code
        hashed = _hashed(rolled)
        bucket = int(_buckets(hashed)[0])
        if filled[bucket] < BUCKET:
            weight = max(1, round(-STEPS * np.log10(frequency)))
            table[bucket, filled[bucket]] = int(_fingerprints(hashed)[0]), weight
            filled[bucket] += 1
    return table


def _hits(
    codes: npt.NDArray[np.uint32], starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
) -> dict[int, Hits]:
    """The words in marked labels, by their length."""
    table, marked = _table()
    label = np.repeat(np.arange(len(lengths)), lengths + 2)
    place = np.arange(len(codes)) - starts[label] - 1  # in the label; -1 at the mark before it
    left = np.where(place >= 0, lengths[label] - place, 0)  # characters to the label's end
    width, rolled, found = int(lengths.max(initial=0)), codes.astype(np.uint64), {}
    for size in range(SHORTEST, LONGEST + 1):
        rolled = rolled[:-1] * RADIX + codes[size - 1 :]
        at = np.flatnonzero(left[: len(rolled)] >= size)
        hashed = _hashed(rolled[at])
        known = np.flatnonzero(marked.take(_marks(hashed)))
        at, hashed = at[known], hashed[known]
        buckets, wanted = table[_buckets(hashed)], _fingerprints(hashed)
        weights = np.where(buckets[:, :, 0] == wanted[:, None], buckets[:, :, 1], 0).max(axis=1)
        ends, rows = place[at] + size, label[at]
        order = np.argsort(np.where(weights > 0, ends, -1), kind="stable")
        order = order[np.count_nonzero(weights == 0) :]
        logarithms = (weights[order] / -STEPS).astype(np.float32)
        before = np.searchsorted(ends[order], np.arange(width + 2))
        found[size] = Hits(rows[order], logarithms, before.tolist())
    return found


def _hashed(rolled: Hashes) -> Hashes:
    mixed: Hashes = (rolled ^ (rolled >> np.uint64(29))) * FACTOR
    return mixed ^ (mixed >> np.uint64(32))


def _buckets(hashed: Hashes) -> npt.NDArray[np.int64]:
    return (hashed >> np.uint64(64 - BUCKET_BITS)).astype(np.int64)


def _fingerprints(hashed: Hashes) -> npt.NDArray[np.uint32]:
    """The 32 bits behind those of the bucket."""
    return ((hashed >> np.uint64(32 - BUCKET_BITS)) & np.uint64(0xFFFFFFFF)).astype(np.uint32)


def _marks(hashed: Hashes) -> npt.NDArray[np.int64]:
    """Where each hash is marked, so that most other n-grams need no look-up in the table."""
    return (hashed >> np.uint64(64 - MARK_BITS)).astype(np.int64)


@cache
def _table() -> tuple[Table, npt.NDArray[np.bool_]]:
    """The words, mapped into memory so that processes share them, and where they are marked."""
    table: Table = np.asarray(np.load(FILE, mmap_mode="r", allow_pickle=False))
    marked = np.zeros(1 << MARK_BITS, dtype=np.bool_)
    flat = table.reshape(-1, 2)
    at = np.flatnonzero(flat[:, 1])
    low = flat[at, 0] >> np.uint32(32 - MARK_BITS + BUCKET_BITS)
    marked[(at // BUCKET << (MARK_BITS - BUCKET_BITS)) | low] = True
    return table, marked
