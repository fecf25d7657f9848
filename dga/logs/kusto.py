"""Kusto's text: tables and lists written in KQL, and CSV whose cells are unquoted lists.

`datatable(Name:string, ...)[...]` gives its rows, `dynamic([...])` and `in (...)` their texts; a
table with unquoted lists in its cells is rewritten as CSV that others read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Final

import pyarrow as pa

from dga.errors import FeedError
from dga.tables import TableInfo
from dga.tables.columns import is_domain, unique
from dga.tables.texttable import text_table
from dga.tables.unpack import Payload

FORMAT: Final = "kql"
SNIFFED_LINES: Final = 200
MAX_BYTES: Final = 2**23  # of a query, whose lists are held in memory
MAX_TABLE: Final = 2**26  # bytes of a table that is rewritten
COLUMNS: Final = ("domain",)
_TEXT = r"""[@hH]{0,2}(?:"(?:[^"\\\r\n]|\\.)*+"|'(?:[^'\\\r\n]|\\.)*+')"""
_LITERAL = re.compile(
    rf"(?:datetime|timespan|guid)\((?P<wrapped>[^()]{{0,100}})\)"
    rf"|dynamic\((?P<list>(?:{_TEXT}|[^()\"'])*+)\)"
    rf"|(?P<text>{_TEXT})|(?P<word>[\w.:+-]{{1,100}})"
)
_DATATABLE = re.compile(r"\bdatatable\s{0,9}\(([^()]{1,20000})\)\s{0,99}\[")
_COLUMN = re.compile(r"\s*\[?['\"]?([^:'\"\]]+?)['\"]?\]?\s*:\s*\w+\s*")
_LIST = re.compile(rf"[\[(]\s*+(?:{_TEXT}\s*+,?\s*+)++[\])]")
_STARTS = re.compile(
    r"\s*(?:let\s+\w+\s*=|datatable\s*\(|print\s+\w+\s*=\s*dynamic|dynamic\s*\(\[)"
)
# A list that stands unquoted in a cell: no quote mark of its texts is doubled.
_CELL = re.compile(
    r'(?:(?<=,)|(?<=^)|(?<=\n))(?:dynamic\()?(\[\s*"[^"\r\n]*"(?:\s*,\s*"[^"\r\n]*")*\s*\])\)?'
    r"(?=,|\r|\n|$)"
)
_UNESCAPED = re.compile(r"\\(.)")


def is_kql(lines: Sequence[str]) -> bool:
    """Whether a text is written in KQL: a list or a table of its own."""
    return any(_STARTS.match(line) for line in lines[:SNIFFED_LINES])


def has_unquoted_lists(lines: Sequence[str]) -> bool:
    """Whether the cells of a table are lists that nobody quoted.

    >>> has_unquoted_lists(['Client,Names', '10.1.0.23,dynamic(["a.com","b.net"])'])
    True
    >>> has_unquoted_lists(['Client,Names', '10.1.0.23,"[""a.com"",""b.net""]"'])
    False
    """
    sample = [line for line in lines[:SNIFFED_LINES] if line.strip()]
    listed = [line for line in sample if (found := _CELL.search(line)) and found.start()]
    return len(sample) > 1 and len(listed) * 2 >= len(sample)


def kql_tables(payload: Payload, blank: TableInfo) -> tuple[TableInfo, Iterator[pa.Table]]:
    """The rows of a text in KQL; raises FeedError where none of its lists or tables has a name."""
    text = payload.text(MAX_BYTES, "a query in KQL")
    columns, rows = _datatable(text) or (COLUMNS, _listed(text))
    if not any(is_domain(cell) for row in rows for cell in row):
        raise FeedError(
            f"{payload.name}: a query in KQL without a list of names; export its result as CSV"
        )
    info = replace(blank, format=FORMAT, columns=columns, header=columns is not COLUMNS)
    return info, iter([text_table(rows, info)])


def quoted(payload: Payload) -> Payload:
    """A table whose unquoted lists are cells of CSV.

    >>> _CELL.sub(_quote, '10.1.0.23,dynamic(["a.com","b.net"])')
    '10.1.0.23,"[""a.com"",""b.net""]"'
    """
    text = payload.text(MAX_TABLE, "a table with unquoted lists")
    return replace(payload, head=_CELL.sub(_quote, text).encode(), stream=BytesIO())


def _quote(cell: re.Match[str]) -> str:
    return '"' + cell[1].replace('"', '""') + '"'


def _datatable(text: str) -> tuple[tuple[str, ...], list[list[str]]] | None:
    """The columns and rows of the first table that is written out."""
    table = _DATATABLE.search(text)
    if table is None:
        return None
    names = [name[1] for part in table[1].split(",") if (name := _COLUMN.fullmatch(part))]
    if not names:
        return None
    cells: list[str] = []
    at = table.end()
    while at < len(text) and text[at] != "]":
        literal = _LITERAL.match(text, at)
        if literal:
            cells.append(_value(literal))
        at = literal.end() if literal else at + 1
    rows = [cells[first : first + len(names)] for first in range(0, len(cells), len(names))]
    return unique(names), rows


def _listed(text: str) -> list[list[str]]:
    """The texts of each list that holds a name."""
    found: list[list[str]] = []
    for group in _LIST.finditer(text):
        texts = [_plain(literal[0]) for literal in re.finditer(_TEXT, group[0])]
        found += [[text] for text in texts] if any(map(is_domain, texts)) else []
    return found


def _value(literal: re.Match[str]) -> str:
    if literal["text"]:
        return _plain(literal["text"])
    return str(literal["wrapped"] or literal["list"] or literal["word"] or "").strip()


def _plain(text: str) -> str:
    """A text without quotes and escapes."""
    inner = text.lstrip("@hH")[1:-1]
    return inner if text.startswith("@") else _UNESCAPED.sub(r"\1", inner)
