"""Zeek's own logs: `#separator` and the other directives, also several logs in one file.

A file whose `#fields` change gets the columns of all; fields that the head does not show go to
the last column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from dga.names import arrow_strings
from dga.tables import TableInfo
from dga.tables.columns import unique
from dga.tables.delimited import fast_table
from dga.tables.encodings import lines
from dga.tables.texttable import text_table

FORMAT = "zeek"
EXTRA = "extra"
SNIFFED_LINES = 50
_COMMENT = re.compile(rb"^#[^\n]*\n?", re.M)
_HEX = re.compile(r"\\x([0-9A-Fa-f]{2})")


class ZeekHeader:
    """The directives that are in force at one place of a Zeek log."""

    def __init__(self) -> None:
        self.separator = "\t"
        self.unset = "-"
        self.empty = "(empty)"
        self.columns: tuple[str, ...] = ()

    def read(self, line: str) -> bool:
        """Take one line that starts with `#`; returns whether it names columns."""
        if line.startswith("#separator"):
            given = line[len("#separator") :].strip(" \t")
            self.separator = _HEX.sub(lambda code: chr(int(code[1], 16)), given)[:1] or "\t"
            return False
        directive, *values = line[1:].split(self.separator)
        if directive == "unset_field" and values:
            self.unset = values[0]
        elif directive == "empty_field" and values:
            self.empty = values[0]
        elif directive == "fields" and values:
            self.columns = unique(values)
            return True
        return False


def zeek_columns(first: Sequence[str], *, more: bool) -> tuple[str, ...] | None:
    """The columns of a Zeek log by its first lines, None if they are no such log.

    `more` says that lines follow: a column is added for fields that come up later.
    """
    if not any(line.startswith("#fields") for line in first[:SNIFFED_LINES]):
        return None
    header, found, logs = ZeekHeader(), dict[str, None](), 0
    for line in first:
        if line.startswith("#") and header.read(line):
            found |= dict.fromkeys(header.columns)
            logs += 1
    if not found:
        return None
    return (*found, _free(found)) if more and logs > 1 else tuple(found)


def zeek_tables(blocks: Iterator[bytes], info: TableInfo) -> Iterator[pa.Table]:
    """The rows of a Zeek log; what is not set is ""."""
    header = ZeekHeader()
    for block in blocks:
        tables = [_widened(table, header, info) for table in _parts(block, header, info)]
        yield pa.concat_tables(tables) if tables else text_table([], info)


def _parts(block: bytes, header: ZeekHeader, info: TableInfo) -> Iterator[pa.Table]:
    """The tables between the lines of a block that start with `#`."""
    at = 0
    for comment in _COMMENT.finditer(block):
        if comment.start() > at:
            yield _rows(block[at : comment.start()], header, info)
        header.read(lines(comment[0])[0] if comment[0].strip() else "#")
        at = comment.end()
    if at < len(block):
        yield _rows(block[at:], header, info)


def _rows(block: bytes, header: ZeekHeader, info: TableInfo) -> pa.Table:
    columns = header.columns or info.columns
    own = replace(info, columns=columns, delimiter=header.separator, surplus=False)
    table = fast_table(block, own)
    if table is None:
        table = text_table([line.split(header.separator) for line in lines(block)], own)
    unset = pa.array([header.unset, header.empty], pa.large_string())
    arrays = [pc.if_else(pc.is_in(c, value_set=unset), "", c) for c in table.columns]
    return pa.table(arrays, names=table.column_names)


def _widened(table: pa.Table, header: ZeekHeader, info: TableInfo) -> pa.Table:
    """A table of one log with the columns of the whole file."""
    if table.column_names == list(info.columns):
        return table
    blank = arrow_strings.blank(len(table))
    columns = [table[c] if c in table.column_names else blank for c in info.columns]
    others = [c for c in table.column_names if c not in info.columns]
    if others:
        columns[-1] = _joined([columns[-1], *(_told(table[c], c) for c in others)])
    return pa.table(columns, names=list(info.columns))


def _told(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """A field as `name=value`, "" where it is not set."""
    named = pc.binary_join_element_wise(pa.scalar(name, pa.large_string()), column, "=")
    return pc.if_else(pc.equal(column, ""), "", named)


def _joined(columns: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    return pc.utf8_trim_whitespace(pc.binary_join_element_wise(*columns, " "))


def _free(taken: dict[str, None]) -> str:
    name = EXTRA
    while name in taken:
        name += "_"
    return name
