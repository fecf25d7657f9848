"""Which part of a host name is the public suffix, under which others register names.

By the Public Suffix List with its private section (https://publicsuffix.org/list) and the zones of
`zones.txt`, which that list lacks; an unknown top-level domain is a public suffix. Knows
normalised host names only: lower case, ASCII, no empty label.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from publicsuffixlist import PSLFILE

ZONES = Path(__file__).with_name("zones.txt")

# Names that the DNS or the network resolves without anyone having registered them (RFC 6761,
# RFC 6762, RFC 7686, RFC 8375, RFC 9476 and the customary private networks).
SPECIAL_USE = frozenset((
    "local", "localhost", "localdomain", "lan", "home", "corp", "internal", "intranet", "private",
    "onion", "alt", "arpa",
))  # fmt: skip

# What is said of a suffix. INNER: longer suffixes that end in it are listed too; RESERVED: nobody
# registers anything under it.
EXACT, WILD, EXCEPTION, INNER, RESERVED = 1, 2, 4, 8, 16

Counts = npt.NDArray[np.int64]
Endings = Callable[[Counts, int], pa.LargeStringArray]


@dataclass(frozen=True)
class Level:
    """The listed suffixes of one number of labels, and what is said of each (suffixes,)."""

    suffixes: pa.LargeStringArray
    kinds: npt.NDArray[np.uint8]


@cache
def rules() -> dict[str, int]:
    """Every listed suffix and each end of one, with what is said of it; read once a process."""
    found: dict[str, int] = {}
    with open(PSLFILE, encoding="utf-8") as listed, open(ZONES, encoding="utf-8") as ours:
        for suffix, kind in filter(None, map(_rule, chain(listed, ours))):
            found[suffix] = found.get(suffix, 0) | kind
    for suffix in list(found):
        while parent := suffix.partition(".")[2]:
            known = found.get(parent, 0)
            found[parent] = known | INNER
            if known & INNER:
                break
            suffix = parent
    return found | dict.fromkeys(SPECIAL_USE, RESERVED)


@cache
def levels() -> tuple[Level, ...]:
    """The rules by their number of labels, one label first."""
    by_labels: dict[int, list[str]] = {}
    for suffix in rules():
        by_labels.setdefault(suffix.count(".") + 1, []).append(suffix)
    return tuple(
        Level(
            pa.array(by_labels[labels], pa.large_string()),
            np.array([rules()[suffix] for suffix in by_labels[labels]], dtype=np.uint8),
        )
        for labels in sorted(by_labels)
    )


def public_labels(labels: Sequence[str]) -> int:
    """How many of a name's labels are its public suffix; all of them where it is one itself.

    >>> public_labels("www.example.co.uk".split("."))
    2
    """
    count, suffix = 1, ""
    for depth, label in enumerate(reversed(labels), 1):
        suffix = f"{label}.{suffix}" if suffix else label
        kind = rules().get(suffix, 0)
        if kind & RESERVED:
            count = len(labels)
        elif kind & EXCEPTION:
            count = depth - 1
        elif kind & WILD:
            count = min(depth + 1, len(labels))
        elif kind & EXACT:
            count = depth
        if not kind & INNER:
            break
    return count


def count_public_labels(labels: Counts, endings: Endings) -> Counts:
    """`public_labels` of many names: `labels` is how many labels each has (names,), `endings`
    returns the last n labels of the names of some rows, which have so many."""
    counts = np.ones_like(labels)
    rows = np.arange(len(labels))
    for depth, level in enumerate(levels(), 1):
        rows = rows[labels[rows] >= depth]
        if not len(rows):
            break
        places = pc.index_in(endings(rows, depth), value_set=level.suffixes)
        places = pc.fill_null(places, -1).to_numpy()
        rows, kinds = rows[places >= 0], level.kinds[places[places >= 0]]
        found = np.where(kinds & EXACT, depth, counts[rows])
        found = np.where(kinds & WILD, np.minimum(depth + 1, labels[rows]), found)
        found = np.where(kinds & EXCEPTION, depth - 1, found)
        counts[rows] = np.where(kinds & RESERVED, labels[rows], found)
        rows = rows[(kinds & INNER) > 0]
    return counts


def _rule(line: str) -> tuple[str, int] | None:
    """A line of a list as a suffix in ASCII and its kind, None for a comment."""
    rule = line.lower().split(" ")[0].rstrip()
    if not rule or rule.startswith("//"):
        return None
    kind = EXCEPTION if rule[0] == "!" else WILD if rule.startswith("*.") else EXACT
    suffix = rule.removeprefix("!").removeprefix("*.")
    return suffix if suffix.isascii() else suffix.encode("idna").decode("ascii"), kind
