"""How many cells a workbook spans: a hostile one is refused before the library unpacks it."""

import io
import time
import zipfile

import pytest

from dga.errors import FeedError
from dga.tables import read_chunks
from dga.tables.extents import MAX_CELLS, BinaryExtent, OpenExtent, extent_of

NAMES = ("xkqzvbnt.example", "anna-garden.example")
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
MANIFEST = f'<manifest:manifest xmlns:manifest="{OPEN}:manifest:1.0"></manifest:manifest>'
MANY = 2_000_000_000
COLUMNS, ROWS = "table:number-columns-repeated", "table:number-rows-repeated"
CELL = (
    '<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'
)
SPACES = " ".join(
    f'xmlns:{prefix}="{OPEN}:{kind}:1.0"'
    for prefix, kind in (("office", "office"), ("table", "table"), ("text", "text"))
)


def cell(text: str, more: str = "") -> str:
    return CELL.format(text=text, more=more)


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


def empty(times: int) -> str:
    return f'<table:table-cell {COLUMNS}="{times}"/>'


def content(*rows: str) -> bytes:
    sheet = f'<table:table table:name="log">{"".join(rows)}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    return f"<office:document-content {SPACES}>{body}</office:document-content>".encode()


def workbook(*rows: str) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content(*rows))
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    file.seek(0)
    return file


HOSTILE = {
    "a cell": row(cell(NAMES[0], f' {COLUMNS}="{MANY}"')),
    "a row": row(cell(NAMES[0]), more=f' {ROWS}="{MANY}"'),
    "a cell in a row": row(cell(NAMES[0], f' {COLUMNS}="16000"'), more=f' {ROWS}="1000000"'),
    "empty cells before a filled one": row(empty(16_000)) * 700 + row(empty(16_000), cell("a.com")),
    "a number too long to read": row(cell(NAMES[0], f' {COLUMNS}="{"9" * 40}"')),
}


@pytest.mark.parametrize("rows", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_repeat_is_refused_at_once(rows):
    started = time.monotonic()
    with pytest.raises(FeedError, match=f"more than {MAX_CELLS:,} cells; save it as CSV"):
        list(read_chunks(workbook(rows), name="log.ods"))
    assert time.monotonic() - started < 5


def test_empty_cells_up_to_the_end_of_the_sheet_are_no_rectangle():
    rows = [row(cell(name), empty(16_383)) for name in NAMES]
    last = row(empty(16_384), more=f' {ROWS}="1048574"')
    (chunk,) = read_chunks(workbook(*rows, last), name="log.ods")
    assert [name for name in chunk.iloc[:, 0] if name] == list(NAMES)


@pytest.mark.parametrize("size", [1, 7, 64])
def test_pieces_may_end_anywhere(size):
    text = content(row(empty(3), cell("a.com"), empty(16_000), more=f' {ROWS}="7"'))
    extent = OpenExtent("log.ods")
    for at in range(0, len(text), size):
        extent.see(text[at : at + size])
    assert (extent._width, extent._height) == (4, 7)


def record(kind: int, data: bytes) -> bytes:
    return bytes([kind, len(data)]) + data


@pytest.mark.parametrize("size", [1, 5, 4096])
def test_a_far_cell_of_a_binary_sheet_is_refused(size):
    sheet = b"".join(
        record(0, at.to_bytes(4, "little") + bytes(13))
        + record(7, (at // 70).to_bytes(4, "little"))
        for at in (0, 1_048_000)
    )
    extent = BinaryExtent("log.xlsb")
    with pytest.raises(FeedError, match="more than"):
        for at in range(0, len(sheet), size):
            extent.see(sheet[at : at + size])


def test_parts_without_cells_are_not_measured():
    extent_of("xl/sharedStrings.xml", "xlsx", "log.xlsx").see(b'<t>r="XFD1048576"</t>')
