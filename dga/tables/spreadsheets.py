"""Excel workbooks (.xlsx) to CSV: the sheet that is named, or the only one that holds domains.

A workbook is copied part by part within limits before its reader, which holds a sheet in memory,
sees it.
"""

from __future__ import annotations

import csv
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO, StringIO
from typing import IO, TYPE_CHECKING

import pyarrow as pa

from dga.errors import FeedError
from dga.tables.columns import SAMPLE_ROWS, is_domain
from dga.tables.encodings import one_line, shown
from dga.tables.unpack import MAX_LINE, Bounded, Budget, Payload, base_name, damage_told

if TYPE_CHECKING:
    from fastexcel import ExcelReader

MAX_WORKBOOK_BYTES = 2**28  # unpacked
MAX_CELLS = 10_000_000  # of the rectangle that a sheet spans
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_PLACE = re.compile(rb"""\br=["']([A-Z]{0,3})(\d{1,7})["']""")
_LONGEST_PLACE = 16  # bytes


def payloads(
    file: Payload, archive: zipfile.ZipFile, budget: Budget, sheet: str
) -> Iterator[Payload]:
    """The sheet of a workbook that is asked for, as CSV; FeedError asks where several may be."""
    budget = Budget(min(budget.limit, MAX_WORKBOOK_BYTES))
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
        _copy(archive, copy, file.name, budget)
        copy.flush()
        book = _open(copy.name, file.name)
        name, rows = _chosen(book, file.name, sheet)
    shown_name = file.name if len(book.sheet_names) < 2 else f"{file.name}: {one_line(name)}"
    text = StringIO(newline="")
    columns = (column.to_pylist() for column in rows.columns)
    csv.writer(text, lineterminator="\n").writerows(zip(*columns, strict=True))
    stream = BytesIO(text.getvalue().encode())
    yield replace(
        file, name=shown_name, compression="xlsx", head=stream.read(MAX_LINE), stream=stream
    )


def _copy(archive: zipfile.ZipFile, copy: IO[bytes], name: str, budget: Budget) -> None:
    with damage_told(name), zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as clean:
        for path in archive.namelist():
            if path.endswith("/"):
                continue
            with archive.open(path) as part, clean.open(path, "w", force_zip64=True) as target:
                pieces = Bounded(part, f"{name}: {base_name(path)}", budget)
                extent = _Extent(name) if _SHEET.fullmatch(path) else None
                for piece in iter(lambda: pieces.read(MAX_LINE), b""):  # noqa: B023
                    if extent:
                        extent.see(piece)
                    target.write(piece)


class _Extent:
    """How large a rectangle the cells of a sheet span; the reader holds all of it."""

    def __init__(self, name: str) -> None:
        self._name, self._rest = name, b""
        self._width = self._height = 1

    def see(self, piece: bytes) -> None:
        """Look at the next piece of a sheet; FeedError where it spans too many cells."""
        text = self._rest + piece
        for letters, digits in _PLACE.findall(text):
            width = 0
            for letter in letters:
                width = width * 26 + letter - ord("A") + 1
            self._width, self._height = max(self._width, width), max(self._height, int(digits))
        self._rest = text[-_LONGEST_PLACE:]
        if self._width * self._height > MAX_CELLS:
            raise FeedError(
                f"{self._name}: a sheet of more than {MAX_CELLS:,} cells; save it as CSV and give "
                "that"
            )


@contextmanager
def _damage_of_workbook_told(name: str) -> Iterator[None]:
    """Turn whatever the reader of workbooks raises, also when it panics, into one sentence."""
    import fastexcel  # here, for only workbooks need it

    try:
        yield
    except BaseException as error:
        panicked = type(error).__name__ == "PanicException"
        if not panicked and not isinstance(error, fastexcel.FastExcelError):
            raise
        reason = one_line(str(error).partition("\n")[0]).rstrip(".")
        raise FeedError(
            f"{name}: damaged, cut short or encrypted ({reason}); get it again"
        ) from None


def _open(path: str, name: str) -> ExcelReader:
    try:
        import fastexcel
    except ImportError:
        raise FeedError(
            f"{name}: workbooks need the package fastexcel: pip install fastexcel"
        ) from None

    with _damage_of_workbook_told(name):
        return fastexcel.read_excel(path)


def _chosen(book: ExcelReader, name: str, sheet: str) -> tuple[str, pa.Table]:
    """The name and the rows of the sheet to read."""
    if sheet:
        known = {one.casefold(): one for one in book.sheet_names}
        if sheet.casefold() not in known:
            raise FeedError(
                f"{name}: no sheet {one_line(sheet)!r}; it has {shown(book.sheet_names)}: "
                "name one of these"
            )
        return known[sheet.casefold()], _rows(book, known[sheet.casefold()], name)
    sheets = {one: _rows(book, one, name) for one in book.sheet_names}
    filled = {one: rows for one, rows in sheets.items() if len(rows)}
    if not filled:
        raise FeedError(f"{name}: a workbook without a filled cell; give one with at least one row")
    named = [one for one, rows in filled.items() if _holds_domains(rows)]
    if len(named) > 1:
        raise FeedError(f"{name}: several sheets hold domain names: {shown(named)}; name one")
    found = named[0] if named else next(iter(filled))
    return found, filled[found]


def _rows(book: ExcelReader, sheet: str, name: str) -> pa.Table:
    with _damage_of_workbook_told(name):
        table = pa.table(book.load_sheet(sheet, header_row=None, dtypes="string").to_arrow())
    columns = [column.cast(pa.large_string()).fill_null("") for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _holds_domains(rows: pa.Table) -> bool:
    sample = rows.slice(0, SAMPLE_ROWS)
    return any(is_domain(cell) for column in sample.columns for cell in column.to_pylist())
