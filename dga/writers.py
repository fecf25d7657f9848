"""Verdict rows to a file: CSV with spreadsheet formulas disarmed, Parquet or JSON lines, by ending.

Writes chunk by chunk, aside, and renames at the end; a cancelled file says that it is partial.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from types import TracebackType
from typing import IO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dga.errors import FeedError

# Spreadsheets run a cell that starts so as a formula (OWASP, CSV injection).
_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.I)

FORMATS = {
    ".csv": "csv",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".txt": "csv",
}


def disarm(cell: str) -> str:
    """Make a cell text for a spreadsheet, which might run it as a formula otherwise.

    >>> disarm("=1+1"), disarm("-5.2"), disarm("a.com")
    ("'=1+1", '-5.2', 'a.com')
    """
    return f"'{cell}" if cell.startswith(_STARTS) and not _NUMBER.fullmatch(cell) else cell


def disarm_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Disarm the cells and the column names of a frame; numbers stay numbers."""
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
    """The format that a file's ending names; CSV for the standard output, `-`."""
    if str(path) == "-":
        return "csv"
    if path.suffix.lower() not in FORMATS:
        raise FeedError(
            f"{path.name}: cannot tell the format; end the name in .csv, .parquet or .jsonl"
        )
    return FORMATS[path.suffix.lower()]


class TableWriter:
    """Writes frames of the same columns one after the other; a context manager.

    Left by an error, it removes what it wrote. `close(partial=True)` keeps it under a name that
    says so.
    """

    def __init__(self, path: Path, stream: IO[str] | None = None) -> None:
        self.path, self.format = path, format_of(path)
        if not path.parent.is_dir():
            raise FeedError(f"{path.parent}: no such folder; make it or write elsewhere")
        if path.is_dir():
            raise FeedError(f"{path}: a folder; give the name of a file to write")
        self.part = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.part")
        self._out = self._stream = stream
        self._parquet: pq.ParquetWriter | None = None
        self._headed = False

    def __enter__(self) -> TableWriter:
        if self._stream is None and self.format != "parquet":
            self._out = open(self.part, "w", encoding="utf-8", newline="")
        return self

    def write(self, frame: pd.DataFrame) -> None:
        """Add the rows of a frame; the first one, even without rows, brings the header."""
        if self.format == "parquet":
            self._write_parquet(frame)
        elif self._out is not None:
            self._out.write(self._text(frame))
        self._headed = True

    def close(self, partial: bool = False) -> Path:
        """Put the file in its place and return where that is."""
        self._release()
        if self._stream is not None:
            self._stream.flush()
            return self.path
        target = self.path
        if partial:
            target = self.path.with_name(f"{self.path.stem}.partial{self.path.suffix}")
        self.part.replace(target)
        return target

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._release()
            self.part.unlink(missing_ok=True)

    def _text(self, frame: pd.DataFrame) -> str:
        if self.format == "csv":
            safe = disarm_frame(frame)
            return str(safe.to_csv(index=False, header=not self._headed, lineterminator="\n"))
        if frame.empty:
            return ""
        text = frame.to_json(orient="records", lines=True, force_ascii=False, double_precision=15)
        return str(text)

    def _write_parquet(self, frame: pd.DataFrame) -> None:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        if self._parquet is None:
            self._parquet = pq.ParquetWriter(self.part, table.schema)
        self._parquet.write_table(table.cast(self._parquet.schema))

    def _release(self) -> None:
        if self._parquet is not None:
            self._parquet.close()
        if self._out is not None and self._out is not self._stream:
            self._out.close()
