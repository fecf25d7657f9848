"""Registered names that resemble a popular one: by look-alike characters, by one or two edits, or
by words such as "login" added to it. This is a remark beside a verdict and never changes it, since
people choose look-alikes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from itertools import product
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dga.names import arrow_strings, public_suffix
from dga.names.byte_slices import Bytes, Places

POPULAR = Path(__file__).with_name("popular.txt")
SHORTEST = 5  # characters; shorter popular labels are not compared
ONE_EDIT, TWO_EDITS = 6, 10  # characters from which one and two edits are reported
ALLOWED = 2
ENDS: tuple[Literal["heads"], Literal["tails"]] = ("heads", "tails")
SIZES = (3, 4, 5)  # characters of a head or tail, for short to long labels
LONGEST = 24  # characters; longer labels count as this long
WORD = 8  # bytes
HASH_BITS, HASH_FACTOR = 14, np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing (Knuth)
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
EightBytes = npt.NDArray[np.uint64]
Bits = npt.NDArray[np.uint32]


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
    label, known = _label(name), _index()
    if len(label) < SHORTEST or label in known.names:
        return ""
    return _swapped(label, known) or _edited(label, known) or _lured(label, known)


def remarks(names: pa.LargeStringArray) -> pa.LargeStringArray:
    """`remark` for a column of registered names. Only candidates are compared in full: those that
    share a head or tail with a popular label, contain one, or are one in look-alike characters."""
    if len(names) < arrow_strings.ONE_BY_ONE:
        return arrow_strings.column_of([remark(name) for name in names.to_pylist()])
    near, lured = _candidates(names)
    swapped = arrow_strings.flags_of(pc.is_in(_skeletons(_labels(names)), _popular_skeletons()))
    possible = lured | swapped
    others = np.flatnonzero(near & ~possible)
    possible[others] = _edited_possible(names.take(arrow_strings.numbers_of(others)))
    places = np.flatnonzero(possible)
    chosen = names.take(arrow_strings.numbers_of(places)).to_pylist()
    told = _remarks([_label(name) for name in chosen], lured[places])
    return arrow_strings.scattered(len(names), places, told)


def _remarks(labels: list[str], lured: Mask) -> list[str]:
    """The remark on each label, of which most are compared by their letters alone. `lured`: which
    ones' part before the first dot may hold a popular label beside a hyphen or a lure."""
    known = _index()
    edited = _edits_possible(arrow_strings.column_of(labels)).tolist()
    return [
        _swapped(label, known)
        or (_edited(label, known) if edits else "")
        or (_lured(label, known) if lures or "." in label else "")
        if len(label) >= SHORTEST and label not in known.names
        else ""
        for label, edits, lures in zip(labels, edited, lured.tolist(), strict=True)
    ]


def public_suffix_of(name: str) -> tuple[str, str]:
    """A registered name and its public suffix; "" if it has none."""
    labels = name.split(".")
    count = public_suffix.public_labels(labels)
    return name, ".".join(labels[-count:]) if count < len(labels) else ""


def _label(name: str) -> str:
    """The labels of a registered name, or of a name under one, that are no public suffix."""
    label, _, rest = name.partition(".")
    if "." not in rest:
        return label
    registered, suffix = public_suffix_of(name)
    return registered[: -len(suffix) - 1] if suffix else registered


def _candidates(names: pa.LargeStringArray) -> tuple[Mask, Mask]:
    """Which names (names,) have a head or tail, and a length, of a popular label with few edits, a
    few others among them, since heads and tails are hashed; and which contain a popular label
    beside a hyphen or a lure."""
    data, places = arrow_strings.view(names)
    starts, stops = places[:-1], _label_stops(data, places)
    lengths = stops - starts
    capped = np.minimum(lengths, LONGEST).astype(np.uint32)
    ends = dict(zip(ENDS, _eight_bytes(data, starts, stops - SIZES[-1]), strict=True))
    near, lured = (np.zeros(len(names), dtype=bool) for _ in range(2))
    possible = _hyphened(data, places, stops)
    for which in ENDS:
        for size in SIZES:
            codes = ends[which] >> np.uint64(8 * (SIZES[-1] - size) * (which == "tails"))
            near |= _allowed_ends(_end_lengths(size, which), codes, size, capped)
        possible |= _allowed_ends(_lured_lengths(which), ends[which], SIZES[-1], capped)
    rows = np.flatnonzero(possible)
    labels = arrow_strings.cut(data, starts[rows], lengths[rows])
    lured[rows] = arrow_strings.flags_of(pc.match_substring_regex(labels, _index().lured))
    return near, lured


def _edited_possible(names: pa.LargeStringArray) -> Mask:
    """Which names (names,) may differ from a popular one in few characters; all that have several
    dots, whose label may be more than what precedes the first one."""
    dots = arrow_strings.integers_of(pc.count_substring(names, "."))
    return (dots > 1) | _edits_possible(_labels(names))


def _labels(names: pa.LargeStringArray) -> pa.LargeStringArray:
    """The part of each name before its first dot."""
    data, places = arrow_strings.view(names)
    starts = places[:-1]
    return arrow_strings.cut(data, starts, _label_stops(data, places) - starts)


def _label_stops(data: Bytes, places: Places) -> Places:
    """Where the first label of each name ends (names,)."""
    dots = np.append(np.flatnonzero(data == ord(".")), len(data))
    stops: Places = np.minimum(dots[np.searchsorted(dots, places[:-1])], places[1:])
    return stops


def _hyphened(data: Bytes, places: Places, stops: Places) -> Mask:
    """Which first labels hold a hyphen (names,)."""
    hyphens = np.flatnonzero(data == ord("-"))
    rows = np.searchsorted(places, hyphens, side="right") - 1
    found = np.zeros(len(stops), dtype=bool)
    found[rows[hyphens < stops[rows]]] = True
    return found


def _eight_bytes(data: Bytes, *starts: Places) -> Iterator[EightBytes]:
    """The eight bytes of `data` from each of some places, which may lie before its start, as a
    number; zeros around the data."""
    around = np.zeros(WORD, dtype=np.uint8)
    padded = np.concatenate([around, data, around])
    words = np.ndarray(len(padded) - WORD + 1, "<u8", padded, strides=(1,))
    return (words[places + WORD] for places in starts)


def _hashed(codes: EightBytes, size: int) -> EightBytes:
    """The hashes of the first `size` bytes of codes."""
    kept = codes << np.uint64(8 * (WORD - size))
    return (kept * HASH_FACTOR) >> np.uint64(64 - HASH_BITS)


def _allowed_ends(table: Bits, codes: EightBytes, size: int, lengths: Bits) -> Mask:
    """Which ends, given by their codes (ends,), a table of `_hashed_lengths` holds with the label's
    length (ends,)."""
    return ((table.take(_hashed(codes, size).view(np.int64)) >> lengths) & np.uint32(1)) > 0


@cache
def _end_lengths(size: int, which: Literal["heads", "tails"]) -> Bits:
    """The label lengths for which heads or tails of `size` characters count."""
    return _hashed_lengths([found for found in getattr(_index(), which) if len(found[0]) == size])


@cache
def _lured_lengths(which: Literal["heads", "tails"]) -> Bits:
    """The lengths of popular labels with a lure, for the popular label's head or tail."""
    size = SIZES[-1]
    return _hashed_lengths(
        [
            (label[:size] if which == "heads" else label[-size:], min(len(label) + added, LONGEST))
            for label in _index().names
            for added in {len(lure) for lure in LURES}
        ]
    )


def _hashed_lengths(ends: Sequence[tuple[str, int]]) -> Bits:
    """By the hash of an end, all of one size, the label lengths beside it, as bits (hashes,)."""
    size = len(ends[0][0])
    data = np.frombuffer("".join(end for end, _ in ends).encode(), np.uint8)
    codes = next(_eight_bytes(data, np.arange(len(ends)) * size))
    bits = np.left_shift(np.uint32(1), np.array([length for _, length in ends], np.uint32))
    found = np.zeros(1 << HASH_BITS, dtype=np.uint32)
    np.bitwise_or.at(found, _hashed(codes, size).astype(np.int64), bits)
    return found


def _edits_possible(labels: pa.LargeStringArray) -> Mask:
    """Which labels (labels,) may be a popular one after the edits allowed for it: each edit changes
    the length by one, or else how often at most two characters occur."""
    popular = _popular()
    lengths, characters = arrow_strings.lengths_of(labels), _characters(labels)
    possible = np.zeros(len(labels), dtype=bool)
    for length in np.flatnonzero(np.bincount(lengths)):
        longer = np.abs(length - popular.lengths)
        others = np.flatnonzero((longer <= popular.edits) & (popular.edits > 0))
        rows, changes = np.flatnonzero(lengths == length), (2 * popular.edits - longer)[others]
        differing = _ones(characters[rows, None] ^ popular.characters[others])
        near, known = np.nonzero(differing <= changes.astype(np.uint32))
        rows, others, changes = rows[near], others[known], changes[known]
        counts = _counts(labels.take(arrow_strings.numbers_of(rows)))
        changed = np.abs(counts - popular.counts[others]).sum(axis=1)
        possible[rows[changed <= changes]] = True
    return possible


@cache
def _popular_skeletons() -> pa.LargeStringArray:
    return arrow_strings.column_of(list(_index().skeletons))


class _Popular(NamedTuple):
    """The popular labels: characters in each (labels,), how many edits of it are reported
    (labels,), which characters it holds (labels,), and how often (labels, 64)."""

    lengths: Places
    edits: Places
    characters: Bits
    counts: npt.NDArray[np.int16]


@cache
def _popular() -> _Popular:
    labels = list(_index().names)
    column, edits = arrow_strings.column_of(labels), np.array(list(map(_allowed, labels)))
    lengths = arrow_strings.lengths_of(column)
    return _Popular(lengths, edits, _characters(column), _counts(column))


def _characters(labels: pa.LargeStringArray) -> Bits:
    """Which characters there are in each label, as bits (labels,); digits share those of letters.

    >>> [f"{bits:b}" for bits in _characters(arrow_strings.column_of(["abba", "", "d"]))]
    ['110', '0', '10000']
    """
    data, places = arrow_strings.view(labels)
    bits = np.left_shift(np.uint32(1), (data & 31).astype(np.uint32))
    found = np.zeros(len(labels), dtype=np.uint32)
    filled = np.flatnonzero(places[1:] > places[:-1])
    if len(filled):
        found[filled] = np.bitwise_or.reduceat(bits, places[filled])
    return found


def _counts(labels: pa.LargeStringArray) -> npt.NDArray[np.int16]:
    """How often each character occurs (labels, 64); digits share the columns of letters."""
    data, places = arrow_strings.view(labels)
    rows = np.repeat(np.arange(len(labels)) * 64, np.diff(places))
    found = np.bincount(rows + (data & 63), minlength=64 * len(labels))
    return found.reshape(-1, 64).astype(np.int16)


def _ones(bits: Bits) -> Bits:
    """How many bits of each number are set (Warren, Hacker's Delight, 5-1); numpy 1 has no
    `bitwise_count`."""
    pairs = bits - ((bits >> np.uint32(1)) & np.uint32(0x55555555))
    fours = (pairs & np.uint32(0x33333333)) + ((pairs >> np.uint32(2)) & np.uint32(0x33333333))
    bytes_ = (fours + (fours >> np.uint32(4))) & np.uint32(0x0F0F0F0F)
    ones: Bits = (bytes_ * np.uint32(0x01010101)) >> np.uint32(24)
    return ones


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
    return label if label.isalpha() else label.translate(SINGLE)  # which is slow


def _skeletons(labels: pa.LargeStringArray) -> pa.LargeStringArray:
    """`_skeleton` of each label."""
    for pair, single in PAIRS:
        labels = pc.replace_substring(labels, pair, single)
    data, places = arrow_strings.view(labels)
    return arrow_strings.column_from(_singles().take(data), places)


@cache
def _singles() -> Bytes:
    """Each byte, or the letter that it resembles (256,)."""
    singles = np.arange(256, dtype=np.uint8)
    singles[list(SINGLE)] = list(SINGLE.values())
    return singles


def _spellings(end: str) -> set[str]:
    """A head or tail of a label, with at most one character replaced by one that resembles it."""
    found = {end}
    for at, letter in enumerate(end):
        alike = [pair for pair, single in PAIRS if single == letter]
        alike += [chr(code) for code, other in SINGLE.items() if chr(other) == letter]
        found |= {end[:at] + other + end[at + 1 :] for other in alike}
    return found
