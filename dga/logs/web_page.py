"""HTML reports: the table that holds the names, then every other name in the page's text.

What a page does not show (scripts, styles, attributes) is not read, so a link's address is none of
its names. The page is split by `_TOKEN` and not by `html.parser`, whose time grows with the square
of a page's size where tags, comments and texts do not end: hours for a hostile page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import dropwhile
from typing import Final

import pyarrow as pa

from dga.errors import FeedError
from dga.names.find import names_in
from dga.tables import TableInfo, domain_share
from dga.tables.columns import is_domain, is_header, made_up, unique
from dga.tables.texttable import text_table
from dga.tables.unpack import Payload

FORMAT: Final = "html"
TEXT_COLUMNS: Final = ("line", "domain", "text")
MAX_BYTES: Final = 2**23  # of a page, which is held in memory
MAX_COLUMNS: Final = 500
MAX_NESTED: Final = 50  # elements that are not shown, one in the other
MOST_SHOWN: Final = 200  # characters of context around a name
MOSTLY: Final = 0.5
_RAW = ("script", "style")  # no tag counts in them but their end
_HIDDEN = frozenset(("head", "template", "noscript", "nav", "footer", "svg"))
_BLOCKS = frozenset((
    "p", "div", "li", "br", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "section", "dd", "dt",
    "blockquote", "article", "table", "td", "th", "hr",
))  # fmt: skip
# A tag with its attributes, which at most the next "<" ends; a declaration; text.
_TOKEN = re.compile(r"<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9]*)[^<>]*>?|<[!?][^<>]*>?|[^<]+|<")

Cells = list[list[str]]
NamedTable = tuple[tuple[str, ...], Cells, bool]  # columns, rows, whether a header names them


@dataclass
class _Table:
    """A table that is open: its rows, and the text of its last cell in pieces."""

    rows: Cells = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def end_cell(self) -> None:
        """Put the text into the last cell."""
        if self.pieces and self.rows and self.rows[-1]:
            self.rows[-1][-1] = unescape("".join(self.pieces))
        self.pieces.clear()

    def add_row(self) -> None:
        """Begin a row."""
        self.end_cell()
        self.rows.append([])

    def add_cell(self) -> None:
        """Begin a cell, in a row of its own where none has begun."""
        self.end_cell()
        if not self.rows:
            self.rows.append([])
        self.rows[-1].append("")


class PageParser:
    """Collects a page's tables, as rows of cells, and the lines of its text."""

    def __init__(self, page: str) -> None:
        self.tables: list[Cells] = []
        self.lines: list[str] = []
        self._open: list[_Table] = []
        self._hidden: list[str] = []
        self._line: list[str] = []
        for part in _shown(page):
            for token in _TOKEN.finditer(part):
                self._take(token)
        while self._open:
            self._open.pop().end_cell()
        self._end_line()

    def _take(self, token: re.Match[str]) -> None:
        tag = (token["tag"] or "").lower()
        if not tag:
            if token[0][:2] not in ("<!", "<?") and not self._hidden:
                self._add_text(token[0])
            return
        if tag in _BLOCKS:
            self._end_line()
        if token["end"]:
            self._close(tag)
        elif tag in _HIDDEN and len(self._hidden) < MAX_NESTED:
            self._hidden.append(tag)
        elif not self._hidden:
            self._begin(tag)

    def _add_text(self, text: str) -> None:
        self._line.append(text)
        if self._open:
            self._open[-1].pieces.append(text)

    def _end_line(self) -> None:
        if self._line:
            self.lines.append(unescape("".join(self._line)))
            self._line.clear()

    def _begin(self, tag: str) -> None:
        if tag == "table":
            self._open.append(_Table())
            self.tables.append(self._open[-1].rows)
        elif self._open and tag == "tr":
            self._open[-1].add_row()
        elif self._open and tag in ("td", "th"):
            self._open[-1].add_cell()
        elif self._open and tag in _BLOCKS:
            self._open[-1].pieces.append(" ")

    def _close(self, tag: str) -> None:
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        elif tag == "table" and self._open and not self._hidden:
            self._open.pop().end_cell()


def _shown(page: str) -> Iterator[str]:
    """The parts of a page around its comments, scripts and styles; those that do not end go to its
    end."""
    lower, at = page.lower(), 0
    if len(lower) != len(page):  # a letter whose small form is longer: keep the places
        lower = "".join(low if len(low := one.lower()) == 1 else one for one in page)
    for found in re.finditer(r"<!--|<(?:script|style)\b", lower):
        if found.start() < at:
            continue
        yield page[at : found.start()]
        ending = "-->" if found[0] == "<!--" else f"</{found[0][1:]}"
        end = lower.find(ending, found.end())
        if end < 0:
            return
        at = end + len(ending) if found[0] == "<!--" else end
    yield page[at:]


def page_tables(payload: Payload, blank: TableInfo) -> tuple[TableInfo, Iterator[pa.Table]]:
    """The layout and the rows of a page; raises FeedError for one without names or too large."""
    page = PageParser(payload.text(MAX_BYTES, "a web page"))
    table = _best_table(page.tables)
    columns, rows, header = _with_others(table, page.lines) if table else _text_rows(page.lines)
    if not rows:
        raise FeedError(
            f"{payload.name}: a web page that shows no domain name; give CSV or a list, such as "
            "what the page's own export or download gives"
        )
    info = TableInfo(
        FORMAT, blank.compression, blank.encoding, None, columns, header, blank.size
    )  # fmt: skip
    return info, iter([text_table(rows, info)])


def _best_table(tables: Sequence[Cells]) -> NamedTable | None:
    """The columns and rows of the tables that hold most names; pages of one table are joined."""
    joined: dict[tuple[str, ...], Cells] = {}
    headless: list[NamedTable] = []
    for table in tables:
        rows = _even(table)
        width = len(rows[0]) if rows else 0
        if not 0 < width <= MAX_COLUMNS:
            continue
        if is_header(rows):
            joined.setdefault(unique(rows[0]), []).extend(rows[1:])
        else:
            headless.append((made_up(rows, width), rows, False))
    known = [*((columns, rows, True) for columns, rows in joined.items()), *headless]
    found = [(_named(rows), at) for at, (_, rows, _) in enumerate(known)]
    most, at = max(found, key=lambda pair: (pair[0], -pair[1]), default=(0.0, 0))
    return known[at] if most else None


def _even(table: Cells) -> Cells:
    """The rows that are not empty, all as long as the longest; titles above the table are left out
    where they name no domain."""
    rows = [cells for row in table if any(cells := [" ".join(c.split()) for c in row])]
    width = max(map(len, rows), default=0)
    if width > MAX_COLUMNS:
        return rows[:1]
    table = list(dropwhile(lambda row: len(row) < width and not any(map(is_domain, row)), rows))
    return [row + [""] * (width - len(row)) for row in table]


def _named(rows: Cells) -> float:
    """How many rows name a domain, by the column that names most; 0 where that is under half."""
    shares = [domain_share(column) for column in zip(*rows, strict=True)]
    best = max(shares, default=0.0)
    return best * len(rows) if best >= MOSTLY else 0.0


def _with_others(table: NamedTable, lines: Sequence[str]) -> NamedTable:
    """A table, with a row for each name that the page shows elsewhere, and its context."""
    columns, rows, header = table
    told = {name for row in rows for cell in row for name in names_in(cell)}
    others = {name: text for _, name, text in _text_rows(lines)[1] if name not in told}
    if not others:
        return table
    shares = [domain_share(column) for column in zip(*rows, strict=True)]
    place, width = shares.index(max(shares)), len(columns)
    more = [[*_alone(name, place, width), text] for name, text in others.items()]
    return unique((*columns, TEXT_COLUMNS[-1])), [*([*row, ""] for row in rows), *more], header


def _alone(name: str, place: int, width: int) -> list[str]:
    """A row that is blank but for a name."""
    return [name if at == place else "" for at in range(width)]


def _text_rows(text: Sequence[str]) -> NamedTable:
    """A row for each name in a page's text, with some context."""
    rows = []
    shown = [line for line in (" ".join(line.split()) for line in text) if line]
    for number, line in enumerate(shown, 1):
        rows += [[str(number), name, line[:MOST_SHOWN]] for name in names_in(line)]
    return TEXT_COLUMNS, rows, False
