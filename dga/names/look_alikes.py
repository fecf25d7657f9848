"""Registered names that resemble a popular one: by look-alike characters, by one or two edits, or
by words such as "login" added to it. This is a remark beside a verdict and never changes it, since
people choose look-alikes.
"""

from __future__ import annotations

from functools import cache, cached_property
from itertools import product
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dga.names import arrow_strings, public_suffix

POPULAR = Path(__file__).with_name("popular.txt")
SHORTEST = 5  # characters; shorter popular labels are not compared
ONE_EDIT, TWO_EDITS = 6, 10  # characters from which one and two edits are reported
ALLOWED = 2
SIZES = (3, 4, 5)  # characters of a head or tail, for short to long labels
LONGEST = 24  # characters; longer labels count as this long
WORDS = ("", "one edit", "two edits")
# Characters and pairs of characters that resemble another one in common typefaces.
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
SINGLE = str.maketrans("013456789", "oleasbtbg")
LURES = frozenset((
    "account", "accounts", "alert", "app", "apps", "auth", "billing", "center", "client", "cloud",
    "confirm", "customer", "help", "helpdesk", "id", "info", "invoice", "live", "login", "logon",
    "mail", "mobile", "my", "online", "pay", "payment", "portal", "recovery", "reset", "secure",
    "security", "service", "services", "shop", "sign", "signin", "store", "support", "team",
    "update", "user", "verification", "verify", "wallet", "web", "www",
))  # fmt: skip

Mask = npt.NDArray[np.bool_]


class _Index:
    """The popular labels, each with its domain name, and look-up tables that are built on first
    use."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    @cached_property
    def skeletons(self) -> dict[str, str]:
        """Skeleton to label."""
        return {_skeleton(label): label for label in self.names}

    @cached_property
    def shortened(self) -> dict[str, set[str]]:
        """Each label without up to two of its characters, to the labels it comes from."""
        found: dict[str, set[str]] = {}
        for label in self.names:
            for left in _shortened(label):
                found.setdefault(left, set()).add(label)
        return found

    @cached_property
    def heads(self) -> frozenset[tuple[str, int]]:
        """The heads that a label keeps after few edits, with the edited label's length. One edit
        leaves the head or the tail unchanged, except for a swap in the middle."""
        found: set[tuple[str, int]] = set()
        for label in self.names:
            size = _end_size(label)
            starts = _spellings(label[:size])
            swapped = label[: size - 1] + label[size]
            found.update(product({text[:size] for text in starts} | {swapped}, _lengths(label)))
        return frozenset(found)

    @cached_property
    def tails(self) -> frozenset[tuple[str, int]]:
        """The tails that a label keeps after few edits, with the edited label's length."""
        found: set[tuple[str, int]] = set()
        for label in self.names:
            size = _end_size(label)
            stops = {text[-size:] for text in _spellings(label[-size:])}
            found.update(product(stops, _lengths(label)))
        return frozenset(found)

    @cached_property
    def lured(self) -> str:
        """A regular expression for labels in which a hyphen or a lure adjoins a popular label."""
        labels, lures = "|".join(self.names), "|".join(LURES)
        return f"(?:^|-)(?:{labels})(?:-|$)|^(?:{lures})(?:{labels})$|^(?:{labels})(?:{lures})$"


def remark(name: str) -> str:
    """Which popular name a registered name resembles; "" if none.

    >>> remark("paypa1.com")
    'looks like paypal.com, one edit from it'
    >>> remark("rnicrosoft.com"), remark("secure-paypal.net")
    ('looks like microsoft.com', 'paypal.com with something added')
    >>> remark("paypal.com")
    ''
    """
    registered, suffix = public_suffix_of(name)
    label = registered[: -len(suffix) - 1] if suffix else registered
    known = _index()
    if len(label) < SHORTEST or label in known.names:
        return ""
    return _swapped(label, known) or _edited(label, known) or _lured(label, known)


def remarks(names: pa.LargeStringArray) -> pa.LargeStringArray:
    """`remark` for a column of registered names. Only candidates are compared in full: those that
    share a head or tail with a popular label, or contain one."""
    if len(names) < arrow_strings.ONE_BY_ONE:
        return arrow_strings.column_of([remark(name) for name in names.to_pylist()])
    places = np.flatnonzero(_candidates(names))
    if not len(places):
        return arrow_strings.blank(len(names))
    found = np.full(len(names), "", dtype=object)
    chosen = names.take(arrow_strings.numbers_of(places)).to_pylist()
    found[places] = [remark(name) for name in chosen]
    return pa.array(found, pa.large_string())


def public_suffix_of(name: str) -> tuple[str, str]:
    """A registered name and its public suffix; "" if it has none."""
    labels = name.split(".")
    count = public_suffix.public_labels(labels)
    return name, ".".join(labels[-count:]) if count < len(labels) else ""


def _candidates(names: pa.LargeStringArray) -> Mask:
    """Which names (names,) have a head or tail, and a length, of a popular label with few edits, or
    contain one beside a hyphen or a lure."""
    known = _index()
    labels = pc.list_element(pc.split_pattern(names, ".", max_splits=1), 0)
    lengths = np.minimum(arrow_strings.lengths_of(labels), LONGEST)
    near = np.zeros(len(names), dtype=bool)
    ended = np.asarray(pc.match_substring(labels, "-").to_numpy(False)).astype(bool)
    for size in SIZES:
        for start, stop, ends in ((0, size, "heads"), (-size, None, "tails")):
            wanted, allowed = _ends(size, ends)
            places = pc.index_in(pc.utf8_slice_codeunits(labels, start, stop), value_set=wanted)
            found = pc.fill_null(places, len(wanted)).to_numpy(False)
            near |= allowed[found, lengths]
            ended |= found < len(wanted)
    rows = np.flatnonzero(ended & ~near)
    lured = pc.match_substring_regex(
        labels.take(arrow_strings.numbers_of(rows)), known.lured
    ).to_numpy(False)
    near[rows[np.asarray(lured, dtype=bool)]] = True
    return near


@cache
def _ends(size: int, which: Literal["heads", "tails"]) -> tuple[pa.LargeStringArray, Mask]:
    """The heads or tails of `size` characters, and the label lengths for which each counts (ends +
    1, lengths); the last row stands for any other end."""
    found: dict[str, list[int]] = {}
    for end, length in getattr(_index(), which):
        if len(end) == size:
            found.setdefault(end, []).append(length)
    allowed = np.zeros((len(found) + 1, LONGEST + 1), dtype=bool)
    for at, lengths in enumerate(found.values()):
        allowed[at, lengths] = True
    return pa.array(list(found), pa.large_string()), allowed


@cache
def _index() -> _Index:
    lines = POPULAR.read_text(encoding="utf-8").splitlines()
    popular = [line for line in lines if line and not line.startswith("//")]
    names = {name.partition(".")[0]: name for name in popular}
    return _Index({label: name for label, name in names.items() if len(label) >= SHORTEST})


def _lengths(label: str) -> range:
    """The possible lengths of a label after as many edits as are allowed for it, at least one."""
    reach = max(1, _allowed(label))
    return range(len(label) - reach, min(len(label) + reach, LONGEST) + 1)


def _end_size(label: str) -> int:
    return min(max(len(label) // 2 - 1, SIZES[0]), SIZES[-1])


def _swapped(label: str, known: _Index) -> str:
    """The remark for a label that equals a popular one once look-alike characters are replaced."""
    popular = known.skeletons.get(_skeleton(label))
    if popular is None:
        return ""
    edits = distance(label, popular)
    return f"looks like {known.names[popular]}" + (", one edit from it" if edits == 1 else "")


def _edited(label: str, known: _Index) -> str:
    """The remark for a label that is one or two edits from a long enough popular one."""
    size = len(label)
    heads = any((label[:end], size) in known.heads for end in SIZES)
    if not heads and not any((label[-end:], size) in known.tails for end in SIZES):
        return ""
    likely = {popular for left in _shortened(label) for popular in known.shortened.get(left, ())}
    near = sorted((distance(label, popular), popular) for popular in likely)
    edits, popular = near[0] if near else (ALLOWED + 1, "")
    return f"{WORDS[edits]} from {known.names[popular]}" if edits <= _allowed(popular) else ""


def _lured(label: str, known: _Index) -> str:
    """The remark for a popular label with a lure, or with anything separated by a hyphen."""
    parts = label.split("-")
    if len(parts) > 1:
        popular = next((part for part in parts if part in known.names), "")
    else:
        halves = ((label[:at], label[at:]) for at in range(2, len(label) - 1))
        popular = next(filter(None, (_with_lure(*half, known) for half in halves)), "")
    return f"{known.names[popular]} with something added" if popular else ""


def _with_lure(first: str, second: str, known: _Index) -> str:
    """The popular label among two parts of a label, if the other part is a lure; else ""."""
    if first in LURES and second in known.names:
        return second
    return first if second in LURES and first in known.names else ""


def distance(first: str, second: str) -> int:
    """The edit distance of two texts: insertions, deletions, replacements and swaps of neighbours
    (optimal string alignment).

    >>> distance("paypa1", "paypal"), distance("gogole", "google")
    (1, 1)
    """
    before, row = [0] * (len(second) + 1), list(range(len(second) + 1))
    for at, a in enumerate(first, 1):
        last, before, row = before, row, [at]
        for to, b in enumerate(second, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (a != b))
            if at > 1 and to > 1 and a == second[to - 2] and first[at - 2] == b:
                cost = min(cost, last[to - 2] + 1)
            row.append(cost)
    return row[-1]


def _allowed(popular: str) -> int:
    """How many edits of a popular label are reported."""
    return sum(len(popular) >= length for length in (ONE_EDIT, TWO_EDITS))


def _shortened(label: str) -> set[str]:
    """A label, and the same without any one character, or without any two if it is long."""
    found = {label}
    for _ in range(1 + (len(label) >= TWO_EDITS - ALLOWED)):
        found |= {left[:at] + left[at + 1 :] for left in found for at in range(len(left))}
    return found


def _skeleton(label: str) -> str:
    for pair, single in PAIRS:
        label = label.replace(pair, single)
    return label.translate(SINGLE)


def _spellings(end: str) -> set[str]:
    """A head or tail of a label, with at most one character replaced by one that resembles it."""
    found = {end}
    for at, letter in enumerate(end):
        alike = [pair for pair, single in PAIRS if single == letter]
        alike += [chr(code) for code, other in SINGLE.items() if chr(other) == letter]
        found |= {end[:at] + other + end[at + 1 :] for other in alike}
    return found
