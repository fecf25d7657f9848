"""The seeds that Pykspa derives from a number of days: MD6, then its own mixing."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from dga.generators.family import MASK32

MASK64 = (1 << 64) - 1
# MD6 (Rivest and others, 2008): the fractional part of the square root of 6, and the taps.
MD6_Q = (
    0x7311C2812425CFA0, 0x6432286434AAC8E7, 0xB60450E9EF68B7C1, 0xE8FB23908D9F06F1,
    0xDD2E76CBA691E5BF, 0x0CD0D63B2C30BC41, 0x1F8CCF6823058F8A, 0x54E5ED5B88E3775D,
    0x4AD12AAE0A6D6031, 0x3E7F16BB88222E0D, 0x8AF8671D3FB50C2C, 0x995AD1178BD25C31,
    0xC878C1DD04C4B633, 0x3B72066C7A1552AC, 0x0D6F3522631EFFCB,
)  # fmt: skip
MD6_RIGHT = (10, 5, 13, 10, 11, 12, 2, 7, 14, 15, 7, 13, 11, 7, 6, 12)
MD6_LEFT = (11, 24, 9, 16, 15, 9, 27, 15, 6, 2, 29, 8, 15, 5, 31, 9)
MD6_START, MD6_MASK = 0x0123456789ABCDEF, 0x7311C2812425CFA0
BITS, ROUNDS, LEVELS, BLOCK = 256, 40 + 256 // 4, 64, 512

WORDS, PADDED = 128, 256  # of the stirred table and of the padded text
FACTOR = 22_695_477
FIRST_PERIOD, FIRST_DAY = 780, 16_384  # of the two tables in pykspa.txt


def seed_of_period(number: int) -> int:
    """The seed of a period of twenty days since 1970.

    >>> hex(seed_of_period(780))
    '0xa42c9586'
    """
    return _tabled(0, number - FIRST_PERIOD) or derive(number)


def seed_of_day(number: int) -> int:
    """The seed of a day since 1970, for the names queried as noise.

    >>> hex(seed_of_day(16_384))
    '0xa5d925bc'
    """
    return _tabled(1, number - FIRST_DAY) or derive(number)


def md6(message: bytes) -> str:
    """The MD6 digest of a message of at most 512 bytes, 256 bits in hexadecimal.

    >>> md6(b"md6 FTW")[:16]
    '7bfaa624f661a683'
    """
    padding = 8 * (BLOCK - len(message))
    control = ROUNDS << 48 | LEVELS << 40 | 1 << 36 | padding << 20 | BITS
    block = struct.unpack(">64Q", message.ljust(BLOCK, b"\0"))
    words = [*MD6_Q, *(0,) * 8, 1 << 56, control, *block]
    stir = MD6_START
    for start in range(89, 89 + 16 * ROUNDS, 16):
        for step in range(16):
            place = start + step
            value = stir ^ words[place - 89] ^ words[place - 17]
            value ^= words[place - 18] & words[place - 21] ^ words[place - 31] & words[place - 67]
            value ^= value >> MD6_RIGHT[step]
            words.append(value ^ value << MD6_LEFT[step] & MASK64)
        stir = (stir << 1 & MASK64) ^ stir >> 63 ^ stir & MD6_MASK
    return b"".join(word.to_bytes(8, "big") for word in words[-4:]).hex()


@lru_cache(maxsize=64)
def derive(number: int) -> int:
    """Compute the seed of a number, which takes about half a second."""
    text = md6(struct.pack("<I", number & MASK32)).encode()
    table = _Stirred([256 * text[at] + text[at + 1] for at in range(0, len(text), 2)])
    padded = bytearray(text.ljust(PADDED, b"\0"))
    table.stir(padded, range(PADDED))
    table.stir(padded, [(PADDED - 1 + step) % PADDED for step in range(10 * (PADDED + 1))])
    last = _Stirred([256 * padded[at] + padded[at + 1] for at in range(0, PADDED, 2)])
    keys = bytearray(text[number % 50 : number % 50 + 4])
    last.stir(keys, range(len(keys)), again=False)
    return int.from_bytes(keys, "little")


class _Stirred:
    """A table of linear congruential generators, and the sum of their draws."""

    def __init__(self, values: list[int]) -> None:
        self.values = values + [0] * (WORDS - len(values))
        self.result = 0
        for place in range(WORDS):
            for _ in range(place + 1):
                self._draw(place)

    def stir(self, text: bytearray, places: Iterable[int], again: bool = True) -> None:
        """Change characters of a text by one round of draws each."""
        for place in places:
            key = text[place]
            for position in range(WORDS):
                self._draw(position)
            text[place] = (self.result & 0xFF) ^ (0 if again else key)
            self.result = (self.result + key) & MASK32
            self.values[-1] = (self.values[-1] + key) & MASK32

    def _draw(self, place: int) -> None:
        value = self.values[place] = (self.values[place] * FACTOR + 1) & MASK32
        shift = self.result & 15
        total = (self.result + (value >> 16 & 0x7FFF)) & MASK32
        self.result = (total << shift | total >> (32 - shift)) & MASK32


@cache
def _tables() -> tuple[tuple[int, ...], ...]:
    """The seeds of consecutive periods, and those of consecutive days."""
    lines = Path(__file__).with_name("pykspa.txt").read_text(encoding="ascii").splitlines()
    text = " ".join(line for line in lines if not line.startswith("#"))
    return tuple(tuple(int(word, 16) for word in part.split()) for part in text.split("====="))


def _tabled(table: int, place: int) -> int:
    """The seed at a position of a table; 0 outside it."""
    seeds = _tables()[table]
    return seeds[place] if 0 <= place < len(seeds) else 0
