"""A second look at names whose score is in doubt: boosted trees over further evidence.

How often benign names hold the label's character n-grams, and how much more often than names of
made-up generators; how much of the label benign n-grams of five and six characters cover, and words
of many languages (`word_cover`); whether two words of a known generator make it (`word_pairs`), or
two that belong together (`word_links`); its shape; the network's log-odds, likeliest families and
likelihood. Trees run on ONNX Runtime, counts are looked up by hash. Trains nothing
(`dga.training.fit_second_look`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import onnxruntime

from dga.errors import BundleError
from dga.generators import word_pairs
from dga.scoring import onnx_session, word_cover, word_links
from dga.scoring.calibration import Evidence, Float32s, Given, log_shares
from dga.scoring.encoder import ALPHABET, CharEncoder

COUNTS_FILE, TREES_FILE = "ngram_counts.npy", "second_look.onnx"
MAX_TREES_BYTES = 64 * 2**20
SHORT_BITS, LONG_BITS = (
    16,
    21,
)  # of the hash of n-grams of up to three characters, and of longer ones
BENIGN, MADE_UP = range(2, 7), range(2, 6)  # lengths of the n-grams that are counted of each
STEPS = 16.0  # a stored count is round(STEPS * log(1 + count))
KNOWN = round(STEPS * np.log(1 + 3))  # an n-gram that three benign names hold or more
CHUNK_NAMES = 20_000  # whose n-grams are counted at once
LIKELIEST = 3  # families whose shares are looked at
LEAST_LEFT = 0.05  # of the families' shares, since a word list may be incomplete
VOWELS, DIGITS = "aeiou", "0123456789"

NgramCounts = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.uint8]
NgramHashes = dict[int, npt.NDArray[np.uint32]]


def _sizes() -> list[tuple[str, int, int]]:
    """The tables of counts, one after another: of which names, length of the n-grams, entries."""
    kinds = [("benign", n) for n in BENIGN] + [("made up", n) for n in MADE_UP]
    return [(kind, n, 1 << (SHORT_BITS if n <= 3 else LONG_BITS)) for kind, n in kinds]


COUNTS = sum(size for _, _, size in _sizes())


@dataclass(frozen=True)
class Labels:
    """The labels of encoded names, one behind another, for counting their n-grams.

    `codes` (characters,): each label between two marks. `starts` (rows,): where each begins.
    `lengths` (rows,) in characters, without the marks. `left` (characters,): how many characters
    there are from each to the end of its label.
    """

    codes: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    left: npt.NDArray[np.int64]

    @classmethod
    def of(cls, codes: Codes, encoder: CharEncoder) -> Labels:
        """The text before the first dot of names that are padded on the right."""
        dot, rows = encoder.alphabet.index(".") + 1, len(codes)
        marked = np.zeros((rows, codes.shape[1] + 2), dtype=np.uint8)
        marked[:, 1:-1] = codes
        lengths = ((marked[:, 1:] == dot) | (marked[:, 1:] == 0)).argmax(axis=1)
        marked[:, 0] = marked[np.arange(rows), lengths + 1] = encoder.vocabulary
        marked = marked[:, : lengths.max(initial=0) + 2]
        kind = np.min_scalar_type(marked.shape[1])  # bytes, but for labels of 254 and more
        sizes, stops = (lengths + 2).astype(kind), np.cumsum(lengths + 2)
        inside = np.arange(marked.shape[1], dtype=kind) < sizes[:, None]
        flat = marked[inside].astype(np.uint32)
        left = np.repeat(stops, lengths + 2) - np.arange(len(flat))
        return cls(flat, stops - lengths - 2, lengths, left)

    def characters(self, encoder: CharEncoder) -> Codes:
        """The labels in ASCII (characters,), with spaces for the marks."""
        ascii_of = np.frombuffer(f" {encoder.alphabet}? ".encode("ascii"), dtype=np.uint8)
        return ascii_of.take(self.codes)

    def hashes(self, longest: int) -> NgramHashes:
        """The hashes of n-grams from 2 characters to the longest, by where each begins
        (characters,); what `filled` denies reaches past the end of its label."""
        found: NgramHashes = {}
        rolled = self.codes
        for n in range(2, longest + 1):
            rolled = rolled * np.uint32(1_000_003)
            rolled[: 1 - n] += self.codes[n - 1 :]
            mixed = (rolled ^ (rolled >> np.uint32(15))) * np.uint32(0x9E3779B1)
            found[n] = mixed >> np.uint32(32 - (SHORT_BITS if n <= 3 else LONG_BITS))
        return found

    def filled(self, n: int) -> npt.NDArray[np.bool_]:
        """Where an n-gram begins (characters,); labels that are shorter have none."""
        return self.left >= n

    def sums(self, values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """The sums of values (characters,) by label (rows,)."""
        if not len(self.starts):
            return np.zeros(0, dtype=np.int64)
        total: npt.NDArray[np.int64] = np.add.reduceat(values, self.starts, dtype=np.int64)
        return total

    def shares_of(self, groups: Sequence[str], encoder: CharEncoder) -> list[Evidence]:
        """The share of each group of characters, which hold none in common, in each label (rows,)
        a group."""
        kind = np.zeros(encoder.vocabulary + 1, dtype=np.uint8)
        for number, characters in enumerate(groups, 1):
            kind[[encoder.alphabet.index(character) + 1 for character in characters]] = number
        kinds = kind.take(self.codes)
        whole = np.maximum(self.lengths, 1)
        return [self.sums(kinds == number) / whole for number in range(1, len(groups) + 1)]


class Codebook(NamedTuple):
    """What a network's input codes and its family shares (columns) stand for."""

    encoder: CharEncoder
    families: Sequence[str]


def counted(batches: Iterable[Labels], kind: str) -> NgramCounts:
    """Count n-grams of labels: the stored counts of a kind's tables, one after another."""
    counts = {n: np.zeros(size, dtype=np.int64) for of, n, size in _sizes() if of == kind}
    for labels in batches:
        for n, places in labels.hashes(max(counts)).items():
            counts[n] += np.bincount(places[labels.filled(n)], minlength=len(counts[n]))
    return np.concatenate([np.rint(STEPS * np.log1p(c)).astype(np.uint8) for c in counts.values()])


def count_ngrams(
    benign: Sequence[str], made_up: Sequence[str], encoder: CharEncoder
) -> NgramCounts | None:
    """The counts of n-grams in the labels of benign and of made-up names (COUNTS,); None for an
    encoder that a second look does not read."""
    if not _reads(encoder):
        return None
    kinds = (("benign", benign), ("made up", made_up))
    return np.concatenate([counted(_labels(names, encoder), kind) for kind, names in kinds])


def _labels(names: Sequence[str], encoder: CharEncoder) -> Iterator[Labels]:
    for start in range(0, len(names), CHUNK_NAMES):
        part = names[start : start + CHUNK_NAMES]
        yield Labels.of(encoder.encode(part, max(map(len, part))), encoder)


def _reads(encoder: CharEncoder) -> bool:
    return encoder.side == "right" and encoder.alphabet == ALPHABET


@dataclass(frozen=True)
class Zone:
    """The calibrated log-odds that are in doubt."""

    low: float
    high: float

    def rows(self, odds: Evidence) -> npt.NDArray[np.int64]:
        """Which log-odds (rows,) are in doubt."""
        return np.flatnonzero((odds >= self.low) & (odds <= self.high))


@dataclass(frozen=True, kw_only=True)
class SecondLook:
    """Trees and counts; names whose log-odds are in the zone are looked at again.

    `scale`, `offset`: Platt's scaling of what the trees say. `counts` (COUNTS,). `further`: what of
    FURTHER the trees know; those of earlier versions know less.
    """

    zone: Zone
    scale: float
    offset: float
    counts: NgramCounts = field(repr=False, compare=False)
    trees: onnxruntime.InferenceSession = field(repr=False, compare=False)
    further: tuple[str, ...] = ()

    def revise(
        self,
        odds: Sequence[Evidence],
        given: Sequence[Given],
        encoded: Sequence[Codes],
        codebook: Codebook,
    ) -> None:
        """Set, in place, the calibrated log-odds (rows,) of names in doubt as the trees see them.

        For each batch of names: its log-odds, what the network says of it, its codes (rows,
        columns). All are looked at together, since most calls on one batch's few names in doubt
        cost the same as on many.
        """
        rows = [self.zone.rows(batch) for batch in odds]
        sizes = list(map(len, rows))
        if not sum(sizes):
            return
        asked = np.concatenate([batch[some] for batch, some in zip(odds, rows, strict=True)])
        told = Given.joined([batch.of_rows(some) for batch, some in zip(given, rows, strict=True)])
        codes = _stacked([batch[some] for batch, some in zip(encoded, rows, strict=True)])
        found = self.features(asked, told, codes, codebook)
        revised = np.split(self.scale * self.raw(found) + self.offset, np.cumsum(sizes)[:-1])
        for batch, some, values in zip(odds, rows, revised, strict=True):
            batch[some] = values

    def features(self, odds: Evidence, given: Given, codes: Codes, codebook: Codebook) -> Float32s:
        """What these trees look at (rows, columns); see the function of the same name."""
        return features(odds, given, codes, codebook, self.counts, self.further)

    def raw(self, found: Float32s) -> Evidence:
        """What the trees say of features (rows, columns): log-odds (rows,)."""
        feed, told = self.trees.get_inputs()[0].name, self.trees.get_outputs()[-1].name
        value: Float32s = self.trees.run([told], {feed: found})[0]
        return value.reshape(len(found), -1)[:, -1].astype(np.float64)

    def numbers(self) -> dict[str, float]:
        """The numbers that bundle.json states."""
        zone = {"low": self.zone.low, "high": self.zone.high}
        return {**zone, "scale": self.scale, "offset": self.offset}


def features(
    odds: Evidence,
    given: Given,
    codes: Codes,
    codebook: Codebook,
    counts: NgramCounts,
    further: Sequence[str] = (),
) -> Float32s:
    """What the trees look at (rows, columns), from calibrated log-odds (rows,), what the network
    gives, the encoded names (rows, columns) and the counts of n-grams (COUNTS,).

    `further`: what of FURTHER is among it, in the last columns.
    """
    labels = Labels.of(codes, codebook.encoder)
    likeliest = np.full((len(odds), LIKELIEST), log_shares(np.zeros(1, np.float32))[0])
    told = min(LIKELIEST, given.shares.shape[1])
    if told:
        shares = np.sort(given.shares, axis=1)[:, -told:]  # as fast as a partition of so few
        likeliest[:, :told] = log_shares(shares[:, ::-1])
    columns = [
        odds,
        given.odds,
        *given.likelihood.T,
        *likeliest.T,
        labels.lengths,
        *labels.shares_of((DIGITS, VOWELS, "-"), codebook.encoder),
        *_of_ngrams(labels, counts),
        *(column for name in further for column in FURTHER[name](labels, given, codebook)),
    ]
    found = np.empty((len(odds), len(columns)), dtype=np.float32)
    for place, column in enumerate(columns):
        found[:, place] = column
    return found


def _words(labels: Labels, _given: Given, _codebook: Codebook) -> list[Float32s]:
    """How well words cover the labels."""
    return word_cover.covers(labels.codes, labels.starts, labels.lengths)


def _pairs(labels: Labels, given: Given, codebook: Codebook) -> list[Evidence]:
    """For each family of `word_pairs.word_lists`, whether its words make the labels; the logarithm
    of the share of the families that are not refuted so, and the network's log-odds with it."""
    made = word_pairs.pairs_in(
        labels.characters(codebook.encoder), labels.starts + 1, labels.lengths
    )
    known = list(codebook.families)
    refuted = np.zeros(len(made))
    for is_made, family in zip(made.T, word_pairs.word_lists(), strict=True):
        if family in known:
            refuted += np.where(is_made, 0, given.shares[:, known.index(family)])
    left = np.log(np.maximum(1 - refuted, LEAST_LEFT))
    return [*made.T.astype(np.float64), left, given.odds + left]


def _links(labels: Labels, _given: Given, _codebook: Codebook) -> list[Float32s]:
    """How strongly the two words that make each label are linked."""
    return [word_links.strengths(labels.codes, labels.starts, labels.lengths)]


# What trees look at besides, by the name that bundle.json states: a function and a row each.
FURTHER: dict[str, Callable[[Labels, Given, Codebook], Sequence[Evidence | Float32s]]] = {
    "words": _words,
    "pairs": _pairs,
    "links": _links,
}


def _stacked(batches: Sequence[Codes]) -> Codes:
    """Codes (rows, columns) of several batches, the narrower ones padded on the right."""
    width = max(codes.shape[1] for codes in batches)
    stacked = np.zeros((sum(map(len, batches)), width), dtype=np.uint8)
    start = 0
    for codes in batches:
        stacked[start : start + len(codes), : codes.shape[1]] = codes
        start += len(codes)
    return stacked


def doubtful(
    names: Sequence[str],
    odds: Evidence,
    given: Given,
    zone: Zone,
    codebook: Codebook,
    counts: NgramCounts,
) -> tuple[npt.NDArray[np.int64], Float32s]:
    """Which of the names are in doubt by their calibrated log-odds (names,), and what the trees are
    given of these (rows, columns); (0, 0) of none."""
    rows = zone.rows(odds)
    values = [] if len(rows) else [np.empty((0, 0), dtype=np.float32)]
    for start in range(0, len(rows), CHUNK_NAMES):
        part = rows[start : start + CHUNK_NAMES]
        codes = codebook.encoder.encode([names[row] for row in part])
        told = given.of_rows(part)
        values.append(features(odds[part], told, codes, codebook, counts, tuple(FURTHER)))
    return rows, np.concatenate(values)


def _of_ngrams(labels: Labels, counts: NgramCounts) -> list[Float32s]:
    """How common a label's n-grams are: by length the mean and the least log count among benign
    names, mean and sum of its lead over made-up ones; the share covered by known long ones."""
    tables = _tables(counts)
    hashes = labels.hashes(BENIGN[-1])
    found: list[Any] = []
    for n, places in hashes.items():
        filled = labels.filled(n)
        grams = np.maximum(labels.lengths + 3 - n, 1)
        # `take` looks up twice as fast as an index does.
        benign = tables["benign", n].take(places) * filled
        summed = labels.sums(benign)
        found.append(summed / grams)
        if n in MADE_UP:
            lead = summed - labels.sums(tables["made up", n].take(places) * filled)
            found += [lead / grams, lead]
        if n <= 4:
            found.append(np.minimum.reduceat(np.where(filled, benign, 255), labels.starts))
        else:
            found.append(_covered(benign >= KNOWN, n, labels))
    return found


def _covered(known: npt.NDArray[np.bool_], n: int, labels: Labels) -> Evidence:
    """The share of each marked label that known n-grams, given by where they begin, cover."""
    covered = known.copy()
    for place in range(1, n):
        covered[place:] |= known[:-place]
    share: Evidence = labels.sums(covered) / (labels.lengths + 2.0)
    return share


def _tables(counts: NgramCounts) -> dict[tuple[str, int], NgramCounts]:
    tables, start = {}, 0
    for kind, n, size in _sizes():
        tables[kind, n] = counts[start : start + size]
        start += size
    return tables


def save(
    folder: Path, counts: NgramCounts, trees: bytes, numbers: Mapping[str, float]
) -> dict[str, Any]:
    """Write the two files into a bundle's folder; returns what bundle.json states of them."""
    np.save(folder / COUNTS_FILE, counts, allow_pickle=False)
    (folder / TREES_FILE).write_bytes(trees)
    written = (folder / COUNTS_FILE).read_bytes()
    return {
        **numbers,
        "further": list(FURTHER),
        "counts_sha256": hashlib.sha256(written).hexdigest(),
        "trees_sha256": hashlib.sha256(trees).hexdigest(),
    }


def load(folder: Path, values: Mapping[str, Any], encoder: CharEncoder) -> SecondLook:
    """Load what `save` wrote; BundleError says what is missing or damaged."""
    if not _reads(encoder):
        raise BundleError(f"{folder}: its second look does not fit its encoder")
    graph = onnx_session.read(folder / TREES_FILE, values["trees_sha256"], MAX_TREES_BYTES)
    return SecondLook(
        zone=Zone(float(values["low"]), float(values["high"])),
        scale=float(values["scale"]),
        offset=float(values["offset"]),
        counts=_counts(folder / COUNTS_FILE, values["counts_sha256"]),
        trees=onnx_session.session(graph),
        further=_further(folder, values),
    )


def _further(folder: Path, values: Mapping[str, Any]) -> tuple[str, ...]:
    """What of FURTHER a bundle's trees know; earlier versions stated words alone, or nothing."""
    earlier = ["words"] if values.get("reads_words") else []
    named = values.get("further", earlier)
    if not isinstance(named, list) or not all(name in [*FURTHER] for name in named):
        raise BundleError(f"{folder}: its second look reads what this version does not know")
    return tuple(named)


def _counts(path: Path, sha256: object) -> NgramCounts:
    """The counts, mapped into memory so that processes share them."""
    onnx_session.read(path, sha256, COUNTS + 4096)
    try:
        # A plain view: np.memmap's own indexing takes twice as long.
        counts: NgramCounts = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        raise BundleError(f"{path}: cannot be read ({error}); train the run again") from None
    if counts.dtype != np.uint8 or counts.shape != (COUNTS,):
        raise BundleError(f"{path}: holds other counts than a training writes; train it again")
    return counts
