"""Random-looking families that stir the date by shifts, rotations and multiplications."""

from __future__ import annotations

import datetime as dt
import struct
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from dga.generators.family import BADER, MASK32, Family, Names, table

LETTERS = "abcdefghijklmnopqrstuvwxyz"
Words = npt.NDArray[np.uint64]
MASK64 = (1 << 64) - 1

CRYPTOLOCKER_SUFFIXES = ("com", "net", "biz", "ru", "org", "co.uk", "info")
NECURS_SUFFIXES = [
    "tj",
    "in",
    "jp",
    "tw",
    "ac",
    "cm",
    "la",
    "mn",
    "so",
    "sh",
    "sc",
    "nu",
    "nf",
    "mu",
    "ms",
    "mx",
    "ki",
    "im",
    "cx",
    "cc",
    "tv",
    "bz",
    "me",
    "eu",
    "de",
    "ru",
    "co",
    "su",
    "pw",
    "kz",
    "sx",
    "us",
    "ug",
    "ir",
    "to",
    "ga",
    "com",
    "net",
    "org",
    "biz",
    "xxx",
    "pro",
    "bit",
]
NECURS_NUMBERS: Words = np.arange(2_048, dtype=np.uint64)
LOCKY_FACTOR, LOCKY_ADD = 0xB11924E1, 0x27100001
LOCKY_SEEDS = (
    *(7077, 5566, 9106, 5579, 111, 9044, 9099, 9047, 9133, 9199),
    *(9190, 9088, 9998, 9992, 1511, 1513, 1517, 9056, 7773, 7743),
)
LOCKY_SUFFIXES = ["ru", "info", "biz", "click", "su", "work", "pl", "org", "pw", "xyz"]
RANBYUS_SUFFIXES = ("in", "me", "cc", "su", "tw", "net", "com", "pw")
RANBYUS_OTHER = ("in", "net", "org", "com", "me", "su", "tw", "cc")  # of seed 0xCE7F8514
RANBYUS_MAY = 0x65BA0743
PCG_FACTOR, PCG_ADD = 0x5851F42D4C957F2D, 0x14057B7EF767814F


def cryptolocker(day: dt.date, _seed: int) -> Names:
    """A thousand names of 12 to 15 letters a day; the number of the name is added to the year."""
    for number in range(1_000):
        d, m, y = day.day * 65537, day.month * 65537, (day.year + number) * 65537
        text = ""
        for _ in range(((d >> 3 ^ y >> 8 ^ y >> 11) & 3) + 12):
            d = ((d << 13 & MASK32) >> 19 ^ d >> 1 << 13 ^ d >> 19) & MASK32
            m = ((m << 2 & MASK32) >> 25 ^ m >> 3 << 7 ^ m >> 25) & MASK32
            y = ((y << 3 & MASK32) >> 11 ^ y >> 4 << 21 ^ y >> 11) & MASK32
            text += LETTERS[(y ^ m ^ d) % 25]
        yield f"{text}.{CRYPTOLOCKER_SUFFIXES[number % 7]}"


def necurs(day: dt.date, seed: int) -> Names:
    """2,048 names of 7 to 21 letters under 43 suffixes; new ones every fourth day."""
    yield from _necurs_list(day.year, day.month, day.day >> 2, seed)


@lru_cache(maxsize=2)
def _necurs_list(year: int, month: int, part: int, seed: int) -> tuple[str, ...]:
    """The names of four days."""
    with np.errstate(over="ignore"):
        state = _necurs_mix(np.array([year], dtype=np.uint64))
        state = _necurs_mix(state + np.uint64(month + 43690))
        state = _necurs_mix(state + np.uint64(part))
        state = _necurs_mix(state + NECURS_NUMBERS)
        state = _necurs_mix(state + np.uint64(seed))
        sizes = state % np.uint64(15) + np.uint64(7)
        columns, ends = [], state
        for position in range(int(sizes.max())):
            state = _necurs_mix(state + np.uint64(position))
            columns.append((state % np.uint64(25)).tolist())
            state = _necurs_mix(state + np.uint64(0xABBEDF))
            ends = np.where(sizes == position + 1, state, ends)
    suffixes = (ends % np.uint64(43)).tolist()
    rows = zip(zip(*columns, strict=True), sizes.tolist(), suffixes, strict=True)
    return tuple(
        "".join([LETTERS[code] for code in codes[:size]]) + "." + NECURS_SUFFIXES[suffix]
        for codes, size, suffix in rows
    )


def _necurs_mix(values: Words) -> Words:
    """Stir each 64-bit value 21 to 148 times, as its own low bits say."""
    loops = (values & np.uint64(0x7F)) + np.uint64(21)
    order = np.argsort(loops)[::-1]
    mixed, loops = values[order], loops[order]
    for index in range(int(loops[0])):
        live = mixed[: np.searchsorted(-loops.astype(np.int64), -index)]
        live += (
            ((live * np.uint64(7)) ^ (live << np.uint64(15)))
            + np.uint64(8 * index)
            - (live >> np.uint64(5))
        )
    values = np.empty_like(mixed)
    values[order] = mixed
    return values


def _ror(value: int, places: int) -> int:
    value &= MASK32
    return (value >> places | value << 32 - places) & MASK32


def _rol(value: int, places: int) -> int:
    value &= MASK32
    return (value << places | value >> 32 - places) & MASK32


def locky(day: dt.date, seed: int) -> Names:
    """Twelve names of 7 to 17 letters (third version); new ones every second day."""
    for number in range(12):
        state = _locky_state(day, seed, _rol(seed, 17) + _rol(number, 21))
        text = ""
        for position in range(state % 11 + 7):
            state = (_ror(LOCKY_FACTOR * _rol(state, position % 32), 7) + LOCKY_ADD) & MASK32
            text += LETTERS[state % 25]
        last = (_ror(LOCKY_FACTOR * state, 7) + LOCKY_ADD) & MASK32
        yield f"{text}.{LOCKY_SUFFIXES[last % 10]}"


def _locky_state(day: dt.date, seed: int, key: int) -> int:
    state = 0
    for year in range(day.year, day.year + 7):
        a = (_ror(LOCKY_FACTOR * (year + state + 0x1BF5), 7) + LOCKY_ADD) & MASK32 ^ state
        b = (_ror(LOCKY_FACTOR * (a + seed), 7) + LOCKY_ADD) & MASK32 ^ a
        c = (0xD8EFFFFF - _ror(LOCKY_FACTOR * (day.day // 2 + b), 7) + b) & MASK32
        d = (c + _ror(LOCKY_FACTOR * (day.month + c - 0x65CAD), 7) + LOCKY_ADD) & MASK32
        state = (_ror(LOCKY_FACTOR * (d + key), 7) + LOCKY_ADD) & MASK32 ^ d
    return state


def ranbyus(day: dt.date, seed: int) -> Names:
    """Forty names a day: 14 letters (version of May 2015) or 17 (of September 2015)."""
    names = _ranbyus_may(day, seed) if seed == RANBYUS_MAY else _ranbyus_september(day, seed)
    suffixes = RANBYUS_OTHER if seed == 0xCE7F8514 else RANBYUS_SUFFIXES
    for number, text in enumerate(names):
        yield f"{text}.{suffixes[(day.day + number) % 8]}"


def _ranbyus_may(day: dt.date, seed: int) -> Names:
    d, m, y, s = day.day, day.month, day.year, seed
    for _ in range(40):
        text = ""
        for _ in range(14):
            d = (d >> 15 ^ 16 * (d & 0x1FFF ^ 4 * (s ^ d))) & MASK32
            y = ((y & 0xFFFFFFF0) << 17 ^ (y ^ 7 * y & MASK32) >> 11) & MASK32
            m = (14 * (m & 0xFFFFFFFE) ^ (m ^ 4 * m & MASK32) >> 8) & MASK32
            s = s >> 6 ^ ((d + (8 * s & MASK32)) << 8 & MASK32) & 0x3FFFF00
            text += LETTERS[(d ^ m ^ y) % 25]
        yield text


def _ranbyus_september(day: dt.date, seed: int) -> Names:
    state = day.day * day.month * day.year ^ seed
    for _ in range(40):
        state, first = _ranbyus_block(state)
        state, second = _ranbyus_block(state)
        yield "".join([LETTERS[code % 25] for code in first + second[:1]])


def _ranbyus_block(state: int) -> tuple[int, bytes]:
    one = (PCG_FACTOR * state + PCG_ADD) & MASK64
    two = (PCG_FACTOR * one + PCG_ADD) & MASK64
    three = (PCG_FACTOR * two + PCG_ADD) & MASK64
    low = three >> 24 & 0xFFFFFF00 | (three & MASK32) >> 24
    words = (
        (low ^ two) & 0xFFFFF ^ two & MASK32,
        two >> 32,
        one & 0xFFF00000 | three >> 44,
        one >> 32,
    )
    return three, struct.pack("<4I", *words)


FAMILIES = table(
    Family(
        "cryptolocker",
        "random",
        "12 to 15 letters under seven suffixes, by date",
        "https://github.com/pchaigno/dga-collection",
        cryptolocker,
    ),
    Family(
        "necurs",
        "random",
        "7 to 21 letters under 43 suffixes, by four days",
        "https://johannesbader.ch/2015/02/the-dgas-of-necurs/",
        necurs,
        (9,),
        4,
        True,
    ),
    Family(
        "locky",
        "random",
        "7 to 17 letters under ten suffixes (version 3), by two days",
        BADER + "/tree/master/locky",
        locky,
        LOCKY_SEEDS,
        1,
        True,
    ),
    Family(
        "ranbyus",
        "random",
        "14 or 17 letters under eight suffixes, by date",
        "https://johannesbader.ch/2015/09/ranbyuss-dga-revisited/",
        ranbyus,
        (RANBYUS_MAY, 0x0F0D5BFA, 0xF2C72B14, 0xAE8714BE, 0xCE7F8514),
        1,
        True,
    ),
)
