"""Families that combine words. Word lists are the .txt files beside this module."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from functools import cache, lru_cache
from pathlib import Path

from dga.generators.family import DAY, EPOCH, MASK32, Family, Names, midnight, table

LETTERS = "abcdefghijklmnopqrstuvwxyz"

# Hosts whose first four letters Banjori changes; the order is the order of `seeds`.
BANJORI = (
    "earnestnessbiophysicalohax",
    "andersensinaix",
    "bandepictom",
    "buckbyplaywobb",
    "telemachuslazaroqok",
    "antisemitismgavenuteq",
)
# From the highest bit of the first word's number to the lowest of the second's.
SUPPOBOX_BITS = (14, 9, 4, 0, 5, 11, 3, 7, 12, 1, 10, 6, 13, 2, 8)
SUPPOBOX = tuple(
    (words, suffix)
    for suffix in ("net", "ru")
    for words in ("suppobox.txt", "suppobox2.txt", "suppobox3.txt")
)
GOZI_OFFSET, GOZI_EPOCH = -306_607_824, dt.date(2015, 1, 1)
# Gozi: its text, for how many days a list stays, its suffix.
GOZI = (
    ("gozi-luther.txt", 4, "com"),
    ("gozi-rfc4343.txt", 3, "com"),
    ("gozi-nasa.txt", 5, "com"),
    ("gozi-gpl.txt", 5, "ru"),
)
NYMAIM2_DAYS = 11  # lists that a sample tries: the day's own and ten earlier ones
NYMAIM2_KEY = hashlib.md5(b"3138C81ED54AD5F8E905555A6623C9C9").hexdigest()
NYMAIM2_SUFFIXES = re.findall(
    r"\w+",
    "com com com net net net ac ad at am az be biz bt by cc ch cm cn co com cx cz de dk ec eu gs "
    "hn ht id in info it jp ki kr kz la li lk lv me mo mv mx name net nu org ph pk pl pro ps re ru "
    "sc sg sh su tel tf tj tk tm top uz vn win ws wtf xyz yt",
)
ROVNIX_SUFFIXES = ("com", "net", "biz", "cn", "ru")


def suppobox(day: dt.date, seed: int) -> Names:
    """254 names of two words a day, of 32,768 of each list; seeds from 3 on put .ru behind them."""
    words, suffix = SUPPOBOX[seed]
    return _pairs(day, listed(words), suffix)


def pizd(day: dt.date, _seed: int) -> Names:
    """As Suppobox, with its list in the order of the alphabet."""
    return _pairs(day, tuple(sorted(listed("suppobox.txt"))), "net")


def _pairs(day: dt.date, words: tuple[str, ...], suffix: str) -> Names:
    """Two words whose numbers are a counter's shuffled bits; 85 names a 512 seconds."""
    for number in range(midnight(day) >> 9, (midnight(day) + DAY - 1 >> 9) + 85):
        index = 0
        for bit in SUPPOBOX_BITS:
            index = index << 1 | number >> bit & 1
        yield f"{words[index >> 8]}{words[128 + (index & 255)]}.{suffix}"


def banjori(_day: dt.date, seed: int) -> Names:
    """One host with changing first four letters, until they repeat."""
    host = BANJORI[seed]
    tail = host[4:] + ".com"
    a, b, c, d = (code - 97 for code in host[:4].encode())
    for _ in range(26**4):
        yield LETTERS[a] + LETTERS[b] + LETTERS[c] + LETTERS[d] + tail
        a = (a + d + 97) % 26
        b = (a + 2 * b + 194) % 26
        c = (a + c + 96) % 26
        d = (b + c + d + 194) % 26


def nymaim2(day: dt.date, _seed: int) -> Names:
    """Two words, half of the names with a hyphen: 64 of the day, then those of the ten days before.

    Days count from the start of the year; before the second of January they are negative.
    """
    today = day.timetuple().tm_yday - 1
    for number in range(today, today - NYMAIM2_DAYS, -1):
        yield from _nymaim2_list(day.year % 100, number)


@lru_cache(maxsize=64)
def _nymaim2_list(year: int, number: int) -> tuple[str, ...]:
    """The names of a day from a chain of MD5 digests."""
    first, second = halves("nymaim2.txt")
    digest = hashlib.md5(f"{NYMAIM2_KEY}{year}{number}".encode()).hexdigest()
    names = []
    for _ in range(64):
        drawn = []
        for _ in range(4):
            drawn.append(int(digest[:8], 16))
            digest = hashlib.md5(digest[7:].encode()).hexdigest()
        label = first[drawn[0] % len(first)] + ("-", "")[drawn[1] % 2]
        label += second[drawn[2] % len(second)]
        names.append(f"{label}.{NYMAIM2_SUFFIXES[drawn[3] % len(NYMAIM2_SUFFIXES)]}")
    return tuple(names)


def gozi(day: dt.date, seed: int) -> Names:
    """Twelve names of 12 to 24 letters, whole and halved words; new ones every few days."""
    text, days, suffix = GOZI[seed]
    words = listed(text)
    state = (GOZI_OFFSET + (1 << 16) + (day - GOZI_EPOCH).days // days) & MASK32
    for _ in range(12):
        state = _linear(_linear(state))
        size, label = state % 12 + 12, ""
        while len(label) < size:
            state = _linear(state)
            word = words[state % len(words)]
            state = _linear(state)
            part = word if state % 3 else word[: len(word) // 2]
            if len(label) + len(part) <= 24:
                label += part
        yield f"{label}.{suffix}"


def rovnix(day: dt.date, _seed: int) -> Names:
    """Fifty names a day: words joined until there are twenty letters."""
    words = listed("declaration.txt")
    state = _linear((day - EPOCH).days)
    for _ in range(50):
        text = ""
        while len(text) < 20:
            state = _linear(state)
            text += words[(state >> 16) % len(words)]
        yield f"{text}.{ROVNIX_SUFFIXES[(state >> 8) % 5]}"


def _linear(state: int) -> int:
    return (1664525 * state + 1013904223) & MASK32


@cache
def listed(name: str) -> tuple[str, ...]:
    """The words of a list in order, lower case, letters only; lines that start with # are notes."""
    return tuple(re.sub(r"[^a-z ]", "", _text(name)).split())


@cache
def halves(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a list before and after its line of equal signs."""
    first, _, second = _text(name).partition("=====")
    return tuple(first.split()), tuple(second.split())


def _text(name: str) -> str:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").lower().splitlines()
    return " ".join(line for line in lines if not line.startswith("#"))


FAMILIES = table(
    Family(
        "suppobox",
        "word",
        "two of 384 words, three lists, .net or .ru, by date",
        "https://www.rsaconference.com/writable/presentations/file_upload/br-r01-end-to-end-analysis-of-a-domain-generating-algorithm-malware-family.pdf",
        suppobox,
        tuple(range(len(SUPPOBOX))),
        words=2,
    ),
    Family(
        "pizd",
        "word",
        "two of the same 384 words in alphabetical order, .net, by date",
        "https://blog.avast.com/2013/06/18/your-facebook-connection-is-now-secured/",
        pizd,
        words=2,
    ),
    Family(
        "banjori",
        "word",
        "six hosts made of words, their first four letters changed, .com",
        "https://johannesbader.ch/2015/02/the-dga-of-banjori/",
        banjori,
        (0, 1, 2, 3, 4, 5),
        0,
    ),
    Family(
        "gozi",
        "word",
        "words and halves of words of four texts, .com or .ru, by three to five days",
        "https://www.govcert.admin.ch/blog/18/gozi-isfb-when-a-bug-really-is-a-feature",
        gozi,
        (0, 1, 2, 3),
        3,
        words=3,
    ),
    Family(
        "nymaim2",
        "word",
        "two of 6,837 words under 69 suffixes, by date",
        "https://johannesbader.ch/2018/04/the-new-domain-generation-algorithm-of-nymaim/",
        nymaim2,
        words=2,
    ),
    Family(
        "rovnix",
        "word",
        "words of the Declaration of Independence; published text, our random numbers",
        "https://github.com/andrewaeva/DGA/blob/master/dga_algorithms/Rovnix.py",
        rovnix,
        exact=False,
    ),
)
