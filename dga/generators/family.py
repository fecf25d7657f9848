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
DAILY = 3  # days; lists that change less often are compared by their first names

BADER = "https://github.com/baderj/domain_generation_algorithms"


@dataclass(frozen=True)
class Family:
    """One DGA family: a description, its source, and its generator function.

    `function(day, seed)` yields the names of one day and seed, in the malware's order and with its
    repetitions. `seeds` are the published ones; where a seed is not a number, it is the position of
    a published configuration. With `open_seeds` any number from 0 to 2**32 - 1 is a seed. `exact`:
    False if parts of the generator are our own substitutes, so that the malware's names are only
    similar. `period`: for how many days a list stays about the same; 0 if the date is not used;
    above DAILY, two days with the same first names have the same list.

    `words`: how many words a name has, 0 for families that combine letters. `choices`: from how
    many letters the family chooses at each position, if fewer than the distinct ones (as with
    alternating consonants and vowels). `guessable_seeds`: further seeds that samples draw from;
    attribution covers them too.
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
