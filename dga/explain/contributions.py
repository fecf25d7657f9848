"""Contributions of characters to a score, by occlusion, and the nearest families."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dga.scoring.bundle import ModelBundle
from dga.scoring.calibration import Float32s, log_odds

ALTERNATIVES = "aeioustrnlcdpm0189-"  # replacements of a character: frequent ones of each kind
MOST_VARIANTS = 400  # of a name; in a long one each character gets fewer replacements
FEWEST_OTHERS = 4


@dataclass(frozen=True)
class NearFamily:
    """A likely family of a name, or a group of families that cannot be told apart."""

    name: str
    members: tuple[str, ...]
    share: float


@dataclass(frozen=True)
class Explanation:
    """A name's score, the contribution of each character, and the most likely families.

    `contributions` (one per character, in log-odds): how much the score falls on average when the
    character is replaced; positive values speak for dga, negative ones for benign.
    """

    name: str
    score: float
    contributions: tuple[float, ...]
    families: tuple[NearFamily, ...]


def explain(name: str, bundle: ModelBundle, families: int = 3) -> Explanation:
    """Explain the score of a name in the bundle's scope by occlusion, one character at a time
    (Zeiler & Fergus 2014, arXiv 1311.2901), with real characters instead of a blank."""
    variants, owner = _variants(name)
    scores = bundle.score([name, *variants])
    odds = log_odds(scores.score)
    sums = np.bincount(owner, weights=odds[1:], minlength=len(name))
    counts = np.maximum(np.bincount(owner, minlength=len(name)), 1)
    shares = np.where(np.bincount(owner, minlength=len(name)) > 0, odds[0] - sums / counts, 0.0)
    return Explanation(
        name=name,
        score=float(scores.score[0]),
        contributions=tuple(float(share) for share in shares),
        families=_nearest(scores.families[:1], bundle)[:families],
    )


def _nearest(shares: Float32s, bundle: ModelBundle) -> tuple[NearFamily, ...]:
    """The families, or their groups, of one row of shares (1, families), most likely first."""
    names, summed = bundle.groups.summed(shares, bundle.families)
    group_of = bundle.groups.of(bundle.families)
    members = {
        name: tuple(f for f, group in zip(bundle.families, group_of, strict=True) if group == name)
        for name in names
    }
    order = np.argsort(-summed[0], kind="stable").tolist()
    return tuple(NearFamily(names[at], members[names[at]], float(summed[0, at])) for at in order)


def _variants(name: str) -> tuple[list[str], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Variants of the name with each character except dots replaced, and the replaced position."""
    variants, owner = [], []
    others = _spread(max(FEWEST_OTHERS, MOST_VARIANTS // max(len(name), 1)))
    for position, character in enumerate(name):
        if character == ".":
            continue
        for other in others:
            if other != character:
                variants.append(name[:position] + other + name[position + 1 :])
                owner.append(position)
    return variants, np.array(owner, dtype=np.int64)


def _spread(count: int) -> str:
    """A number of the alternatives, spread over all kinds."""
    step = max(len(ALTERNATIVES) / count, 1)
    return "".join(ALTERNATIVES[int(at * step)] for at in range(min(count, len(ALTERNATIVES))))
