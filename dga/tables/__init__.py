"""Any file of rows to chunks of text columns, streamed: the one reader of every upload.

What a file is, its content says, never its name: CSV, plain and hosts lists, JSON lines, a JSON
array, Parquet, Zeek and Suricata DNS logs, each also gzipped, zipped or zstd-compressed. Every
row comes out, in order, as text; a row that does not fit its table comes out too. Knows nothing
of labels (`dga.feeds` does) and writes nothing but a temporary copy of a pipe.

`opening` unpacks, `text` decodes, `layout` and `naming` sniff, `readers` (with `delimited`,
`jsonrows`, `texttable`) read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa

from dga.tables.layout import TableInfo, layout
from dga.tables.naming import SAMPLE_ROWS, domain_share, guess_column, require_column
from dga.tables.opening import MAX_BYTES, Payload, opened, source_name
from dga.tables.readers import READERS
from dga.tables.text import shown
from dga.tables.texttable import chunked

__all__ = [
    "SAMPLE_ROWS", "Reading", "TableInfo", "domain_share", "guess_column", "open_table",
    "read_chunks", "reading", "require_column", "shown", "sniff", "source_name",
]  # fmt: skip

CHUNK_ROWS = 50_000


def sniff(source: Path | BinaryIO, name: str = "") -> TableInfo:
    """Say what a file is from its first megabyte; raises FeedError when it is no table."""
    with opened(source, name) as payload:
        return layout(payload)


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
) -> Iterator[tuple[TableInfo, Iterator[pd.DataFrame]]]:
    """What `sniff` tells and the chunks of `read_chunks`, from one opening of the source."""
    with reading(source, name=name, chunk_rows=chunk_rows, max_bytes=max_bytes) as read:
        yield read.info, (chunk.to_pandas() for chunk in read.chunks)


@dataclass(frozen=True)
class Reading:
    """A table that is being read: what `sniff` tells, and the rows of `read_chunks` as Arrow
    tables, whose columns are all of the type large_string and without nulls."""

    info: TableInfo
    chunks: Iterator[pa.Table]
    _payload: Payload

    def share(self) -> float:
        """How much of the source's bytes is read, from 0 to 1."""
        return min(1.0, self._payload.raw.tell() / max(1, self.info.size))


@contextmanager
def reading(
    source: Path | BinaryIO,
    *,
    name: str = "",
    chunk_rows: int = CHUNK_ROWS,
    max_bytes: int = MAX_BYTES,
) -> Iterator[Reading]:
    """Open a table to read it as Arrow tables; otherwise as `read_chunks`."""
    with opened(source, name, max_bytes) as payload:
        info = layout(payload)
        rows = READERS[info.format](payload, info)
        yield Reading(info, chunked(rows, info, chunk_rows), payload)
