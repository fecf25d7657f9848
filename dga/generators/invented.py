"""Made-up generators without end, so that a detector learns the kind and not the known families.

Each draws its own letters, lengths, words and suffixes, and then makes a few dozen names. They
imitate no malware; `FAMILIES` holds the real ones.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

Rng = np.random.Generator
Maker = Callable[[], str]  # makes one label

LANGUAGES = ("en", "en", "en", "de", "fr", "es", "it", "pt", "nl")
WORDS = 20_000
VOWELS, CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"
SYLLABLES = ("CV", "VC", "CVC", "CVV", "CCV", "V", "CVCC")
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

    `suffixes`: those of names that people chose, with repetition; half of the generators take
    theirs from them, so that a suffix alone tells nothing.
    """
    rng = np.random.default_rng(seed)
    pool = np.array(suffixes, dtype=object)
    found: dict[str, None] = {}
    while len(found) < count:
        used = _suffixes(pool, rng)
        make = _kind(rng)(rng)
        for _ in range(int(rng.integers(*NAMES_A_GENERATOR))):
            label = make().strip("-")
            if SHORTEST <= len(label) <= LONGEST:
                found[f"{label}.{rng.choice(used)}"] = None
    return list(found)[:count]


def random_letters(rng: Rng) -> Maker:
    """Letters or letters and digits, all or some of them, at times some more often than others."""
    letters = np.array(list(_alphabet(rng)))
    shares = rng.dirichlet(np.full(len(letters), rng.choice([1.0, 3.0, 10.0])))
    weights = shares if rng.random() < 0.3 else None
    low, high = _lengths(rng, 6, 22)
    return lambda: "".join(rng.choice(letters, rng.integers(low, high + 1), p=weights))


def hash_slice(rng: Rng) -> Maker:
    """Hexadecimal digits of a fixed length behind a short fixed head."""
    digits = np.array(list("0123456789abcdef"))
    length = int(rng.choice([8, 10, 12, 16, 20, 24, 28, 32]))
    head = "".join(rng.choice(list(string.ascii_lowercase), rng.integers(0, 4)))
    return lambda: head + "".join(rng.choice(digits, length))


def syllables(rng: Rng) -> Maker:
    """Consonants and vowels in a few patterns."""
    vowels = list(rng.choice(list(VOWELS + "y"), rng.integers(3, 6)))
    consonants = list(rng.choice(list(CONSONANTS), rng.integers(8, 21), replace=False))
    patterns = list(rng.choice(SYLLABLES, rng.integers(1, 4)))
    low, high = _lengths(rng, 6, 13)

    def make() -> str:
        length, label = int(rng.integers(low, high + 1)), ""
        while len(label) < length:
            pattern = str(rng.choice(patterns))
            label += "".join(rng.choice(vowels if c == "V" else consonants) for c in pattern)
        return label[:length]

    return make


def chain(rng: Rng) -> Maker:
    """A Markov chain over the letters with few ways out of each."""
    ways = rng.dirichlet(np.full(26, rng.choice([0.1, 0.2, 0.4])), 26).cumsum(axis=1)
    low, high = _lengths(rng, 6, 13)

    def make() -> str:
        letters = [int(rng.integers(26))]
        for draw in rng.random(int(rng.integers(low, high + 1)) - 1):
            letters.append(min(25, int(np.searchsorted(ways[letters[-1]], draw))))
        return "".join(string.ascii_lowercase[letter] for letter in letters)

    return make


def words(rng: Rng) -> Maker:
    """Two to four words of two lists of one language."""
    known = _words(str(rng.choice(LANGUAGES)))[: int(rng.choice([1_000, 4_000, WORDS]))]
    lists = [rng.choice(known, rng.integers(40, 300)) for _ in range(2)]
    count, joint = int(rng.choice([2, 2, 3, 3, 4])), str(rng.choice(["", "", "", "-"]))
    return lambda: joint.join(str(rng.choice(lists[place % 2])) for place in range(count))


def mutated(rng: Rng) -> Maker:
    """A fixed word or two whose head is replaced by random letters."""
    tail = "".join(rng.choice(_words("en"), rng.integers(1, 4)))
    letters, length = list(string.ascii_lowercase), int(rng.integers(3, 7))
    return lambda: "".join(rng.choice(letters, length)) + tail


def clippings(rng: Rng) -> Maker:
    """The heads of three to five words."""
    known = _words("en")
    return lambda: "".join(
        str(word)[: int(rng.integers(2, 5))] for word in rng.choice(known, rng.integers(3, 6))
    )


KINDS: dict[Callable[[Rng], Maker], float] = {  # with the share of the generators
    random_letters: 0.30,
    hash_slice: 0.08,
    syllables: 0.25,
    chain: 0.10,
    words: 0.10,
    mutated: 0.085,
    clippings: 0.085,
}


def _kind(rng: Rng) -> Callable[[Rng], Maker]:
    return list(KINDS)[int(rng.choice(len(KINDS), p=list(KINDS.values())))]


def _suffixes(pool: np.ndarray[tuple[int], np.dtype[np.object_]], rng: Rng) -> list[str]:
    source = pool if rng.random() < 0.5 and len(pool) else CHEAP_SUFFIXES
    return [str(suffix) for suffix in rng.choice(source, rng.integers(1, 9))]


def _lengths(rng: Rng, low: int, high: int) -> tuple[int, int]:
    shortest = int(rng.integers(low, high))
    return shortest, shortest + int(rng.choice([0, 0, 1, 2, 4, 8]))


def _alphabet(rng: Rng) -> str:
    letters = string.ascii_lowercase
    some = "".join(rng.choice(list(letters), rng.integers(8, 25), replace=False))
    hexadecimal, voiceless = "0123456789abcdef", "".join(c for c in letters if c not in VOWELS)
    choices = [letters, some, letters + string.digits, letters * 2 + string.digits]
    return str(rng.choice([*choices, hexadecimal, voiceless], p=[0.3, 0.25, 0.2, 0.1, 0.1, 0.05]))


@cache
def _words(language: str) -> list[str]:
    """The most frequent words of a language that are letters a to z alone, from wordfreq."""
    from wordfreq import top_n_list

    known = top_n_list(language, WORDS)
    return [word for word in known if word.isascii() and word.isalpha() and 3 <= len(word) <= 11]
