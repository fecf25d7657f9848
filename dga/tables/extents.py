"""Measure how many cells the sheets of a workbook span, before a library unpacks them.

The library keeps the whole rectangle of a sheet in memory, and a few bytes can tell of thousands
of millions of cells: one far away, or one that is repeated. Pieces of a part in, FeedError out.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

from dga.errors import FeedError

MAX_CELLS: Final = 10_000_000  # cells of the rectangle that a sheet spans
MAX_TAG: Final = 2**20  # bytes of a tag in an open document
_TEXTS = "xl/sharedStrings.xml"  # the only part whose texts can look like cell references
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})(\d{1,7})["']""")
_LONGEST_PLACE = 16  # bytes
_TAG = re.compile(
    rb"<table:(?:(?P<table>table)|(?P<row>table-row)|(?:covered-)?table-cell)"
    rb"(?P<attributes>(?:\s(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)?)>(?P<end></table:)?"
)
_REPEATED = re.compile(rb"""table:number-(?:columns|rows)-repeated\s*=\s*["']\s*([^"']*)["']""")
_VALUE = re.compile(rb"office:[a-z-]*value|table:formula")
_OPENING, _CLOSING = b"<table:", len(b"</table:")
_ROW, _CELLS = 0, (*range(2, 12), 62)  # the records of a row and of its filled cells
_PLACE_BYTES = 4  # of a record: the number of its row or column


class Extent(Protocol):
    """What measures one part of a workbook."""

    def see(self, piece: bytes) -> None:
        """Examine the next piece; FeedError if a sheet spans too many cells."""


class NoExtent:
    """A part that holds no cells."""

    def see(self, piece: bytes) -> None:
        """Accept every piece."""


def _check(width: int, height: int, name: str) -> None:
    if width * height > MAX_CELLS:
        raise FeedError(
            f"{name}: a sheet of more than {MAX_CELLS:,} cells; save it as CSV and give that"
        )


class SheetExtent:
    """Measures a sheet of Excel's XML by the references of its cells."""

    def __init__(self, name: str) -> None:
        self._name, self._rest = name, b""
        self._width = self._height = 1

    def see(self, piece: bytes) -> None:
        """Examine the next piece of a sheet; FeedError if the sheet spans too many cells."""
        text = self._rest + piece
        for letters, digits in _PLACE.findall(text):
            width = 0
            for letter in letters.upper():
                width = width * 26 + letter - ord("A") + 1
            self._width, self._height = max(self._width, width), max(self._height, int(digits))
        self._rest = text[-_LONGEST_PLACE:]
        _check(self._width, self._height, self._name)


class OpenExtent:
    """Measures the sheets of an open document by its rows and cells and their repeats.

    Empty cells count where a filled one follows: programs repeat them up to the end of the sheet.
    """

    def __init__(self, name: str) -> None:
        self._name, self._rest = name, b""
        self._width = self._height = 0  # up to the last filled cell
        self._columns = self._rows = self._row_repeats = 0

    def see(self, piece: bytes) -> None:
        """Examine the next piece of the document; FeedError if a sheet spans too many cells."""
        text = self._rest + piece
        at, rest = 0, -1
        for tag in _TAG.finditer(text):
            if tag.end() + _CLOSING > len(text):  # the next piece tells whether it is empty
                rest = tag.start()
                break
            self._add(tag)
            at = tag.end()
        if rest < 0:
            rest = text.rfind(_OPENING, at)
        if rest < 0:
            rest = max(at, len(text) - len(_OPENING))
        self._rest = text[rest:]
        if len(self._rest) > MAX_TAG:
            raise FeedError(f"{self._name}: a tag of more than {MAX_TAG:,} bytes; not a table")

    def _add(self, tag: re.Match[bytes]) -> None:
        repeats = self._repeats(tag["attributes"])
        if tag["table"]:
            self._width = self._height = self._rows = 0
        elif tag["row"]:
            self._columns, self._row_repeats = 0, repeats
            self._rows += repeats
        else:
            self._columns += repeats
            empty = tag["end"] or tag["attributes"].endswith(b"/")
            if not empty or _VALUE.search(tag["attributes"]):
                self._width, self._height = max(self._width, self._columns), self._rows
        _check(self._width, self._height, self._name)

    def _repeats(self, attributes: bytes) -> int:
        """How often a row or cell is repeated; more than a sheet can have is refused."""
        found = _REPEATED.search(attributes)
        if found is None:
            return 1
        repeats = int(found[1]) if re.fullmatch(rb"\d{1,9}", found[1]) else MAX_CELLS + 1
        _check(repeats, 1, self._name)
        return repeats


class BinaryExtent:
    """Measures a sheet of .xlsb by the records of its rows and cells."""

    def __init__(self, name: str) -> None:
        self._name, self._rest, self._skipped = name, b"", 0
        self._row = self._width = self._height = 0

    def see(self, piece: bytes) -> None:
        """Examine the next piece of a sheet; FeedError if the sheet spans too many cells."""
        data = self._rest + piece
        at = self._skipped
        while (head := _record_head(data, at)) and head[1] + _PLACE_BYTES <= len(data):
            kind, start, length = head
            if length >= _PLACE_BYTES and (kind == _ROW or kind in _CELLS):
                self._add(kind, int.from_bytes(data[start : start + _PLACE_BYTES], "little"))
            at = start + length
        self._rest, self._skipped = data[at:], max(0, at - len(data))
        _check(self._width, self._height, self._name)

    def _add(self, kind: int, place: int) -> None:
        if kind == _ROW:
            self._row = place + 1
        else:
            self._width, self._height = max(self._width, place + 1), max(self._height, self._row)


def _record_head(data: bytes, at: int) -> tuple[int, int, int] | None:
    """The kind of a record, where its content begins, and its length; None where the data end.

    >>> _record_head(bytes([0x94, 0x01, 16]), 0)
    (148, 3, 16)
    """
    kind = length = 0
    for bits in (0, 7):
        if at >= len(data):
            return None
        kind |= (data[at] & 127) << bits
        at += 1
        if data[at - 1] < 128:
            break
    for bits in (0, 7, 14, 21):
        if at >= len(data):
            return None
        length |= (data[at] & 127) << bits
        at += 1
        if data[at - 1] < 128:
            break
    return kind, at, length


def extent_of(path: str, kind: str, name: str) -> Extent:
    """What measures a part of a workbook of a kind: xlsx, xlsb or ods."""
    if kind == "ods":
        return OpenExtent(name) if path == "content.xml" else NoExtent()
    if kind == "xlsb":
        is_sheet = path.startswith("xl/worksheets/") and path.endswith(".bin")
        return BinaryExtent(name) if is_sheet else NoExtent()
    return NoExtent() if path == _TEXTS else SheetExtent(name)
