"""Read delimited text: regular blocks by Arrow, all others row by row.

A quoted field may span lines; a quote that is never closed counts as an ordinary character.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from dga.tables.encodings import lines
from dga.tables.escaped_quotes import doubled_blocks
from dga.tables.sniff import MAX_RECORD_LINES, TableInfo, split
from dga.tables.texttable import rows_at_once, text_table
from dga.tables.unpack import Payload

NO_DELIMITER = "\x1f"  # cuts what has one column


def read_csv(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    """The rows of delimited text; an open quote is carried over to the next block."""
    open_lines: list[str] = []
    blocks = payload.blocks(info.skipped, rows_at_once(info))
    for block in doubled_blocks(blocks) if info.escaped else blocks:
        table = None if open_lines else fast_table(block, info)
        if table is None:
            rows, open_lines = _rows(open_lines + lines(block), info, last=False)
            table = text_table(rows, info)
        yield table
    yield text_table(_rows(open_lines, info, last=True)[0], info)


def fast_table(block: bytes, info: TableInfo) -> pa.Table | None:
    """Parse a block of whole rows by Arrow; None if the row-by-row reader might read it
    differently."""
    quoted = info.format == "csv" and b'"' in block
    delimiter = info.delimiter or NO_DELIMITER
    if info.delimiter is None and NO_DELIMITER.encode() in block:
        return None
    if block.startswith(codecs.BOM_UTF8):  # Arrow drops it
        return None
    if quoted and not _plainly_quoted(block, delimiter):
        return None
    names = list(info.columns[:-1] if info.surplus else info.columns)
    text = pa.large_string()
    try:
        table = pacsv.read_csv(
            pa.BufferReader(block),
            read_options=pacsv.ReadOptions(column_names=names, use_threads=False),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if quoted else False,
                ignore_empty_lines=False,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, text), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if info.surplus:
        table = table.append_column(info.columns[-1], pa.array([""] * len(table), text))
    return table


def _plainly_quoted(block: bytes, delimiter: str) -> bool:
    """Whether each quote opens or closes a field, and no field contains a quote or a line end."""
    data = np.frombuffer(b"\n" + block + b"\n", dtype=np.uint8)
    quotes = np.flatnonzero(data == ord('"'))
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    is_edge = np.zeros(256, dtype=np.bool_)
    is_edge[[ord("\n"), ord(delimiter)]] = True
    ends = np.flatnonzero(data == ord("\n"))
    return bool(
        is_edge[data[opening - 1]].all()
        and is_edge[data[closing + 1]].all()
        and (np.searchsorted(ends, opening) == np.searchsorted(ends, closing)).all()
        and np.diff(ends).max() < csv.field_size_limit()  # the csv module's limit
    )


def _rows(lines: list[str], info: TableInfo, *, last: bool) -> tuple[list[list[str]], list[str]]:
    """Split lines into rows; returns them and the lines of a quoted field that is still open."""
    rows: list[list[str]] = []
    at = 0
    while at < len(lines):
        if lines[at].count('"') % 2 == 0:
            rows.append(split(lines[at], info.delimiter))
            at += 1
            continue
        group = lines[at : at + MAX_RECORD_LINES]
        row, used = _spanning_row(group, info)
        if row is None and len(group) < MAX_RECORD_LINES and not last:
            return rows, lines[at:]
        rows.append(row or lines[at].split(info.delimiter))
        at += used if row else 1
    return rows, []


def _spanning_row(lines: list[str], info: TableInfo) -> tuple[list[str] | None, int]:
    """The row that starts with a quoted field over several lines, and its number of lines."""
    width = len(info.columns) - info.surplus
    quotes = 0
    for used, line in enumerate(lines, 1):
        quotes += line.count('"')
        if quotes % 2:
            continue
        try:
            text = (part + "\n" for part in lines[:used])
            found = list(csv.reader(text, delimiter=info.delimiter or ",", strict=True))
        except csv.Error:
            return None, 0
        fits = len(found) == 1 and (
            len(found[0]) == width or (info.surplus and len(found[0]) > width)
        )
        return (found[0], used) if fits else (None, 0)
    return None, 0
