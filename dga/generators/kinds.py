"""What kind of generator a family is, and what would help to find its names.

The kind is that of our own generator where there is one, else what was published, else it is read
from the traits of the names.
"""

from __future__ import annotations

import pandas as pd

from dga.generators import FAMILIES

# Kind: (what its names are, what would help where they are missed).
KINDS: dict[str, tuple[str, str]] = {
    "random": (
        "letters or digits at random",
        "names of more seeds; what is missed is short, and resolution (NXDOMAIN) tells more",
    ),
    "hash": ("slices of a hexadecimal hash", "nothing: long enough ones are unmistakable"),
    "pronounceable": (
        "syllables or alternating vowels",
        "names of languages that the benign lists lack, on both sides",
    ),
    "word": (
        "dictionary words joined",
        "the word lists of more campaigns, and the age of the registration, which no name shows",
    ),
    "short": (
        "six or seven characters at most",
        "nothing in the name: acronyms look alike; resolution and the age of the registration",
    ),
    "edited": (
        "popular names with characters changed",
        "the list of names that they imitate, to measure how near one comes",
    ),
}
# Families without a generator of ours whose traits mislead.
PUBLISHED = {"charbot": "edited", "manuelita": "word", "matsnu": "word", "nymaim2": "word"}


def kind_of(family: str, traits: pd.DataFrame) -> str:
    """The kind of a family, given the traits of some of its names (`dga.names.lexical.traits`)."""
    if family in FAMILIES:
        return FAMILIES[family].kind
    return PUBLISHED.get(family) or _seen(traits)


def _seen(traits: pd.DataFrame) -> str:
    """The kind that names look like."""
    mean = traits[["hex", "words", "length", "vowels", "runs"]].mean()
    if mean["hex"] >= 0.95:
        return "hash"
    if mean["words"] >= 0.5:
        return "word"
    if mean["length"] <= 7:
        return "short"
    if mean["vowels"] >= 0.35 and mean["runs"] <= 2.6:
        return "pronounceable"
    return "random"
