"""Why a name has its score: which characters made it, which families come near."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dga.bundle import SHIFT, Floats, ModelBundle

ALTERNATIVES = "aeioustrnlcdpm0189-"  # what a character is replaced by: frequent ones of each kind


@dataclass(frozen=True)
class Explanation:
    """A name's score with the share of each character in it and the nearest families.

    `contributions` (one a character, in log-odds): how much the score falls, on average, when that
    character is another; above 0 the character speaks for generated, below 0 for chosen.
    """

    name: str
    score: float
    contributions: tuple[float, ...]
    families: tuple[tuple[str, float], ...]


def explain(name: str, bundle: ModelBundle, families: int = 3) -> Explanation:
    """Explain the score of a name that is in the bundle's scope: occlusion, one character at a time
    (Zeiler & Fergus 2014, arXiv 1311.2901), with real characters instead of a blank."""
    variants, owner = _variants(name)
    scores = bundle.score([name, *variants])
    odds = _log_odds(scores.score)
    sums = np.bincount(owner, weights=odds[1:], minlength=len(name))
    counts = np.maximum(np.bincount(owner, minlength=len(name)), 1)
    shares = np.where(np.bincount(owner, minlength=len(name)) > 0, odds[0] - sums / counts, 0.0)
    shares_of = zip(bundle.families, map(float, scores.families[0]), strict=True)
    nearest = sorted(shares_of, key=lambda pair: -pair[1])[:families]
    return Explanation(
        name=name,
        score=float(scores.score[0]),
        contributions=tuple(float(share) for share in shares),
        families=tuple(nearest),
    )


def _variants(name: str) -> tuple[list[str], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The name with each character but the dots replaced in turn, and which one was."""
    variants, owner = [], []
    for position, character in enumerate(name):
        if character == ".":
            continue
        for other in ALTERNATIVES:
            if other != character:
                variants.append(name[:position] + other + name[position + 1 :])
                owner.append(position)
    return variants, np.array(owner, dtype=np.int64)


def _log_odds(scores: Floats) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    clipped = np.clip(scores.astype(np.float64), SHIFT, 1 - SHIFT)
    return np.asarray(np.log(clipped / (1 - clipped)))
