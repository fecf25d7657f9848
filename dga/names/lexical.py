"""Lexical features of names: length, digits, vowels, dictionary words, entropy.

They describe names on the pages; no network reads them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from dga.names import parse
from dga.names.frequent_words import frequent_words

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")
WORDS = 10_000  # the most frequent of each language; rare short words match by chance
SHORTEST_WORD, LONGEST_WORD = 4, 12
TRAITS = ("length", "digits", "vowels", "words", "runs", "hex", "entropy")
_CONSONANTS = re.compile("[bcdfghjklmnpqrstvwxyz]+")


def traits(names: Sequence[str]) -> pd.DataFrame:
    """The traits of registered names, one row each, read from the label under the suffix.

    Columns suffix; length in characters; digits, vowels (of the letters), words (covered by
    dictionary words of four letters and more) and hex as shares from 0 to 1; runs, the longest
    run of consonants; entropy of the characters in bits.
    """
    rows = [_row(name) for name in names]
    return pd.DataFrame(rows, columns=["suffix", *TRAITS]).astype({"suffix": "str"})


def word_share(label: str) -> float:
    """The largest share of a label's characters that non-overlapping words cover, from 0 to 1.

    >>> word_share("riverhouse7"), word_share("xqzkvwbt")
    (0.9090909090909091, 0.0)
    """
    known, size = _dictionary(), len(label)
    best = [0] * (size + 1)
    for end in range(1, size + 1):
        best[end] = best[end - 1]
        for length in range(SHORTEST_WORD, min(LONGEST_WORD, end) + 1):
            covered = best[end - length] + length
            if covered > best[end] and label[end - length : end] in known:
                best[end] = covered
    return best[size] / max(size, 1)


def _row(name: str) -> tuple[str, float, float, float, float, float, float, float]:
    registered, suffix = parse.split_suffix(name)
    label = registered[: -len(suffix) - 1] if registered and suffix else name
    letters = sum(map(str.isalpha, label))
    size = max(len(label), 1)
    counts = np.array(list(Counter(label).values()), dtype=float) / size
    return (
        suffix or "",
        len(label),
        sum(map(str.isdigit, label)) / size,
        sum(label.count(vowel) for vowel in "aeiou") / max(letters, 1),
        word_share(label),
        max(map(len, _CONSONANTS.findall(label)), default=0),
        sum(label.count(digit) for digit in "0123456789abcdef") / size,
        -float((counts * np.log2(counts)).sum()) if label else math.nan,
    )


@cache
def _dictionary() -> frozenset[str]:
    """Words of letters a to z of several languages, from wordfreq."""
    lists = (frequent_words(language, WORDS) for language in LANGUAGES)
    return frozenset(
        word
        for words in lists
        for word in words
        if word.isascii() and word.isalpha() and SHORTEST_WORD <= len(word) <= LONGEST_WORD
    )
