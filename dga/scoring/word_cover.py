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
Lengths = npt.NDArray[np.int64]
Table = npt.NDArray[np.uint32]  # (2 ** BUCKET_BITS, BUCKET, 2): fingerprint and weight of a word


class Hits(NamedTuple):
    """Words in labels, by where they end, and shorter ones first: their label (words,), the place
    in it where they end (words,), their characters (words,), the decimal logarithm of their
    frequency (words,); and how many end before each place (places + 1,)."""

    rows: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    weights: Float32s
    before: list[int]


def covers(codes: npt.NDArray[np.uint32], starts: Lengths, lengths: Lengths) -> list[Float32s]:
    """Of the likeliest reading of each label (rows,): its logarithm by character and as a whole,
    the share of characters in words and in long words, the number of words, the longest's share.

    `codes`, `starts`, `lengths`: as in `second_look.Labels`.
    """
    best, last = _likeliest(_hits(codes, starts, lengths), lengths)
    held, long, words, longest = _words_read(last, lengths)
    whole = np.maximum(lengths, 1).astype(np.float32)
    logarithm = best[lengths, np.arange(len(lengths))]
    return [logarithm / whole, logarithm, held / whole, long / whole, words, longest / whole]


def _likeliest(hits: Hits, lengths: Lengths) -> tuple[Float32s, npt.NDArray[np.uint8]]:
    """The likeliest reading of each label up to each place (places, rows): its logarithm, and the
    characters of its last word, 0 where the last character is in no word."""
    rows, width = len(lengths), int(lengths.max(initial=0))
    best = np.zeros((width + 1, rows), dtype=np.float32)
    flat, ends = best.reshape(-1), hits.ends * rows + hits.rows
    begins = ends - hits.sizes * rows
    for end in range(1, width + 1):
        best[end] = best[end - 1] + UNKNOWN
        some = slice(*hits.before[end : end + 2])
        np.maximum.at(flat, ends[some], flat.take(begins[some]) + hits.weights[some])
    read = flat.take(begins) + hits.weights
    chosen = (read == flat.take(ends)) & (read > flat.take(ends - rows) + UNKNOWN)
    last = np.zeros((width + 1, rows), dtype=np.uint8)
    # Backwards, since the last value stays: of equally likely words the shortest.
    last.reshape(-1)[ends[chosen][::-1]] = hits.sizes[chosen][::-1]
    return best, last


def _words_read(last: npt.NDArray[np.uint8], lengths: Lengths) -> Float32s:
    """Of the reading of each label that ends with the `last` words (places, rows): the characters
    in words and in long words, the number of words, the longest's characters (4, rows)."""
    found = np.zeros((4, len(lengths)), dtype=np.float32)
    held, long, words, longest = found
    rows = np.flatnonzero(lengths)
    ends = lengths[rows]
    while len(rows):
        size = last[ends, rows]
        held[rows] += size
        long[rows] += np.where(size >= LONG_WORD, size, 0)
        words[rows] += size > 0
        longest[rows] = np.maximum(longest[rows], size)
        ends = ends - np.maximum(size, 1)
        rows, ends = rows[ends > 0], ends[ends > 0]
    return found


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


def _hits(codes: npt.NDArray[np.uint32], starts: Lengths, lengths: Lengths) -> Hits:
    """The words in marked labels."""
    row = np.repeat(np.arange(len(lengths)), lengths + 2)
    place = np.arange(len(codes)) - starts[row] - 1  # in the label; -1 at the mark before it
    left = np.where(place >= 0, lengths[row] - place, 0)  # characters to the label's end
    # Those with most characters behind them come first: where a word fits is a slice of them.
    order = np.argsort((left.max(initial=0) - left).astype(np.uint8), kind="stable")
    fitting = len(left) - np.cumsum(np.bincount(left, minlength=LONGEST))
    wide, marked = codes.astype(np.uint64), _table()[1]
    rolled = wide.take(order)
    begins, sizes, hashes = [], [], []
    for size in range(SHORTEST, LONGEST + 1):
        at = order[: fitting[size - 1]]
        rolled = rolled[: len(at)] * RADIX + wide.take(at + (size - 1))
        hashed = _hashed(rolled)
        known = np.flatnonzero(marked.take(_marks(hashed)))
        begins.append(at[known])
        hashes.append(hashed[known])
        sizes.append(np.full(len(known), size))
    words, weights = _looked_up(np.concatenate(hashes))
    begin, characters = np.concatenate(begins)[words], np.concatenate(sizes)[words]
    ends = place[begin] + characters
    order = np.argsort(ends.astype(np.uint8), kind="stable")
    before = np.searchsorted(ends[order], np.arange(int(lengths.max(initial=0)) + 2)).tolist()
    return Hits(row[begin][order], ends[order], characters[order], weights[order], before)


def _looked_up(hashed: Hashes) -> tuple[npt.NDArray[np.int64], Float32s]:
    """Which hashes (n-grams,) are of words (words,), and their frequencies' decimal logarithms."""
    buckets = _table()[0].take(_buckets(hashed), axis=0)  # (n-grams, BUCKET, 2)
    words, place = np.nonzero(buckets[:, :, 0] == _fingerprints(hashed)[:, None])
    weights = buckets[words, place, 1]
    filled = weights > 0  # an empty place has the fingerprint 0
    return words[filled], (weights[filled] / -STEPS).astype(np.float32)


def _hashed(rolled: Hashes) -> Hashes:
    mixed: Hashes = (rolled ^ (rolled >> np.uint64(29))) * FACTOR
    return mixed


def _marks(hashed: Hashes) -> npt.NDArray[np.int64]:
    """Where each hash is marked, so that most other n-grams need no look-up in the table."""
    return (hashed >> np.uint64(64 - MARK_BITS)).view(np.int64)


def _buckets(hashed: Hashes) -> npt.NDArray[np.int64]:
    return (hashed >> np.uint64(64 - BUCKET_BITS)).view(np.int64)


def _fingerprints(hashed: Hashes) -> npt.NDArray[np.uint32]:
    """The 32 bits behind those of the bucket, the lower ones mixed with the higher ones."""
    behind = (hashed ^ (hashed >> np.uint64(32))) >> np.uint64(32 - BUCKET_BITS)
    return (behind & np.uint64(0xFFFFFFFF)).astype(np.uint32)


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
