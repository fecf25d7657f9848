"""Readers: one function a format, from a payload to Arrow tables of text.

READERS is the table of them; a format more is a function, its row here and its recognition in
`layout`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dga.errors import FeedError
from dga.tables.delimited import fast_table, read_csv
from dga.tables.jsonrows import array_items, line_record, record, scalar
from dga.tables.layout import TableInfo, is_hosts_line
from dga.tables.opening import Payload, damage_told
from dga.tables.text import lines, without_surrogates
from dga.tables.texttable import columns_table, rows_at_once, text_table

MAX_COLUMN_BYTES = 2**28
JSON_ROWS = 1_000
PARQUET_ROWS = 10_000


def _list(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    for block in payload.blocks(info.skipped, rows_at_once(info)):
        table = fast_table(block, info)
        yield columns_table([lines(block)], info) if table is None else table


def _hosts(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    for block in payload.blocks(info.skipped, rows_at_once(info)):
        yield text_table([_hosts_row(line) for line in lines(block)], info)


def _hosts_row(line: str) -> list[str]:
    return line.split(None, 2) if is_hosts_line(line) else ["", line.strip()]


def _zeek(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    """Zeek's own log: tabs, no quotes, `#` lines between rows, "-" for a field not set."""
    for block in payload.blocks(info.skipped, rows_at_once(info)):
        table = fast_table(block, info) if b"\n#" not in b"\n" + block else None
        if table is None:
            rows = [line.split("\t") for line in lines(block) if not line.startswith("#")]
            table = text_table(rows, info)
        yield pa.table([_set_fields(column) for column in table.columns], names=table.column_names)


def _set_fields(column: pa.ChunkedArray) -> pa.ChunkedArray:
    unset = pc.is_in(column, value_set=pa.array(["-", "(empty)"], pa.large_string()))
    return pc.if_else(unset, "", column)


def _json_lines(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    for block in payload.blocks(info.skipped, rows_at_once(info)):
        yield _json_table([line_record(line) for line in lines(block)], info)


def _json(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    rows: list[dict[str, str]] = []
    for value in array_items(payload):
        rows.append(record(value))
        if len(rows) == JSON_ROWS:
            yield _json_table(rows, info)
            rows = []
    yield _json_table(rows, info)


def _json_table(rows: list[dict[str, str]], info: TableInfo) -> pa.Table:
    """Rows of fields as a table; fields that are no column of it are told in the surplus."""
    known = info.columns[:-1] if info.surplus else info.columns
    if not info.surplus and any(row.keys() - known for row in rows):
        return text_table([_fields(row, known) for row in rows], replace(info, delimiter=" "))
    columns = [[row.get(column, "") for row in rows] for column in known]
    if info.surplus:
        names = frozenset(known)
        columns.append([" ".join(_more(row, names)) for row in rows])
    return columns_table(columns, info)


def _fields(row: dict[str, str], known: Sequence[str]) -> list[str]:
    return [row.get(column, "") for column in known] + _more(row, frozenset(known))


def _more(row: dict[str, str], known: frozenset[str]) -> list[str]:
    if row.keys() <= known:
        return []
    return [f"{key}={row[key]}".lstrip("=") for key in row if key not in known]


def _parquet(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    with damage_told(payload.name), ExitStack() as stack:
        raw = payload.on_disk(stack)
        # Kept as dictionaries, values that repeat are counted before they are written out.
        texts = [field.name for field in pq.read_schema(raw) if pa.types.is_string(field.type)]
        raw.seek(0)
        file = pq.ParquetFile(raw, read_dictionary=texts)
        for batch in file.iter_batches(batch_size=min(PARQUET_ROWS, rows_at_once(info))):
            columns = [_as_text(column, payload.name) for column in batch.columns]
            yield pa.table(columns, names=list(info.columns))


def _as_text(column: pa.Array, name: str) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
        if (pc.sum(lengths).as_py() or 0) > MAX_COLUMN_BYTES:
            raise FeedError(f"{name}: a column of huge texts, no table of domains; leave it out")
    try:
        return pc.fill_null(pc.cast(column, pa.large_string()), "")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        texts = [without_surrogates(scalar(value)) for value in column.to_pylist()]
        return pa.array(texts, pa.large_string())


READERS: dict[str, Callable[[Payload, TableInfo], Iterator[pa.Table]]] = {
    "csv": read_csv,
    "list": _list,
    "hosts": _hosts,
    "zeek": _zeek,
    "json": _json,
    "json-lines": _json_lines,
    "zeek-json": _json_lines,
    "suricata-eve": _json_lines,
    "parquet": _parquet,
}
