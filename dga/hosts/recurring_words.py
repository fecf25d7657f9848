"""Words that recur over the names of a whole log, joined in pairs: the mark of word generators.

After WordGraph (Pereira et al. 2018, doi 10.1007/978-3-030-00470-5_14), without a dictionary: a
label is cut in two at every place; heads and tails are the nodes of a graph, a label joins one of
each. Words of a generator have many partners that have many partners themselves; the parts of an
ordinary name, or of its typos, have not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dga.hosts.label_traits import Float32s, encode, piece_hashes, prefix_hashes

SHORTEST = 4  # characters of a head or a tail
PARTNERS = 2  # that each word must have, counted among such words
ROUNDS = 4  # of leaving out words with fewer partners
MOST = 300_000  # labels that are joined; of longer logs a part

Places = npt.NDArray[np.int64]


def partners(labels: Sequence[str]) -> Float32s:
    """How many partners the words of each distinct label have (labels,); 0 of one without.

    The smaller number of the two words counts, at the cut where it is greatest, on a logarithmic
    scale (log2(1 + partners)).
    """
    rows, heads, tails = _cuts(labels)
    for _ in range(ROUNDS):
        fewest = np.minimum(_occurrences(heads), _occurrences(tails))
        kept = fewest >= PARTNERS
        if kept.all():
            break
        rows, heads, tails = rows[kept], heads[kept], tails[kept]
    value = np.zeros(len(labels), dtype=np.float32)
    if len(rows):
        fewest = np.minimum(_occurrences(heads), _occurrences(tails))
        np.maximum.at(value, rows, np.log2(1 + fewest).astype(np.float32))
    return value


def _cuts(labels: Sequence[str]) -> tuple[Places, Places, Places]:
    """The rows, head hashes and tail hashes of all cuts of labels in two."""
    codes = encode(labels[:MOST])
    prefixes = prefix_hashes(codes)
    lengths = (codes > 0).sum(axis=1)
    found: list[tuple[Places, Places, Places]] = []
    for end in range(2 * SHORTEST, codes.shape[1] + 1):
        rows = np.flatnonzero(lengths == end)
        for cut in range(SHORTEST, end - SHORTEST + 1) if len(rows) else ():
            head = piece_hashes(prefixes[rows], 0, cut).astype(np.int64)
            tail = piece_hashes(prefixes[rows], cut, end).astype(np.int64)
            found.append((rows, head * 64 + cut, tail * 64 + end - cut))
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, nothing
    rows, heads, tails = (np.concatenate(part) for part in zip(*found, strict=True))
    return rows, heads, tails


def _occurrences(keys: Places) -> Places:
    """How often each key occurs among all (keys,)."""
    _, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return np.asarray(counts[places], dtype=np.int64)
