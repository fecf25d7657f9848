"""The two DGAs of Kraken (Bobax): fixed lists, and lists of which a part changes every week."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import numpy as np

from dga.generators.family import MASK32, Family, Names, midnight, table

LETTERS = "abcdefghijklmnopqrstuvwxyz"
FIRST_LIST, SECOND_LIST = 10_000, 1_000  # numbers of names; each gives two names
PLAIN, DYNAMIC = ("com", "net", "tv", "cc"), ("dyndns.org", "yi.org", "dynserv.com", "mooo.com")
FIRST = {4: (-0x0FCFBF88, 0x8924541), 5: (-0x1FCFBF87, 0x7924542)}
SECOND = {
    0: (24938314, PLAIN),
    1: (24938314, DYNAMIC),
    2: (1600000, PLAIN),
    3: (1600000, DYNAMIC),
}
SECOND_START, WEEK = 1_207_000_000, 604_800  # seconds
FACTOR, ADD = 1103515245, 12435


def kraken(day: dt.date, seed: int) -> Names:
    """6 to 12 letters: 2,000 names of the second DGA (seeds 0 to 3), 20,000 of the first (4, 5)."""
    return _first(*FIRST[seed]) if seed in FIRST else _second(day, *SECOND[seed])


def _first(even: int, odd: int) -> Names:
    for number in range(1_000_015, 1_000_015 + FIRST_LIST):
        scaled = _ninth((number + 2) * (number + 7) * number) + (number * 3 + 1) * number
        yield f"{_label(scaled + odd, -1, 6)}.{DYNAMIC[number % 4]}"
        scaled = _ninth(number * (number + 7) * (number + 12)) + number * (number + 1)
        yield f"{_label(scaled + even, -1, 6)}.{DYNAMIC[number % 4]}"


def _ninth(value: int) -> int:
    """A ninth of a value taken as a signed 32-bit number, rounded towards zero."""
    value &= MASK32
    return int((value - (value >> 31 << 32)) / 9.0)


def _second(day: dt.date, start: int, suffixes: tuple[str, ...]) -> Names:
    weeks = max((midnight(day) - SECOND_START) // WEEK + 2, 2)
    for number in range(SECOND_LIST):
        discards = 0 if number % 9 == 8 else weeks - (number % 9 >= 6)
        for state in (3 * number + start + 1, 3 * number + start):
            if discards:
                state = _after(discards - 1)[(FACTOR * state + ADD) >> 8 & 0x7FFF]
            yield f"{_label(state, 1, 7)}.{suffixes[number % 4]}"


@lru_cache(maxsize=4)
def _after(steps: int) -> list[int]:
    """Where each of the 32,768 states that a discarded draw leaves is after so many steps."""
    step = (FACTOR * np.arange(1 << 15) + ADD) >> 8 & 0x7FFF
    result = np.arange(1 << 15)
    while steps:
        if steps & 1:
            result = step[result]
        step, steps = step[step], steps >> 1
    return [int(state) for state in result]


def _label(state: int, sign: int, shortest: int) -> str:
    drawn = []
    for _ in range(3):
        state = (FACTOR * state + ADD) & MASK32
        drawn.append(state >> 8 & 0x7FFF)
    text = ""
    for _ in range((drawn[0] * drawn[1] + sign * drawn[2]) % 6 + shortest):
        state = (FACTOR * state + ADD) & MASK32
        text += LETTERS[(state >> 8 & 0x7FFF) % 26]
    return text


FAMILIES = table(
    Family(
        "kraken",
        "random",
        "6 to 12 letters under dynamic-DNS zones or four plain suffixes, both versions, by week",
        "https://johannesbader.ch/2015/12/krakens-two-domain-generation-algorithms/",
        kraken,
        (0, 1, 2, 3, 4, 5),
        period=7,
    )
)
