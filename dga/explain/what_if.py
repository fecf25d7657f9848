"""Score likely edits of a name: which change moves the score most? Draws nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dga.names import parse
from dga.scoring.bundle import ModelBundle
from dga.scoring.calibration import log_odds

OTHER_SUFFIX = {"com": "net"}  # suffix -> its replacement; com for all others
DIGITS = str.maketrans("", "", "0123456789")


@dataclass(frozen=True)
class Edit:
    """A change of a name, in words, and the changed name."""

    change: str
    name: str


@dataclass(frozen=True)
class Rescored:
    """An edited name with its score; `shift` is the change of the score's log-odds."""

    change: str
    name: str
    score: float
    shift: float


def suggested(name: str) -> list[Edit]:
    """Suggested edits of a name in a bundle's scope; each gives a different name.

    >>> [edit.name for edit in suggested("a-1.com")][:3]
    ['a-1.net', 'a-.com', 'a1.com']
    """
    seen = {name}
    edits = []
    for edit in _edits(name):
        label = edit.name.partition(".")[0]
        if label and edit.name not in seen and ".." not in edit.name:
            seen.add(edit.name)
            edits.append(edit)
    return edits


def rescore(name: str, edits: Sequence[Edit], bundle: ModelBundle) -> list[Rescored]:
    """Score a name's edits in one batch; the largest shift comes first."""
    scores = bundle.score([name, *(edit.name for edit in edits)]).score
    odds = log_odds(scores)
    shifts = odds[1:] - odds[0]
    order = np.argsort(-np.abs(shifts), kind="stable")
    return [
        Rescored(edits[at].change, edits[at].name, float(scores[at + 1]), float(shifts[at]))
        for at in order.tolist()
    ]


def _edits(name: str) -> Iterator[Edit]:
    suffix = parse.split_suffix(name)[1] or name.rpartition(".")[2]
    head = name.removesuffix(f".{suffix}")
    other = OTHER_SUFFIX.get(suffix, "com")
    half = (len(head) + 1) // 2
    yield Edit(f"suffix .{other}", f"{head}.{other}")
    yield Edit("digits removed", f"{head.translate(DIGITS)}.{suffix}")
    yield Edit("hyphens removed", f"{head.replace('-', '')}.{suffix}")
    yield Edit("first half alone", f"{head[:half].strip('-.')}.{suffix}")
    yield Edit("second half alone", f"{head[half:].strip('-.')}.{suffix}")
    for at, character in enumerate(head):
        if character != ".":
            change = f"without {character} (character {at + 1})"
            yield Edit(change, f"{head[:at]}{head[at + 1 :]}.{suffix}")
