"""XML documents: the elements that repeat and hold names are the rows, their contents the columns.

OpenIOC, PDML, exports of appliances, Excel's XML. Documents are streamed; one that declares an
entity is refused, so that none can grow or fetch anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final
from xml.parsers import expat

import pyarrow as pa

from dga.errors import FeedError
from dga.tables import TableInfo
from dga.tables.columns import is_domain, is_header, made_up, unique
from dga.tables.encodings import one_line
from dga.tables.texttable import text_table
from dga.tables.unpack import Payload

FORMAT: Final = "xml"
TEXT: Final = "text"
EXTRA: Final = "extra"
MAX_DEPTH: Final = 100
MAX_FIELDS: Final = 500  # of one row
MAX_VALUE: Final = 65_536  # characters of a field
MOSTLY: Final = 0.5
ROWS_AT_ONCE: Final = 1_000
SAMPLE_ROWS: Final = 1_000
# Attributes that name a field, and those that hold its value.
_NAMES = ("name", "key", "field", "search")
_VALUES = ("show", "value", "text")

Path = tuple[str, ...]


@dataclass
class _Element:
    """An element that is open: its path, its attributes, its text and what its children told."""

    path: Path
    given: dict[str, str]
    text: list[str] = field(default_factory=list)
    size: int = 0
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: int = 0
    order: list[str] = field(default_factory=list)

    def value(self) -> str:
        """Its own text."""
        return "".join(self.text).strip()


class XmlReader:
    """Parses a document; counts its elements, or keeps those at `wanted` until they are taken."""

    def __init__(self, payload: Payload, wanted: Path | None = None) -> None:
        self._name, self._wanted = payload.name, wanted
        encoding = "utf-8" if payload.encoding.startswith("utf") else None
        self._open: list[_Element] = []
        self.closed: list[_Element] = []
        self.counts: Counter[Path] = Counter()  # elements by path
        self.named: Counter[Path] = Counter()  # those of them that hold a domain name
        self._parser = expat.ParserCreate(encoding, " ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.EntityDeclHandler = self._entity

    def feed(self, piece: bytes, *, final: bool = False) -> None:
        """Parse some more; raises FeedError for what is no XML, or declares entities."""
        try:
            self._parser.Parse(piece, final)
        except expat.ExpatError as error:
            raise FeedError(
                f"{self._name}: damaged XML ({one_line(str(error))}); export it again"
            ) from None

    def _entity(self, *_: Any) -> None:
        raise FeedError(f"{self._name}: XML that declares entities is not read; give CSV or JSON")

    def _start(self, tag: str, given: dict[str, str]) -> None:
        above = self._open[-1].path if self._open else ()
        if len(above) >= MAX_DEPTH:
            raise FeedError(f"{self._name}: XML nested more than {MAX_DEPTH} deep; not a table")
        local = tag.rpartition(" ")[2]
        given = {key.rpartition(" ")[2]: value for key, value in given.items()}
        self._open.append(_Element((*above, local), given))

    def _data(self, text: str) -> None:
        element = self._open[-1]
        if element.size < MAX_VALUE:
            element.text.append(text[: MAX_VALUE - element.size])
            element.size += len(text)

    def _end(self, _: str) -> None:
        element = self._open.pop()
        text = element.value()
        holds = is_domain(text) or any(map(is_domain, element.given.values()))
        element.names += holds
        if self._wanted is None:
            self.counts[element.path] += 1
            self.named[element.path] += bool(element.names)
        elif element.path == self._wanted:
            self.closed.append(element)
        if not self._open:
            return
        above = self._open[-1]
        above.names += element.names
        is_inner = self._wanted is None or len(element.path) > len(self._wanted)
        if is_inner and len(above.fields) < MAX_FIELDS:
            above.order.append(element.path[-1])
            above.fields += _fields_of(element)


def _fields_of(element: _Element) -> list[tuple[str, str]]:
    """What an element tells the one around it: named by its tag, or by an attribute of its own."""
    tag, text, given = element.path[-1], element.value(), element.given
    name = next((given[key] for key in _NAMES if given.get(key)), "")
    value = text or next((given[key] for key in _VALUES if given.get(key)), "")
    if name and (value or element.fields):
        own = [(name, value)] if value else []
        return [*own, *element.fields]
    own = [(tag, text)] if text or not given else []
    own += [(f"{tag}.{key}", held) for key, held in given.items()]
    inner = [(f"{tag}.{key}" if "." not in key else key, held) for key, held in element.fields]
    return [*own, *inner]


def xml_tables(payload: Payload, blank: TableInfo) -> tuple[TableInfo, Iterator[pa.Table]] | None:
    """The layout and the rows of an XML document; None where nothing in it repeats and holds names.

    Raises FeedError for damaged XML and for declared entities.
    """
    wanted = _row_path(payload)
    if wanted is None:
        return None
    first = list(islice(_elements(payload.sample, wanted, whole=False), SAMPLE_ROWS))
    if cells := _as_cells(first):
        header = is_header(cells)
        width = max(map(len, cells))
        columns = unique(cells[0]) if header else made_up(cells, width)
        info = _info(blank, columns, header=header)
        rows = (list(_texts(one)) for one in _elements(payload, wanted))
        return info, _tables(islice(rows, 1 if header else 0, None), info)
    columns = tuple(dict.fromkeys(key for one in first for key, _ in _row_fields(one)))[:MAX_FIELDS]
    if payload.goes_on:
        columns = (*columns, EXTRA if EXTRA not in columns else f"{EXTRA}_")
    info = _info(blank, columns, surplus=payload.goes_on)
    rows = (_row(one, info) for one in _elements(payload, wanted))
    return info, _tables(rows, info)


def _row_path(payload: Payload) -> Path | None:
    """The path of the rows: the shallowest elements that repeat and mostly hold names."""
    reader = XmlReader(payload)
    for piece in payload.sample.pieces():
        reader.feed(piece)
    found = [path for path, count in reader.counts.items() if count > 1 and reader.named[path]]
    most = max((reader.named[path] for path in found), default=0)
    rows = [path for path in found if reader.named[path] >= max(1, MOSTLY * most)]
    return min(rows, key=lambda path: (len(path), -reader.named[path])) if rows else None


def _elements(payload: Payload, wanted: Path, *, whole: bool = True) -> Iterator[_Element]:
    reader = XmlReader(payload, wanted)
    for piece in payload.pieces():
        reader.feed(piece)
        yield from reader.closed
        reader.closed = []
    if whole:
        reader.feed(b"", final=True)


def _row_fields(element: _Element) -> list[tuple[str, str]]:
    own = [*element.given.items(), *([(TEXT, text)] if (text := element.value()) else [])]
    return [*own, *element.fields]


def _as_cells(elements: list[_Element]) -> list[list[str]]:
    """The cells of rows whose children are all alike, as a worksheet's are; [] for others."""
    kinds = {tag for one in elements for tag in one.order}
    if len(kinds) != 1 or all(len(one.order) < 2 for one in elements):
        return []
    if any(key.rpartition(".")[0] for one in elements for key, _ in one.fields if one.given):
        return []
    return [list(_texts(one)) for one in elements]


def _texts(element: _Element) -> Iterator[str]:
    return (text for key, text in element.fields if text and not key.endswith(".Type"))


def _row(element: _Element, info: TableInfo) -> list[str]:
    """The cells of a row: a field that comes again is joined, one without a column is told last."""
    known = info.columns[:-1] if info.surplus else info.columns
    cells: dict[str, list[str]] = {}
    for key, value in _row_fields(element):
        if value:
            cells.setdefault(key, []).append(value)
    row = [", ".join(cells.get(column, [])) for column in known]
    more = [f"{key}={', '.join(held)}" for key, held in cells.items() if key not in known]
    return [*row, *([" ".join(more)] if more else [])]


def _info(blank: TableInfo, columns: tuple[str, ...], **more: bool) -> TableInfo:
    return TableInfo(
        FORMAT, blank.compression, blank.encoding, None, columns, more.get("header", True),
        blank.size, surplus=more.get("surplus", False),
    )  # fmt: skip


def _tables(rows: Iterator[list[str]], info: TableInfo) -> Iterator[pa.Table]:
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        yield text_table(batch, info)
