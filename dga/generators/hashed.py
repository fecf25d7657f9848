"""Families whose names are digests of the date: hexadecimal, recoded or masked to letters."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import struct
from collections.abc import Callable
from functools import lru_cache

from dga.generators.family import BADER, EPOCH, Family, Names, table

LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"

GAMEOVER_SALT = b"\x01\x05\x19\x35"
MUROFET_KEYS = (0, 0xD6D7A4BE, 0xDEADC2DE)  # of the second version; 0 is none
PADCRYPT_SUFFIXES = [
    "com",
    "co.uk",
    "de",
    "org",
    "net",
    "eu",
    "info",
    "online",
    "co",
    "cc",
    "website",
] + ["com"] * 5
PADCRYPT_VERSIONS = ((":", 24), ("|", 72))  # separator, names a day
PADCRYPT_CODES = str.maketrans(DIGITS, "abcdnfolmk")
MONERO_SUFFIXES = ("org", "tickets", "blackfriday", "hosting", "feedback")
CHINAD_SUFFIXES = ("com", "org", "net", "biz", "info", "ru", "cn")
BAMITAL_SUFFIXES = ("co.cc", "cz.cc", "info", "org")
TINYNUKE_SUFFIXES = ("com", "top", "xyz")
DYRE_SUFFIXES = ("cc", "ws", "to", "in", "hk", "cn", "tk", "so")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def gameover(day: dt.date, _seed: int) -> Names:
    """A thousand names of 20 to 28 letters and digits a day (Gameover Zeus after June 2014)."""
    year, month, date = (struct.pack("<H", part) for part in (day.year, day.month, day.day))
    tail = year + GAMEOVER_SALT + month + GAMEOVER_SALT + date + GAMEOVER_SALT
    for number in range(1_000):
        words = struct.unpack("<4I", hashlib.md5(struct.pack("<I", number) + tail).digest())
        suffix = (
            "com"
            if number % 4 == 0
            else "org"
            if number % 3 == 0
            else "biz"
            if number % 2 == 0
            else "net"
        )
        yield "".join([_base36(word) for word in words]) + "." + suffix


def _base36(value: int) -> str:
    """The lowest seven digits of a value to base 36."""
    text = ""
    for _ in range(7):
        value, digit = divmod(value, 36)
        text = (DIGITS + LETTERS)[digit] + text
        if not value:
            break
    return text


def murofet(day: dt.date, seed: int) -> Names:
    """Murofet (Licat): seed 0 is its first version, 1 its third, 2 to 4 are keys of its second."""
    if seed < 2:
        yield from _murofet_weekly(day, (_murofet_first, _murofet_third)[seed])
        return
    key = struct.pack("<I", MUROFET_KEYS[seed - 2]) * 2
    head = bytes([(day.year + 0x30) & 0xFF, day.month, day.day, 0])
    for number in range(1_020):
        data = head + struct.pack("<I", number & ~1)
        digest = hashlib.md5(bytes([a ^ b for a, b in zip(data, key, strict=True)])).digest()
        codes = [(code & 15) + (code >> 4) for code in digest]
        text = "".join([LETTERS[code] for code in codes if code < 26])
        yield text + _murofet_suffix(number, ("biz", "info", "org", "net", "com"))


def gameover_p2p(day: dt.date, _seed: int) -> Names:
    """A thousand names a week (Gameover Zeus before June 2014), the same as Murofet's first."""
    return _murofet_weekly(day, _murofet_first)


def _murofet_weekly(day: dt.date, recode: Callable[[bytes], str]) -> Names:
    """A thousand names; new ones on the 7th, 14th, 21st, 28th and first of a month."""
    head = bytes([(day.year + 0x30) & 0xFF, day.month, day.day // 7 * 7])
    yield from _murofet_list(head, recode)


@lru_cache(maxsize=4)
def _murofet_list(head: bytes, recode: Callable[[bytes], str]) -> tuple[str, ...]:
    suffixes = ("ru", "biz", "info", "org", "net", "com")
    return tuple(
        recode(hashlib.md5(head + struct.pack("<I", number)).digest())
        + _murofet_suffix(number, suffixes)
        for number in range(1_000)
    )


def _murofet_suffix(number: int, suffixes: tuple[str, ...]) -> str:
    size = len(suffixes)
    return "." + next(suffix for at, suffix in enumerate(suffixes) if number % (size - at) == 0)


def _murofet_first(digest: bytes) -> str:
    text = ""
    for code in digest:
        low, high = code & 31, code >> 3
        if low != high:
            text += LETTERS[low : low + 1] + LETTERS[high : high + 1]
    return text


def _murofet_third(digest: bytes) -> str:
    text = ""
    for code in digest:
        low, high = code & 15, code >> 4
        text += LETTERS[low]
        text += LETTERS[16 + high] if high < 10 else f"{high - 9}{(low + 7) % 10}"
    return text


def padcrypt(day: dt.date, seed: int) -> Names:
    """24 or, in the second version, 72 names of sixteen letters a day."""
    separator, size = PADCRYPT_VERSIONS[seed]
    for number in range(size):
        text = f"{day.day}-{day.month}-{day.year}{separator}{number}"
        digest = hashlib.sha256(text.encode()).hexdigest()
        yield f"{digest[3:19].translate(PADCRYPT_CODES)}.{PADCRYPT_SUFFIXES[int(digest[-1], 16)]}"


def monerodownloader(day: dt.date, _seed: int) -> Names:
    """500 labels of thirteen digits a day, each under five suffixes; the first never changes."""
    days = (day - EPOCH).days
    for number in range(500):
        text = f"jkhhksugrhtijys78g46-{days}-{number}"
        label = hashlib.md5(text.encode()).hexdigest()[:13] if number else "31b4bd31fg1x2"
        for suffix in MONERO_SUFFIXES:
            yield f"{label}.{suffix}"


def chinad(day: dt.date, _seed: int) -> Names:
    """256 names of sixteen letters and digits a day."""
    keys = LETTERS + DIGITS
    for number in range(256):
        head = bytes([day.year % 100, day.month, day.day, number])
        words = struct.unpack(">5I", hashlib.sha1(head.ljust(16, b"\0")).digest())
        digest = struct.pack("<5I", *words)
        text = "".join([keys[code % 36] for code in digest[:16]])
        yield f"{text}.{CHINAD_SUFFIXES[digest[16] % 7]}"


def sisron(day: dt.date, _seed: int) -> Names:
    """One label a day under four suffixes: the date in base64."""
    label = base64.b64encode(f"{day:%d%m}{day.year:04}".encode()).decode().lower().replace("=", "a")
    for suffix in ("com", "org", "net", "info"):
        yield f"{label}.{suffix}"


def bamital(day: dt.date, _seed: int) -> Names:
    """26 labels of 32 hexadecimal digits a day, each under four suffixes."""
    date = f"{day.day:02} {MONTHS[day.month - 1]} {day.year:04}"
    for letter in LETTERS.upper():
        label = hashlib.md5((letter + date).encode()).hexdigest()
        for suffix in BAMITAL_SUFFIXES:
            yield f"{label}.{suffix}"


def tinynuke(day: dt.date, _seed: int) -> Names:
    """32 labels of 32 hexadecimal digits a day, each under three suffixes."""
    for number in range(32):
        text = f"{number}{day.day:02}.{day.month:02}.{day.year:04}"
        label = hashlib.md5(text.encode()).hexdigest()
        for suffix in TINYNUKE_SUFFIXES:
            yield f"{label}.{suffix}"


def dyre(day: dt.date, _seed: int) -> Names:
    """A thousand names a day: a letter and 33 hexadecimal digits."""
    for number in range(1_000):
        text = f"{day.year}-{day.month}-{day.day}{number}"
        digest = hashlib.sha256(text.encode()).hexdigest()
        yield f"{LETTERS[number % 26]}{digest[3:36]}.{DYRE_SUFFIXES[number % 8]}"


FAMILIES = table(
    Family(
        "bamital",
        "hash",
        "MD5 of a letter and the date, by date",
        "https://www.symantec.com/connect/blogs/bamital-bites-dust",
        bamital,
    ),
    Family(
        "tinynuke",
        "hash",
        "MD5 of a number and the date, by date",
        "https://malpedia.caad.fkie.fraunhofer.de/details/win.tinynuke",
        tinynuke,
    ),
    Family(
        "dyre",
        "hash",
        "a letter and digits of SHA-256 of date and number, by date",
        "https://malpedia.caad.fkie.fraunhofer.de/details/win.dyre",
        dyre,
    ),
    Family(
        "gameover",
        "hash",
        "MD5 of date and number to base 36, by date",
        "https://johannesbader.ch/2014/12/the-dga-of-newgoz/",
        gameover,
    ),
    Family(
        "gameover_p2p",
        "hash",
        "MD5 of date and number recoded to letters, by week; Murofet's first version",
        "https://github.com/pchaigno/dga-collection",
        gameover_p2p,
        period=7,
    ),
    Family(
        "murofet",
        "hash",
        "MD5 of date and number recoded to letters, three versions, by date",
        "https://johannesbader.ch/2015/09/three-variants-of-murofets-dga/",
        murofet,
        (0, 1, 2, 3, 4),
    ),
    Family(
        "padcrypt",
        "hash",
        "SHA-256 of date and number recoded to letters, by date",
        "https://johannesbader.ch/2016/03/the-dga-of-padcrypt/",
        padcrypt,
        (0, 1),
    ),
    Family(
        "monerodownloader",
        "hash",
        "thirteen hexadecimal digits of MD5, by date",
        BADER + "/tree/master/monerodownloader",
        monerodownloader,
    ),
    Family(
        "chinad",
        "hash",
        "SHA-1 of date and number to base 36, by date",
        "https://github.com/360netlab/DGA/issues/1",
        chinad,
    ),
    Family(
        "sisron",
        "hash",
        "the date in base64, by date",
        "https://johannesbader.ch/2016/06/the-dga-of-sisron/",
        sisron,
    ),
)
