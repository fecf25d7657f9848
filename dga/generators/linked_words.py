"""Pairs of English words that are found together far more often than by chance.

People name things by words that belong together; generators draw them one by one. From the pairs of
words in Google Books that symspellpy contains (MIT; Google Books Ngram, CC BY 3.0).
"""

from __future__ import annotations

import math
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

FILE = "frequency_bigramdictionary_en_243_342.txt"
LEAST = 0.3  # of a pair's strength
SHORTEST = 5  # letters of both words


class Linked(NamedTuple):
    """Two words; `strength`, the decimal logarithm of how many times as often they are found
    together as words of their frequencies would be by chance."""

    first: str
    second: str
    strength: float


@cache
def pairs() -> list[Linked]:
    """All pairs of words of letters a to z, at least LEAST strong."""
    from wordfreq import word_frequency

    counts = _counts()
    total = sum(counts.values())
    found = []
    for (first, second), count in counts.items():
        chance = word_frequency(first, "en") * word_frequency(second, "en")
        if chance and len(first + second) >= SHORTEST and (first + second).isalpha():
            found.append(Linked(first, second, math.log10(count / total / chance)))
    return [pair for pair in found if pair.strength >= LEAST]


def _counts() -> dict[tuple[str, str], int]:
    """How often books have each pair of words."""
    rows = (line.split() for line in _file().read_text(encoding="utf-8-sig").splitlines())
    return {(first, second): int(count) for first, second, count in rows if first.isascii()}


def _file() -> Path:
    """symspellpy's list; its code is not needed."""
    spec = find_spec("symspellpy")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("symspellpy is missing; install what training needs")
    return Path(spec.origin).with_name(FILE)
