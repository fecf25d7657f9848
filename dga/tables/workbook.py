"""Excel workbooks to CSV by fastexcel, which holds a sheet in memory: the child's part.

`python -m dga.tables.workbook BOOK CSV SHEET` reads a copy that `dga.tables.spreadsheets` made,
within limits on memory and time, and prints which sheet it took, and of which. A cell far away, or
a text that many cells share, costs more memory than the file tells.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from dga.errors import FeedError
from dga.storage.limited import run_limited
from dga.tables.columns import SAMPLE_ROWS, is_domain
from dga.tables.encodings import one_line, shown

if TYPE_CHECKING:
    from fastexcel import ExcelReader

MEMORY_BYTES = 3 * 2**28
SECONDS = 50.0
BATCH_ROWS = 5_000


def write_csv(book: Path, target: Path, sheet: str) -> tuple[str, list[str]]:
    """Write the rows of a sheet, `sheet` or the one with domains; its name, and those of all.

    Where several hold domains, none is written: "", and their names. FeedError where none is meant.
    """
    found = _open(book)
    name, rows, sheets = _chosen(found, sheet)
    with open(target, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        for batch in rows.to_batches(max_chunksize=BATCH_ROWS):
            columns = [column.to_pylist() for column in batch.columns]
            out.writerows(zip(*columns, strict=True))
    return name, sheets


@contextmanager
def _damage_told() -> Iterator[None]:
    """Turn whatever the reader of workbooks raises, also when it panics, into one sentence."""
    import fastexcel  # here, for only workbooks need it

    try:
        yield
    except BaseException as error:
        panicked = type(error).__name__ == "PanicException"
        if not panicked and not isinstance(error, fastexcel.FastExcelError):
            raise
        reason = one_line(str(error).partition("\n")[0]).rstrip(".")
        raise FeedError(f"damaged, cut short or encrypted ({reason}); get it again") from None


def _open(path: Path) -> ExcelReader:
    try:
        import fastexcel
    except ImportError:
        raise FeedError("workbooks need the package fastexcel: pip install fastexcel") from None

    with _damage_told():
        return fastexcel.read_excel(path)


def _chosen(book: ExcelReader, sheet: str) -> tuple[str, pa.Table, list[str]]:
    """The name and the rows of the sheet to read, and the names of all of which it is one."""
    if sheet:
        known = {one.casefold(): one for one in book.sheet_names}
        if sheet.casefold() not in known:
            raise FeedError(
                f"no sheet {one_line(sheet)!r}; it has {shown(book.sheet_names)}: name one of these"
            )
        name = known[sheet.casefold()]
        return name, _rows(book, name), list(book.sheet_names)
    sheets = {one: _rows(book, one) for one in book.sheet_names}
    filled = {one: rows for one, rows in sheets.items() if len(rows)}
    if not filled:
        raise FeedError("a workbook without a filled cell; give one with at least one row")
    named = [one for one, rows in filled.items() if _holds_domains(rows)]
    if len(named) > 1:
        return "", pa.table({}), named
    found = named[0] if named else next(iter(filled))
    return found, filled[found], list(book.sheet_names)


def _rows(book: ExcelReader, sheet: str) -> pa.Table:
    with _damage_told():
        table = pa.table(book.load_sheet(sheet, header_row=None, dtypes="string").to_arrow())
    columns = [column.cast(pa.large_string()).fill_null("") for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _holds_domains(rows: pa.Table) -> bool:
    sample = rows.slice(0, SAMPLE_ROWS)
    return any(is_domain(cell) for column in sample.columns for cell in column.to_pylist())


def main(book: str, target: str, sheet: str) -> int:
    """Read a workbook as the child; returns the exit status."""
    with suppress(ImportError):  # told where it is opened
        import fastexcel  # noqa: F401 - loaded before memory is limited

    def read() -> None:
        sys.stdout.write(json.dumps(write_csv(Path(book), Path(target), sheet)) + "\n")

    return run_limited(read, memory=MEMORY_BYTES, seconds=SECONDS)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
