"""CORPUS: bad, odd and hostile inputs, made in code, for every way into the program."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import struct
import zipfile
import zlib
from typing import NamedTuple

import pandas as pd

ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1",
    "cp1251", "shift_jis",
)  # fmt: skip
_BOMB = (b"a" * 1_000 + b".com\n") * 12_000  # more than small files may unpack to
NAMES = b"one.example.com\ntwo.example.org\nthree.example.net\n"


class BadInput(NamedTuple):
    """An input; `rows` is how many must come out, None where a FeedError is as good."""

    name: str
    content: bytes
    file_name: str
    rows: int | None = None


def _zip(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return packed.getvalue()


def _encrypted_looking() -> bytes:
    """A zip archive whose file has the flag of an encrypted one."""
    packed = bytearray(_zip({"list.csv": NAMES}))
    packed[6] |= 1
    packed[packed.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


def _parquet(frame: pd.DataFrame) -> bytes:
    packed = io.BytesIO()
    frame.to_parquet(packed, index=False)
    return packed.getvalue()


def _encoded(encoding: str) -> BadInput:
    note = {"cp1251": "заметка", "shift_jis": "メモ"}.get(encoding, "café")
    text = f"domain,note\r\nexample.com,{note}\r\nexample.org,{note}\r\n"
    return BadInput(f"encoding {encoding}", text.encode(encoding), "encoded.csv", 2)


_FRAME = pd.DataFrame({"domain": ["example.com", None, "example.org"], "n": [1, 2, 3]})
_LISTS: tuple[tuple[str, str, int], ...] = (
    ("emoji", "😀.example.com\nexample.com\n", 2),
    ("an IPv4 address", "192.0.2.7\nexample.com\n", 2),
    ("an IPv6 address", "2001:db8::1\n[2001:db8::2]:443\n", 2),
    ("an e-mail address", "someone@example.com\nexample.org\n", 2),
    ("URLs", "https://user:pw@example.com:8443/a?b=c#d\nhxxp://evil[.]example[.]org/\n", 2),
    ("a label of 300 characters", "a" * 300 + ".com\nexample.com\n", 2),
    ("a name of 254 characters", ".".join(["a" * 49] * 5) + ".info\nexample.com\n", 2),
    ("a label of 64 characters", "a" * 64 + ".com\nexample.com\n", 2),
    ("formula cells", "=cmd|' /C calc'!A0\n+1+1.example.com\n@SUM(A1)\n-2+3\n", 4),
    ("a script tag", "<script>alert(1)</script>\nexample.com\n", 2),
    ("script in a name", "example.com\n<img src=x onerror=alert(1)>.example.com\n", 2),
    ("paths for names", "../../etc/passwd\n..\\..\\windows\nexample.com\n", 3),
    ("shell characters", "$(id).example.com\n`id`.example.com\n;ls\n", 3),
    ("SQL", "'; DROP TABLE domains; --\nexample.com\n", 2),
    ("Markdown", "[example](http://example.com)\n**example.com**\n", 2),
    ("right-to-left marks", "\u202eexample.com\nmoc.elpmaxe\u200f\n", 2),
    ("zero-width characters", "exa\u200bmple.com\n\u200dexample.org\ufeff\n", 2),
    ("punycode that is none", "xn--\u00fc.com\nxn--zzzzzzzzz99999.com\nxn--.com\n", 3),
    ("dots alone", ".\n..\n...\nexample..com\n.example.com\n", 5),
    ("single labels", "localhost\nwpad\nintranet\n", 3),
    ("public suffixes", "com\nco.uk\narpa\n1.2.0.192.in-addr.arpa\n", 4),
    ("full-width letters", "ｅｘａｍｐｌｅ．ｃｏｍ\nexample。org\n", 2),
    ("combining marks", "e\u0301xample.com\n" + "a" + "\u0301" * 500 + ".com\n", 2),
    ("mixed scripts", "exаmple.com\nпример.рф\n例え.jp\n", 3),
    ("blank lines between", "example.com\n\n\nexample.org\n", 4),
    ("no line end", "example.com\nexample.org", 2),
    ("one name", "example.com", 1),
    ("old Mac line ends", "example.com\rexample.org\rexample.net\r", 3),
    ("mixed line ends", "example.com\r\nexample.org\nexample.net\r\nexample.edu", 4),
    ("upper case, dots behind", "EXAMPLE.COM.\nExample.Org.\n", 2),
    ("quotes around", "\"example.com\"\n'example.org'\n", 2),
    ("numbers", "1\n2\n3.5\n-4\n1e9\n", 5),
    ("words", "None\nnan\nNULL\ntrue\n", 4),
    ("comments behind", "example.com\n# a comment\nexample.org\n", 3),
    ("tabs and blanks around", "  example.com\t\n\texample.org \n", 2),
)
_TABLES: tuple[tuple[str, str, int | None], ...] = (
    ("the wrong column", "colour,size\nred,1\nblue,2\n", None),
    ("header only", "domain,label\n", 0),
    ("duplicate columns", "domain,domain,domain\nexample.com,a,b\nexample.org,c,d\n", 2),
    ("nameless columns", "domain,,\nexample.com,a,b\nexample.org,c,d\n", 2),
    ("ragged rows", "domain,n\nexample.com\nexample.org,1,2,3\nexample.net,1\n", 3),
    ("an unclosed quote", 'domain,n\n"example.com,1\nexample.org,2\nexample.net,3\n', 3),
    ("a quote inside", 'domain,n\nexa"mple.com,1\nexample.org,2\n', 2),
    ("a field over two lines", 'domain,n\nexample.com,"a\nb"\nexample.org,c\n', 2),
    ("formulas in the header", '=1+1,"=cmd|x",domain\na,b,example.com\nc,d,example.org\n', 2),
    ("columns of ours", "domain,score,verdict,problem\nexample.com,1,dga,x\n", 1),
    ("2,001 columns", ",".join(["domain"] * 2001) + "\n" + ",".join(["a.com"] * 2001), None),
    ("delimiters alone", ",,,\n,,,\n,,,\n", None),
    ("label words unknown", "domain,label\nexample.com,perhaps\nexample.org,dga\n", 2),
)
_JSON: tuple[tuple[str, str, int | None], ...] = (
    ("a broken line", '{"domain": "example.com"}\n{"domain": \n{"domain": "example.org"}\n', 3),
    ("a broken array", '[{"domain": "example.com"}, {"domain": "exam', None),
    ("an array of nothing", "[]", None),
    ("an array of texts", '["example.com", "example.org", null]', 3),
    ("an object over lines", '{\n  "domain": "example.com",\n  "n": 1\n}\n', None),
    ("nested deep", "[" * 100_000 + "]" * 100_000, None),
    ("a line nested deep", '{"a":' * 50_000 + "1" + "}" * 50_000, None),
    ("surrogate escapes", '{"domain": "\\ud800.example.com"}\n{"domain": "\\udfff"}\n', 2),
    ("huge numbers", '{"domain": "example.com", "n": ' + "9" * 5000 + "}\n", 1),
    ("fields that differ", '{"domain": "example.com"}\n{"n": 1}\n{}\n[1]\n', 4),
)
CORPUS: tuple[BadInput, ...] = (
    *map(_encoded, ENCODINGS),
    *(BadInput(name, text.encode(), "list.txt", rows) for name, text, rows in _LISTS),
    *(BadInput(name, text.encode(), "table.csv", rows) for name, text, rows in _TABLES),
    *(BadInput(f"JSON: {name}", text.encode(), "rows.json", rows) for name, text, rows in _JSON),
    BadInput("empty", b"", "empty.csv"),
    BadInput("only a mark", codecs.BOM_UTF8, "mark.csv"),
    BadInput("only a UTF-16 mark", codecs.BOM_UTF16_LE, "mark16.csv"),
    BadInput("only blank lines", b"\n\r\n \n\t\n", "blank.txt"),
    BadInput("only comments", b"# a\n# b\n## c\n", "comments.txt"),
    BadInput("only NUL", b"\0" * 1000, "nul.bin"),
    BadInput("NUL in a row", b"exa\0mple.com\nexample.org\n", "nul.txt", 2),
    BadInput("NUL in a cell", b"domain,n\nexa\0mple.com,1\nexample.org,2\n", "nul.csv", 2),
    BadInput("binary", bytes(range(256)) * 20, "binary.csv"),
    BadInput("UTF-8 that is damaged", b"exa\xff\xfemple.com\n\xc3\x28.com\n", "damaged.txt", 2),
    BadInput("a huge line", b"a" * (3 * 2**20), "line.txt"),
    BadInput("a huge cell", b"domain,n\nexample.com," + b"x" * 900_000 + b"\n", "cell.csv", 1),
    BadInput("gzip", gzip.compress(NAMES), "list.csv", 3),
    BadInput("gzip in two members", gzip.compress(NAMES) + gzip.compress(NAMES), "two.gz", 6),
    BadInput("gzip cut short", gzip.compress(NAMES * 1000)[:-20], "cut.csv.gz"),
    BadInput("gzip of nothing", gzip.compress(b""), "nothing.gz"),
    BadInput("gzip with garbage behind", gzip.compress(NAMES) + b"garbage", "behind.gz"),
    BadInput("gzip by its first bytes alone", b"\x1f\x8b" + b"\0" * 40, "false.gz"),
    BadInput("gzip within gzip", gzip.compress(gzip.compress(NAMES)), "twice.gz"),
    BadInput("a gzip bomb", gzip.compress(_BOMB), "bomb.gz"),
    BadInput("a zip bomb", _zip({"list.csv": _BOMB}), "bomb.zip"),
    BadInput("zip", _zip({"list.csv": NAMES}), "list.zip", 3),
    BadInput("zip within zip", _zip({"inner.zip": _zip({"list.csv": NAMES})}), "nested.zip"),
    BadInput("zip that looks encrypted", _encrypted_looking(), "secret.zip"),
    BadInput("zip of nothing", _zip({}), "nothing.zip"),
    BadInput("zip of a folder", _zip({"folder/": b""}), "folder.zip"),
    BadInput("zip of two lists", _zip({"a.csv": NAMES, "b.csv": NAMES}), "two.zip"),
    BadInput("zip with a path", _zip({"../../etc/cron.d/list": NAMES}), "path.zip", 3),
    BadInput("zip cut short", _zip({"list.csv": NAMES})[:60], "cut.zip"),
    BadInput("zip with a wrong sum", _zip({"a": NAMES}, 0).replace(b"two", b"too"), "sum.zip"),
    BadInput("zlib without a wrapper", zlib.compress(NAMES * 100), "list.z"),
    BadInput("xlsx", _zip({"[Content_Types].xml": b"<x/>", "xl/a.xml": b"<x/>"}), "book.xlsx"),
    BadInput("ods", _zip({"mimetype": b"application/x", "content.xml": b"<x/>"}), "book.ods"),
    BadInput("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "book.xls"),
    BadInput("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "report.pdf"),
    BadInput("a picture", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR", "list.csv"),
    BadInput("a web page", b"<!DOCTYPE html>\n<html><body>404</body></html>\n", "top.csv"),
    BadInput("SQLite", b"SQLite format 3\0" + b"\0" * 100, "names.db"),
    BadInput("Parquet", _parquet(_FRAME), "names.parquet", 3),
    BadInput("Parquet cut short", _parquet(_FRAME)[:-30], "cut.parquet"),
    BadInput("Parquet by its first bytes alone", b"PAR1" + b"\0" * 100 + b"PAR1", "no.parquet"),
    BadInput("Parquet without rows", _parquet(_FRAME.head(0)), "none.parquet", 0),
    BadInput("UTF-16 cut in a character", "example.com\n".encode("utf-16")[:-1], "odd.txt"),
    BadInput("a Zeek log without rows", b"#separator \\x09\n#fields\tts\tquery\n", "dns.log", 0),
    BadInput(
        "JSON lines with odd keys",
        (json.dumps({"domain": "example.com", "a\nb": 1, "": 2, " domain": 3}) + "\n").encode(),
        "keys.jsonl",
        1,
    ),
)
