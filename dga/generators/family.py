"""Family: one DGA family with its generator function and metadata. Generates no names itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["random", "hash", "pronounceable", "word"]
Names = Iterator[str]

MASK32 = 0xFFFFFFFF
EPOCH = dt.date(1970, 1, 1)
DAY = 86_400  # seconds
DAILY = 3  # days: lists that change more seldom are told apart by their first names

BADER = "https://github.com/baderj/domain_generation_algorithms"


@dataclass(frozen=True)
class Family:
    """One DGA family: what it is, where it is described, and how its names are made.

    `function(day, seed)` yields the names of one day and seed, in the malware's order and with
    its repetitions. `seeds` are the published ones; where a seed is no number it is the position
    of a published configuration. With `open_seeds` any number from 0 to 2**32 - 1 is a seed.
    `exact`: False where we put in a text or random numbers of our own, so that the malware's names
    are others of its kind. `period` is for how many days a list stays about the same; 0 says that
    the date is not used; above DAILY, two days with the same first names have the same list.

    `words` is how many words a name is made of, 0 for families that put letters together;
    `choices` is how many letters a family chooses from at each place where that is fewer than the
    distinct ones (consonants and vowels in turn). `guessable_seeds` are further seeds that samples
    draw from; attribution knows their names too.
    """

    name: str
    kind: Kind
    about: str
    source: str
    function: Callable[[dt.date, int], Names]
    seeds: tuple[int, ...] = (0,)
    period: int = 1
    open_seeds: bool = False
    exact: bool = True
    words: int = 0
    choices: float = 0.0
    guessable_seeds: Sequence[int] = ()


def table(*families: Family) -> dict[str, Family]:
    """Return families by name."""
    return {family.name: family for family in families}


def midnight(day: dt.date) -> int:
    """Seconds from 1970-01-01 to the start of a day, UTC.

    >>> midnight(dt.date(1970, 1, 2))
    86400
    """
    return (day - EPOCH).days * DAY
