"""Labels as people compose them: words of many languages in Latin letters, and initials. Benign.

The words are the frequent ones of wordfreq's lists, brought into ASCII by anyascii, as people write
them where a domain name takes no other letters; languages that write no vowels are left out, since
their words would come out as random consonants. Algorithms compose words too, of lists of their
own: a network that has learnt these labels tells them by their list, not by their looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from random import Random

LANGUAGES = (
    "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "fi", "fil", "fr", "hi", "hu", "id", "is",
    "it", "lt", "lv", "mk", "ms", "nb", "nl", "pl", "pt", "ro", "ru", "sh", "sk", "sl", "sv", "tr",
    "uk", "vi",
)  # fmt: skip
WORDS = 8_000  # of a language
PARTS, PART_SHARES = (1, 2, 3, 4), (0.2, 0.55, 0.2, 0.05)
INITIALS = (3, 4)  # letters of an acronym
SHORTEST, LONGEST = 4, 40


def composed(count: int, seed: int) -> list[str]:
    """So many distinct labels of one to four words of a language, the same for a seed."""
    return list(islice(_distinct(_composed(Random(seed))), count))


def initials(count: int, seed: int) -> list[str]:
    """So many labels of the first letters of three or four words, the same for a seed."""
    return list(islice(_initials(Random(seed)), count))


def _composed(dice: Random) -> Iterator[str]:
    while True:
        known = _words(dice.choice(LANGUAGES))
        parts = dice.choices(known, k=dice.choices(PARTS, PART_SHARES)[0])
        label = ("-" if dice.random() < 0.1 else "").join(parts)
        if SHORTEST <= len(label) <= LONGEST:
            yield label


def _initials(dice: Random) -> Iterator[str]:
    while True:
        known = _words(dice.choice(LANGUAGES))
        yield "".join(word[0] for word in dice.choices(known, k=dice.randint(*INITIALS)))


def _distinct(labels: Iterator[str]) -> Iterator[str]:
    seen: set[str] = set()
    for label in labels:
        if label not in seen:
            seen.add(label)
            yield label


@cache
def _words(language: str) -> list[str]:
    """The most frequent words of a language in the letters a to z."""
    from anyascii import anyascii
    from wordfreq import top_n_list

    written = (anyascii(word).lower() for word in top_n_list(language, WORDS))
    return list(dict.fromkeys(word for word in written if word.isalpha() and 2 <= len(word) <= 12))
