"""Small files that stand for gigabytes or for work without end, drawn from a seed.

Each reader that unpacks something has its kinds here. None can be scored whole: a program refuses
it in a sentence, or takes little memory and time.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import sqlite3
import tarfile
import tempfile
import zipfile
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"


def drawn(dice: random.Random) -> bytes:
    """One such file."""
    return dice.choice(KINDS)(dice)


def parquet(dice: random.Random) -> bytes:
    """A column whose values are stored once, or are wide, nested, or no text."""
    rows = dice.choice((10, 1_000, 20_000))
    huge = "a" * dice.choice((10_000, 500_000))  # a longer one is no dictionary's when written
    indices = pa.array([0] * rows, pa.int32())
    column = dice.choice(
        (
            lambda: pa.DictionaryArray.from_arrays(indices, pa.array([huge])),
            lambda: pa.DictionaryArray.from_arrays(indices, pa.array([huge.encode()])),
            lambda: pa.array([bytes(2**25 // rows)] * rows, pa.binary(2**25 // rows)),
            lambda: pa.array([[huge[:10_000]] * 100] * 10 + [None] * (rows - 10)),
            lambda: pa.array([{"a": [{"b": huge[:10_000]}] * 50}] * 10 + [None] * (rows - 10)),
            lambda: pa.nulls(rows * 1_000).slice(0, rows),
            lambda: pa.Array.from_buffers(
                pa.string(), rows, pa.array([b"\xff\xfe\xed\xa0"] * rows).buffers()
            ),
        )
    )()
    file = io.BytesIO()
    table = pa.table({"domain": ["river.org"] * rows, "x": column})
    pq.write_table(table, file, compression=dice.choice(("zstd", "gzip", "none")))
    return file.getvalue()


def workbook(dice: random.Random) -> bytes:
    """Two cells far apart, or a long text that many cells share, in a sheet that may lie aside."""
    target = dice.choice(("worksheets/sheet1.xml", "worksheets/a/b.xml", "aside.bin"))
    place = dice.choice(('r="XFD1048576"', "r = 'XFD1048576'", 'r="xfd1048576"', 'r="ZZZ9999999"'))
    shared = dice.random() < 0.5
    text = "a" * dice.choice((30_000, 1_000_000))
    cells = '<row><c t="s"><v>0</v></c></row>' * dice.choice((1_000, 20_000))
    far = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c {place}><v>1</v></c></row>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{cells if shared else far}</sheetData>'
    links = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{path}"/>'
        for name, kind, path in (("s", "worksheet", target), ("t", "sharedStrings", "texts.xml"))
    )
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="s"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}'
            "</Relationships>",
            "xl/texts.xml": f'<sst xmlns="{MAIN}"><si><t>{text}</t></si></sst>',
            f"xl/{target}": f"{sheet}</worksheet>",
        }
    )


def database(dice: random.Random) -> bytes:
    """A database of queries that computes them."""
    columns = "i AS id, i AS timestamp, hex(zeroblob(400000)) AS domain, 1 AS client"
    statement = dice.choice(
        (
            f"CREATE VIEW queries AS {ENDLESS} SELECT {columns} FROM n",
            f"CREATE VIEW queries AS {ENDLESS} SELECT {columns} FROM n ORDER BY domain || i",
            f"CREATE VIEW query_storage AS {ENDLESS} SELECT {columns} FROM n WHERE i < 0",
            "CREATE TABLE domain_by_id(id INTEGER PRIMARY KEY, "
            "domain GENERATED ALWAYS AS (hex(zeroblob(400000 + id))) VIRTUAL)",
        )
    )
    with tempfile.NamedTemporaryFile(suffix=".db") as file:
        connection = sqlite3.connect(file.name)
        connection.execute(statement)
        if "TABLE" in statement:
            rows = [(number,) for number in range(2_000)]
            connection.execute("CREATE TABLE client_by_id(id INTEGER PRIMARY KEY, ip)")
            connection.execute("CREATE TABLE query_storage(id, timestamp, domain, client)")
            connection.executemany("INSERT INTO domain_by_id(id) VALUES (?)", rows)
            connection.executemany("INSERT INTO query_storage VALUES (?1, 1, ?1, 1)", rows)
        connection.commit()
        connection.close()
        return file.read()


def archive(dice: random.Random) -> bytes:
    """Zeros or one line, over and over, packed once or twice; or a file with holes."""
    content = dice.choice((bytes(2**20), b"river.org\n" * 100_000)) * dice.choice((1, 60))
    once = dice.choice((gzip.compress, bz2.compress, lzma.compress, bytes))(content)
    if dice.random() < 0.5:
        return packed({f"list{number}.csv.gz": once for number in range(dice.choice((1, 20)))})
    info = tarfile.TarInfo("list.csv")
    info.size = len(once)
    if dice.random() < 0.5:
        info.type = tarfile.GNUTYPE_SPARSE
    return gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + once + bytes(1024))


def nest(dice: random.Random) -> bytes:
    """JSON that is nested deeply, or whose numbers and keys go on and on."""
    depth = dice.choice((40, 5_000, 200_000))
    inner = dice.choice(
        ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth, "9" * depth, "NaN")
    )
    row = f'{{"domain": "river.org", "x": {inner}}}'
    return dice.choice((f"[{row}]", f"{row}\n" * 3, inner)).encode()


def packed(members: dict[str, str] | dict[str, bytes]) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, content in members.items():
            whole.writestr(name, content)
    return file.getvalue()


KINDS: tuple[Callable[[random.Random], bytes], ...] = (parquet, workbook, database, archive, nest)
