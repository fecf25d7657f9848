"""Compressed files, archives, folders and workbooks: each row of each file, within limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import resource
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from dga import tables
from dga.errors import FeedError, SheetError
from dga.tables import extents, spreadsheets

LIST = b"one.example.com\ntwo.example.org\nthree.example.net\n"
NAMES = ["one.example.com", "two.example.org", "three.example.net"]
LOG = b"ts,query,client\n1,four.example.com,10.9.0.1\n2,five.example.org,10.9.0.2\n"


def tar_of(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:
        for path, content in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def zip_of(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return packed.getvalue()


def workbook(**sheets: list[list[object]]) -> bytes:
    from xml.sax.saxutils import escape

    def sheet(rows: list[list[object]]) -> str:
        cells = (
            "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(str(c))}</t></is></c>' for c in row)
            + "</row>" for row in rows
        )  # fmt: skip
        return (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            f"<sheetData>{''.join(cells)}</sheetData></worksheet>"
        )

    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    listed = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>' for i, name in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="r{i}" Type="{rel}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    packages = "http://schemas.openxmlformats.org/package/2006"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{packages}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="r"'
        f' Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>{listed}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packages}/relationships">{links}'
        "</Relationships>",
        **{f"xl/worksheets/sheet{i}.xml": sheet(rows) for i, rows in enumerate(sheets.values(), 1)},
    }
    return zip_of({path: text.encode() for path, text in files.items()})


def read(content: bytes, **options: str) -> pa.Table:
    with tables.reading(io.BytesIO(content), name="given", **options) as reading:
        return pa.concat_tables(reading.chunks)


@pytest.mark.parametrize(
    "compress", [gzip.compress, bz2.compress, lzma.compress, lambda c: tar_of({"./list.txt": c})]
)
def test_a_compressed_file_is_read(compress: Callable[[bytes], bytes]) -> None:
    assert read(compress(LIST))["domain"].to_pylist() == NAMES


@pytest.mark.parametrize("compress", [bz2.compress, lzma.compress, gzip.compress])
def test_several_streams_in_one_file_are_read(compress: Callable[[bytes], bytes]) -> None:
    assert read(compress(LIST) + compress(LIST))["domain"].to_pylist() == NAMES * 2


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_the_files_of_a_tar_archive_are_one_table(mode: str) -> None:
    rows = read(tar_of({"a/list.txt": LIST, "b.csv.gz": gzip.compress(LOG)}, mode))
    assert rows["domain"].to_pylist() == [*NAMES, "four.example.com", "five.example.org"]
    assert rows["client"].to_pylist() == ["", "", "", "10.9.0.1", "10.9.0.2"]
    assert rows["file"].to_pylist() == ["list.txt"] * 3 + ["b.csv.gz"] * 2


def test_the_files_of_a_zip_archive_are_one_table_and_what_stands_aside_is_none() -> None:
    files = {"README.md": b"About this list", "1.txt": LIST, "2.txt": LIST, ".hidden": LIST,
             "__MACOSX/1.txt": LIST, "empty.txt": b""}  # fmt: skip
    assert read(zip_of(files))["domain"].to_pylist() == NAMES * 2


def test_a_folder_is_read_by_name_and_a_file_that_is_no_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "dns.log.1").write_bytes(LOG)
    (tmp_path / "dns.log.2.gz").write_bytes(gzip.compress(LOG))
    (tmp_path / "picture.png").write_bytes(b"\x89PNG....")
    with tables.reading(tmp_path) as reading:
        rows = pa.concat_tables(reading.chunks)
        assert rows["query"].to_pylist() == ["four.example.com", "five.example.org"] * 2
        assert reading.share() == 1
        assert [note for note in reading.notes if "picture" in note and "left out" in note]


def test_an_archive_without_a_table_says_why() -> None:
    with pytest.raises(FeedError, match="picture"):
        read(zip_of({"a.png": b"\x89PNG....", "b.png": b"\x89PNG...."}))
    with pytest.raises(FeedError, match="no file in this archive"):
        read(zip_of({"README.md": b"nothing else"}))


@pytest.mark.parametrize(
    "bomb",
    [
        bz2.compress(b"a.example.com\n" * 2_000_000),
        lzma.compress(b"a.example.com\n" * 2_000_000),
        tar_of({f"{i}.txt": b"a.example.com\n" * 500_000 for i in range(3)}),
        zip_of({f"{i}.txt": b"a.example.com\n" * 500_000 for i in range(3)}),
        tar_of({"a.gz": gzip.compress(b"a.example.com\n" * 2_000_000)}),
    ],
    ids=["bz2", "xz", "tar", "zip", "gz in tar"],
)
def test_a_bomb_is_refused(bomb: bytes) -> None:
    with pytest.raises(FeedError, match="unpacks to more than"):
        read(bomb)


def test_a_header_that_would_fill_the_memory_is_refused() -> None:
    info = tarfile.TarInfo("long name")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 2**31
    with pytest.raises(FeedError, match="more than a megabyte"):
        read(info.tobuf() + b"a" * 4_096)


@pytest.mark.parametrize("compress", [bz2.compress, lzma.compress, lambda c: tar_of({"a.txt": c})])
def test_a_file_cut_short_is_told(compress: Callable[[bytes], bytes]) -> None:
    packed = compress(LIST * 200)
    with pytest.raises(FeedError, match="damaged, cut short"):
        read(packed[: len(packed) // 2])


def test_the_only_sheet_with_domains_is_read_with_its_header() -> None:
    content = workbook(
        About=[["made by", "a colleague"]],
        Queries=[["when", "domain"], ["1", "one.example.com"], ["2", "two.example.org"]],
    )
    assert read(content)["domain"].to_pylist() == NAMES[:2]


def open_document(rows: str) -> bytes:
    """A workbook of LibreOffice."""
    spaces = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{spaces}:office:1.0" '
        f'xmlns:table="{spaces}:table:1.0" xmlns:text="{spaces}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="S">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zip_of({
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": content.encode(),
        "META-INF/manifest.xml": b'<manifest:manifest xmlns:manifest="'
        + f'{spaces}:manifest:1.0"/>'.encode(),
    })  # fmt: skip


def row_of(text: str) -> str:
    return (
        f'<table:table-row><table:table-cell office:value-type="string"><text:p>{text}</text:p>'
        "</table:table-cell></table:table-row>"
    )


def test_a_workbook_of_libreoffice_is_read() -> None:
    found = read(open_document("".join(map(row_of, ["domain", *NAMES]))))
    assert found["domain"].to_pylist() == NAMES


def test_of_several_sheets_with_domains_one_is_asked_for() -> None:
    content = workbook(First=[["one.example.com"]], Second=[["two.example.org"]])
    with pytest.raises(SheetError, match=r"First, Second; name one") as refused:
        read(content)
    assert refused.value.sheets == ("First", "Second")
    assert read(content, sheet="second")["domain"].to_pylist() == ["two.example.org"]
    with pytest.raises(FeedError, match="no sheet 'Third'"):
        read(content, sheet="Third")


SHEET, LINKS, TEXTS = (
    "xl/worksheets/sheet1.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/sharedStrings.xml",
)


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def moved(files: dict[str, bytes], target: str, sheet: bytes) -> bytes:
    """A workbook whose one sheet lies elsewhere."""
    links = files[LINKS].replace(b"worksheets/sheet1.xml", target.encode())
    rest = {name: content for name, content in files.items() if name != SHEET}
    return zip_of({**rest, LINKS: links, f"xl/{target}": sheet})


@pytest.mark.parametrize("place", ['r="XFD1048576"', "r = 'XFD1048576'", 'r="xfd1048576"'])
@pytest.mark.parametrize("target", ["worksheets/sheet1.xml", "worksheets/a/b.xml", "other/a.bin"])
def test_a_sheet_of_two_far_cells_is_refused(place: str, target: str) -> None:
    files = parts(workbook(S=[["one.example.com"]]))
    cells = f'<row r="1048576"><c {place}><v>1</v></c></row></sheetData>'
    far = files[SHEET].replace(b"</sheetData>", cells.encode())
    with pytest.raises(FeedError, match="a sheet of more than"):
        read(moved(files, target, far))


def test_a_sheet_that_takes_all_memory_ends_a_child_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extents, "MAX_CELLS", 10**18)
    files = parts(workbook(S=[["one.example.com"]]))
    cells = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    with pytest.raises(FeedError, match="of memory; save the sheet as CSV"):
        read(zip_of({**files, SHEET: files[SHEET].replace(b"</sheetData>", cells)}))


def test_a_long_text_that_many_cells_share_is_refused() -> None:
    files = parts(workbook(S=[["one.example.com"]]))
    cells = "".join('<row><c t="s"><v>0</v></c></row>' for _ in range(20_000))
    texts = f"<sst><si><t>{'a' * 1_000_000}</t></si></sst>"
    link = (
        '<Relationship Id="t" Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/sharedStrings"/></Relationships>'
    )
    links = files[LINKS].replace(b"</Relationships>", link.encode())
    sheet = files[SHEET].replace(b"</sheetData>", f"{cells}</sheetData>".encode())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FeedError, match="of memory; save the sheet as CSV|unpacks to more than"):
        read(zip_of({**files, LINKS: links, SHEET: sheet, TEXTS: texts.encode()}))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_a_text_that_looks_like_a_far_cell_is_none() -> None:
    content = workbook(S=[["domain"], ["one.example.com"]])
    assert read(zip_of({**parts(content), TEXTS: b'<sst>r="XFD1048576"</sst>'})).num_rows == 1


def holes(kind: str) -> bytes:
    """A tar archive with a file whose list of holes goes on and on."""
    info = tarfile.TarInfo("a.csv")
    info.size = 512
    if kind == "pax":
        info.pax_headers = {
            "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "a.csv",
            "GNU.sparse.realsize": "1000",
        }  # fmt: skip
        return gzip.compress(info.tobuf(tarfile.PAX_FORMAT) + b"99999999\n" + b"1\n" * 50_000)
    info.type = tarfile.GNUTYPE_SPARSE
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    hole = b"%011o\0" % 1 * 2
    header[386:482], header[482], header[483:495] = hole * 4, 1, b"%011o\0" % 10**6
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return gzip.compress(bytes(header) + (hole * 21 + b"\1" + bytes(7)) * 1_000)


@pytest.mark.parametrize("kind", ["gnu", "pax"])
def test_a_file_with_holes_in_a_tar_archive_is_refused(kind: str) -> None:
    with pytest.raises(FeedError, match="a file with holes"):
        read(holes(kind))


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MAX_WORKBOOK_BYTES", 10_000)
    with pytest.raises(FeedError, match="unpacks to more than"):
        read(workbook(S=[["one.example.com"]] * 500))


def test_a_damaged_workbook_is_told() -> None:
    content = zip_of({"xl/workbook.xml": b"<workbook", "[Content_Types].xml": b""})
    with pytest.raises(FeedError, match="damaged"):
        read(content)


def domains(source: Path | io.BytesIO) -> list[str]:
    with tables.open_table(source) as (info, chunks):
        return [name for chunk in chunks for name in chunk[info.columns[0]]]


def test_a_link_within_a_folder_is_read_once(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    (folder / ".kept").mkdir(parents=True)
    (folder / "a.csv").write_bytes(LIST)
    (folder / "b.csv").symlink_to("a.csv")
    (folder / "loop").symlink_to(".")
    (folder / "nowhere").symlink_to("gone.csv")
    assert domains(folder) == NAMES
    (folder / ".kept" / "old.csv").write_bytes(b"four.example.com\nfive.example.org\n")
    (folder / "c.csv").symlink_to(".kept/old.csv")  # which is no file of the list by itself
    assert domains(folder) == [*NAMES, "four.example.com", "five.example.org"]


def test_a_link_out_of_a_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "a.csv").write_bytes(LIST)
    (tmp_path / "secret.csv").write_bytes(b"secret.example.com\n")
    (folder / "b.csv").symlink_to("../secret.csv")
    with pytest.raises(FeedError, match=r"b\.csv is a link out of this folder"):
        domains(folder)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_links_in_an_archive_are_not_followed(kind: bytes, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(b"secret.example.com\n")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, target in (("list.csv", ""), ("b.csv", str(tmp_path / "secret.csv"))):
            info = tarfile.TarInfo(name)
            info.size = len(LIST) if not target else 0
            info.type, info.linkname = (kind, target) if target else (tarfile.REGTYPE, "")
            archive.addfile(info, io.BytesIO(LIST))
    assert domains(io.BytesIO(packed.getvalue())) == NAMES


def test_a_link_in_a_zip_archive_is_its_own_text(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(b"secret.example.com\n")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("list.csv", LIST)
        link = zipfile.ZipInfo("b.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, str(tmp_path / "secret.csv"))
    assert "secret.example.com" not in domains(io.BytesIO(packed.getvalue()))
