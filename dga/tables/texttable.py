"""Convert rows of texts to Arrow tables with a layout's columns, and cut tables to equal length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from dga.tables.sniff import TableInfo

MAX_CELLS = 4_000_000  # in one table of a stream
MAX_TABLE_BYTES = 2**26
MANY_TABLES = 1_000  # tables that are joined at a time
FEW_TABLES = 32  # so few are not copied


def rows_at_once(info: TableInfo) -> int:
    """The number of rows per table, smaller for many columns, so that blank lines take little
    memory."""
    return max(1, MAX_CELLS // len(info.columns))


def text_table(rows: list[list[str]], info: TableInfo) -> pa.Table:
    """Make a table of rows, each padded or joined to the layout's width."""
    width = len(info.columns) - info.surplus
    fitted = [_fit(row, width, info) if len(row) != width or info.surplus else row for row in rows]
    return columns_table(list(zip(*fitted, strict=True)) or [[]] * len(info.columns), info)


def columns_table(columns: Sequence[Sequence[str]], info: TableInfo) -> pa.Table:
    """A table of columns."""
    arrays = [pa.array(column, pa.large_string()) for column in columns]
    return pa.table(arrays, names=list(info.columns))


def chunked(tables: Iterable[pa.Table], info: TableInfo, chunk_rows: int) -> Iterator[pa.Table]:
    """Cut tables of any length into ones of `chunk_rows`, shorter ones where rows are huge.

    A table without rows gives one.
    """
    chunk_rows = max(1, min(chunk_rows, rows_at_once(info)))
    held, rows, size, told = [text_table([], info)], 0, 0, False
    for table in tables:
        if not len(table):
            continue
        held.append(table)
        rows, size = rows + len(table), size + table.nbytes
        if rows < chunk_rows and size <= MAX_TABLE_BYTES and len(held) < MANY_TABLES:
            continue
        whole = _joined(held)
        while len(whole) >= chunk_rows or (len(whole) and whole.nbytes > MAX_TABLE_BYTES):
            yield whole.slice(0, chunk_rows)
            whole, told = whole.slice(chunk_rows), True
        held, rows, size = [whole], len(whole), whole.nbytes
    if rows or not told:
        yield _joined(held)


def _joined(tables: list[pa.Table]) -> pa.Table:
    """Tables as one; many small ones are copied, since each piece of a column costs time."""
    whole = pa.concat_tables(tables)
    return whole.combine_chunks() if len(tables) >= FEW_TABLES else whole


def _fit(row: list[str], width: int, info: TableInfo) -> list[str]:
    """Pad a short row; join extra fields into the surplus column, else into the last one."""
    joint = info.delimiter or " "
    row = row + [""] * (width - len(row))
    more = row[width:] if any(row[width:]) else []
    if info.surplus:
        return [*row[:width], joint.join(more)]
    return [*row[: width - 1], joint.join([row[width - 1], *more])]
