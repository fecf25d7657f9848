"""Labels as people compose them: words of many languages, words that belong together, initials, and
what they call a machine at home. Benign.

The words are the frequent ones of wordfreq's lists, brought into ASCII by anyascii, as people write
them where a domain name takes no other letters, or as they are, in punycode. Languages that write
no vowels are left out of the former, since their words would come out as random consonants;
`romanised` writes those of the Arabic script. Algorithms compose words too, of lists of their own:
a network that has learnt these labels tells them by their list, not by their looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from random import Random

import idna

from dga.generators import home_servers, linked_words, romanised
from dga.names.frequent_words import frequent_words

LANGUAGES = (
    "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "fi", "fil", "fr", "hi", "hu", "id", "is",
    "it", "lt", "lv", "mk", "ms", "nb", "nl", "pl", "pt", "ro", "ru", "sh", "sk", "sl", "sv", "tr",
    "uk", "vi",
)  # fmt: skip
# Languages of other scripts, and those of the Latin one that have letters of their own.
INTERNATIONAL = (
    "ar", "bg", "bn", "el", "fa", "he", "hi", "ja", "ko", "mk", "ru", "ta", "uk", "ur", "zh",
    "ca", "cs", "da", "de", "es", "fi", "fr", "hu", "is", "lt", "lv", "nb", "pl", "pt", "ro", "sk",
    "sl", "sv", "tr", "vi",
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


def international(count: int, seed: int) -> list[str]:
    """So many distinct labels of one to three words with letters outside ASCII, as they are
    registered: in punycode."""
    return list(islice(_distinct(_international(Random(seed))), count))


def romanised_labels(count: int, seed: int) -> list[str]:
    """So many distinct labels of one or two words of languages in the Arabic script, in Latin
    letters (`romanised`)."""
    return list(islice(_distinct(_romanised(Random(seed))), count))


def linked(count: int, seed: int) -> list[str]:
    """So many distinct labels of two English words that belong together (`linked_words`)."""
    return list(islice(_distinct(_linked(Random(seed))), count))


def at_home(count: int, seed: int) -> list[str]:
    """So many labels as people give them to machines at home (`home_servers`)."""
    dice = Random(seed)
    return [home_servers.drawn(dice) for _ in range(count)]


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


def _international(dice: Random) -> Iterator[str]:
    while True:
        known = _native_words(dice.choice(INTERNATIONAL))
        words = dice.choices(known, k=dice.choices(PARTS[:3], PART_SHARES[:3])[0])
        label = ("-" if dice.random() < 0.2 else "").join(words)
        try:
            encoded = idna.encode(label).decode("ascii")
        except idna.IDNAError:  # too long, or a word begins with a mark
            continue
        if encoded != label:
            yield encoded


def _romanised(dice: Random) -> Iterator[str]:
    while True:
        language = dice.choice(romanised.LANGUAGES)
        label = "".join(romanised.drawn(dice, language) for _ in range(dice.choice((1, 2))))
        if SHORTEST <= len(label) <= LONGEST:
            yield label


def _linked(dice: Random) -> Iterator[str]:
    while True:
        pair = dice.choice(linked_words.pairs())
        yield ("-" if dice.random() < 0.1 else "").join((pair.first, pair.second))


def _distinct(labels: Iterator[str]) -> Iterator[str]:
    seen: set[str] = set()
    for label in labels:
        if label not in seen:
            seen.add(label)
            yield label


@cache
def _native_words(language: str) -> list[str]:
    """The most frequent words of a language that have letters outside ASCII."""
    words = frequent_words(language, WORDS)
    return [word for word in words if not word.isascii() and word.isalpha() and len(word) <= 12]


@cache
def _words(language: str) -> list[str]:
    """The most frequent words of a language in the letters a to z."""
    from anyascii import anyascii

    written = (anyascii(word).lower() for word in frequent_words(language, WORDS))
    return list(dict.fromkeys(word for word in written if word.isalpha() and 2 <= len(word) <= 12))
