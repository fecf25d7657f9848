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

SHORTEST = 4  # letters of a word of these lists
FURTHER_WORD = "doub"  # in names of Suppobox that feeds hold, where its list has `doubt`

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
    heads = {word[:SHORTEST] for word in first}
    matches = (
        _matching_lists(label, first, second) if label[:SHORTEST] in heads else 0
        for label in labels
    )
    bits = np.fromiter(matches, np.int64, len(labels))
    masks = [sum(1 << number for number in numbers) for numbers in _numbers().values()]
    return np.stack([bits & mask > 0 for mask in masks], axis=1)


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
