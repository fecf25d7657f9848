"""Convert a sheet of a workbook (.xlsx, .xlsb, .ods) to CSV: the named one, or the only one with
domains.

The workbook's parts are copied within limits; a child process with limits on memory and time then
reads the copy (`dga.tables.workbook`).
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from dga.errors import FeedError, SheetError
from dga.storage.limited import Ending, run_child
from dga.tables import workbook
from dga.tables.encodings import one_line, shown
from dga.tables.extents import extent_of
from dga.tables.unpack import MAX_LINE, Bounded, Budget, Payload, base_name, damage_told

MAX_WORKBOOK_BYTES = 2**28  # unpacked
MAX_KIND = 99  # bytes of what names the kind of an open document
# The part that only such a workbook has, and the ending by which the reader knows it.
_KINDS = {"xl/workbook.xml": "xlsx", "xl/workbook.bin": "xlsb", "content.xml": "ods"}
_ENDED = {
    Ending.TOO_LONG: f"takes over {workbook.SECONDS:.0f} seconds to read; save the sheet as CSV "
    "and give that",
    Ending.BROKE_DOWN: f"damaged, or takes over {workbook.MEMORY_BYTES >> 20} MiB of memory; save "
    "the sheet as CSV and give that",
}


def workbook_kind(archive: zipfile.ZipFile) -> str:
    """The ending of a workbook's kind; "" for any other archive."""
    names = archive.namelist()
    kind = next((kind for part, kind in _KINDS.items() if part in names), "")
    if kind == "ods":
        return kind if "mimetype" in names and _is_open_document(archive) else ""
    return kind


def _is_open_document(archive: zipfile.ZipFile) -> bool:
    with damage_told("the workbook"), archive.open("mimetype") as part:
        return part.read(MAX_KIND).endswith(b".opendocument.spreadsheet")


def payloads(
    file: Payload, archive: zipfile.ZipFile, budget: Budget, sheet: str
) -> Iterator[Payload]:
    """The requested sheet of a workbook, as CSV; FeedError asks which one if several qualify."""
    kind = workbook_kind(archive)
    with (
        tempfile.NamedTemporaryFile(suffix=f".{kind}") as copy,
        tempfile.NamedTemporaryFile(suffix=".csv") as rows,
    ):
        limit = min(budget.limit, MAX_WORKBOOK_BYTES)
        _copy(archive, copy, kind, file.name, Budget(limit))
        copy.flush()
        found, sheets = _read(copy.name, rows.name, file.name, sheet)
        name = file.name if len(sheets) < 2 else f"{file.name}: {one_line(found)}"
        stream = Bounded(rows, name, Budget(budget.limit))
        yield replace(
            file, name=name, compression=kind, head=stream.read(MAX_LINE), stream=stream,
            sheet=found, sheets=sheets,
        )  # fmt: skip


def _read(book: str, rows: str, name: str, sheet: str) -> tuple[str, tuple[str, ...]]:
    """Have a child write a sheet's rows as CSV; the sheet's name, and those of all."""
    ending, told = run_child("dga.tables.workbook", book, rows, sheet, seconds=workbook.SECONDS)
    if ending is not Ending.DONE:
        raise FeedError(f"{name}: {_ENDED.get(ending, told)}")
    found, sheets = json.loads(told)
    sheets = tuple(map(str, sheets))
    if not found:
        told = f"{name}: several sheets hold domain names: {shown(sheets)}; name one"
        raise SheetError(told, sheets)
    return str(found), sheets


def _copy(archive: zipfile.ZipFile, copy: IO[bytes], kind: str, name: str, budget: Budget) -> None:
    """Copy a workbook's parts; FeedError before a sheet of too many cells is copied."""
    with damage_told(name), zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as clean:
        for path in archive.namelist():
            if path.endswith("/"):
                continue
            with archive.open(path) as part, clean.open(path, "w", force_zip64=True) as target:
                pieces = Bounded(part, f"{name}: {base_name(path)}", budget)
                extent = extent_of(path, kind, name)
                for piece in iter(lambda: pieces.read(MAX_LINE), b""):  # noqa: B023
                    extent.see(piece)
                    target.write(piece)
