"""Any file of rows to chunks of text columns, streamed: the one reader of every upload.

What a file is, its content says, never its name: CSV, plain and hosts lists, JSON lines, a JSON
array, Parquet, Excel workbooks, Zeek and Suricata DNS logs, each also compressed with gzip, bzip2,
xz or Zstandard, and archives and folders of such. Every row comes out, in order, as text; a row
that does not fit its table comes out too. Knows nothing of labels (`dga.datasets.feeds` does) and
writes nothing but temporary copies of pipes and workbooks.

`unpack` (with `archives`, `spreadsheets`, `extents`) opens files, `encodings` decodes, `sniff` and
`columns` tell the layout, `readers` (with `delimited`, `jsonrows`, `texttable`) read, `joined`
makes one table of several files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa

from dga.tables import joined
from dga.tables.archives import members
from dga.tables.columns import SAMPLE_ROWS, domain_share, guess_column, require_column
from dga.tables.encodings import shown
from dga.tables.joined import OpenPayload, as_table
from dga.tables.sniff import TableInfo
from dga.tables.texttable import chunked
from dga.tables.unpack import MAX_BYTES, Payload, seekable, source_name

__all__ = [
    "SAMPLE_ROWS", "OpenPayload", "Reading", "TableInfo", "as_table", "domain_share",
    "guess_column", "open_table", "read_chunks", "reading", "require_column", "shown", "sniff",
    "source_name",
]  # fmt: skip

CHUNK_ROWS = 50_000


def sniff(source: Path | BinaryIO, name: str = "", *, sheet: str = "") -> TableInfo:
    """Say what a file is from its first megabyte; raises FeedError when it is no table."""
    with reading(source, name=name, sheet=sheet) as read:
        return read.info


def read_chunks(
    source: Path | BinaryIO,
    *,
    name: str = "",
    chunk_rows: int = CHUNK_ROWS,
    max_bytes: int = MAX_BYTES,
) -> Iterator[pd.DataFrame]:
    """Yield a file's rows in order, at most `chunk_rows` a frame, every column text.

    All frames have the columns that `sniff` tells. A field that is missing is ""; surplus fields
    are joined into the column "extra", or into the last one when the first megabyte had none.
    Raises FeedError for what is no table, is damaged, or unpacks to more than `max_bytes`.
    """
    with open_table(source, name=name, chunk_rows=chunk_rows, max_bytes=max_bytes) as (_, chunks):
        yield from chunks


@contextmanager
def open_table(
    source: Path | BinaryIO,
    *,
    name: str = "",
    chunk_rows: int = CHUNK_ROWS,
    max_bytes: int = MAX_BYTES,
    sheet: str = "",
) -> Iterator[tuple[TableInfo, Iterator[pd.DataFrame]]]:
    """What `sniff` tells and the chunks of `read_chunks`, from one opening of the source."""
    with reading(
        source, name=name, chunk_rows=chunk_rows, max_bytes=max_bytes, sheet=sheet
    ) as read:
        yield read.info, (chunk.to_pandas() for chunk in read.chunks)


@dataclass(frozen=True)
class Reading:
    """A table that is being read: what `sniff` tells, and the rows of `read_chunks` as Arrow
    tables, whose columns are all of the type large_string and without nulls.

    `notes`: what a user should know of how it is read, a sentence each.
    """

    info: TableInfo
    chunks: Iterator[pa.Table]
    share: Callable[[], float]
    """How much of the source's bytes is read, from 0 to 1."""
    notes: tuple[str, ...] = ()


@contextmanager
def reading(
    source: Path | BinaryIO | tuple[Path, ...],
    *,
    name: str = "",
    chunk_rows: int = CHUNK_ROWS,
    max_bytes: int = MAX_BYTES,
    sheet: str = "",
    open_payload: OpenPayload = as_table,
) -> Iterator[Reading]:
    """Open a table to read it as Arrow tables; otherwise as `read_chunks`.

    The files of several paths, an archive or a folder become one table. `sheet`: which one of a
    workbook to read. `open_payload`: what makes a table of one file.
    """
    name = source_name(source, name)
    with ExitStack() as stack:
        if not isinstance(source, Path | tuple):
            source = seekable(source, name, max_bytes, stack)
        payloads = stack.enter_context(members(source, name, max_bytes, sheet))
        first = next(payloads)
        if not first.member:
            info, rows = open_payload(first)
            info = replace(info, sheet=first.sheet, sheets=first.sheets)
            yield Reading(info, chunked(rows, info, chunk_rows), partial(_share, first))
            return
        survey = joined.Survey()
        for payload in chain([first], payloads):
            survey.add(payload, open_payload)
        folder = isinstance(source, tuple) or (isinstance(source, Path) and source.is_dir())
        info = replace(survey.info(name), size=survey.size if folder else first.size)
        payloads = stack.enter_context(members(source, name, max_bytes, sheet))
        place = _Place(info.size, folder=folder)
        rows = joined.rows(place.follow(payloads), survey, info, open_payload)
        yield Reading(info, chunked(rows, info, chunk_rows), place.share, survey.told())


def _share(payload: Payload) -> float:
    return min(1.0, payload.raw.tell() / max(1, payload.size))


class _Place:
    """How far the files of an archive or folder are read."""

    def __init__(self, size: int, *, folder: bool) -> None:
        self._size, self._folder, self._done = size, folder, 0
        self._payload: Payload | None = None

    def follow(self, payloads: Iterator[Payload]) -> Iterator[Payload]:
        """The same payloads, while it is noted which one is read."""
        for self._payload in payloads:
            yield self._payload
            self._done += self._payload.size if self._folder else 0

    def share(self) -> float:
        """How much of the bytes is read, from 0 to 1."""
        if self._payload is None:
            return 0.0
        now = 0 if self._payload.raw.closed else self._payload.raw.tell()
        return min(1.0, (self._done + now) / max(1, self._size))
