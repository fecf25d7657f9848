"""Small files that stand for gigabytes or for work without end, drawn from a seed.

Each reader that unpacks something has its kinds here. None can be scored whole: a program refuses
it in a sentence, or takes little memory and time.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import sqlite3
import struct
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

COMPUTED = "CREATE TABLE domain_by_id(id INTEGER PRIMARY KEY, domain GENERATED ALWAYS AS"


def drawn(dice: random.Random) -> bytes:
    """One such file."""
    return dice.choice(KINDS)(dice)


def parquet(dice: random.Random) -> bytes:
    """A column whose values are stored once, or are wide, nested, or no text."""
    if dice.random() < 0.1:
        return _row_groups(dice.choice((100, 3_000)))
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


def _row_groups(count: int) -> bytes:
    """A table of one row a group."""
    file = io.BytesIO()
    table = pa.table({"domain": ["river.org"], "x": ["1"]})
    with pq.ParquetWriter(file, table.schema) as writer:
        for _ in range(count):
            writer.write_table(table)
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
            f"{COMPUTED} (hex(zeroblob(400000 + id))) VIRTUAL)",
            f"{COMPUTED} (instr(hex(zeroblob(400000)), hex(zeroblob(200000)) || id)) VIRTUAL)",
            f"{COMPUTED} (hex(zeroblob(400000)) LIKE '%0%0%0%0%0%1' || id) VIRTUAL)",
        )
    )
    with tempfile.NamedTemporaryFile(suffix=".db") as file:
        connection = sqlite3.connect(file.name)
        if "TABLE" in statement:
            rows = [(number,) for number in range(2_000)]
            connection.execute("CREATE TABLE domain_by_id(id INTEGER PRIMARY KEY)")
            connection.execute("CREATE TABLE client_by_id(id INTEGER PRIMARY KEY, ip)")
            connection.execute("CREATE TABLE query_storage(id, timestamp, domain, client)")
            connection.executemany("INSERT INTO domain_by_id(id) VALUES (?)", rows)
            connection.executemany("INSERT INTO query_storage VALUES (?1, 1, ?1, 1)", rows)
            # The column is put in behind its rows: SQLite would compute it for each that is added.
            connection.execute("PRAGMA writable_schema = ON")
            into = "UPDATE sqlite_schema SET sql = ? WHERE name = 'domain_by_id'"
            connection.execute(into, (statement,))
        else:
            connection.execute(statement)
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


def capture(dice: random.Random) -> bytes:
    """Packets of headers upon headers, or of sizes and options that are none."""
    packet = dice.choice(
        (
            lambda: _tunnels(4, dice.choice((50, 900, 3_000))),
            lambda: _tunnels(47, dice.choice((50, 900))),
            lambda: bytes(12) + b"\x86\xdd\x60\0\0\0\xff\xff\0\x40" + bytes(65_000),
            lambda: bytes(12) + b"\x81\0\0\1" * 16_000,
            lambda: dice.randbytes(2_000),
        )
    )()
    if dice.random() < 0.5:
        head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 2**18, dice.choice((1, 101, 113, 7)))
        size = dice.choice((len(packet), len(packet), 2**31))
        return head + (struct.pack("<IIII", 2**32 - 1, 2**32 - 1, size, size) + packet) * 50
    options = struct.pack("<HHB3x", 9, dice.choice((0, 1)), dice.randrange(256))
    blocks = (
        _block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)),
        _block(1, struct.pack("<HHI", 1, 0, 2**18) + options + bytes(4)),
        _block(6, struct.pack("<IIIII", 0, 5, 6, len(packet), len(packet)) + packet) * 20,
        struct.pack("<II", 77, dice.choice((0, 8, 2**31))) * 20_000,
    )
    return b"".join(blocks)


def _tunnels(protocol: int, depth: int) -> bytes:
    inner = b"\0\x35\0\x35\0\x08\0\0"
    for _ in range(depth):
        inner = inner if protocol == 4 else b"\0\0\x08\0" + inner
        size = (20 + len(inner)) & 0xFFFF
        inner = struct.pack(">BBHHHBBH8x", 0x45, 0, size, 1, 0, 64, protocol, 0) + inner
    return bytes(12) + b"\x08\0" + inner


def _block(kind: int, content: bytes) -> bytes:
    content += bytes(-len(content) % 4)
    size = struct.pack("<I", 12 + len(content))
    return struct.pack("<I", kind) + size + content + size


def dnstap(dice: random.Random) -> bytes:
    """Messages of dnstap as YAML that go on and on, or hold one line again and again."""
    head = "---\ntype: MESSAGE\nmessage:\n  type: CLIENT_RESPONSE\n  query_address: 10.1.0.23\n"
    again = dice.choice(("    ;river.org. IN A\n", "  " * 5_000 + "x: 1\n", "&a [*a]\n", head))
    return (head + again * dice.choice((10, 3_000))).encode()


def log(dice: random.Random) -> bytes:
    """Lines of dnsmasq of which one event is told again and again, or goes on for ever."""
    head = "May  1 10:00:01 dnsmasq[7]:"
    asked = f"{head} query[A] river.org from 10.1.0.23\n"
    again = dice.choice((f"{head} reply river.org is 192.0.2.1\n", " x\n", f"{head} forwarded\n"))
    other = f"{head} query[A] garden.com from 10.1.0.24\n"
    return (asked + (other * dice.choice((0, 20)) + again) * dice.choice((100, 3_000))).encode()


def keras_file(dice: random.Random) -> bytes:
    """A Keras file whose description is a huge, deep or foreign network, or no network."""
    layer = {"class_name": "Dense", "module": "keras.layers", "config": {"units": 8}}
    deep: object = layer
    for _ in range(dice.choice((50, 900))):
        deep = {"class_name": "Functional", "module": "keras.src.models.functional", "config": deep}
    huge = {**layer, "config": {"units": dice.choice((10**6, 10**12, 10**300, -1))}}
    classes = ("Lambda", "TorchModuleWrapper", "TFSMLayer", "get_file", "exec", "Dense")
    modules = ("keras.layers", "keras.src.legacy", "builtins", "os", "dga.cli.main", "keras.config")
    foreign = {**layer, "class_name": dice.choice(classes), "module": dice.choice(modules)}
    described = dice.choice(([layer] * 20_000, deep, [huge] * 50, foreign, [], "x" * 10**6))
    return packed(
        {
            "metadata.json": "{}",
            "config.json": json.dumps({"class_name": "Functional", "config": described}),
            "model.weights.h5": "\x89HDF\r\n\x1a\n" + "x" * dice.choice((10, 10_000)),
        }
    )


def nest(dice: random.Random) -> bytes:
    """JSON that is nested deeply, or whose numbers and keys go on and on."""
    depth = dice.choice((40, 5_000, 200_000))
    inner = dice.choice(
        ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth, "9" * depth, "NaN")
    )
    row = f'{{"domain": "river.org", "x": {inner}}}'
    return dice.choice((f"[{row}]", f"{row}\n" * 3, inner)).encode()


def page(dice: random.Random) -> bytes:
    """A web page of tags, comments, attributes, or texts that do not end."""
    part = dice.choice(
        ("< ", "<a ", "<", "</", "<!", "<?", "<!--", "<a b='", "&#x", "<svg>", "<td>", "<table>")
    )
    head = "<!DOCTYPE html><html><body><table><tr><td>river.org "
    return (head + part * dice.choice((20_000, 1_000_000))).encode()


def document(dice: random.Random) -> bytes:
    """XML that is deep, wide, or declares what grows."""
    count = dice.choice((90, 5_000, 100_000))
    declared = "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 9}">' for at in range(1, 20))
    inner = dice.choice(
        (
            "<a>" * count + "river.org" + "</a>" * count,
            "".join(f"<a{at}>river.org</a{at}>" for at in range(count)),
            "<a>" + "<b>river.org</b>" * count + "</a>",
            "<a " + " ".join(f'b{at}="river.org"' for at in range(count)) + "/>",
        )
    )
    kind = f"<!DOCTYPE r [{declared}]>" if dice.random() < 0.2 else ""
    return f'<?xml version="1.0"?>{kind}<r>{inner * 2}</r>'.encode()


def query(dice: random.Random) -> bytes:
    """Lists in KQL, W3C logs, and arrays in JSON whose surroundings would be repeated."""
    count = dice.choice((1_000, 100_000, 400_000))
    asked = ", ".join(['{"q": "river.org"}'] * count)
    head = "#Fields: date time c-ip cs-host\n2026-05-01 10:00:01 10.1.0.23 "
    return dice.choice(
        (
            "print x = dynamic([" + '"a.com",' * count,
            "datatable(name:string)[" + "'" * count,
            "let x = (" * count,
            "Client,Names\n" + ('10.1.0.23,dynamic(["a.com"' + ', "b"' * count + "\n") * 2,
            head + "[ " * count,
            head + '" [' * count,
            f'{{"pad": "{"x" * 5_000_000}", "asked": [{asked}]}}',
            "{'a': " * count,
        )
    ).encode()


def packed(members: dict[str, str] | dict[str, bytes]) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, content in members.items():
            whole.writestr(name, content)
    return file.getvalue()


KINDS: tuple[Callable[[random.Random], bytes], ...] = (
    parquet, workbook, database, archive, nest, capture, dnstap, log, page, document, query,
)  # fmt: skip
