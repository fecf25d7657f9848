"""Host names assigned by clouds and content networks: benign, but random-looking.

The provider draws the label, or the part after a customer's word. Where customers choose the whole
label, as for buckets and apps, malware could use generated names too, which a network trained on
these names will miss.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from functools import cache
from itertools import count, islice
from pathlib import Path
from random import Random

from dga.names import parse
from dga.names.frequent_words import frequent_words

PATTERNS = Path(__file__).with_name("cloud_hosts.txt")
WORDS = 5_000
PART = re.compile(r"\{(\w+)(?: (\d+)(?:-(\d+))?)?\}")
LETTERS = {
    "b36": string.ascii_lowercase + string.digits,
    "hex": string.digits + "abcdef",
    "az": string.ascii_lowercase,
    "09": string.digits,
}
REGIONS = {
    "aws": ("us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1"),
    "google": ("uc", "ue", "uw", "ew", "nw", "de", "an"),
    "ocean": ("ams3", "blr1", "fra1", "lon1", "nyc3", "sfo3", "sgp1", "syd1", "tor1"),
}


def hosted(number: int, seed: int) -> list[str]:
    """Make `number` distinct registered names under providers' zones, the same for a seed."""
    return list(islice(_distinct(seed), number))


@cache
def patterns() -> tuple[str, ...]:
    """The patterns of names, one per kind of service."""
    lines = PATTERNS.read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def zones() -> frozenset[str]:
    """The zones of the patterns' names."""
    dice = Random(0)
    filled = [_filled(one, dice) for pattern in patterns() for one in _everywhere(pattern)]
    return frozenset(parse.split_suffix(name)[1] or "" for name in filled)


def _everywhere(pattern: str) -> list[str]:
    """Expand a pattern by the regions of its provider."""
    for kind, regions in REGIONS.items():
        if f"{{{kind}}}" in pattern:
            return [pattern.replace(f"{{{kind}}}", region) for region in regions]
    return [pattern]


def _distinct(seed: int) -> Iterator[str]:
    dice = Random(seed)
    seen: set[str] = set()
    for at in count():
        name = parse.parse(_filled(patterns()[at % len(patterns())], dice)).registered_name
        if name and name not in seen:
            seen.add(name)
            yield name


def _filled(pattern: str, dice: Random) -> str:
    return PART.sub(lambda part: _drawn(dice, *part.groups()), pattern)


def _drawn(dice: Random, kind: str, least: str | None, most: str | None) -> str:
    if kind == "word":
        return dice.choice(_words())
    if kind in REGIONS:
        return dice.choice(REGIONS[kind])
    length = dice.randint(int(least or 1), int(most or least or 1))
    return "".join(dice.choices(LETTERS[kind], k=length))


@cache
def _words() -> tuple[str, ...]:
    listed = (word for word in frequent_words("en", WORDS) if word.isascii() and word.isalpha())
    return tuple(word for word in listed if 3 <= len(word) <= 10)
