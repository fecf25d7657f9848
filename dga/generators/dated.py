"""Random-looking families whose names follow from the date by a linear congruential generator."""

from __future__ import annotations

import datetime as dt
import math
import struct
import zlib
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from dga.generators.family import BADER, MASK32, Family, Names, midnight, table

LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

COREBOT_KEYS = LETTERS[:25] + DIGITS[:9]
QADARS_OLD = (0xE1F1, 0xE1F2, 0xE1F5)  # seeds of the samples that use .com instead of .top
QAKBOT_SUFFIXES = ("com", "net", "org", "info", "biz", "org")
MYDOOM_KEYS = "asnhreqwpm"
MYDOOM_SUFFIXES = (".com", ".biz", ".us", ".net", ".org", ".ws", ".info", ".in", ".in", ".in")
# Conficker.B: the multipliers and the divisor that turn a Windows file time into a key.
CONFICKER_SUFFIXES = (".cc", ".cn", ".ws", ".com", ".net", ".org", ".info", ".biz")
CONFICKER_SCALE, CONFICKER_UNIT, CONFICKER_OFFSET = 0x352C94565, 0x58028E44000, 0xA3596526
CONFICKER_STEP, CONFICKER_ADD = 0x53125624, 0.626454564
FILETIME_EPOCH = 11_644_473_600  # seconds from 1601 to 1970


def corebot(day: dt.date, seed: int) -> Names:
    """Forty hosts of 12 to 23 letters and digits under ddns.net; new ones every month."""
    state = (seed + day.year + (1 << 16) + (day.month << 8 | 8)) & MASK32
    for _ in range(40):
        state = (1664525 * state + 1013904223) & MASK32
        text = ""
        for _ in range(12 + state % 12):
            state = (1664525 * state + 1013904223) & MASK32
            text += COREBOT_KEYS[state % 34]
        yield text + ".ddns.net"


def qadars(day: dt.date, seed: int) -> Names:
    """200 names of twelve letters and digits; new ones every Thursday, the Unix week."""
    suffixes = (".com", ".org", ".net") if seed in QADARS_OLD else (".net", ".org", ".top")
    keys = LETTERS + DIGITS
    now = midnight(day)
    state = now - (now - 4 * 86_400) % 604_800
    for _ in range(200):
        text = ""
        for _ in range(12):
            state = (seed - 1043968403 * state) & 0x7FFFFFFF
            text += keys[state % 36]
        state = (seed - 1043968403 * state) & 0x7FFFFFFF
        yield text + suffixes[state % 3]


def qakbot(day: dt.date, seed: int) -> Names:
    """5,000 names of 8 to 25 letters from a Mersenne Twister; new ones every ten days.

    Odd seeds from 2 on are the names a sample shows to a sandbox: seed // 2 is the sample's seed.
    """
    third = min((day.day - 1) // 10, 2)
    text = f"{third}.{MONTHS[day.month - 1]}.{day.year}.{seed >> 1:08x}"
    yield from _qakbot_list((zlib.crc32(text.encode()) + (seed & 1)) & MASK32)


@lru_cache(maxsize=4)
def _qakbot_list(key: int) -> tuple[str, ...]:
    """The names of ten days."""
    return tuple(_qakbot_names(key))


def _qakbot_names(key: int) -> Names:
    raw = np.frombuffer(np.random.RandomState(key).bytes(4 * 27 * 5_000), dtype="<u4")
    draws = iter((raw & 0xFFFFFFF).tolist())
    for _ in range(5_000):
        suffix = QAKBOT_SUFFIXES[next(draws) * 6 >> 28]
        size = 8 + (next(draws) * 18 >> 28)
        yield "".join([LETTERS[next(draws) * 26 >> 28] for _ in range(size)]) + "." + suffix


def mydoom(day: dt.date, seed: int) -> Names:
    """Fifty names of ten letters that follow from the date, then 49 that never change."""
    for start, size in ((day.year + day.month + day.day + seed, 50), (seed, 49)):
        state = start
        for _ in range(size):
            state = (1664525 * state + 1013904223) & MASK32
            digits = f"{state:010d}"[::-1]
            yield (
                "".join([MYDOOM_KEYS[int(digit)] for digit in digits])
                + MYDOOM_SUFFIXES[int(digits[0])]
            )


def vidro(day: dt.date, _seed: int) -> Names:
    """A hundred names of 7 to 12 letters under three suffixes; new ones every week."""
    start = 0x1E240 * ((midnight(day) - 0x4BEFB280) // 604_800 + 0x3ED)
    for number in range(300):
        state = (1103515245 * (number % 100 + start) + 12345) & MASK32
        text = ""
        for _ in range((state >> 10) % 6 + 7):
            state = (1103515245 * state + 12345) & MASK32
            text += LETTERS[(state >> 10) % 26]
        yield f"{text}.{('dyndns.org', 'com', 'net')[number % 3]}"


def conficker(day: dt.date, _seed: int) -> Names:
    """250 names of 5 to 11 letters a day (Conficker.B), from a generator in floating point."""
    filetime = (midnight(day) + FILETIME_EPOCH) * 10_000_000
    key = (filetime * CONFICKER_SCALE & (1 << 64) - 1) // CONFICKER_UNIT + CONFICKER_OFFSET
    draws = _conficker_draws(key)
    for _ in range(250):
        size = int(math.fmod(next(draws), 4)) + 8
        text = "".join([LETTERS[abs(next(draws)) % 26] for _ in range(size)])
        yield text + CONFICKER_SUFFIXES[next(draws) & 7]


def _conficker_draws(key: int) -> Iterator[int]:
    """Signed 32-bit numbers: the low half of each float, whose bits are the next key."""
    while True:
        number = float(key)
        product = float(key * CONFICKER_STEP & (1 << 64) - 1)
        value = ((product + math.sin(number)) * number + CONFICKER_ADD) * number + math.log(number)
        key = int.from_bytes(struct.pack("<d", value), "little")
        low = key & MASK32
        yield low - (low >> 31 << 32)


FAMILIES = table(
    Family(
        "corebot",
        "random",
        "12 to 23 letters and digits under ddns.net, by month",
        "https://johannesbader.ch/2015/09/the-dga-of-corebot/",
        corebot,
        (0x1DBA8930, 0x1DB98930),
        28,
        True,
    ),
    Family(
        "qadars",
        "random",
        "twelve letters and digits, by week",
        "https://johannesbader.ch/2016/04/the-dga-of-qadars/",
        qadars,
        (0xE08A, 0x89F5, 0x4449, *QADARS_OLD),
        7,
        True,
    ),
    Family(
        "qakbot",
        "random",
        "8 to 25 letters from a Mersenne Twister, by ten days",
        "https://johannesbader.ch/2016/02/the-dga-of-qakbot/",
        qakbot,
        (0, 1, 2, 3),
        10,
        True,
    ),
    Family(
        "mydoom",
        "random",
        "ten of ten letters, by date",
        BADER + "/tree/master/mydoom",
        mydoom,
        (0xFA8,),
        1,
        True,
    ),
    Family(
        "vidro",
        "random",
        "7 to 12 letters under three suffixes, by week",
        "https://github.com/360netlab/DGA/tree/master/code/vidro",
        vidro,
        period=7,
    ),
    Family(
        "conficker",
        "random",
        "5 to 11 letters from a floating-point generator (version B), by date",
        "https://github.com/andrewaeva/DGA/blob/master/dga_algorithms/Conficker.cpp",
        conficker,
    ),
)
