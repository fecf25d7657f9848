"""Attacks that disguise generated names, and harmless edits of benign names.

Pure functions on registered names, to test a run's robustness; nothing is trained or scored here.
After Peck et al. 2019 (CharBot, arXiv 1905.01078), Sidi et al. 2019 (MaskDGA, arXiv 1902.08909) and
Spooren et al. 2019 (edits of names to deceive detectors).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from dga.names import parse

Edit = Callable[[str, random.Random], str]  # label -> edited label
LETTERS, VOWELS, DIGITS = "abcdefghijklmnopqrstuvwxyz", "aeiou", "0123456789"
LOOK_ALIKE = str.maketrans("oilesatbg", "011354789")
# Short words common in names of any language; not those used in training.
WORDS = ("home", "shop", "online", "cloud", "media", "group", "city", "store", "travel", "blog")
SUFFIXES = ("com", "net", "org", "info", "de", "co.uk", "io", "app")
LONGEST_LABEL = 63


@dataclass(frozen=True)
class Attack:
    """An edit and the names that it applies to.

    `on` is `dga` for edits of generated names, which remain generated; `benign` for edits of benign
    names that leave them benign to a reader; `hides` for making a generated name from a benign one.
    """

    about: str
    on: Literal["dga", "benign", "hides"]
    edit: Edit
    keeps_suffix: bool = True


def edited(names: Sequence[str], attack: Attack, seed: int = 23) -> list[str]:
    """Apply an attack to names, in their order; the same seed gives the same result.

    A label that would become too long and a name without a public suffix stay unchanged.
    """
    dice = random.Random(seed)
    return [_edited(name, attack, dice) for name in names]


def _edited(name: str, attack: Attack, dice: random.Random) -> str:
    registered, suffix = parse.split_suffix(name)
    if not registered or not suffix:
        return name
    label = attack.edit(registered[: -len(suffix) - 1], dice).strip("-")
    if not attack.keeps_suffix:
        suffix = dice.choice([other for other in SUFFIXES if other != suffix])
    return f"{label}.{suffix}" if 1 <= len(label) <= LONGEST_LABEL else name


def two_changed(label: str, dice: random.Random) -> str:
    """Two characters replaced by random letters or digits, as CharBot does."""
    characters = list(label)
    for at in dice.sample(range(len(label)), min(2, len(label))):
        characters[at] = dice.choice([c for c in LETTERS + DIGITS if c != characters[at]])
    return "".join(characters)


def half_changed(label: str, dice: random.Random) -> str:
    """Half of the characters replaced by others from the name, MaskDGA's bound on edits."""
    characters, own = list(label), sorted(set(label) - {"-"}) or ["a"]
    for at in dice.sample(range(len(label)), len(label) // 2):
        characters[at] = dice.choice(own)
    return "".join(characters)


def word_behind(label: str, dice: random.Random) -> str:
    """A common word appended."""
    return label + dice.choice(WORDS)


def word_before(label: str, dice: random.Random) -> str:
    """A common word prepended."""
    return dice.choice(WORDS) + label


def vowels_between(label: str, dice: random.Random) -> str:
    """A vowel inserted between any two consonants.

    >>> vowels_between("xqz7", random.Random(1))
    'xequz7'
    """
    spread = [
        first + dice.choice(VOWELS) if _is_consonant(first) and _is_consonant(second) else first
        for first, second in zip(label, label[1:] + ".", strict=True)
    ]
    return "".join(spread)


def hyphens_between(label: str, dice: random.Random) -> str:
    """A hyphen near every fifth character."""
    step = dice.choice((4, 5, 6))
    parts = [label[at : at + step] for at in range(0, len(label), step)]
    return "-".join(parts)


def look_alikes(label: str, dice: random.Random) -> str:
    """Letters replaced by the digits that look like them, one in two."""
    return "".join(c.translate(LOOK_ALIKE) if dice.random() < 0.5 else c for c in label)


def year_behind(label: str, dice: random.Random) -> str:
    """A two-digit number appended, as people do when a name is taken."""
    return f"{label}{dice.randint(10, 99)}"


def one_hyphen(label: str, dice: random.Random) -> str:
    """A hyphen somewhere in the middle of a name of six or more characters."""
    at = dice.randint(3, len(label) - 3) if len(label) >= 6 else 0
    return f"{label[:at]}-{label[at:]}" if at else label


def one_slip(label: str, dice: random.Random) -> str:
    """Two neighbouring characters swapped, a typing error."""
    if len(label) < 4:
        return label
    at = dice.randint(1, len(label) - 2)
    return label[:at] + label[at + 1] + label[at] + label[at + 2 :]


def unchanged(label: str, _dice: random.Random) -> str:
    """The label unchanged, for attacks on the suffix."""
    return label


def _is_consonant(character: str) -> bool:
    return character in LETTERS and character not in VOWELS


ATTACKS: dict[str, Attack] = {
    "charbot": Attack("two characters of a popular name changed", "hides", two_changed),
    "half of its characters": Attack(
        "half replaced by the name's own letters", "dga", half_changed
    ),
    "word appended": Attack("a common word appended", "dga", word_behind),
    "word in front": Attack("a common word prepended", "dga", word_before),
    "vowels": Attack("a vowel between any two consonants", "dga", vowels_between),
    "hyphens": Attack("a hyphen near every fifth character", "dga", hyphens_between),
    "look-alike digits": Attack("letters replaced by look-alike digits", "dga", look_alikes),
    "other suffix": Attack("another common suffix", "dga", unchanged, keeps_suffix=False),
    "number": Attack("a two-digit number appended", "benign", year_behind),
    "one hyphen": Attack("a hyphen in the middle", "benign", one_hyphen),
    "slip": Attack("two neighbours swapped", "benign", one_slip),
    "shop or blog": Attack("a common word appended", "benign", word_behind),
    "leet": Attack("letters replaced by look-alike digits", "benign", look_alikes),
    "elsewhere": Attack("another common suffix", "benign", unchanged, keeps_suffix=False),
}
