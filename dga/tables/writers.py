"""Write verdict rows as CSV (with spreadsheet formulas disarmed), Parquet or JSON lines, by the
file's extension.

Writes chunk by chunk under a temporary name and renames at the end; a cancelled file is marked as
partial in its name.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dga.errors import FeedError
from dga.names import arrow_strings
from dga.storage.files import begin_part, finish_part, named

# Spreadsheets run cells that start with these as formulas (OWASP, CSV injection).
_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_RISKY = np.zeros(256, dtype=np.bool_)  # indexed by a cell's first byte
_RISKY[[start.encode()[0] for start in _STARTS]] = True
# Numbers, a single dash and names are never run as formulas: left unchanged, so that joins work.
_HARMLESS = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|-|-[a-z0-9_.-]*\.[a-z][a-z0-9-]+", re.I)

FORMATS = {
    ".csv": "csv",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".txt": "csv",
}


def disarm(cell: str) -> str:
    """Quote a cell that a spreadsheet might run as a formula.

    >>> disarm("=1+1"), disarm("-5.2"), disarm("-foo.com"), disarm("-")
    ("'=1+1", '-5.2', '-foo.com', '-')
    """
    return f"'{cell}" if cell.startswith(_STARTS) and not _HARMLESS.fullmatch(cell) else cell


def disarm_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Disarm the cells and column names of a frame; numbers stay numbers."""
    safe = frame.copy(deep=False)
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            risky = safe[column].astype("str").str[:1].isin(_STARTS)
            if risky.any():
                cells = safe[column].astype(object)
                safe[column] = cells.where(~risky, cells.map(_disarmed))
    return safe.rename(columns={name: disarm(str(name)) for name in safe.columns})


def _disarmed(cell: object) -> object:
    return disarm(cell) if isinstance(cell, str) else cell


def to_csv(frame: pd.DataFrame) -> str:
    """A frame as spreadsheet-safe CSV text."""
    return str(disarm_frame(frame).to_csv(index=False, lineterminator="\n"))


def format_of(path: Path) -> str:
    """The format by a file's extension; CSV for the standard output, `-`."""
    if str(path) == "-":
        return "csv"
    if path.suffix.lower() not in FORMATS:
        raise FeedError(
            f"{path.name}: cannot tell the format; end the name in .csv, .parquet or .jsonl"
        )
    return FORMATS[path.suffix.lower()]


def disarm_table(rows: pa.Table) -> pa.Table:
    """Disarm the cells and the column names of a table for CSV; an empty text becomes a null, which
    Polars writes without quotes."""
    columns = [_disarmed_column(column) for column in rows.columns]
    return pa.table(columns, names=[disarm(name) for name in rows.column_names])


def _disarmed_column(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    texts = arrow_strings.column_of(column)
    risky = _RISKY[arrow_strings.first_bytes(texts)]
    if risky.any():
        cells = [disarm(cell) for cell in texts.filter(pa.array(risky)).to_pylist()]
        texts = pc.replace_with_mask(texts, pa.array(risky), pa.array(cells, pa.large_string()))
    return arrow_strings.without_blanks(texts)


class TableWriter:
    """Writes tables or frames of the same columns one after the other; a context manager.

    Left by an error, it removes what it wrote. `close(partial=True)` keeps it under a name that
    says so.
    """

    def __init__(self, path: Path, stream: IO[str] | None = None) -> None:
        self.path, self.format = path, format_of(path)
        if not path.parent.is_dir():
            raise FeedError(f"{path.parent}: no such folder; make it or write elsewhere")
        if path.is_dir():
            raise FeedError(f"{path}: a folder; give the name of a file to write")
        self._stream = stream
        self._part: Path | None = None
        self._out: IO[bytes] | None = None
        self._parquet: pq.ParquetWriter | None = None
        self._headed = False

    def __enter__(self) -> TableWriter:
        if self._stream is None:
            self._part, self._out = begin_part(self.path)
        return self

    def write(self, rows: pa.Table | pd.DataFrame) -> None:
        """Add rows; the first call, even without rows, writes the header."""
        if isinstance(rows, pd.DataFrame):
            rows = pa.Table.from_pandas(rows, preserve_index=False)
        if self._stream is not None and self.format != "parquet":
            self._stream.write(self._bytes(rows).decode())
        elif self._out is not None:
            with self._errors_named():
                self._write(rows, self._out)
        self._headed = True

    def close(self, partial: bool = False) -> Path:
        """Move the file to its place and return its path."""
        if self._stream is not None:
            self._stream.flush()
            return self.path
        target = self.path
        if partial:
            target = self.path.with_name(f"{self.path.stem}.partial{self.path.suffix}")
        if self._out is not None and self._part is not None:
            with self._errors_named(), self._out:
                if self._parquet is not None:
                    self._parquet.close()
                finish_part(self._out, self._part, target)
        return target

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None and self._part is not None:
            self._part.unlink(missing_ok=True)
            self._release()

    def _bytes(self, rows: pa.Table) -> bytes:
        import polars as pl  # imported here, since it would slow the start of a look-up by a fifth

        found = io.BytesIO()
        if self.format == "csv":
            pl.DataFrame(disarm_table(rows)).write_csv(found, include_header=not self._headed)
        elif len(rows):
            pl.DataFrame(rows).write_ndjson(found)
        return found.getvalue()

    def _write(self, rows: pa.Table, out: IO[bytes]) -> None:
        if self.format != "parquet":
            out.write(self._bytes(rows))
            return
        if self._parquet is None:
            self._parquet = pq.ParquetWriter(out, rows.schema)
        self._parquet.write_table(rows.cast(self._parquet.schema))

    def _release(self) -> None:
        """Close the open file; on a full disk, closing may fail again."""
        with suppress(OSError, pa.ArrowException):
            if self._parquet is not None:
                self._parquet.close()
        with suppress(OSError):
            if self._out is not None:
                self._out.close()

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise named(error, self.path) from None
