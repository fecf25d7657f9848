"""Readers: one function per format, from a payload to Arrow tables of text.

A new format needs a function, a row in READERS, and its recognition in `sniff.layout`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from dga.names.find import names_in
from dga.tables import documents, parquet_limits
from dga.tables.delimited import fast_table, read_csv
from dga.tables.documents import document_rows, find_document
from dga.tables.encodings import lines, without_surrogates
from dga.tables.fastjson import FastJson, below
from dga.tables.jsonrows import array_items, line_record, record, scalar
from dga.tables.lists import LISTS, list_rows
from dga.tables.sniff import (
    TableInfo,
    column_starts,
    fixed_cells,
    is_hosts_line,
    markdown_cells,
    split_spaced,
)  # fmt: skip
from dga.tables.texttable import columns_table, rows_at_once, text_table
from dga.tables.unpack import Payload, damage_told
from dga.tables.zones import zone_rows

JSON_ROWS = 1_000
# The prefix of a log line: a time, and the machine that wrote it.
_LOG_HEAD = re.compile(
    r"(?:<\d{1,3}>\d? ?)?(?:[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d|"
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*) (\S+)(?= )"
)
MAX_SHOWN = 200  # characters of context around a name
JSON_LINES = 5_000  # parsed together; one irregular line makes all of them go to the slow reader


def _list(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    for block in payload.blocks(info.skipped, rows_at_once(info)):
        table = fast_table(block, info)
        yield columns_table([lines(block)], info) if table is None else table


def _hosts(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    for block in payload.blocks(info.skipped, rows_at_once(info)):
        yield text_table([row for line in lines(block) for row in _hosts_rows(line)], info)


def _hosts_rows(line: str) -> list[list[str]]:
    """A row for each name in a line; comments are skipped."""
    if not is_hosts_line(line):
        text = line.strip()
        return [] if text.startswith("#") else [["", text]]
    entry, mark, comment = line.partition("#")
    address, *names = entry.split()
    return [[address, name, mark + comment.rstrip()] for name in names]


def _rules(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    """Rules of a block list or a configuration."""
    kind = next(kind for kind in LISTS if kind.name == info.format)
    for block in payload.blocks(info.skipped, rows_at_once(info)):
        yield text_table(list(list_rows(lines(block), kind)), info)


def _zone(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    blocks = payload.blocks(info.skipped, rows_at_once(info))
    for rows in zone_rows(lines(block) for block in blocks):
        yield text_table(rows, info)


def _spaced(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    """Columns separated by spaces; the header and comments are skipped."""
    header = info.header
    for block in payload.blocks(info.skipped, rows_at_once(info)):
        rows = [split_spaced(line) for line in lines(block) if line.strip() and line[0] != "#"]
        if header and rows:
            rows, header = rows[1:], False
        yield text_table(rows, info)


def _markdown(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    for block in payload.blocks(info.skipped, rows_at_once(info)):
        yield text_table([markdown_cells(line) for line in lines(block) if "|" in line], info)


def _fixed_width(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    """Cells under the dashes of the header."""
    first = payload.first_lines()
    starts = column_starts(first[info.skipped - 1])
    for block in payload.blocks(info.skipped, rows_at_once(info)):
        rows = [fixed_cells(line, starts) for line in lines(block) if line.strip()]
        yield text_table(rows, info)


def _text(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    """A row for each name in a text, with some context."""
    number = 0
    machines = _tells_machines(payload.first_lines())
    for block in payload.blocks(0, rows_at_once(info)):
        rows = []
        for line in lines(block):
            number += 1
            shown = line.strip()[:MAX_SHOWN]
            told = _LOG_HEAD.sub("", line) if machines else line
            rows += [[str(number), name, shown] for name in names_in(told)]
        yield text_table(rows, info)


def _tells_machines(first: Sequence[str]) -> bool:
    """Whether the lines are of an unknown log in which a machine's name follows the time."""
    heads = [head for line in first[:1_000] if (head := _LOG_HEAD.match(line))]
    parents = {".".join(head[1].lower().split(".")[-2:]) for head in heads}
    return len(heads) * 2 > len(first[:1_000]) and len(parents) * 10 <= max(10, len(heads))


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
    fast = FastJson(info.columns)
    for block in payload.blocks(info.skipped, min(JSON_LINES, rows_at_once(info))):
        table = fast.table(block)
        if table is None:
            table = _json_table([line_record(line) for line in lines(block)], info)
        yield table


def _document(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    """Rows nested in a JSON document."""
    layout = find_document(payload)
    assert layout is not None
    rows = document_rows(payload, layout)
    while batch := list(islice(rows, JSON_ROWS)):
        yield _json_table(batch, info)


def _json(payload: Payload, info: TableInfo) -> Iterator[pa.Table]:
    rows: list[dict[str, str]] = []
    for value in array_items(payload):
        rows.append(record(value))
        if len(rows) == JSON_ROWS:
            yield _json_table(rows, info)
            rows = []
    yield _json_table(rows, info)


def _json_table(rows: list[dict[str, str]], info: TableInfo) -> pa.Table:
    """Convert rows of fields to a table; fields without a column go to the surplus column."""
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
        size = raw.seek(0, 2)
        raw.seek(0)
        rows = min(parquet_limits.BATCH_ROWS, rows_at_once(info))
        for batch in parquet_limits.batches(raw, payload.name, size, rows):
            named = zip(batch.schema.names, batch.columns, strict=True)
            columns = [_as_text(leaf) for name, column in named for _, leaf in below(name, column)]
            yield pa.table(columns, names=list(info.columns))


def _as_text(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    try:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            column = pc.cast(column, pa.large_binary())  # types whose cast to text checks the bytes
        return pc.fill_null(pc.cast(column, pa.large_string()), "")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        texts = [without_surrogates(scalar(value)) for value in column.to_pylist()]
        return pa.array(texts, pa.large_string())


READERS: dict[str, Callable[[Payload, TableInfo], Iterator[pa.Table]]] = {
    "csv": read_csv,
    "list": _list,
    "hosts": _hosts,
    **{kind.name: _rules for kind in LISTS},
    "zone": _zone,
    "spaced": _spaced,
    "markdown": _markdown,
    "fixed-width": _fixed_width,
    "text": _text,
    "zeek": _zeek,
    "json": _json,
    **dict.fromkeys(documents.FORMATS, _document),
    "json-lines": _json_lines,
    "zeek-json": _json_lines,
    "suricata-eve": _json_lines,
    "parquet": _parquet,
}
