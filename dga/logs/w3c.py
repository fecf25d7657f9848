"""W3C extended logs (ELFF): proxies and web servers whose `#Fields:` name the columns.

Blue Coat, IIS, TMG and their like; `#Fields:` may change within a file, which then gets the columns
of all. Cells are quoted, in brackets, or words; with tabs in `#Fields:`, tabs stand between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pyarrow as pa

from dga.tables import TableInfo
from dga.tables.columns import unique
from dga.tables.texttable import columns_table

FORMAT: Final = "w3c"
SNIFFED_LINES: Final = 50
DATE, TIME = "date", "time"
EXTRA: Final = "extra"
_FIELDS = re.compile(r"\s*#\s?Fields:\s*([^\s,;][^,;]*)$", re.IGNORECASE)
_DATE = re.compile(r"\s*#\s?Date:\s*(\d{4}-\d\d-\d\d)", re.IGNORECASE)
_CELL = re.compile(r'"([^"]*)"|\[([^\[\]]*)\]|(\S+)')  # no "[" in brackets: linear time
_UNSET: Final = "-"


class W3cHeader:
    """The directives that are in force at one place of a log."""

    def __init__(self) -> None:
        self.columns: tuple[str, ...] = ()
        self.tabs = False
        self.date = ""

    def read(self, line: str) -> bool:
        """Take one line that starts with `#`; returns whether it names columns."""
        if dated := _DATE.match(line):
            self.date = dated[1]
        fields = _FIELDS.match(line)
        if fields is None:
            return False
        self.tabs = "\t" in fields[1]
        names = fields[1].split("\t") if self.tabs else fields[1].split()
        self.columns = unique(name.strip() for name in names)
        return True

    def row(self, line: str) -> dict[str, str]:
        """The cells of a line by their columns; what a row has more is told under EXTRA."""
        cells = line.split("\t") if self.tabs else cells_of(line)
        found = {
            name: "" if cell.strip() == _UNSET else cell.strip()
            for name, cell in zip(self.columns, cells, strict=False)
        }
        if TIME in found and DATE not in found:
            found[DATE] = self.date
        if len(cells) > len(self.columns):
            found[EXTRA] = " ".join(cells[len(self.columns) :])
        return found


def cells_of(line: str) -> list[str]:
    """The cells of a line with blanks between, some of them in quotes or brackets.

    >>> cells_of('[01/May/2026:10:00:01 +0000] 10.1.0.23 "Mozilla/5.0 (X11)" - a.example')
    ['01/May/2026:10:00:01 +0000', '10.1.0.23', 'Mozilla/5.0 (X11)', '-', 'a.example']
    """
    return [quoted or bracketed or word for quoted, bracketed, word in _CELL.findall(line)]


def w3c_columns(first: Sequence[str], *, more: bool) -> tuple[str, ...] | None:
    """The columns of a W3C extended log by its first lines, None if they are no such log.

    `more` says that lines follow: cells that come up later go to a column of their own.
    """
    if not any(map(_FIELDS.match, first[:SNIFFED_LINES])):
        return None
    header, found, wide = W3cHeader(), dict[str, None](), more
    for line in first:
        if line.lstrip().startswith("#"):
            header.read(line)
        elif line.strip() and header.columns:
            wide |= EXTRA in header.row(line)
        found |= dict.fromkeys(header.columns)
        if TIME in header.columns and DATE not in header.columns:
            found[DATE] = None
    return (*found, EXTRA) if wide and EXTRA not in found else tuple(found)


def w3c_tables(blocks: Iterable[Sequence[str]], info: TableInfo) -> Iterator[pa.Table]:
    """The rows of a W3C extended log, a table a block; what is not set is ""."""
    header = W3cHeader()
    known = frozenset(info.columns)
    for lines in blocks:
        rows = []
        for line in lines:
            if line.lstrip().startswith("#"):
                header.read(line)
            elif line.strip():
                rows.append(_fitted(header.row(line), known))
        yield columns_table([[row.get(name, "") for row in rows] for name in info.columns], info)


def _fitted(row: dict[str, str], known: frozenset[str]) -> dict[str, str]:
    """A row whose cells of columns that come up late stand under EXTRA, by their names."""
    if row.keys() <= known:
        return row
    told = [row.pop(EXTRA)] if EXTRA in row else []
    told += [f"{name}={row[name]}" for name in row if name not in known]
    return {**row, EXTRA: " ".join(told)}
