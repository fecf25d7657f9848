"""Synthetic generators, unlimited in number, so that a detector learns kinds of generators and not
only known families.

Each draws its own letters, lengths, words and suffixes, and then makes a few dozen names. They
imitate no malware; `FAMILIES` holds the real ones.
"""

from __future__ import annotations

import math
import random
import string
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate
from random import Random

from dga.names.frequent_words import frequent_words
from dga.names.public_suffix import listed as listed_suffixes

Maker = Callable[[], str]  # makes one label

LANGUAGES = ("en", "en", "en", "de", "fr", "es", "it", "pt", "nl")
WORDS = 20_000
FOLLOWED = 5_000  # of them, from which a chain learns
HEXADECIMAL = "0123456789abcdef"
LETTERS = string.ascii_lowercase
VOWELS, CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"
SYLLABLES = ("CV", "VC", "CVC", "CVV", "CCV", "V", "CVCC")
KEY_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
ENDINGS = ("", "", "", "s", "er", "on", "ia", "us")
SHORTEST, LONGEST = 4, 60
NAMES_A_GENERATOR = (30, 120)
# Suffixes that generators prefer to a public that buys names: cheap, free and dynamic ones.
CHEAP_SUFFIXES = [
    "com",
    "net",
    "org",
    "info",
    "biz",
    "ru",
    "su",
    "cc",
    "tv",
    "pw",
    "xyz",
    "top",
    "in",
    "cn",
    "eu",
    "me",
    "co",
    "ws",
    "us",
    "de",
    "nl",
    "uk.com",
    "co.uk",
    "kz",
    "tk",
    "ml",
    "ga",
    "online",
    "site",
    "club",
    "space",
    "website",
    "bid",
    "win",
    "ddns.net",
    "duckdns.org",
    "mooo.com",
    "dyndns.org",
    "strangled.net",
    "ignorelist.com",
    "to",
    "la",
    "nf",
    "im",
    "mn",
    "mx",
    "pro",
    "mobi",
    "name",
    "asia",
    "ac",
    "sh",
    "cx",
    "fm",
    "bz",
    "yi.org",
    "dynserv.com",
    "hopto.org",
]


def invent(count: int, suffixes: Sequence[str], seed: int) -> list[str]:
    """Make `count` distinct names of made-up generators.

    `suffixes`: those of names that people chose, with repetition. A third of the generators draw
    theirs from them, a third evenly from the distinct ones and the Public Suffix List, the others
    from those that are cheap, so that a suffix alone tells nothing.
    """
    dice = random.Random(seed)
    sources = _sources(suffixes)
    kinds, shares = list(KINDS), list(KINDS.values())
    found: dict[str, None] = {}
    while len(found) < count:
        used = dice.choices(dice.choice(sources), k=dice.randint(1, 8))
        make = dice.choices(kinds, shares)[0](dice)
        for _ in range(dice.randint(*NAMES_A_GENERATOR)):
            label = make().strip("-")
            if SHORTEST <= len(label) <= LONGEST:
                found[f"{label}.{dice.choice(used)}"] = None
    return list(found)[:count]


def random_letters(dice: Random) -> Maker:
    """Letters or letters and digits, all or some of them, at times some more often than others."""
    letters = _alphabet(dice)
    spread = dice.choice((1.0, 3.0, 10.0))
    uneven = [dice.gammavariate(spread, 1.0) for _ in letters]
    weights = uneven if dice.random() < 0.3 else None
    low, high = _lengths(dice, 5, 9 if dice.random() < 0.3 else 21)  # short ones are hard to tell
    return lambda: "".join(dice.choices(letters, weights, k=dice.randint(low, high)))


def hash_slice(dice: Random) -> Maker:
    """Hexadecimal digits or letters and digits, of a fixed length or a range, at times behind a
    short fixed head."""
    digits = HEXADECIMAL if dice.random() < 0.6 else LETTERS + string.digits
    low = dice.choice((dice.randint(7, 10), dice.randint(7, 16), dice.randint(12, 40)))
    high = low + dice.choice((0, 0, 0, 1, 3, 6))
    head = "" if dice.random() < 0.8 else _drawn(dice, LETTERS, dice.randint(1, 3))
    return lambda: head + _drawn(dice, digits, dice.randint(low, high))


def syllables(dice: Random) -> Maker:
    """Consonants and vowels in a few patterns."""
    vowels = dice.choices(VOWELS + "y", k=dice.randint(3, 5))
    consonants = dice.sample(CONSONANTS, dice.randint(8, 20))
    patterns = dice.choices(SYLLABLES, k=dice.randint(1, 3))
    low, high = _lengths(dice, 6, 12)

    def make() -> str:
        length, label = dice.randint(low, high), ""
        while len(label) < length:
            label += _filled(dice, dice.choice(patterns), vowels, consonants)
        return label[:length]

    return make


def template(dice: Random) -> Maker:
    """One or two fixed patterns of consonants and vowels, at times with a fixed ending."""
    vowels = dice.sample(VOWELS, dice.randint(3, 5))
    consonants = dice.sample(CONSONANTS, dice.randint(6, 21))
    patterns = [_alternating(dice, dice.randint(5, 12)) for _ in range(dice.randint(1, 2))]
    ending = dice.choice(ENDINGS)
    return lambda: _filled(dice, dice.choice(patterns), vowels, consonants) + ending


def chain(dice: Random) -> Maker:
    """A Markov chain over the letters with few ways out of each."""
    few = dice.choice((0.1, 0.2, 0.4))
    ways = [[dice.gammavariate(few, 1.0) + 1e-9 for _ in LETTERS] for _ in LETTERS]
    follows = {
        letter: list(accumulate(weights)) for letter, weights in zip(LETTERS, ways, strict=True)
    }
    low, high = _lengths(dice, 6, 12)

    def make() -> str:
        label = dice.choice(LETTERS)
        for _ in range(dice.randint(low, high) - 1):
            label += dice.choices(LETTERS, cum_weights=follows[label[-1]])[0]
        return label

    return make


def imitation(dice: Random) -> Maker:
    """A Markov chain of one to three letters' memory that has learnt from a language's words."""
    memory = dice.choice((1, 2, 2, 3))
    follows = _followers(dice.choice(LANGUAGES), memory)
    low, high = _lengths(dice, 6, 13)

    def make() -> str:
        length, label = dice.randint(low, high), ""
        while len(label) < length:
            label += dice.choice(follows.get(label[max(0, len(label) - memory) :], follows[""]))
        return label

    return make


def words(dice: Random) -> Maker:
    """Two to four words of two lists of one language."""
    known = _words(dice.choice(LANGUAGES))[: dice.choice((300, 1_000, 4_000, WORDS))]
    lists = [dice.choices(known, k=round(math.exp(dice.uniform(2.5, 7)))) for _ in range(2)]
    count, joint = dice.choice((2, 2, 3, 3, 4)), dice.choice(("", "", "", "-"))
    return lambda: joint.join(dice.choice(lists[place % 2]) for place in range(count))


def mutated(dice: Random) -> Maker:
    """A fixed word or two whose head is replaced by random letters."""
    tail = "".join(dice.choices(_words("en"), k=dice.randint(1, 3)))
    length = dice.randint(3, 6)
    return lambda: _drawn(dice, LETTERS, length) + tail


def clippings(dice: Random) -> Maker:
    """The heads of three to five words."""
    known = _words("en")
    return lambda: "".join(
        word[: dice.randint(2, 4)] for word in dice.choices(known, k=dice.randint(3, 5))
    )


def counted(dice: Random) -> Maker:
    """A fixed head, a number such as a date or a counter, and random letters, in any order."""
    head = _drawn(dice, LETTERS, dice.randint(0, 4))
    letters, digits = dice.randint(3, 8), dice.choice((2, 3, 4, 6, 8))
    order = dice.sample(range(3), 3)

    def make() -> str:
        parts = (head, _drawn(dice, string.digits, digits), _drawn(dice, LETTERS, letters))
        return "".join(parts[place] for place in order)

    return make


def mashed(dice: Random) -> Maker:
    """Keys that lie side by side, as hands strike them that mean no word."""
    rows = dice.sample(KEY_ROWS, dice.randint(1, 2))
    low, high = _lengths(dice, 5, 11)

    def make() -> str:
        length, label = dice.randint(low, high), ""
        row = dice.choice(rows)
        at = dice.randrange(len(row))
        while len(label) < length:
            label += row[at]
            if dice.random() < 0.2:
                row = dice.choice(rows)
            at = min(max(at + dice.choice((-3, -2, -1, 1, 1, 2, 3)), 0), len(row) - 1)
        return label

    return make


KINDS: dict[Callable[[Random], Maker], float] = {  # with the share of the generators
    random_letters: 0.28,
    mashed: 0.02,
    hash_slice: 0.16,
    syllables: 0.16,
    template: 0.08,
    chain: 0.05,
    imitation: 0.07,
    words: 0.04,
    mutated: 0.06,
    clippings: 0.05,
    counted: 0.03,
}


def _sources(suffixes: Sequence[str]) -> list[Sequence[str]]:
    """The three collections from which generators draw their suffixes."""
    even = [*dict.fromkeys(suffixes), *listed_suffixes()]
    return [suffixes or CHEAP_SUFFIXES, even, CHEAP_SUFFIXES]


def _lengths(dice: Random, low: int, high: int) -> tuple[int, int]:
    shortest = dice.randint(low, high)
    return shortest, shortest + dice.choice((0, 0, 1, 2, 4, 8))


def _alphabet(dice: Random) -> str:
    some = "".join(dice.sample(LETTERS, dice.randint(8, 24)))
    voiceless = "".join(letter for letter in LETTERS if letter not in VOWELS)
    choices = [LETTERS, some, LETTERS + string.digits, LETTERS * 2 + string.digits]
    return dice.choices([*choices, HEXADECIMAL, voiceless], [30, 25, 20, 10, 10, 5])[0]


def _drawn(dice: Random, characters: str, count: int) -> str:
    return "".join(dice.choices(characters, k=count))


def _filled(dice: Random, pattern: str, vowels: list[str], consonants: list[str]) -> str:
    return "".join(dice.choice(vowels if kind == "V" else consonants) for kind in pattern)


def _alternating(dice: Random, length: int) -> str:
    """C and V in turns, at times one of them twice."""
    pattern = "C" if dice.random() < 0.7 else "V"
    while len(pattern) < length:
        turns = dice.random() < 0.85
        pattern += {"C": "V", "V": "C"}[pattern[-1]] if turns else pattern[-1]
    return pattern


@cache
def _followers(language: str, memory: int) -> dict[str, str]:
    """The letters that follow each end of up to `memory` letters in a language's words, each as
    often as it does; those of the empty end begin words."""
    found: dict[str, list[str]] = {}
    for word in _words(language)[:FOLLOWED]:
        for at, letter in enumerate(word):
            found.setdefault(word[max(0, at - memory) : at], []).append(letter)
    return {end: "".join(letters) for end, letters in found.items()}


@cache
def _words(language: str) -> list[str]:
    """The most frequent words of a language that are letters a to z alone, from wordfreq."""
    known = frequent_words(language, WORDS)
    return [word for word in known if word.isascii() and word.isalpha() and 3 <= len(word) <= 11]
