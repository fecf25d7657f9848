"""Families that put words together. Word lists are the .txt files beside this module."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
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
GOZI_OFFSET, GOZI_EPOCH = -306_607_824, dt.date(2015, 1, 1)
ROVNIX_SUFFIXES = ("com", "net", "biz", "cn", "ru")


def suppobox(day: dt.date, _seed: int) -> Names:
    """254 names of two words a day, of 32,768 in all."""
    return _pairs(day, _listed("suppobox.txt"))


def pizd(day: dt.date, _seed: int) -> Names:
    """As Suppobox, with its list in the order of the alphabet."""
    return _pairs(day, tuple(sorted(_listed("suppobox.txt"))))


def _pairs(day: dt.date, words: tuple[str, ...]) -> Names:
    """Two words whose numbers are a counter's shuffled bits; 85 names a 512 seconds."""
    for number in range(midnight(day) >> 9, (midnight(day) + DAY - 1 >> 9) + 85):
        index = 0
        for bit in SUPPOBOX_BITS:
            index = index << 1 | number >> bit & 1
        yield f"{words[index >> 8]}{words[128 + (index & 255)]}.net"


def banjori(_day: dt.date, seed: int) -> Names:
    """One host again and again with other first four letters, until they come back."""
    host = BANJORI[seed]
    tail = host[4:] + ".com"
    a, b, c, d = (code - 97 for code in host[:4].encode())
    for _ in range(26**4):
        yield LETTERS[a] + LETTERS[b] + LETTERS[c] + LETTERS[d] + tail
        a = (a + d + 97) % 26
        b = (a + 2 * b + 194) % 26
        c = (a + c + 96) % 26
        d = (b + c + d + 194) % 26


def gozi(day: dt.date, _seed: int) -> Names:
    """Twelve names of 12 to 24 letters, whole and halved words; new ones every fourth day."""
    words = _listed("declaration.txt", shortest=3)
    state = (GOZI_OFFSET + (1 << 16) + (day - GOZI_EPOCH).days // 4) & MASK32
    for _ in range(12):
        state = _linear(_linear(state))
        size, text = state % 12 + 12, ""
        while len(text) < size:
            state = _linear(state)
            word = words[state % len(words)]
            state = _linear(state)
            part = word if state % 3 else word[: len(word) // 2]
            if len(text) + len(part) <= 24:
                text += part
        yield text + ".com"


def rovnix(day: dt.date, _seed: int) -> Names:
    """Fifty names a day: words put together until there are twenty letters."""
    words = _listed("declaration.txt")
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
def _listed(name: str, shortest: int = 1) -> tuple[str, ...]:
    """The words of a list in order, lower case, letters only; lines that start with # are notes."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").lower().splitlines()
    text = " ".join(line for line in lines if not line.startswith("#"))
    words = re.sub(r"[^a-z ]", "", text).split()
    return tuple(word for word in words if len(word) >= shortest)


FAMILIES = table(
    Family(
        "suppobox",
        "word",
        "two of 384 words (the first of the malware's lists), .net, by date",
        "https://www.rsaconference.com/writable/presentations/file_upload/br-r01-end-to-end-analysis-of-a-domain-generating-algorithm-malware-family.pdf",
        suppobox,
    ),
    Family(
        "pizd",
        "word",
        "two of the same 384 words in alphabetical order, .net, by date",
        "https://blog.avast.com/2013/06/18/your-facebook-connection-is-now-secured/",
        pizd,
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
        "words and halves of words; published algorithm, our text (Declaration of Independence)",
        "https://www.govcert.admin.ch/blog/18/gozi-isfb-when-a-bug-really-is-a-feature",
        gozi,
        (0,),
        4,
        exact=False,
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
