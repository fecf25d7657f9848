"""Random-looking families whose names follow from the date and from keys in the sample."""

from __future__ import annotations

import datetime as dt
import struct
import zlib

from dga.generators.family import BADER, EPOCH, MASK32, Family, Names, midnight, table

LETTERS = "abcdefghijklmnopqrstuvwxyz"

NYMAIM_SUFFIXES = 9 * (".com",) + 4 * (".org",) + 4 * (".biz",) + 4 * (".net",) + 5 * (".info",)
PROSLIKEFAN_SUFFIXES = ("eu", "biz", "se", "info", "com", "net", "org", "ru", "in", "name")
PROSLIKEFAN_KEYS = ("prospect", "OK")
ZLOADER_KEYS = (
    b"q23Cud3xsNf3",
    b"41997b4a729e1a0175208305170752dd",
    b"kZieCw23gffpe43Sd",
    b"Ts72YjsjO5TghE6m",
    b"03d5ae30a0bd934a23b6a7f0756aa504",
)
PYKSPA_SUFFIXES = ("com", "net", "org", "info")
PYKSPA_PERIOD = 20  # days
# The seeds that Pykspa derives by MD6 from the number of the period, tabulated from FIRST on.
PYKSPA_FIRST = 780
PYKSPA_SEEDS = bytes.fromhex(
    "a42c9586 e39e323d ef4639a3 8df71893 10717eca 48afee6b 211b17a2 dbfcfe79 e5ebf0f4 "
    "b8db8369 99cdabae 7ece8695 e13fdc77 fa97a7fc a03cbcc5 c3b417c3 b59ec401 51212123 "
    "f4e5059b 7a97a6d0 7f0c8710 4230a720 a3ec7a8e 4ae6a802 3896367b 6a2c8eb2 f96bf2a5 "
    "fcef457e dd370744 a1c5400f 9d0d436c 7bb24638 0a6b042c f34c4850 f2509f0b f0978d0e "
    "44dd4e5f aac6d7f6 f26296b1 c950cbfe 41de3ee2 f085a446 ffc222d4 f3fc72bb 2ff654d0 "
    "54d64257 ec343337 ccd10407 91f7e71c 5cea1d7a b6fcd7ef 7c562f77 4936d2db b8b2c9e1 "
    "31b275c5 00a13852 06f4f5a0 90864d97 225a3e31 f400ac9c 1f5c0eed 484515a0 2fe28339 "
    "d989adb6 890165ef cf84a4c0 845d2318 6f3b5c78 e85fd87c a7a19f23 ff32dd4d c7258faa "
    "81e244b0 0a32631d 1639faca b63de100 4873592c a8b65c27 7f4d798d 84df9a88 f003c876 "
    "2daf57c6 d3903865 48f81d64 9057a789 2b10b766 ae7fbcc0 d8fcb1a8 67d27aaa 8e83d741 "
    "14b1a004 5691a075 ff34edc2 5e1edb73 e1d199d4 21f70f1e c62faaf0 0553976a b731f019 "
    "091b1dc6 089ff66c "
)


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
            text = f"{PROSLIKEFAN_KEYS[seed]}.{day.month}.{day.day}.{day.year}.{suffix}"
            state, name = _string_hash(text) + number, ""
            while len(name) < state % 7 + 6:
                state = _string_hash(f"{name}{state}")
                name += LETTERS[state % 26]
            yield f"{name}.{suffix}"


def _string_hash(text: str) -> int:
    value = 0
    for code in text.encode():
        value = (31 * value + code) & MASK32
    return min(value, (1 << 32) - value)


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
    """200 names of 6 to 12 letters; new ones every twenty days. Seed 0 is the date's own seed."""
    state = seed or _pykspa_seed((day - EPOCH).days // PYKSPA_PERIOD)
    for number in range(200):
        state += state % (number + 1) + 1
        size = (state + number) % 7 + 6
        yield f"{_pykspa_label(size, state)}.{PYKSPA_SUFFIXES[state & 3]}"


def _pykspa_seed(period: int) -> int:
    """The published seed of a period; outside the table one of our own."""
    at = 4 * (period - PYKSPA_FIRST)
    if 0 <= at < len(PYKSPA_SEEDS):
        return int.from_bytes(PYKSPA_SEEDS[at : at + 4], "big")
    return zlib.crc32(str(period).encode())


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
        "6 to 12 letters, by twenty days; seeds of dates before 2012-09 and after 2018-03 are ours",
        "https://johannesbader.ch/2015/03/the-dga-of-pykspa/",
        pykspa,
        (0,),
        PYKSPA_PERIOD,
        True,
    ),
)
