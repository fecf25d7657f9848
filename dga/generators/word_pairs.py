"""Whether a label is made of two words of a known generator's lists, whatever day it is of.

Of the names of Suppobox, Pizd and Nymaim2 nearly all are, of registered names that people chose one
or two in a hundred. Generates no names.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    pairs = lists().values()
    found = [[any(_is_pair(label, pair) for pair in own) for own in pairs] for label in labels]
    return np.array(found, dtype=np.bool_).reshape(len(labels), len(pairs))


def _is_pair(label: str, pair: Pair) -> bool:
    first, second = pair
    for cut in range(SHORTEST, len(label) - SHORTEST + 1):
        if label[:cut] in first and label[cut:].removeprefix("-") in second:
            return True
    return False
