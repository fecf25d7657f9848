"""Whether a label is made of two words of a known generator's lists, whatever day it is of.

Of the names of Suppobox, Pizd and Nymaim2 nearly all are, of registered names that people chose one
or two in a hundred. Generates no names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from dga.generators.words import halves, listed
from dga.names.byte_slices import Bytes, Places

SHORTEST = 4  # letters of a word of these lists
FURTHER_WORD = "doub"  # in names of Suppobox that feeds hold, where its list has `doubt`

Ends = npt.NDArray[np.uint32]  # the first or last SHORTEST letters of words, as numbers
Pair = tuple[Collection[str], Collection[str]]  # the words that come first and second


@cache
def word_lists() -> dict[str, tuple[Pair, ...]]:
    """The lists by family; Pizd has the words of Suppobox's first one."""
    one, two, three = (frozenset(listed(f"suppobox{number}.txt")) for number in ("", "2", "3"))
    suppobox = [one | {FURTHER_WORD}, two, three]
    first, second = map(frozenset, halves("nymaim2.txt"))
    return {
        "suppobox": tuple((words, words) for words in suppobox),
        "pizd": ((one, one),),
        "nymaim2": ((first, second),),
    }


def made_of_pairs(labels: Sequence[str]) -> npt.NDArray[np.bool_]:
    """For each label and family of `word_lists` (rows, families), whether two words make it.

    There may be a hyphen between them.
    """
    first, second = _numbered_words()
    matches = (_matching_lists(label, first, second) for label in labels)
    bits = np.fromiter(matches, np.int64, len(labels))
    masks = [sum(1 << number for number in numbers) for numbers in _numbers().values()]
    return np.stack([bits & mask > 0 for mask in masks], axis=1)


def pairs_in(text: Bytes, starts: Places, lengths: Places) -> npt.NDArray[np.bool_]:
    """`made_of_pairs` for labels that start at `starts` (rows,) of a text in ASCII (characters,)
    and have `lengths` (rows,). Only those are read that begin and end as words of the lists do."""
    rows = _candidates(text, starts, lengths)
    spans = zip(starts[rows].tolist(), (starts + lengths)[rows].tolist(), strict=True)
    whole = text.tobytes().decode("ascii")
    made = np.zeros((len(lengths), len(word_lists())), dtype=np.bool_)
    made[rows] = made_of_pairs([whole[start:stop] for start, stop in spans])
    return made


def _candidates(text: Bytes, starts: Places, lengths: Places) -> Places:
    """The rows of labels that begin with the first letters of a word and end with a word's last."""
    heads, tails = _ends()
    rows = np.flatnonzero(lengths >= 2 * SHORTEST)
    rows = rows[_among(heads, _letters(text, starts[rows]))]
    return rows[_among(tails, _letters(text, (starts + lengths)[rows] - SHORTEST))]


def _letters(text: Bytes, starts: Places) -> Ends:
    """SHORTEST characters of a text from each of some places, as one number."""
    letters: Ends = text[starts[:, None] + np.arange(SHORTEST)].view(np.uint32)[:, 0]
    return letters


def _among(known: Ends, ends: Ends) -> npt.NDArray[np.bool_]:
    """Which ends (rows,) are known; these are in ascending order."""
    is_known: npt.NDArray[np.bool_] = known.take(np.searchsorted(known, ends), mode="clip") == ends
    return is_known


@cache
def _ends() -> tuple[Ends, Ends]:
    """How words that come first begin, and how those that come second end, in ascending order."""
    first, second = _numbered_words()
    ends = {word[:SHORTEST] for word in first}, {word[-SHORTEST:] for word in second}
    heads, tails = (np.frombuffer("".join(some).encode("ascii"), np.uint32) for some in ends)
    return np.sort(heads), np.sort(tails)


def _matching_lists(label: str, first: Mapping[str, int], second: Mapping[str, int]) -> int:
    """The numbers of the lists of which two words make the label, as bits."""
    bits = 0
    for cut in range(SHORTEST, len(label) - SHORTEST + 1):
        if begun := first.get(label[:cut]):
            bits |= begun & second.get(label[cut:].removeprefix("-"), 0)
    return bits


@cache
def _numbers() -> dict[str, range]:
    """The numbers of each family's lists."""
    numbers, start = {}, 0
    for family, pairs in word_lists().items():
        numbers[family] = range(start, start + len(pairs))
        start += len(pairs)
    return numbers


@cache
def _numbered_words() -> tuple[dict[str, int], dict[str, int]]:
    """The words that come first and second, with the numbers of their lists as bits."""
    every = [pair for pairs in word_lists().values() for pair in pairs]
    first: dict[str, int] = {}
    second: dict[str, int] = {}
    for number, pair in enumerate(every):
        for known, words in zip((first, second), pair, strict=True):
            for word in words:
                known[word] = known.get(word, 0) | 1 << number
    return first, second
