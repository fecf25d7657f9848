"""HTML reports: the table that holds the names, else every name in the page's text.

What a page does not show (scripts, styles, attributes) is not read, so a link's address is none of
its names. The standard library's parser resolves no entity that a document declares.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import chain
from typing import Final

import pyarrow as pa

from dga.errors import FeedError
from dga.names.find import names_in
from dga.tables import TableInfo, domain_share
from dga.tables.columns import is_header, made_up, unique
from dga.tables.texttable import text_table
from dga.tables.unpack import Payload

FORMAT: Final = "html"
TEXT_COLUMNS: Final = ("line", "domain", "text")
MAX_BYTES: Final = 2**26  # of a page, which is held in memory
MAX_COLUMNS: Final = 500
MOST_SHOWN: Final = 200  # characters of context around a name
MOSTLY: Final = 0.5
_HIDDEN = frozenset(("script", "style", "head", "template", "noscript", "nav", "footer", "svg"))
_BLOCKS = frozenset((
    "p", "div", "li", "br", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "section", "dd", "dt",
    "blockquote", "article", "table", "td", "th", "hr",
))  # fmt: skip

Rows = list[list[str]]


@dataclass
class PageParser(HTMLParser):
    """Collects a page's tables and the lines of its text."""

    tables: list[Rows] = field(default_factory=list)
    text: list[str] = field(default_factory=lambda: [""])
    _open: list[Rows] = field(default_factory=list)
    _hidden: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row or a cell, or what is not shown."""
        if tag in _HIDDEN:
            self._hidden.append(tag)
        if tag in _BLOCKS:
            self.text.append("")
        if tag == "table":
            self._open.append([])
            self.tables.append(self._open[-1])
        elif self._open and tag == "tr":
            self._open[-1].append([])
        elif self._open and tag in ("td", "th"):
            if not self._open[-1]:
                self._open[-1].append([])
            self._open[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """Close a table, or what is not shown."""
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        if tag in _BLOCKS:
            self.text.append("")
        if tag == "table" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Add text to the open cell and to the page's text."""
        if self._hidden:
            return
        self.text[-1] += data
        if self._open and self._open[-1] and self._open[-1][-1]:
            self._open[-1][-1][-1] += data


def page_tables(payload: Payload, blank: TableInfo) -> tuple[TableInfo, Iterator[pa.Table]]:
    """The layout and the rows of a page; raises FeedError for one without names or too large."""
    page = PageParser()
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    size = 0
    for piece in chain(payload.pieces(), [b""]):
        size += len(piece)
        if size > MAX_BYTES:
            raise FeedError(f"{payload.name}: a web page of over {MAX_BYTES:,} bytes; give CSV")
        page.feed(decoder.decode(piece, final=not piece))
    page.close()
    columns, rows, header = _best_table(page.tables) or _text_rows(page.text)
    if not rows:
        raise FeedError(
            f"{payload.name}: a web page that shows no domain name; give CSV or a list, such as "
            "what the page's own export or download gives"
        )
    info = TableInfo(
        FORMAT, blank.compression, blank.encoding, None, columns, header, blank.size
    )  # fmt: skip
    return info, iter([text_table(rows, info)])


def _best_table(tables: Sequence[Rows]) -> tuple[tuple[str, ...], Rows, bool] | None:
    """The columns and rows of the tables that hold most names; pages of one table are joined."""
    joined: dict[tuple[str, ...], Rows] = {}
    headless: list[tuple[tuple[str, ...], Rows, bool]] = []
    for table in tables:
        rows = [cells for row in table if any(cells := [" ".join(c.split()) for c in row])]
        width = max(map(len, rows), default=0)
        rows = [row for row in rows if len(row) == width]
        if not 0 < width <= MAX_COLUMNS or len(rows) < 1:
            continue
        if is_header(rows):
            joined.setdefault(unique(rows[0]), []).extend(rows[1:])
        else:
            headless.append((made_up(rows, width), rows, False))
    known = [*((columns, rows, True) for columns, rows in joined.items()), *headless]
    found = [(_named(rows), at) for at, (_, rows, _) in enumerate(known)]
    most, at = max(found, key=lambda pair: (pair[0], -pair[1]), default=(0.0, 0))
    return known[at] if most else None


def _named(rows: Rows) -> float:
    """How many rows name a domain, by the column that names most; 0 where that is under half."""
    shares = [domain_share(column) for column in zip(*rows, strict=True)]
    best = max(shares, default=0.0)
    return best * len(rows) if best >= MOSTLY else 0.0


def _text_rows(text: Sequence[str]) -> tuple[tuple[str, ...], Rows, bool]:
    """A row for each name in a page's text, with some context."""
    rows = []
    shown = [line for line in (" ".join(line.split()) for line in text) if line]
    for number, line in enumerate(shown, 1):
        rows += [[str(number), name, line[:MOST_SHOWN]] for name in names_in(line)]
    return TEXT_COLUMNS, rows, False
