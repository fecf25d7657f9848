"""Random-looking families whose names follow from the date and from keys in the sample."""

from __future__ import annotations

import base64
import datetime as dt
import struct
from functools import lru_cache

from dga.generators.family import BADER, EPOCH, MASK32, Family, Names, midnight, table
from dga.generators.pykspa_seeds import seed_of_day, seed_of_period

LETTERS = "abcdefghijklmnopqrstuvwxyz"

NYMAIM_SUFFIXES = 9 * (".com",) + 4 * (".org",) + 4 * (".biz",) + 4 * (".net",) + 5 * (".info",)
PROSLIKEFAN_SUFFIXES = ("eu", "biz", "se", "info", "com", "net", "org", "ru", "in", "name")
PROSLIKEFAN_KEYS = ("prospect", "OK")
JAVASCRIPT_SUFFIXES = ("cc", "co", "eu")
DARKCRACKS_KEY = b"Crackalackin'"
ZLOADER_KEYS = (
    b"q23Cud3xsNf3",
    b"41997b4a729e1a0175208305170752dd",
    b"kZieCw23gffpe43Sd",
    b"Ts72YjsjO5TghE6m",
    b"03d5ae30a0bd934a23b6a7f0756aa504",
)
PYKSPA_SUFFIXES = ("com", "net", "org", "info")
PYKSPA_PERIOD = 20  # days
PYKSPA_USEFUL, PYKSPA_NOISE, PYKSPA_PRECURSOR = 0, 1, 2
PRECURSOR_SUFFIXES = ("biz", "com", "net", "org", "info", "cc")
PRECURSOR_NAMES, PRECURSOR_PERIOD = 5_000, 2  # days


def nymaim(day: dt.date, _seed: int) -> Names:
    """128 names of 6 to 11 letters a day from a xorshift-like generator."""
    base = day.year + (day.month + day.day << 16) + day.isoweekday() % 7
    state = [(base + word) & MASK32 for word in (0x52455641, 0x49484F4C, 0x59554820, 0x4D415620)]

    def draw(bound: int) -> int:
        a, b, c, d = state
        high = (a << 11 ^ a) & MASK32
        last = d >> 19 ^ d ^ high ^ high >> 8
        state[:] = (a + b) & MASK32, (b + c) & MASK32, (c + d) & MASK32, last
        return ((c + last) & MASK32) // 100 % bound

    for _ in range(128):
        size = draw(6) + 6
        codes = [draw(26) for _ in range(size)]
        yield "".join([LETTERS[code] for code in codes]) + NYMAIM_SUFFIXES[codes[-2]]


def proslikefan(day: dt.date, seed: int) -> Names:
    """A hundred names of 6 to 12 letters a day from JavaScript's customary string hash."""
    for number in range(10):
        for suffix in PROSLIKEFAN_SUFFIXES:
            yield f"{_hashed_label(PROSLIKEFAN_KEYS[seed], day, suffix, number)}.{suffix}"


def unnamed_javascript_dga(day: dt.date, _seed: int) -> Names:
    """Thirty names of 6 to 12 letters a day, made as Proslikefan makes its own."""
    for number in range(10):
        for suffix in JAVASCRIPT_SUFFIXES:
            yield f"{_hashed_label('OK', day, suffix, number)}.{suffix}"


def _hashed_label(key: str, day: dt.date, suffix: str, number: int) -> str:
    text = f"{key}.{day.month}.{day.day}.{day.year}.{suffix}"
    state, label = _string_hash(text) + number, ""
    while len(label) < state % 7 + 6:
        state = _string_hash(f"{label}{state}")
        label += LETTERS[state % 26]
    return label


def _string_hash(text: str) -> int:
    value = 0
    for code in text.encode():
        value = (31 * value + code) & MASK32
    return min(value, (1 << 32) - value)


def darkcracks(day: dt.date, _seed: int) -> Names:
    """One name of eleven letters, digits and signs a day: year and day of the month, encrypted."""
    date = base64.urlsafe_b64encode(f"{day.year:04}{day.day:02}".encode()).decode().swapcase()
    codes = bytes(ord(letter) ^ key for letter, key in zip(date, DARKCRACKS_KEY, strict=False))
    text = base64.urlsafe_b64encode(codes).decode().rstrip("=")
    yield text[::-1].lower() + ".com"


def tempedreve(day: dt.date, _seed: int) -> Names:
    """One name of 7 to 11 letters a day."""
    state = seed = (1664525 * (day - EPOCH).days + 1013904223) & MASK32
    letters = list(LETTERS)
    for position in range(26):
        other = state % 26
        letters[position], letters[other] = letters[other], letters[position]
        state = (16843009 * state + 65805) & MASK32
    text, state = "", seed
    for _ in range(seed % 5 + 7):
        text += letters[state % 26]
        state = (16843009 * state + 65805) & MASK32
    yield text + (".com", ".net", ".org", ".info")[seed & 3]


def zloader(day: dt.date, seed: int) -> Names:
    """32 names of twenty letters a day; the date is encrypted with the sample's RC4 key."""
    now = struct.pack("<I", midnight(day) & MASK32)
    state = start = int.from_bytes(_rc4(ZLOADER_KEYS[seed], now), "little")
    for _ in range(32):
        text = ""
        for _ in range(20):
            code = state % 25
            text += LETTERS[code]
            state = start ^ (state + 97 + code) & MASK32
        yield text + ".com"


def _rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) & 0xFF
        box[i], box[j] = box[j], box[i]
    made, j = bytearray(), 0
    for i, code in enumerate(data, 1):
        j = (j + box[i]) & 0xFF
        box[i], box[j] = box[j], box[i]
        made.append(code ^ box[(box[i] + box[j]) & 0xFF])
    return bytes(made)


def pykspa(day: dt.date, seed: int) -> Names:
    """200 names of 6 to 12 letters; new ones every twenty days.

    Seed 0 is the date's seed; 1 gives the 200 names queried each day as noise; 2 is the previous
    version (5,000 names of 6 to 15 letters, every other day).
    """
    days = (day - EPOCH).days
    if seed == PYKSPA_PRECURSOR:
        yield from _precursor_list(days // PRECURSOR_PERIOD)
        return
    if seed == PYKSPA_USEFUL:
        state = seed_of_period(days // PYKSPA_PERIOD)
    else:
        state = seed_of_day(days) if seed == PYKSPA_NOISE else seed
    for number in range(200):
        state += state % (number + 1) + 1
        size = (state + number) % 7 + 6
        yield f"{_pykspa_label(size, state)}.{PYKSPA_SUFFIXES[state & 3]}"


@lru_cache(maxsize=2)
def _precursor_list(state: int) -> tuple[str, ...]:
    """The names of two days."""
    names = []
    state &= MASK32
    for number in range(PRECURSOR_NAMES):
        state = (state * state + number) & MASK32
        label = _precursor_label(state % 10 + 6, state)
        names.append(f"{label}.{PRECURSOR_SUFFIXES[state % 6]}")
    return tuple(names)


def _precursor_label(size: int, state: int) -> str:
    text = ""
    for position in range(size):
        factor = state % 5 + state % 123456 + position * (state % 4567 + state % 19)
        text += LETTERS[((size * (size + position) + (state * factor & MASK32)) & MASK32) % 26]
        state = (state + position & MASK32) >> (position * position & 31)
    return text


def _pykspa_label(size: int, state: int) -> str:
    text = ""
    for position in range(size):
        factor = state % 5 + state % 123456 + position * ((state & 1) + state % 4567)
        text += LETTERS[(size * (size + position) + (state * factor & MASK32)) % 26]
        state += ((7837632 * state * size & MASK32) + 82344) % (541 * size + 4)
    return text


FAMILIES = table(
    Family(
        "nymaim",
        "random",
        "6 to 11 letters under five suffixes, by date",
        BADER + "/tree/master/nymaim",
        nymaim,
    ),
    Family(
        "proslikefan",
        "random",
        "6 to 12 letters under ten suffixes, by date",
        "https://johannesbader.ch/2016/06/proslikefan/",
        proslikefan,
        (0, 1),
    ),
    Family(
        "unnamed_javascript_dga",
        "random",
        "6 to 12 letters under three suffixes, by date",
        "https://johannesbader.ch/2015/11/a-javascript-based-dga/",
        unnamed_javascript_dga,
    ),
    Family(
        "darkcracks",
        "hash",
        "year and day of the month encrypted, one name a day",
        BADER + "/tree/master/darkcracks",
        darkcracks,
    ),
    Family(
        "tempedreve",
        "random",
        "one name of 7 to 11 letters a day",
        BADER + "/tree/master/tempedreve",
        tempedreve,
    ),
    Family(
        "zloader",
        "random",
        "twenty letters, .com, by date and RC4 key",
        BADER + "/tree/master/zloader",
        zloader,
        (0, 1, 2, 3, 4),
    ),
    Family(
        "pykspa",
        "random",
        "6 to 15 letters under seven suffixes, three sets, by one to twenty days",
        "https://johannesbader.ch/2015/03/the-dga-of-pykspa/",
        pykspa,
        (PYKSPA_USEFUL, PYKSPA_NOISE, PYKSPA_PRECURSOR),
        1,
        True,
    ),
)
