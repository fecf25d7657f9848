"""Traits of labels, for whole columns at once: length, letters, likelihood, dictionary words.

A label is the part of a registered name before its public suffix. Knows no host and no score.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float32s = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint8]
Hashes32 = npt.NDArray[np.uint32]

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-_"
SIZE = len(ALPHABET) + 1  # 0 stands for no character
WIDTH = 48  # characters of a label that are looked at
BASE = 1_000_003  # of the polynomial hash of a piece of a label, modulo 2**32
BLOCK = 20_000  # labels at a time
WORD_LENGTHS = range(3, 13)
WORD_COST = 0.9  # letters that a further word must cover more
BITS = 24  # of a word's hash that the dictionary keeps

_CODE = np.zeros(256, dtype=np.uint8)
_CODE[list(ALPHABET.encode())] = np.arange(1, SIZE)
_VOWEL = np.isin(np.arange(SIZE), [ALPHABET.index(letter) + 1 for letter in "aeiou"])
_LETTER = (np.arange(SIZE) >= 1) & (np.arange(SIZE) <= 26)
_DIGIT = (np.arange(SIZE) >= 27) & (np.arange(SIZE) <= 36)
_HEX = np.isin(np.arange(SIZE), [ALPHABET.index(letter) + 1 for letter in "abcdef0123456789"])
_HYPHEN = ALPHABET.index("-") + 1

TRAITS = (
    "length", "digit_share", "vowel_share", "hex_share", "hyphens", "longest_consonants",
    "likelihood", "least_likelihood", "word_cover", "word_count", "word_length",
)  # fmt: skip


def encode(labels: Sequence[str]) -> Codes:
    """Codes of labels (labels, WIDTH), 0 behind the end; characters beyond WIDTH are left out.

    >>> encode(["ab"])[0, :3].tolist()
    [1, 2, 0]
    """
    raw = np.array([label[:WIDTH] for label in labels], dtype=f"U{WIDTH}")
    points = raw.view(np.uint32).reshape(len(labels), WIDTH)
    return _CODE[np.minimum(points, 255)]


@dataclass(frozen=True)
class Language:
    """What ordinary names are made of.

    `log_prob` (SIZE, SIZE, SIZE): log P(third character | the two before it). `words`: sorted
    hashes of dictionary words, as `hash_words` gives them.
    """

    log_prob: Float32s
    words: Hashes32

    def dictionary(self) -> npt.NDArray[np.bool_]:
        """A bitmap of the words' hashes (2**BITS,)."""
        bitmap = np.zeros(1 << BITS, dtype=bool)
        bitmap[self.words >> (32 - BITS)] = True
        return bitmap


def learn_language(labels: Sequence[str], words: Iterable[str]) -> Language:
    """Count the trigrams of ordinary labels and hash a dictionary."""
    counts = np.zeros((SIZE, SIZE, SIZE))
    for start in range(0, len(labels), BLOCK):
        padded = _padded(encode(labels[start : start + BLOCK]))
        triples = padded[:, :-2], padded[:, 1:-1], padded[:, 2:]
        kept = (triples[2] > 0) | (triples[1] > 0)
        np.add.at(counts, tuple(part[kept] for part in triples), 1)
    shorter = counts.sum(axis=0) + 0.1
    shorter /= shorter.sum(axis=1, keepdims=True)
    smoothed = counts + 5 * shorter[None]
    log_prob = np.log(smoothed / smoothed.sum(axis=2, keepdims=True))
    return Language(log_prob.astype(np.float32), hash_words(words))


def hash_words(words: Iterable[str]) -> Hashes32:
    """Sorted polynomial hashes of words (words,)."""
    kept = sorted({word for word in words if len(word) in WORD_LENGTHS})
    if not kept:
        return np.zeros(0, dtype=np.uint32)
    codes = encode(kept)
    lengths = (codes > 0).sum(axis=1)
    return np.unique(_mixed(prefix_hashes(codes)[np.arange(len(kept)), lengths]))


def prefix_hashes(codes: Codes) -> Hashes32:
    """The hash of the first n characters of each label, n = 0 to WIDTH (labels, WIDTH + 1)."""
    hashes = np.zeros((len(codes), codes.shape[1] + 1), dtype=np.uint32)
    for place in range(codes.shape[1]):
        hashes[:, place + 1] = hashes[:, place] * np.uint32(BASE) + codes[:, place]
    return hashes


def piece_hashes(prefixes: Hashes32, start: int, end: int) -> Hashes32:
    """The hash of the characters from start to end of each label (labels,)."""
    power = np.uint32(pow(BASE, end - start, 1 << 32))
    return prefixes[:, end] - prefixes[:, start] * power


def _mixed(hashes: Hashes32) -> Hashes32:
    """Spread a hash over all bits, so that its highest ones tell words apart."""
    mixed = (hashes ^ (hashes >> np.uint32(15))) * np.uint32(0x2C1B3C6D)
    return (mixed ^ (mixed >> np.uint32(12))) * np.uint32(0x297A2D39)


def traits(labels: Sequence[str], language: Language) -> Float32s:
    """The traits of labels (labels, len(TRAITS)), columns as TRAITS names them."""
    dictionary = language.dictionary()
    parts = [
        _block_traits(encode(labels[start : start + BLOCK]), language, dictionary)
        for start in range(0, len(labels), BLOCK)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, len(TRAITS)), dtype=np.float32)


def _block_traits(codes: Codes, language: Language, dictionary: npt.NDArray[np.bool_]) -> Float32s:
    length = np.maximum((codes > 0).sum(axis=1), 1)
    letters = np.maximum(_LETTER[codes].sum(axis=1), 1)
    mean, least = _likelihood(codes, language.log_prob)
    covered, words = _cover(codes, dictionary)
    columns = [
        length,
        _DIGIT[codes].sum(axis=1) / length,
        (_VOWEL[codes]).sum(axis=1) / letters,
        (_HEX[codes]).sum(axis=1) / length,
        (codes == _HYPHEN).sum(axis=1),
        _longest_run(_LETTER[codes] & ~_VOWEL[codes]),
        mean,
        least,
        covered / length,
        words,
        covered / np.maximum(words, 1),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _padded(codes: Codes) -> Codes:
    return np.pad(codes, ((0, 0), (2, 1)))


def _likelihood(codes: Codes, log_prob: Float32s) -> tuple[Float32s, Float32s]:
    """Mean log-likelihood a character, its end included, and that of the least likely three."""
    padded = _padded(codes)
    values = log_prob[padded[:, :-2], padded[:, 1:-1], padded[:, 2:]]
    values[(padded[:, 2:] == 0) & (padded[:, 1:-1] == 0)] = 0
    length = (codes > 0).sum(axis=1) + 1
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    least = (sums[:, 3:] - sums[:, :-3]).min(axis=1) / 3
    return values.sum(axis=1) / length, least


def _longest_run(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    run = np.zeros(len(mask), dtype=np.int64)
    longest = run.copy()
    for column in mask.T:
        run = (run + 1) * column
        np.maximum(longest, run, out=longest)
    return longest


def _cover(codes: Codes, dictionary: npt.NDArray[np.bool_]) -> tuple[Float32s, Float32s]:
    """How many characters of each label dictionary words cover at best, and how many words do.

    The best cover has the most characters, less WORD_COST a word.
    """
    prefixes = prefix_hashes(codes)
    rows, width = len(codes), int((codes > 0).sum(axis=1).max(initial=0))
    best = np.zeros((width + 1, rows), dtype=np.float32)
    covered, words = np.zeros_like(best), np.zeros_like(best)
    for end in range(1, width + 1):
        best[end], covered[end], words[end] = best[end - 1], covered[end - 1], words[end - 1]
        inside = codes[:, end - 1] > 0
        for size in WORD_LENGTHS:
            start = end - size
            if start < 0:
                break
            hashes = _mixed(piece_hashes(prefixes, start, end))
            value = best[start] + size - WORD_COST
            better = inside & (value > best[end]) & dictionary[hashes >> (32 - BITS)]
            best[end] = np.where(better, value, best[end])
            covered[end] = np.where(better, covered[start] + size, covered[end])
            words[end] = np.where(better, words[start] + 1, words[end])
    return covered[width], words[width]
