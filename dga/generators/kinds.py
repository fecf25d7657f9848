"""The kind of generator of a family, and what would help to detect its names.

The kind is that of the built-in generator if there is one, else as published, else inferred from
the names.
"""

from __future__ import annotations

import pandas as pd

from dga.generators import FAMILIES

# Kind -> (what its names are, what would help if they are missed).
KINDS: dict[str, tuple[str, str]] = {
    "random": (
        "letters or digits at random",
        "names of more seeds; the missed ones are short, where resolution (NXDOMAIN) says more",
    ),
    "hash": ("slices of a hexadecimal hash", "nothing: long enough ones are unmistakable"),
    "pronounceable": (
        "syllables or alternating vowels",
        "names in languages that the feeds lack, benign and generated",
    ),
    "word": (
        "dictionary words joined",
        "word lists of more campaigns, and the registration's age, which the name does not show",
    ),
    "short": (
        "six or seven characters at most",
        "nothing in the name, since acronyms look alike; resolution and the registration's age",
    ),
    "edited": (
        "popular names with characters changed",
        "the list of imitated names, to measure the distance to them",
    ),
}
# Families without a built-in generator whose traits are misleading.
PUBLISHED = {"charbot": "edited", "manuelita": "word", "matsnu": "word", "nymaim2": "word"}


def kind_of(family: str, traits: pd.DataFrame) -> str:
    """The kind of a family, given the traits of some of its names (`dga.names.lexical.traits`)."""
    if family in FAMILIES:
        return FAMILIES[family].kind
    return PUBLISHED.get(family) or _seen(traits)


def _seen(traits: pd.DataFrame) -> str:
    """Infer the kind from traits of names."""
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
