"""Families that alternate vowels and consonants, so that names are nearly pronounceable."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import struct

from dga.generators.family import BADER, EPOCH, MASK32, Family, Names, table

LIST = 10_000

SIMDA_CONSONANTS, SIMDA_VOWELS = "qwrtpsdfghjklzxcvbnmv", "eyuioa"
SIMDA = ((0x45AE94B2, "1676d5775e05c50b46baa5579d4fc7", 7, "com"),)
SYMMI_VOWELS, SYMMI_CONSONANTS = "aeiou", "bcdfghklmnpqrstvwx"
VAWTRAK_CONSONANTS, VAWTRAK_VOWELS = "cdfghlmnrstw", "aeiou"
VAWTRAK_ADD = {0x5542B2: 2, 0x5884C3C4: 2}  # seeds of the second version; others are of the third
VAWTRAK_ADD_LATER = 0x1895120F
# Pushdo: first consonants, last consonants, when a second vowel, when a last consonant.
PUSHDO = (
    ("bcdfghjklmnpqrstvwx", "zxtsrqpnmlkgfdc", 7, 1, "kz"),
    ("bcdfghjklmnpqrstvwx", "zxtsrqpnmlkgfdc", 7, 1, "com"),
    ("kqbhcndjfwglpmzxrsv", "qzlbtgrnkxsfdcm", 8, 2, "kz"),
    ("bcdfghjklmnpqrstvwx", "zxtsrqpnmlkgfdc", 7, 1, "ru"),
)
PITOU_MAGIC = (0xDAFE02C, 0xDAFE02D)
PITOU_SUFFIXES = ["com", "org", "biz", "net", "info", "mobi", "us", "name", "me"]
PITOU_VOWELS, PITOU_CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"


def simda(_day: dt.date, seed: int) -> Names:
    """Consonants and vowels in turn from a counter that grows by the sum of a key."""
    base, key, length, suffix = SIMDA[seed]
    step = sum(key.encode())
    while True:
        base += step
        text = ""
        for position in range(length):
            index = base // (3 + 2 * position)
            text += SIMDA_VOWELS[index % 6] if position % 2 else SIMDA_CONSONANTS[index % 20]
        yield f"{text}.{suffix}"


def symmi(day: dt.date, seed: int) -> Names:
    """64 hosts of 8 to 15 letters under ddns.net; new ones twice a month."""
    state = (10_000 * (day.day // 16 * 100 + day.month) + day.year + seed) & MASK32
    for _ in range(64):
        state = (214013 * state + 2531011) & MASK32
        text, turn = "", 0
        for position in range(8 + (state >> 16 & 0x7FFF) % 8):
            if position % 2 == 0:
                state = (214013 * state + 2531011) & MASK32
                turn = state >> 24 & 1
            state = (214013 * state + 2531011) & MASK32
            letters = SYMMI_CONSONANTS if (turn + position) % 2 else SYMMI_VOWELS
            text += letters[(state >> 16 & 0x7FFF) % len(letters)]
        yield text + ".ddns.net"


def vawtrak(_day: dt.date, seed: int) -> Names:
    """7 to 11 letters, one consonant and one or two vowels in turn (second and third version)."""
    state, add = seed & 0x7FFFFFFF, VAWTRAK_ADD.get(seed, VAWTRAK_ADD_LATER)
    for _ in range(LIST):
        state = (1103515245 * state + 12345) & 0x7FFFFFFF
        size = state % 5 + 7
        state = (1103515245 * state + 12345) & 0x7FFFFFFF
        consonants_left, text = state % 2, ""
        for _ in range(size):
            state = drawn = (1103515245 * (state + add) + 12345) & 0x7FFFFFFF
            if consonants_left:
                letters, consonants_left = VAWTRAK_CONSONANTS, consonants_left - 1
            else:
                letters = VAWTRAK_VOWELS
                state = (1103515245 * state + 12345) & 0x7FFFFFFF
                consonants_left = state % 2 + 1
            text += letters[drawn % len(letters)]
        yield text + ".com"


def pushdo(day: dt.date, seed: int) -> Names:
    """Thirty names of 9 to 12 letters a day, in syllables picked by an MD5 digest."""
    first, last, second, third, suffix = PUSHDO[seed]
    state = _days_since_0(day)
    for _ in range(30):
        digest = hashlib.md5(struct.pack("<I", state & MASK32)).digest()
        state = struct.unpack("<I", digest[:4])[0]
        size, text = (state & 3) + 9, ""
        for code in digest:
            text += _pushdo_syllable(code, first, last, second, third)
            if len(text) >= size:
                break
        yield f"{text[:size]}.{suffix}"
        state += 1


def _pushdo_syllable(code: int, first: str, last: str, second: int, third: int) -> str:
    text = first[code % 19] + "aeiou"[(code + 1 & 0xFF) % 5]
    if text[1] == "e" and code + 2 & second:
        return text + "aio"[(code + 2) % 3]
    return text + last[(code + 3) % 15] if code + 2 & third else text


def _days_since_0(day: dt.date) -> int:
    """Days as Pushdo counts them: every fourth year is a leap year, this one included."""
    leap = day.year % 4 == 0
    months = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30][: day.month - 1]
    return day.day + sum(months) + 365 * (day.year - day.year // 4) + 366 * (day.year // 4)


def pitou(day: dt.date, seed: int) -> Names:
    """Twenty names of eight or nine letters a day; a ninth letter is any of its kind."""
    month = calendar.monthrange(day.year, day.month)[1]
    days = (day - EPOCH).days + month  # Pitou counts a month too many
    for number in range(20):
        value = 10 * ((number // 3 + days) // 10)
        text = _pitou_label(_pitou_codes(day.year - 1900, value, number, seed))
        suffix = PITOU_SUFFIXES[((number ^ value ^ seed) & MASK32) % 9]
        if len(text) == 8:
            yield f"{text}.{suffix}"
            continue
        for letter in PITOU_VOWELS if text[-1] in PITOU_VOWELS else PITOU_CONSONANTS:
            yield f"{text[:-1]}{letter}.{suffix}"


def _pitou_codes(year: int, value: int, number: int, magic: int) -> list[int]:
    """Nine bytes from the date and the first two bytes of the magic number."""
    low, high = value & 0xFF, value >> 8 & 0xFF
    codes = []
    for place, byte in enumerate((magic & 0xFF, magic >> 8 & 0xFF)):
        factors = (
            year >> place,
            year << place,
            high << place ^ low >> place,
            low << place ^ high >> place,
        )
        for at, factor in enumerate(factors):
            nibble = byte & 15 if at % 2 else byte >> 4
            codes.append((nibble * factor & 0xFF) * (number + 1) & 0xFF)
    return [*codes, 0xE0]


def _pitou_label(codes: list[int]) -> str:
    text = ""
    while len(text) < 8:
        code = codes.pop(0)
        if code < 0x80:
            text += PITOU_VOWELS[code % 5] + PITOU_CONSONANTS[codes.pop(0) % 21]
            continue
        text += PITOU_CONSONANTS[code % 21]
        if len(text) < 8:
            text += PITOU_VOWELS[codes.pop(0) % 5]
        if len(text) < 8 and codes[0] & 0x40:
            text += PITOU_VOWELS[codes.pop(0) % 5]
    return text


FAMILIES = table(
    Family(
        "simda",
        "pronounceable",
        "consonants and vowels in turn, seven letters, .com",
        BADER + "/tree/master/simda",
        simda,
        period=0,
        choices=11,
    ),
    Family(
        "symmi",
        "pronounceable",
        "8 to 15 letters under ddns.net, by half month",
        "https://johannesbader.ch/2015/01/the-dga-of-symmi/",
        symmi,
        (42,),
        15,
        True,
        choices=9.5,
    ),
    Family(
        "vawtrak",
        "pronounceable",
        "7 to 11 letters, .com (second and third version)",
        BADER + "/tree/master/vawtrak",
        vawtrak,
        (0x5542B2, 0x5884C3C4, 0x874C49, 0x3CDCA1),
        0,
        True,
        choices=8,
    ),
    Family(
        "pushdo",
        "pronounceable",
        "9 to 12 letters in syllables picked by MD5, by date",
        BADER + "/tree/master/pushdo",
        pushdo,
        (0, 1, 2, 3),
        choices=11,
    ),
    Family(
        "pitou",
        "pronounceable",
        "eight or nine letters under nine suffixes, by ten days",
        "https://johannesbader.ch/2019/07/the-dga-of-pitou/",
        pitou,
        PITOU_MAGIC,
        3,
        True,
        choices=10,
    ),
)
