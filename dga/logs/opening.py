"""Any file to rows with roles: the one way in of everything that scores or looks at a log.

Layouts that only logs have are tried first; every other file is read by `dga.tables`. Every row
comes out, in order. Scores nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

import pandas as pd
import pyarrow as pa

from dga.logs.cells import find_cells
from dga.logs.exchanges import JOINED, Exchange, find_exchange
from dga.logs.exchanges import SAMPLE as EXCHANGE_ROWS
from dga.logs.field_names import QUERY
from dga.logs.fields import SAMPLE_ROWS, choose_roles, no_names, with_other_layouts
from dga.logs.filled import first_filled
from dga.logs.label_lengths import decode_label_lengths
from dga.logs.layouts import LayoutFinder
from dga.logs.live import LivePayload, ShouldStop, is_pipe, live_payload
from dga.logs.paths import Choice
from dga.logs.text_log import LINES
from dga.progress import never
from dga.tables import TableInfo, reading
from dga.tables.read_ahead import read_ahead
from dga.tables.unpack import MAX_BYTES

CHUNK_ROWS = 50_000
SEVERAL = "several"  # the format of files of different layouts in one table

Logs = Path | BinaryIO | Sequence[Path]


@dataclass
class LogTable:
    """A file that is being read: its layout, its rows as Arrow tables of text, and its roles.

    `chunks` yields tables whose columns are large_string without nulls. `live` tells that rows
    come as they are written; `quiet` waits a moment and says whether none come, so that what is
    held back should be answered.
    """

    info: TableInfo
    layout: str
    roles: dict[str, Choice]
    chunks: Iterator[pa.Table]
    share: Callable[[], float]
    quiet: Callable[[], bool] = lambda: False
    live: bool = False
    notes: list[str] = field(default_factory=list)
    exchange: Exchange | None = None
    """How queries and answers that stand in rows of their own are told and joined."""

    @property
    def column(self) -> str:
        """The column of the queried names; raises FeedError if there is none."""
        return self.query.column

    @property
    def query(self) -> Choice:
        """The choice of the queried names; raises FeedError if no column holds any."""
        if QUERY not in self.roles:
            raise no_names(self.info.columns)
        return self.roles[QUERY]

    def names(self, chunk: pa.Table) -> pa.LargeStringArray:
        """The queried names of a chunk, a text a row; "" where a row has none."""
        return decode_label_lengths(first_filled(chunk, self.query.columns))


@contextmanager
def open_table(
    source: Logs,
    *,
    name: str = "",
    chunk_rows: int = CHUNK_ROWS,
    max_bytes: int = MAX_BYTES,
    roles: Mapping[str, str] | None = None,
    sheet: str = "",
    ahead: bool = False,
    should_stop: ShouldStop = never,
) -> Iterator[LogTable]:
    """Open a log or any other table of names, with the column of each role chosen.

    Several paths, and the files of folders and archives, are one stream. A pipe is read as it is
    written, until it ends or `should_stop` says so.

    `roles` names columns that the user has chosen, by role; `sheet` a workbook's sheet; `ahead`
    reads the next chunk in a thread while one is used. Raises FeedError for what is no table and
    for a given column that is not there; a table without names is no error until its `column` is
    asked for.
    """
    with (
        _opened(source, name, chunk_rows, max_bytes, sheet, should_stop) as log,
        read_ahead(log.chunks) if ahead and not log.live else nullcontext(log.chunks) as log.chunks,
    ):
        first = next(log.chunks, pa.table({}))
        sample = first.slice(0, SAMPLE_ROWS).to_pandas()
        log.roles = choose_roles(log.info.columns, sample, roles)
        if log.info.format == SEVERAL:
            log.roles = with_other_layouts(log.roles, log.info.columns)
        log.chunks = chain([first] if first.num_columns else [], log.chunks)
        if QUERY not in log.roles or not log.roles[QUERY].sure:
            first = _look_into_cells(log, first, sample, roles)
        _join_rows(log, first)
        yield log


@contextmanager
def _opened(
    source: Logs,
    name: str,
    chunk_rows: int,
    max_bytes: int,
    sheet: str,
    should_stop: ShouldStop,
) -> Iterator[LogTable]:
    """A log whose roles are not chosen yet."""
    finder = LayoutFinder()
    given: Path | BinaryIO | tuple[Path, ...] | LivePayload
    given = source if isinstance(source, Path) else _one_or_more(source)
    if is_pipe(given):
        given = live_payload(cast(BinaryIO, given), name or "standard input", should_stop)
    if isinstance(given, LivePayload):
        info, rows = finder.open_payload(given)
        chunks = (table for table in rows if len(table))
        yield LogTable(info, info.format, {}, chunks, lambda: 0.0, quiet=given.quiet, live=True)
        return
    with reading(
        given, name=name, chunk_rows=chunk_rows, max_bytes=max_bytes, sheet=sheet,
        open_payload=finder.open_payload,
    ) as read:  # fmt: skip
        log = LogTable(read.info, read.info.format, {}, read.chunks, read.share)
        log.notes += read.notes
        yield log


def _one_or_more(source: BinaryIO | Sequence[Path]) -> BinaryIO | Path | tuple[Path, ...]:
    """A stream as it is, a single path alone."""
    if not isinstance(source, Sequence):
        return source
    paths = tuple(source)
    return paths[0] if len(paths) == 1 else paths


def _look_into_cells(
    log: LogTable, first: pa.Table, sample: pd.DataFrame, roles: Mapping[str, str] | None
) -> pa.Table:
    """Take names from log lines in a column's cells, where no column holds names itself.

    Returns the first rows with the columns that this adds.
    """
    reader = find_cells(sample)
    if reader is None:
        return first
    columns = (*log.info.columns, *reader.columns.values())
    more = reader.extend(first.slice(0, SAMPLE_ROWS)).to_pandas()
    found = choose_roles(columns, more, roles)
    if QUERY in found and found[QUERY].sure:
        log.info = replace(log.info, columns=columns)
        log.roles, log.layout = found, f"{log.layout} with {reader.layout} in {reader.column!r}"
        log.chunks = map(reader.extend, log.chunks)
        return reader.extend(first.slice(0, EXCHANGE_ROWS))
    return first


def _join_rows(log: LogTable, first: pa.Table) -> None:
    """Tell which rows are one look-up, where queries and answers are rows of their own."""
    if LINES in log.info.columns or not first.num_columns:
        return  # a layout that joins its lines itself
    log.exchange = find_exchange(first, log.roles)
    if log.exchange is not None:
        log.info = replace(log.info, columns=(*log.info.columns, JOINED))
        log.chunks = log.exchange.pair(log.chunks)
        log.notes.append(log.exchange.note())
