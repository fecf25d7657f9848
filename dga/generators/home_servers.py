"""Labels as people give them to machines at home under dynamic DNS. Benign.

Software, devices and uses (`home_servers.txt`), alone, numbered, or beside a word or initials of
their owner.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from dga.names.frequent_words import frequent_words

FILE = Path(__file__).with_name("home_servers.txt")
OWNERS = 4_000  # of the most frequent words, names of people among them
SHORTEST, LONGEST = 4, 40


def drawn(dice: Random) -> str:
    """One label."""
    while True:
        label = dice.choice(FORMS)(dice)
        if SHORTEST <= len(label) <= LONGEST:
            return label


def _alone(dice: Random) -> str:
    return dice.choice(_services())


def _numbered(dice: Random) -> str:
    return f"{dice.choice(_services())}{dice.choice((1, 2, 3, 7, 10, 24, 99, 123, 2020, 2024))}"


def _owned(dice: Random) -> str:
    parts = [dice.choice(_services()), _owner(dice)]
    dice.shuffle(parts)
    return dice.choice(("", "", "-")).join(parts)


def _two_services(dice: Random) -> str:
    return dice.choice(("", "-")).join(dice.choices(_services(), k=2))


def _with_a_little_word(dice: Random) -> str:
    return dice.choice(("my", "our", "the", "mein", "mi", "ma")) + dice.choice(_services())


FORMS: tuple[Callable[[Random], str], ...] = (
    _alone, _numbered, _owned, _owned, _owned, _two_services, _with_a_little_word,
)  # fmt: skip


def _owner(dice: Random) -> str:
    """A frequent word, or initials."""
    if dice.random() < 0.3:
        return "".join(dice.choices(string.ascii_lowercase, k=dice.randint(2, 3)))
    return dice.choice(_owners())


@cache
def _services() -> list[str]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return " ".join(line for line in lines if not line.startswith("//")).split()


@cache
def _owners() -> list[str]:
    words = frequent_words("en", OWNERS)
    return [word for word in words if word.isascii() and word.isalpha() and len(word) >= 3]
