"""The public suffix of a host name, under which anyone can register names.

Follows the Public Suffix List with its private section (https://publicsuffix.org/list) and
`zones.txt`, which adds zones that the list lacks. An unknown top-level domain counts as a public
suffix. Takes normalised host names: lower case, ASCII, no empty label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from publicsuffixlist import PSLFILE

from dga.names import arrow_strings
from dga.names.top_levels import SPECIAL_USE

ZONES = Path(__file__).with_name("zones.txt")
GATEWAYS = Path(__file__).with_name("gateways.txt")
BLOCKLIST_ZONES = Path(__file__).with_name("blocklist_zones.txt")

# Kinds of a suffix, as bits. INNER: a longer listed suffix ends in it; RESERVED: nobody registers
# names under it.
EXACT, WILD, EXCEPTION, INNER, RESERVED = 1, 2, 4, 8, 16

Counts = npt.NDArray[np.int64]
Endings = Callable[[Counts, int], pa.LargeStringArray]


@dataclass(frozen=True)
class Level:
    """The listed suffixes with one number of labels, and the kinds of each (suffixes,)."""

    suffixes: pa.LargeStringArray
    kinds: npt.NDArray[np.uint8]

    def kinds_of(self, endings: pa.LargeStringArray) -> npt.NDArray[np.uint8]:
        """The kinds of each ending (names,); 0 if it is not listed."""
        if len(endings) < arrow_strings.ONE_BY_ONE:
            texts = endings.to_pylist()
            found = (rules_under(text.rpartition(".")[2]).get(text, 0) for text in texts)
            return np.fromiter(found, np.uint8, len(texts))
        places = pc.index_in(endings, value_set=self.suffixes)
        known = arrow_strings.flags_of(places.is_valid())
        kinds = np.zeros(len(endings), dtype=np.uint8)
        kinds[known] = self.kinds[arrow_strings.integers_of(places)[known]]
        return kinds


@cache
def rules() -> dict[str, int]:
    """Every listed suffix and its parents, with their kinds."""
    return {suffix: kind for top in _lines() for suffix, kind in rules_under(top).items()}


def rules_under(top: str) -> dict[str, int]:
    """The listed suffixes under a top-level domain, in ASCII, and their parents, with their kinds.

    >>> rules_under("ck") == {"ck": WILD | INNER, "www.ck": EXCEPTION}
    True
    """
    return _rules_under(top) if top in _lines() else {}  # nothing is kept of unknown ones


@cache
def _rules_under(top: str) -> dict[str, int]:
    """The rules of one top-level domain: a look-up of one name needs no others."""
    found: dict[str, int] = {}
    for line in _lines()[top]:
        suffix, kind = _rule(line)
        found[suffix] = found.get(suffix, 0) | kind
    found |= dict.fromkeys(_blocklist_zones_by_top().get(top, ()), RESERVED)
    for suffix in list(found):
        while parent := suffix.partition(".")[2]:
            known = found.get(parent, 0)
            found[parent] = known | INNER
            if known & INNER:
                break
            suffix = parent
    return found | {top: RESERVED} if top in SPECIAL_USE else found


@cache
def _lines() -> dict[str, list[str]]:
    """The rules of the lists as they are written, by top-level domain."""
    lines = chain.from_iterable(
        path.read_text(encoding="utf-8").lower().splitlines()
        for path in (Path(PSLFILE), ZONES, GATEWAYS)
    )
    listed = (line.partition(" ")[0] for line in lines if line and not line.startswith("//"))
    return {top: [] for top in SPECIAL_USE} | _by_top(listed)


@cache
def _blocklist_zones_by_top() -> dict[str, list[str]]:
    return _by_top(blocklist_zones())


def _by_top(names: Iterable[str]) -> dict[str, list[str]]:
    """Names or rules by their top-level domain in ASCII."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(_in_ascii(name.rpartition(".")[2]), []).append(name)
    return found


@cache
def gateways() -> dict[str, str]:
    """The zones of gateways into other networks, each with its network."""
    lines = GATEWAYS.read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("//"))


@cache
def blocklist_zones() -> frozenset[str]:
    """The zones of DNS block lists."""
    lines = BLOCKLIST_ZONES.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("//"))


@cache
def listed() -> tuple[str, ...]:
    """Every listed suffix under which names can be registered, in alphabetical order."""
    exact = (suffix for suffix, kind in rules().items() if kind & EXACT and not kind & RESERVED)
    return tuple(sorted(exact))


@cache
def added_zones() -> tuple[str, ...]:
    """The zones of `zones.txt`, most of them of dynamic DNS, in alphabetical order."""
    lines = ZONES.read_text(encoding="utf-8").splitlines()
    return tuple(sorted(set(lines) & set(listed())))


@cache
def levels() -> tuple[Level, ...]:
    """The rules by their number of labels, one label first."""
    by_labels: dict[int, list[str]] = {}
    for suffix in rules():
        by_labels.setdefault(suffix.count(".") + 1, []).append(suffix)
    return tuple(
        Level(
            arrow_strings.column_of(by_labels[labels]),
            np.array([rules()[suffix] for suffix in by_labels[labels]], dtype=np.uint8),
        )
        for labels in sorted(by_labels)
    )


def public_labels(labels: Sequence[str]) -> int:
    """The number of labels of a name's public suffix; all labels if the name is itself a public
    suffix or nobody registers such names.

    >>> public_labels("www.example.co.uk".split(".")), public_labels("winlogon.exe".split("."))
    (2, 2)
    """
    count, suffix, listed = 1, "", rules_under(labels[-1])
    for depth, label in enumerate(reversed(labels), 1):
        suffix = f"{label}.{suffix}" if suffix else label
        kind = listed.get(suffix, 0)
        if kind & RESERVED or not (kind or depth > 1):  # no such top-level domain
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
    """`public_labels` of many names. `labels`: each name's number of labels (names,). `endings`:
    returns the last n labels of the names in some rows, which have at least n."""
    if len(labels) < arrow_strings.ONE_BY_ONE:
        rows = np.arange(len(labels))
        names = [endings(rows[row : row + 1], int(labels[row]))[0].as_py() for row in rows]
        return np.array([public_labels(name.split(".")) for name in names], dtype=np.int64)
    counts = np.ones_like(labels)
    rows = np.arange(len(labels))
    for depth, level in enumerate(levels(), 1):
        rows = rows[labels[rows] >= depth]
        if not len(rows):
            break
        kinds = level.kinds_of(endings(rows, depth))
        known = kinds > 0
        if depth == 1:  # no such top-level domain
            counts[rows[~known]] = labels[rows[~known]]
        rows, kinds = rows[known], kinds[known]
        found = np.where(kinds & EXACT, depth, counts[rows])
        found = np.where(kinds & WILD, np.minimum(depth + 1, labels[rows]), found)
        found = np.where(kinds & EXCEPTION, depth - 1, found)
        counts[rows] = np.where(kinds & RESERVED, labels[rows], found)
        rows = rows[(kinds & INNER) > 0]
    return counts


def _rule(rule: str) -> tuple[str, int]:
    """Parse a rule of a list into its suffix, in ASCII, and its kind."""
    kind = EXCEPTION if rule[0] == "!" else WILD if rule.startswith("*.") else EXACT
    suffix = rule.removeprefix("!").removeprefix("*.")
    return suffix if suffix.isascii() else ".".join(map(_in_ascii, suffix.split("."))), kind


@cache
def _in_ascii(label: str) -> str:
    """Convert a label of a list to punycode. The lists are normalised already; the codec `idna`
    would normalise each label again, which takes longer than all other reading.

    >>> _in_ascii("公司"), _in_ascii("com")
    ('xn--55qx5d', 'com')
    """
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
