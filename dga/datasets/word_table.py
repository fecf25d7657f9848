"""Make the table of words by which the second look reads labels.

`python -m dga.datasets.word_table` writes it again. The most frequent words of the languages of
`dga.generators.compounds`, without their accents, from wordfreq (Speer 2022, CC BY-SA 4.0); of a
word in several languages, the highest frequency.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np

from dga.generators.compounds import LANGUAGES
from dga.scoring import word_cover

WORDS = 20_000  # of each language
SHORT_WORD = 3  # up to which a word says little: it weighs less
SHORT_FACTOR, SHORT_ENGLISH = 0.02, 0.1


def frequencies(languages: Sequence[str], words: int) -> dict[str, float]:
    """The frequencies of the languages' words of letters a to z."""
    from wordfreq import top_n_list, word_frequency

    found: dict[str, float] = {}
    for language in languages:
        for given in top_n_list(language, words):
            word = plain(given)
            if not word_cover.SHORTEST <= len(word) <= word_cover.LONGEST:
                continue
            frequency = word_frequency(given, language)
            if len(word) <= SHORT_WORD:
                frequency *= SHORT_ENGLISH if language == "en" else SHORT_FACTOR
            found[word] = max(frequency, found.get(word, 0.0))
    return found


def plain(word: str) -> str:
    """A word without accents; "" if other characters than a to z are left.

    >>> plain("Müller".lower()), plain("мир"), plain("it's")
    ('muller', '', '')
    """
    bare = unicodedata.normalize("NFD", word)
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return bare if bare.isascii() and bare.isalpha() else ""


if __name__ == "__main__":
    table = word_cover.table_of(frequencies(LANGUAGES, WORDS))
    np.save(word_cover.FILE, table, allow_pickle=False)
    print(f"{word_cover.FILE}: {np.count_nonzero(table[:, :, 1]):,} words")
