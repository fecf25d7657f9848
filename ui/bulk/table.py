"""A list as it was given: what it is, its first rows, about how many there are, what looks odd.

Scores nothing and draws nothing. A file of the data folder is read where it lies.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dga import logs
from dga.errors import FeedError
from dga.logs.field_names import QUERY
from dga.schema import VERDICT_COLUMNS
from dga.tables import TableInfo
from dga.tables.cells import holds_name
from dga.tables.titles import title
from ui.common.text import percent

HEAD_ROWS = 1_000
SAMPLES = 300  # of HEAD_ROWS rows each: what is read at most to estimate how many there are
BY_LINE = ("csv", "list", "zeek", "json-lines", "zeek-json", "suricata-eve")
FEW = 0.5  # a share of domains below this earns a warning
BLOCK = 2**20


@dataclass(frozen=True)
class Table:
    """A list. `column`: where the domains are, "" where unclear; `rows`: how many there are, None
    where only reading the whole would tell; `exact`: whether that is counted or estimated;
    `reason`: why the column was chosen, in a sentence."""

    name: str
    source: bytes | Path
    info: TableInfo
    head: pd.DataFrame
    column: str
    rows: int | None
    exact: bool
    reason: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    """The columns that a log is known by: client, rcode and others of `dga.logs.field_names`."""
    judged: tuple[str, ...] = ()
    """What is judged of the first rows, where the column is the one that was chosen for them."""
    notes: tuple[str, ...] = ()
    """What else to know of how the file is read, a sentence each."""

    def open(self) -> BinaryIO:
        """The content from its start."""
        return _opened(self.source)

    @property
    def about(self) -> str:
        """How many rows there are, in words."""
        if self.rows is None:
            return "rows not counted yet"
        unit = "row" if self.rows == 1 else "rows"
        return f"{self.rows:,} {unit}" if self.exact else f"about {self.rows:,} {unit}"


def open_table(name: str, source: bytes | Path, sheet: str = "") -> Table:
    """Read the first rows of a list or log and choose its column; FeedError says why it is none.

    `sheet`: which one of a workbook; SheetError where one must be chosen.
    """
    with (
        _opened(source) as file,
        logs.open_table(file, name=name, chunk_rows=HEAD_ROWS, sheet=sheet) as log,
    ):
        first = next(log.chunks, pa.table({name: [] for name in log.info.columns}))
        choice = log.roles.get(QUERY)
        judged = tuple(log.names(first).to_pylist()) if choice and len(first) else ()
        notes = tuple(log.notes)
    column = choice.column if choice else ""
    reason = f"{column} holds the names: {choice.reason}." if choice else ""
    head = first.to_pandas()
    rows, exact = _rows(name, source, log.info, len(head))
    roles = {role: found.column for role, found in log.roles.items()}
    return Table(name, source, log.info, head, column, rows, exact, reason, roles, judged, notes)


def nothing_to_score(table: Table, column: str) -> str:
    """A sentence where not one of the first rows holds a name; "" where any does."""
    rows, held = domains(table, column)
    if held or not rows:
        return ""
    return (
        f"Not one of the first {rows:,} rows holds a domain name in the column {column}. The file "
        f"is read as: {title(table.info.format)}. Choose another column, or give a log or a list "
        "of domains."
    )


def warnings(table: Table, column: str | None) -> list[str]:
    """What a user should know before scoring, each in one sentence of plain text."""
    told = []
    if column and len(table.head):
        rows, held = domains(table, column)
        share = held / max(1, rows)
        if 0 < share < FEW:
            told.append(
                f"Only {percent(share)} of the first {len(table.head):,} rows hold a domain "
                f"name in the column {column}: is it the right one?"
            )
    if table.info.surplus:
        told.append(
            "Some rows have more fields than the table has columns; the surplus fields stand in "
            f"the column {table.info.columns[-1]}."
        )
    if table.info.encoding == "cp1252":
        told.append("The text is not UTF-8; it is read as Windows-1252.")
    if taken := [name for name in table.info.columns if name in VERDICT_COLUMNS]:
        named = ", ".join(f"given_{name}" for name in taken)
        told.append(f"The list has columns that the result has too; its own become {named}.")
    return told


def domains(table: Table, column: str) -> tuple[int, int]:
    """Of the first rows: how many there are, and how many hold a domain name."""
    values = list(table.judged) if column == table.column else table.head[column].tolist()
    return len(values), sum(map(holds_name, values))


def _opened(source: bytes | Path) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _rows(name: str, source: bytes | Path, info: TableInfo, head: int) -> tuple[int | None, bool]:
    if head < HEAD_ROWS:
        return head, True
    with _opened(source) as file:
        if info.compression != "none":
            return _estimate(name, file, info)
        if info.format == "parquet":
            return int(pq.read_metadata(file).num_rows), True
        if info.format not in BY_LINE:
            return _estimate(name, file, info)
        return max(head, _lines(file) - info.skipped), True


def _lines(file: BinaryIO) -> int:
    found, last = 0, b""
    while block := file.read(BLOCK):
        found, last = found + block.count(b"\n"), block
    return found + (not last.endswith(b"\n"))


def _estimate(name: str, file: BinaryIO, info: TableInfo) -> tuple[int | None, bool]:
    """Rows told from how many of them a piece of the file takes; of a short file all are read."""
    rows = 0
    seen: list[tuple[int, int]] = []  # where in the file reading stood, rows until then
    try:
        with logs.open_table(file, name=name, chunk_rows=HEAD_ROWS, sheet=info.sheet) as log:
            for chunk in islice(log.chunks, SAMPLES):
                if not seen or file.tell() > seen[-1][0]:
                    seen.append((file.tell(), rows))
                rows += len(chunk)
            if next(log.chunks, None) is None:
                return rows, True
    except FeedError:  # damage further on is told when the list is scored
        return None, False
    if len(seen) < 3:
        return None, False
    (start, before), (end, until) = seen[1], seen[-1]  # the first piece is read with what it needs
    return round(info.size * (until - before) / (end - start)), False
