"""Features of sets of names, for many sets at once: what the names of a set have in common.

A set is the names of a host and day that did not resolve, without those that count for nothing.
Arrays are flat: one row a member, sorted by set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dga.hosts.label_traits import (
    SIZE,
    TRAITS,
    Codes,
    Float32s,
    encode,
    piece_hashes,
    prefix_hashes,
)

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

LEVELS = np.array([0.3, 0.1, 0.03, 0.01, 0.003, 0.001])  # shares of ordinary failed names
RARE = 1.0  # the rarity (a power of ten) from which a member belongs to the rare part of its set
WORDS_COVER, WORDS_LEAST = 0.8, 2  # of a member that is put together of dictionary words


@dataclass(frozen=True)
class Members:
    """Names of sets, a row each: `labels`, `suffixes`, and numbers of them (rows, ...).

    `score`: P(dga). `rarity`: -log10 of the share of ordinary failed names that score as high.
    `weight`: the name's log-likelihood ratio. `likeness`: rank among generated names, 0 to 1.
    `traits`: as `label_traits.TRAITS`. `suffix_rarity`: -log10 of the suffix's share. `partners`:
    see `recurring_words`. `families`: the network's shares of families (rows, families).
    """

    labels: npt.NDArray[np.str_]
    suffixes: npt.NDArray[np.str_]
    score: Float32s
    rarity: Float32s
    weight: Float32s
    likeness: Float32s
    traits: Float32s
    suffix_rarity: Float32s
    partners: Float32s
    families: Float32s

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: Places | Mask) -> Members:
        """Some rows."""
        return Members(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})

    def numbers(self) -> dict[str, Float32s]:
        """The numbers of each member by name, (rows,) each."""
        own = {
            "rarity": self.rarity,
            "weight": self.weight,
            "likeness": self.likeness,
            "suffix_rarity": self.suffix_rarity,
            "partners": self.partners,
        }
        return own | {name: self.traits[:, place] for place, name in enumerate(TRAITS)}

    @property
    def wordy(self) -> Mask:
        """Which labels are put together of dictionary words."""
        cover = self.traits[:, TRAITS.index("word_cover")]
        return (cover >= WORDS_COVER) & (self.traits[:, TRAITS.index("word_count")] >= WORDS_LEAST)


@dataclass(frozen=True)
class Sets:
    """Which set each sorted member belongs to: `owner` (rows,) counts from 0 to `count` - 1."""

    owner: Places
    count: int

    def sizes(self) -> Places:
        """How many members each set has (sets,)."""
        return np.bincount(self.owner, minlength=self.count)

    def sums(self, values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Sums by set (sets,)."""
        sums = np.bincount(self.owner, weights=values, minlength=self.count)
        return np.asarray(sums, dtype=np.float64)

    def reduced(self, ufunc: np.ufunc, values: Float32s, empty: float) -> npt.NDArray[np.float64]:
        """A reduction by set (sets,), `empty` for a set without members."""
        result = np.full(self.count, empty, dtype=np.float64)
        filled, starts = np.unique(self.owner, return_index=True)
        if len(filled):
            result[filled] = ufunc.reduceat(values, starts)
        return result


Columns = dict[str, npt.NDArray[np.float64]]


def features(members: Members, sets: Sets) -> tuple[Float32s, tuple[str, ...]]:
    """Features (sets, features) and their names; the same names whatever the members are."""
    columns: Columns = {}
    parts: dict[str, Mask] = {
        "all": np.ones(len(members), dtype=bool),
        "rare": members.rarity >= RARE,
        "words": members.wordy,
    }
    for part, mask in parts.items():
        chosen, within = members.take(mask), Sets(sets.owner[mask], sets.count)
        found = _part_features(chosen, within)
        columns |= {f"{part}_{name}": values for name, values in found.items()}
    columns |= _score_features(members, sets)
    return np.stack(list(columns.values()), axis=1).astype(np.float32), tuple(columns)


def _part_features(members: Members, sets: Sets) -> Columns:
    size = sets.sizes()
    columns: Columns = {"size": np.log1p(size)}
    for name, values in members.numbers().items():
        mean, spread = _moments(values, sets)
        columns |= {f"{name}_mean": mean, f"{name}_spread": spread}
    return columns | _shared(members, sets) | _overlap(members, sets)


def _score_features(members: Members, sets: Sets) -> Columns:
    """How high the names score together: the best few, sequential sums, higher criticism."""
    columns: Columns = {}
    size = np.maximum(sets.sizes(), 1)
    for name, values in (("rarity", members.rarity), ("weight", members.weight)):
        order = np.lexsort((-values, sets.owner))
        ranks = _rank_within(sets.owner[order])
        for best in (1, 3, 5, 10):
            kept = order[ranks < best]
            chosen = np.sort(kept)
            columns[f"best_{best}_{name}"] = Sets(sets.owner[chosen], sets.count).sums(
                values[chosen]
            )
    columns["positive_weight"] = sets.sums(np.maximum(members.weight, 0))
    columns["weight_sum"] = sets.sums(members.weight)
    for level in LEVELS:
        reached = sets.sums((members.rarity >= -np.log10(level)).astype(np.float32))
        columns[f"excess_{level:g}"] = _excess(reached, size, float(level))
    columns["highest_excess"] = np.max([columns[f"excess_{level:g}"] for level in LEVELS], axis=0)
    return columns


def _excess(
    reached: npt.NDArray[np.float64], size: Places, level: float
) -> npt.NDArray[np.float64]:
    """How surprising so many of a set are above a level: Chernoff's bound, a power of ten."""
    share = np.clip(reached / size, 1e-12, 1 - 1e-12)
    divergence = share * np.log(share / level) + (1 - share) * np.log((1 - share) / (1 - level))
    return np.where(share > level, size * divergence / np.log(10), 0.0)


def _moments(
    values: Float32s, sets: Sets
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    size = np.maximum(sets.sizes(), 1)
    mean = sets.sums(values) / size
    spread = np.sqrt(np.maximum(sets.sums(values.astype(np.float64) ** 2) / size - mean**2, 0))
    empty = sets.sizes() == 0
    mean[empty], spread[sets.sizes() < 2] = np.nan, np.nan
    return mean, spread


def _shared(members: Members, sets: Sets) -> Columns:
    """What the largest part of a set has in common: a suffix, a length, a head, a tail, a stem."""
    codes = encode(members.labels.tolist())
    prefixes = prefix_hashes(codes)
    lengths = (codes > 0).sum(axis=1)
    suffix = _numbered(members.suffixes)
    stem = _stems(codes)
    keys = {
        "suffix": suffix,
        "length": lengths,
        "suffix_length": suffix * 64 + lengths,
        "head": piece_hashes(prefixes, 0, 4).astype(np.int64),
        "tail": _tails(prefixes, lengths),
        "stem": stem,
        "letters": _letters(codes),
    }
    columns: Columns = {}
    for name, key in keys.items():
        most, distinct = _most_common(key, sets)
        columns |= {f"same_{name}": most, f"distinct_{name}": distinct}
    return columns | _alphabet(codes, sets)


def _numbered(texts: npt.NDArray[np.str_]) -> Places:
    return np.unique(texts, return_inverse=True)[1].astype(np.int64)


def _tails(prefixes: npt.NDArray[np.uint32], lengths: Places) -> Places:
    """The hash of the last four characters (rows,)."""
    result = np.zeros(len(prefixes), dtype=np.int64)
    for end in np.unique(lengths):
        rows = np.flatnonzero(lengths == end)
        result[rows] = piece_hashes(prefixes[rows], max(int(end) - 4, 0), int(end))
    return result


def _stems(codes: Codes) -> Places:
    """The hash of a label without its digits and hyphens: a counter beside a stem changes none."""
    kept = np.where(codes <= 26, codes, 0).astype(np.int64)
    hashes = np.zeros(len(codes), dtype=np.int64)
    for column in kept.T:
        hashes = np.where(column > 0, (hashes * 1_000_003 + column) & ((1 << 40) - 1), hashes)
    return hashes


def _letters(codes: Codes) -> Places:
    """The hash of a label's characters in any order (rows,)."""
    values = np.random.default_rng(7).integers(1, 1 << 40, SIZE)
    values[0] = 0
    return np.asarray(values[codes].sum(axis=1) & ((1 << 44) - 1), dtype=np.int64)


def _most_common(
    keys: Places, sets: Sets
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The share of a set that has its most common key, and distinct keys a member."""
    size = np.maximum(sets.sizes(), 1)
    order = np.lexsort((keys, sets.owner))
    owner, key = sets.owner[order], keys[order]
    new = np.ones(len(owner), dtype=bool)
    new[1:] = (owner[1:] != owner[:-1]) | (key[1:] != key[:-1])
    starts = np.flatnonzero(new)
    runs = np.diff(np.append(starts, len(owner)))
    groups = Sets(owner[starts], sets.count)
    most = groups.reduced(np.maximum, runs.astype(np.float32), 0.0)
    few = sets.sizes() < 2
    return np.where(few, np.nan, most / size), np.where(few, np.nan, groups.sizes() / size)


def _alphabet(codes: Codes, sets: Sets) -> Columns:
    """How many characters a set uses, beside how many so long a text would at most."""
    used = np.zeros((sets.count, SIZE), dtype=bool)
    for column in codes.T:
        used[sets.owner, column] = True
    total = sets.sums((codes > 0).sum(axis=1))
    letters, digits = used[:, 1:27].sum(axis=1), used[:, 27:37].sum(axis=1)
    expected = 26 * (1 - (25 / 26) ** np.maximum(total, 1))
    return {
        "letters_used": letters / expected,
        "digits_used": digits.astype(np.float64),
        "letter_entropy": _letter_entropy(codes, sets),
    }


def _letter_entropy(codes: Codes, sets: Sets) -> npt.NDArray[np.float64]:
    """The entropy of a set's letters in bits (sets,)."""
    counts = np.stack([sets.sums((codes == letter).sum(axis=1)) for letter in range(1, 27)], axis=1)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.asarray(-(share * np.log2(np.maximum(share, 1e-12))).sum(axis=1))


def _overlap(members: Members, sets: Sets) -> Columns:
    """Mean likeness of two members: rare trigrams that they share, families that they resemble."""
    codes = encode(members.labels.tolist())
    families = members.families / np.maximum(
        np.linalg.norm(members.families, axis=1, keepdims=True), 1e-9
    )
    size = sets.sizes().astype(np.float64)
    pairs = np.maximum(size * (size - 1), 1)
    total = _vector_sums(families, sets)
    alike = ((total**2).sum(axis=1) - size) / pairs
    surest = (_vector_sums(members.families, sets) / np.maximum(size, 1)[:, None]).max(
        axis=1, initial=0
    )
    grams = (_gram_norms(codes, sets) - size) / pairs
    few = size < 2
    return {
        "families_alike": np.where(few, np.nan, alike),
        "one_family": np.where(size < 1, np.nan, surest),
        "grams_alike": np.where(few, np.nan, grams),
    }


def _vector_sums(vectors: Float32s, sets: Sets) -> npt.NDArray[np.float64]:
    result = np.zeros((sets.count, vectors.shape[1]))
    filled, starts = np.unique(sets.owner, return_index=True)
    if len(filled):
        result[filled] = np.add.reduceat(vectors, starts, axis=0)
    return result


def _gram_norms(codes: Codes, sets: Sets) -> npt.NDArray[np.float64]:
    """The squared length of each set's summed trigram vectors, each member's of length 1."""
    rows, columns = np.nonzero(codes[:, 2:])
    grams = (
        codes[rows, columns].astype(np.int64) * SIZE + codes[rows, columns + 1]
    ) * SIZE + codes[rows, columns + 2]
    counts = np.bincount(rows, minlength=len(codes))
    value = 1 / np.sqrt(np.maximum(counts, 1))[rows]
    key = sets.owner[rows] * (SIZE**3) + grams
    order = np.argsort(key, kind="stable")
    key, value = key[order], value[order]
    if not len(key):
        return np.zeros(sets.count)
    starts = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    sums = np.add.reduceat(value, starts)
    norms = np.bincount(key[starts] // (SIZE**3), weights=sums**2, minlength=sets.count)
    return np.asarray(norms, dtype=np.float64)


def _rank_within(owner: Places) -> Places:
    """The place of each row within its set (rows,), for owners in order."""
    starts = np.flatnonzero(np.append(True, owner[1:] != owner[:-1])) if len(owner) else owner
    return np.arange(len(owner)) - np.repeat(starts, np.diff(np.append(starts, len(owner))))
