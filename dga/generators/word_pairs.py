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

SHORTEST = 2  # letters of a word

Pair = tuple[Collection[str], Collection[str]]  # the words that come first and second


@cache
def lists() -> dict[str, tuple[Pair, ...]]:
    """The lists by family; Pizd has the words of Suppobox's first one."""
    texts = [frozenset(listed(f"suppobox{number}.txt")) for number in ("", "2", "3")]
    suppobox = tuple((words, words) for words in texts)
    first, second = map(frozenset, halves("nymaim2.txt"))
    return {"suppobox": suppobox, "pizd": suppobox[:1], "nymaim2": ((first, second),)}


def made_of_pairs(labels: Sequence[str]) -> npt.NDArray[np.bool_]:
    """For each label and family of `lists` (rows, families), whether two words make it, with or
    without a hyphen between them."""
    own, (first, second) = _numbers(), _numbered_words()
    found = np.fromiter((_pairs(o, first, second) for o in labels), np.int64, len(labels))
    made = [found & sum(1 << number for number in numbers) > 0 for numbers in own.values()]
    return np.stack(made, axis=1)


def _pairs(label: str, first: Mapping[str, int], second: Mapping[str, int]) -> int:
    """The numbers of the lists of which two words make the label, as bits."""
    found = 0
    for cut in range(SHORTEST, len(label) - SHORTEST + 1):
        if begun := first.get(label[:cut]):
            found |= begun & second.get(label[cut:].removeprefix("-"), 0)
    return found


@cache
def _numbers() -> dict[str, range]:
    """The numbers of each family's lists."""
    found, start = {}, 0
    for family, pairs in lists().items():
        found[family] = range(start, start := start + len(pairs))
    return found


@cache
def _numbered_words() -> tuple[dict[str, int], dict[str, int]]:
    """The words that come first and second, with the numbers of their lists as bits."""
    every = [pair for pairs in lists().values() for pair in pairs]
    first: dict[str, int] = {}
    second: dict[str, int] = {}
    for number, pair in enumerate(every):
        for known, words in zip((first, second), pair, strict=True):
            for word in words:
                known[word] = known.get(word, 0) | 1 << number
    return first, second
