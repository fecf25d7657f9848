"""Any file of rows to chunks of text columns, streamed: the one reader of every upload.

What a file is, its content says, never its name: CSV, plain and hosts lists, JSON lines, a JSON
array, Parquet, Zeek and Suricata DNS logs, each also gzipped, zipped or zstd-compressed. Every
row comes out, in order, as text; a row that does not fit its table comes out too. Knows nothing
of labels (`dga.feeds` does) and writes nothing but a temporary copy of a pipe.
"""

from __future__ import annotations

import codecs
import csv
import ipaddress
import json
import re
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Protocol, cast

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from dga.domains import parse
from dga.errors import FeedError

MAX_BYTES = 4 * 2**30
MAX_RATIO = 200
RATIO_FREE_BYTES = 10 * 2**20  # small files may be as repetitive as they like
MAX_LINE = 2**20
MAX_COLUMNS = 2_000
MAX_RECORD_LINES = 64  # a quoted field longer than this is an unclosed quote
MAX_CELLS = 4_000_000  # in one table of a stream
MAX_COLUMN_BYTES = 2**28
SAMPLE_ROWS = 1_000
CHUNK_ROWS = 50_000
EXTRA = "extra"

# Names under which exports, logs and feeds keep their domains, surest first.
DOMAIN_COLUMNS = (
    "domain", "query", "rrname", "fqdn", "hostname", "host", "dns_query", "qname", "domain_name",
    "domainname", "domains", "site", "url", "name", "indicator", "ioc", "value", "given",
)  # fmt: skip
_OTHER_HEADERS = frozenset((
    "rank", "globalrank", "tldrank", "family", "label", "class", "type", "date", "reference",
    "malware", "subclass", "count", "first_seen", "timestamp", "id", "tld", "source", "feed",
    "description", "score",
))  # fmt: skip
_COMPRESSIONS = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip",
                 b"\x28\xb5\x2f\xfd": "zstd"}  # fmt: skip
_FOREIGN = {
    b"%PDF": "a PDF document", b"\xd0\xcf\x11\xe0": "an old Office document",
    b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive", b"BZh": "bzip2-compressed", 
    b"\xfd7zXZ": "xz-compressed",
    b"SQLite format 3": "an SQLite database", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture", b"\x7fELF": "a program",
}  # fmt: skip
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
_HTML = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml)", re.I)
_JSON_ARRAY = re.compile(rb"\s*\[\s*[\[{\"\]]")
_JSON_GAP = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)  # numbers stay as they are written
_DAMAGED = ""  # stands for the field of a line that is no JSON; no key is empty
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_DAMAGE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError,
           pa.ArrowException)  # fmt: skip


class Readable(Protocol):
    """Whatever gives bytes."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class TableInfo:
    """What `sniff` found; `size` is the file's own, in bytes, before decompression.

    `skipped` counts the lines above the first row (comments and header); `surplus` says that the
    last column, "extra", gathers the fields of rows that are longer than the table is wide.
    """

    format: str
    compression: str
    encoding: str
    delimiter: str | None
    columns: tuple[str, ...]
    header: bool
    size: int
    skipped: int = 0
    surplus: bool = False
    note: str = ""


def sniff(source: Path | BinaryIO, name: str = "") -> TableInfo:
    """Say what a file is from its first megabyte; raises FeedError when it is no table."""
    with _payload(source, name, MAX_BYTES) as payload:
        return _layout(payload)


def read_chunks(
    source: Path | BinaryIO,
    *,
    name: str = "",
    chunk_rows: int = CHUNK_ROWS,
    max_bytes: int = MAX_BYTES,
) -> Iterator[pd.DataFrame]:
    """Yield a file's rows in order, at most `chunk_rows` a frame, every column text.

    All frames have the columns that `sniff` tells. A field that is missing is ""; surplus fields
    are joined into the column "extra", or into the last one when the first megabyte had none.
    Raises FeedError for what is no table, is damaged, or unpacks to more than `max_bytes`.
    """
    with open_table(source, name=name, chunk_rows=chunk_rows, max_bytes=max_bytes) as (_, chunks):
        yield from chunks


@contextmanager
def open_table(
    source: Path | BinaryIO,
    *,
    name: str = "",
    chunk_rows: int = CHUNK_ROWS,
    max_bytes: int = MAX_BYTES,
) -> Iterator[tuple[TableInfo, Iterator[pd.DataFrame]]]:
    """What `sniff` tells and the chunks of `read_chunks`, from one opening of the source."""
    with _payload(source, name, max_bytes) as payload:
        info = _layout(payload)
        yield info, _frames(READERS[info.format](payload, info), info, chunk_rows)


def require_column(columns: Sequence[str], column: str) -> None:
    """Raise FeedError, naming the columns that there are, when `column` is none of them.

    >>> require_column(["domain", "family"], "domain")
    """
    if column not in columns:
        raise FeedError(
            f"no column {_one_line(column)!r}; found {shown(columns)}: name one of these (--column)"
        )


def guess_column(columns: Sequence[str], sample: pd.DataFrame) -> str:
    """Return the column that holds the domains: by name, else by what parses.

    >>> guess_column(["id", "where"], pd.DataFrame({"id": ["1"], "where": ["example.com"]}))
    'where'
    """
    if len(columns) == 1:
        return columns[0]
    rows = sample.head(200)
    shares = {column: domain_share(rows[column]) for column in columns}
    plain = {column: column.lower().rpartition(".")[2].strip(" #") for column in columns}
    known = [c for wanted in DOMAIN_COLUMNS for c in columns if plain[c] == wanted]
    for column in known:
        if shares[column] >= 0.5:
            return column
    best = max(columns, key=lambda column: shares[column])
    if shares[best] >= 0.5:
        return best
    if known:
        return known[0]
    raise FeedError(
        f"no column holds domains; found {shown(columns)}: name the right one (--column)"
    )


def shown(columns: Iterable[str], most: int = 12) -> str:
    """Column names for a message: one line, and not hundreds.

    >>> shown(["a", "b\\n"], most=1)
    'a and 1 more'
    """
    names = [_one_line(column) or "(unnamed)" for column in columns]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def source_name(source: Path | BinaryIO, name: str = "") -> str:
    """The file's name for messages and as a feed's name, without its folder."""
    given = name or str(getattr(source, "name", "") or "")
    return _one_line(PurePosixPath(given.replace("\\", "/")).name) or "the file"


# Opening: from a path or stream to bounded, decompressed, UTF-8 bytes.


@dataclass(frozen=True)
class _Payload:
    """A source opened: its decompressed head, and the stream that goes on behind the head."""

    name: str
    compression: str
    size: int
    head: bytes
    stream: Readable
    raw: BinaryIO
    note: str

    def pieces(self) -> Iterator[bytes]:
        """The whole content as UTF-8 (bytes of other 8-bit encodings as they are)."""
        found = chain([self.head], self.rest())
        encoding = _encoding(self.head)
        if encoding == "utf-8-sig":
            yield next(found).removeprefix(codecs.BOM_UTF8)
        if not encoding.startswith(("utf-16", "utf-32")):
            yield from found
            return
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        yield from (decoder.decode(piece).encode() for piece in found)
        yield decoder.decode(b"", final=True).encode()

    def rest(self) -> Iterator[bytes]:
        """What follows the head."""
        return iter(lambda: self.stream.read(MAX_LINE), b"")

    def blocks(self, skip: int = 0, most: int = MAX_LINE) -> Iterator[bytes]:
        """The content behind `skip` lines, in blocks of at most `most` whole lines."""
        for block in self._whole_lines(skip):
            if block.count(b"\n") <= most:
                yield block
                continue
            lines = block.splitlines(keepends=True)
            yield from (b"".join(lines[at : at + most]) for at in range(0, len(lines), most))

    def _whole_lines(self, skip: int) -> Iterator[bytes]:
        rest = b""
        for piece in self.pieces():
            rest += piece
            cut = rest.rfind(b"\n") + 1 or rest.rfind(b"\r", 0, len(rest) - 1) + 1
            block, rest = _unix(rest[:cut]), rest[cut:]
            if len(rest) > MAX_LINE:
                raise FeedError(f"{self.name}: a line of more than {MAX_LINE:,} bytes; not a table")
            while skip and block:
                skip, block = skip - 1, block.partition(b"\n")[2]
            if block:
                yield block
        if rest and not skip:
            yield _unix(rest)


class _Bounded:
    """A stream that stops at a limit, gives what it is asked for, and fails in FeedErrors."""

    def __init__(self, stream: Readable, name: str, limit: int) -> None:
        self._stream, self._name, self._limit, self._left = stream, name, limit, limit

    def read(self, size: int = MAX_LINE, /) -> bytes:
        found = bytearray()
        with _damage_told(self._name):
            while len(found) < size and (more := self._stream.read(size - len(found))):
                found += more
        self._left -= len(found)
        if self._left < 0:
            raise FeedError(
                f"{self._name}: unpacks to more than {self._limit:,} bytes, the limit for a file "
                "of its size; if you trust it, unpack or split it first"
            )
        return bytes(found)


@contextmanager
def _payload(source: Path | BinaryIO, name: str, max_bytes: int) -> Iterator[_Payload]:
    name = source_name(source, name)
    with ExitStack() as stack:
        with _damage_told(name):
            raw = _seekable(source, name, max_bytes, stack)
            size = raw.seek(0, 2)
            raw.seek(0)
            magic = raw.read(4)
            raw.seek(0)
            compression = _compression(magic)
            stream, note = _unpacked(raw, compression, name, stack)
        limit = max_bytes
        if compression != "none":
            limit = min(max_bytes, max(RATIO_FREE_BYTES, MAX_RATIO * size))
        bounded = _Bounded(stream, name, limit)
        head = bounded.read()
        _refuse_foreign(head, name)
        yield _Payload(name, compression, size, head, bounded, raw, note)


def _seekable(source: Path | BinaryIO, name: str, max_bytes: int, stack: ExitStack) -> BinaryIO:
    if isinstance(source, Path):
        return stack.enter_context(source.open("rb"))
    if source.seekable():
        return source
    # A pipe is kept on disk: its kind and, for archives, its end are needed before its rows.
    bounded = _Bounded(source, name, max_bytes)
    return _spooled(iter(lambda: bounded.read(MAX_LINE), b""), stack)


def _spooled(pieces: Iterable[bytes], stack: ExitStack) -> BinaryIO:
    spool = stack.enter_context(tempfile.TemporaryFile("w+b"))  # noqa: SIM115
    spool.writelines(pieces)
    return cast(BinaryIO, spool)


def _compression(magic: bytes) -> str:
    return next((kind for mark, kind in _COMPRESSIONS.items() if magic.startswith(mark)), "none")


def _unpacked(raw: BinaryIO, compression: str, name: str, stack: ExitStack) -> tuple[Readable, str]:
    if compression == "none":
        return raw, ""
    if compression == "zip":
        return _zip_member(stack.enter_context(zipfile.ZipFile(raw)), name, stack)
    # Arrow's streams, unlike the zstandard package's, notice that a file was cut short.
    return pa.CompressedInputStream(pa.PythonFile(raw, "r"), compression), ""


def _zip_member(archive: zipfile.ZipFile, name: str, stack: ExitStack) -> tuple[Readable, str]:
    """Open the one file of data in an archive; its path is never used as a path."""
    names = [info.filename for info in archive.infolist()]
    if "[Content_Types].xml" in names or "mimetype" in names:
        raise FeedError(f"{name}: an office document; save the sheet as CSV and give that")
    files = [
        info
        for info in archive.infolist()
        if not info.is_dir()
        and not PurePosixPath(info.filename).name.startswith(".")
        and "__MACOSX" not in info.filename
    ]
    if not files:
        raise FeedError(f"{name}: no file in this zip archive; put one list into it")
    first = _one_line(PurePosixPath(files[0].filename.replace("\\", "/")).name)
    note = f"{first}, the first of {len(files)} files in the archive"
    return stack.enter_context(archive.open(files[0])), note if len(files) > 1 else ""


@contextmanager
def _damage_told(name: str) -> Iterator[None]:
    """Turn what reading a damaged or absent file raises into one sentence."""
    try:
        yield
    except FileNotFoundError:
        raise FeedError(f"{name}: no such file; check the path") from None
    except (IsADirectoryError, PermissionError) as error:
        raise FeedError(f"{name}: cannot be read ({error.strerror}); give a file") from None
    except _DAMAGE as error:
        reason = _one_line(str(error)).rstrip(".") or type(error).__name__
        raise FeedError(f"{name}: damaged, cut short or encrypted ({reason[:120]})") from None


def _refuse_foreign(head: bytes, name: str) -> None:
    if (kind := _compression(head)) != "none":
        raise FeedError(f"{name}: a {kind} file within a compressed file; unpack it once first")
    what = next((text for mark, text in _FOREIGN.items() if head.startswith(mark)), "")
    what = what or ("a web page" if _HTML.match(head[:4096]) else "")
    if what:
        raise FeedError(f"{name}: this is {what}, not a table of domains; give CSV or a list")
    if not head.strip(b"\0 \r\n\t" + codecs.BOM_UTF8 + codecs.BOM_UTF16_LE):
        raise FeedError(f"{name}: an empty file; give one with at least one row")


def _encoding(head: bytes) -> str:
    """Name the encoding; without a mark, zero bytes betray UTF-16 and the rest is tried."""
    for mark, encoding in _BOMS.items():
        if head.startswith(mark):
            return encoding
    sample = head[:4096]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if sample[start::2].count(0) > 0.6 * len(sample) / 2 > 2 * sample[1 - start :: 2].count(0):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _unix(block: bytes) -> bytes:
    return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in block else block


def _lines(block: bytes) -> list[str]:
    """The lines of a block as text; each line that is not UTF-8 is read as Windows-1252."""
    try:
        lines = block.decode().split("\n")
    except UnicodeDecodeError:
        lines = [_decoded(line) for line in block.split(b"\n")]
    return lines if lines[-1] else lines[:-1]


def _decoded(line: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]", "", text).strip()[:80]


# Sniffing: from the head to a layout.


def _layout(payload: _Payload) -> TableInfo:
    encoding = _encoding(payload.head)
    blank = TableInfo("", payload.compression, encoding, None, (), False, payload.size)
    blank = replace(blank, note=payload.note)
    if payload.head.startswith(b"PAR1"):
        return _parquet_layout(payload, replace(blank, encoding="binary"))
    sample = replace(payload, stream=BytesIO())
    if _JSON_ARRAY.match(next(sample.pieces())):
        rows = [_record(value) for value in islice(_items(sample, whole=False), SAMPLE_ROWS)]
        return _json_layout(payload.name, replace(blank, format="json"), rows)
    lines = _lines(next(sample.blocks(), b""))
    _refuse_binary("\n".join(lines[:SAMPLE_ROWS]), payload.name)
    for layout in (_zeek_layout, _json_lines_layout, _hosts_layout, _csv_layout):
        if info := layout(payload.name, blank, lines):
            if len(info.columns) > MAX_COLUMNS:
                raise FeedError(f"{payload.name}: more than {MAX_COLUMNS:,} columns; not a table")
            return info
    raise FeedError(f"{payload.name}: only comments in it; give a file with at least one row")


def _refuse_binary(text: str, name: str) -> None:
    strange = len(_CONTROL.findall(text)) + text.count("\0") // 10
    if strange > max(4, len(text) // 33):
        raise FeedError(f"{name}: binary data, not text; give CSV, JSON lines, Parquet or a list")


def _zeek_layout(name: str, blank: TableInfo, lines: list[str]) -> TableInfo | None:
    for at, line in enumerate(lines[:50]):
        if line.startswith("#fields\t"):
            behind = (i for i in range(at, len(lines)) if not lines[i].startswith("#"))
            skipped = next(behind, len(lines))
            columns = _unique(line.split("\t")[1:])
            return replace(blank, format="zeek", delimiter="\t", columns=columns, skipped=skipped,
                           header=True)  # fmt: skip
    return None


def _json_lines_layout(name: str, blank: TableInfo, lines: list[str]) -> TableInfo | None:
    sample = [line for line in lines[:SAMPLE_ROWS] if line.strip()]
    if not sample or sample[0].lstrip()[0] not in "{":
        return None
    rows = [_json_row(line) for line in sample]
    if sum(_DAMAGED in row for row in rows) * 2 > len(rows):
        raise FeedError(f"{name}: JSON, but neither an array of rows nor one object a line")
    return _json_layout(name, replace(blank, format="json-lines"), rows)


def _json_layout(name: str, info: TableInfo, rows: list[dict[str, str]]) -> TableInfo:
    """The columns are those of the sampled rows; what later rows add goes to the surplus."""
    columns = dict.fromkeys(key for row in rows for key in row)
    if len(columns) > MAX_COLUMNS:
        raise FeedError(f"{name}: more than {MAX_COLUMNS:,} columns; not a table")
    surplus = columns.pop(_DAMAGED, 0) is None
    if not columns:
        raise FeedError(f"{name}: JSON without a single row or field; give rows with a domain")
    if columns.keys() >= {"event_type"} and any(c.startswith("dns.") for c in columns):
        info = replace(info, format="suricata-eve")
    elif columns.keys() >= {"query", "id.orig_h"}:
        info = replace(info, format="zeek-json")
    return replace(info, columns=_widened(tuple(columns), surplus), surplus=surplus)


def _widened(columns: tuple[str, ...], surplus: bool) -> tuple[str, ...]:
    return _unique((*columns, EXTRA)) if surplus else columns


def _hosts_layout(name: str, blank: TableInfo, lines: list[str]) -> TableInfo | None:
    sample = [line for line in lines[:SAMPLE_ROWS] if line.strip() and line[0] != "#"]
    if not sample or sum(map(_is_hosts_line, sample)) * 10 < len(sample) * 9:
        return None
    skipped = _head(lines) if any(line.startswith("#") for line in lines[: _head(lines)]) else 0
    columns = ("address", "domain", EXTRA)
    return replace(blank, format="hosts", columns=columns, skipped=skipped, surplus=True)


def _is_hosts_line(line: str) -> bool:
    address, _, rest = line.strip().replace("\t", " ").partition(" ")
    try:
        return bool(ipaddress.ip_address(address.partition("%")[0]) and rest.strip())
    except ValueError:
        return False


def _head(lines: list[str]) -> int:
    """How many comment and blank lines stand above the first row."""
    return next((i for i, line in enumerate(lines) if line.strip() and line[0] != "#"), len(lines))


def _csv_layout(name: str, blank: TableInfo, lines: list[str]) -> TableInfo | None:
    head = _head(lines)
    if head == len(lines):
        return None
    sample = [line for line in lines[head : head + SAMPLE_ROWS] if line.strip()]
    delimiter = _delimiter(sample)
    rows = [_split(line, delimiter) for line in sample]
    header = _is_header(rows)
    width = len(rows[0]) if header else Counter(map(len, rows)).most_common(1)[0][0]
    columns = _unique(rows[0]) if header else _unnamed(rows, width)
    surplus = any(len(row) > width and any(row[width:]) for row in rows)
    # Blank lines at the top are rows, unless something stands above the first row anyway.
    above = head if header or any(line.startswith("#") for line in lines[:head]) else 0
    return replace(
        blank, format="csv" if delimiter else "list", delimiter=delimiter, header=header,
        columns=_widened(columns, surplus), skipped=above + header, surplus=surplus,
    )  # fmt: skip


def _delimiter(lines: list[str]) -> str | None:
    """The character that cuts most lines into the same number of fields, None for a list."""
    best: tuple[float, int, str | None] = (0.5, 1, None)
    for delimiter in ",\t;|":
        if delimiter == "|" and lines[0].startswith("||"):  # an ad blocker's rule: ||host^
            continue
        counts = Counter(len(_split(line, delimiter)) for line in lines)
        width, times = max(counts.items(), key=lambda item: (item[0] > 1, item[1]))
        if width > 1:
            best = max(best, (times / len(lines), width, delimiter), key=lambda b: b[:2])
    return best[2]


def _is_header(rows: list[list[str]]) -> bool:
    names = [cell.strip(" \ufeff\"'").lower() for cell in rows[0]]
    if any(n.rpartition(".")[2] in DOMAIN_COLUMNS or n in _OTHER_HEADERS for n in names):
        return not any(map(_is_domain, names))
    if len(names) < 2 or not all(names) or any(n.isdigit() or _is_domain(n) for n in names):
        return False
    return any(_is_domain(cell) for row in rows[1:50] for cell in row)


def _is_domain(text: str) -> bool:
    return "." in text and parse(text).problem is None


def domain_share(values: pd.Series[str]) -> float:
    filled = [value for value in values if value.strip()]
    return sum(map(_is_domain, filled)) / len(filled) if filled else 0.0


def _unnamed(rows: list[list[str]], width: int) -> tuple[str, ...]:
    whole = [row for row in rows if len(row) == width]
    ranked = width == 2 and sum(row[0].strip().isdigit() for row in whole) * 10 >= len(whole) * 9
    if ranked and sum(_is_domain(row[1]) for row in whole) * 2 >= len(whole):
        return ("rank", "domain")
    return ("domain",) if width == 1 else tuple(f"column_{i}" for i in range(1, width + 1))


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    """Column names cleaned; a blank one is numbered, a second `domain` becomes `domain_2`."""
    found: dict[str, None] = {}
    for number, given in enumerate(names, 1):
        name = base = _one_line(given).strip("\"' \ufeff") or f"column_{number}"
        copies = 1
        while name in found:
            copies += 1
            name = f"{base}_{copies}"
        found[name] = None
    return tuple(found)


def _parquet_layout(payload: _Payload, blank: TableInfo) -> TableInfo:
    with _damage_told(payload.name), _parquet_file(payload) as file:
        columns = _unique(file.schema_arrow.names)
    if not 0 < len(columns) <= MAX_COLUMNS:
        raise FeedError(f"{payload.name}: {len(columns):,} columns; give 1 to {MAX_COLUMNS:,}")
    return replace(blank, format="parquet", columns=columns, header=True)


# Reading: one function a format, from a payload to Arrow tables of text.


def _frames(tables: Iterable[pa.Table], info: TableInfo, chunk_rows: int) -> Iterator[pd.DataFrame]:
    """Cut tables of any length into frames of `chunk_rows`; a table without rows gives one."""
    chunk_rows = max(1, min(chunk_rows, _rows_at_once(info)))
    held = _text_table([], info)
    told = False
    for table in tables:
        held = pa.concat_tables([held, table])
        while len(held) >= chunk_rows:
            yield held.slice(0, chunk_rows).to_pandas()
            held, told = held.slice(chunk_rows), True
    if len(held) or not told:
        yield held.to_pandas()


def _read_list(payload: _Payload, info: TableInfo) -> Iterator[pa.Table]:
    for block in payload.blocks(info.skipped, _rows_at_once(info)):
        yield _columns_table([_lines(block)], info)


def _read_hosts(payload: _Payload, info: TableInfo) -> Iterator[pa.Table]:
    for block in payload.blocks(info.skipped, _rows_at_once(info)):
        yield _text_table([_hosts_row(line) for line in _lines(block)], info)


def _hosts_row(line: str) -> list[str]:
    parts = line.split(None, 2)
    return parts if _is_hosts_line(line) else ["", line.strip()]


def _read_zeek(payload: _Payload, info: TableInfo) -> Iterator[pa.Table]:
    """Zeek's own log: tabs, no quotes, `#` lines between rows, "-" for a field not set."""
    for block in payload.blocks(info.skipped, _rows_at_once(info)):
        table = _fast_table(block, info)
        if table is None:
            lines = (line for line in _lines(block) if not line.startswith("#"))
            table = _text_table([line.split("\t") for line in lines], info)
        yield pa.table([_set_fields(column) for column in table.columns], names=table.column_names)


def _set_fields(column: pa.ChunkedArray) -> pa.ChunkedArray:
    unset = pc.is_in(column, value_set=pa.array(["-", "(empty)"], pa.large_string()))
    return pc.if_else(unset, "", column)


def _read_csv(payload: _Payload, info: TableInfo) -> Iterator[pa.Table]:
    """Clean blocks by Arrow, the others row by row; an open quote is carried to the next."""
    open_lines: list[str] = []
    for block in payload.blocks(info.skipped, _rows_at_once(info)):
        table = None if open_lines else _fast_table(block, info)
        if table is None:
            rows, open_lines = _csv_rows(open_lines + _lines(block), info, last=False)
            table = _text_table(rows, info)
        yield table
    yield _text_table(_csv_rows(open_lines, info, last=True)[0], info)


def _fast_table(block: bytes, info: TableInfo) -> pa.Table | None:
    """Parse a block without quotes and with whole rows only, None when it is not of that kind."""
    if b'"' in block and info.format == "csv":
        return None
    names = list(info.columns[:-1] if info.surplus else info.columns)
    try:
        table = pacsv.read_csv(
            pa.BufferReader(block),
            read_options=pacsv.ReadOptions(column_names=names, use_threads=False),
            parse_options=pacsv.ParseOptions(
                delimiter=info.delimiter, quote_char=False, ignore_empty_lines=False
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if info.surplus:
        table = table.append_column(
            info.columns[-1], pa.array([""] * len(table), pa.large_string())
        )
    return table


def _csv_rows(
    lines: list[str], info: TableInfo, *, last: bool
) -> tuple[list[list[str]], list[str]]:
    """Cut lines into rows; returns them and the lines of a quoted field that is still open."""
    rows: list[list[str]] = []
    at = 0
    while at < len(lines):
        if lines[at].count('"') % 2 == 0:
            rows.append(_split(lines[at], info.delimiter))
            at += 1
            continue
        group = lines[at : at + MAX_RECORD_LINES]
        row, used = _spanning_row(group, info)
        if row is None and len(group) < MAX_RECORD_LINES and not last:
            return rows, lines[at:]
        # A quote that never closes is a character like any other: only its line is odd.
        rows.append(row or lines[at].split(info.delimiter))
        at += used if row else 1
    return rows, []


def _spanning_row(lines: list[str], info: TableInfo) -> tuple[list[str] | None, int]:
    """The row of a quoted field with line breaks in it, and how many lines it takes."""
    width = len(info.columns) - info.surplus
    quotes = 0
    for used, line in enumerate(lines, 1):
        quotes += line.count('"')
        if quotes % 2:
            continue
        try:
            text = (part + "\n" for part in lines[:used])
            found = list(csv.reader(text, delimiter=info.delimiter or ",", strict=True))
        except csv.Error:
            return None, 0
        return (found[0], used) if len(found) == 1 and len(found[0]) == width else (None, 0)
    return None, 0


def _split(line: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return [line]
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:  # a field longer than the csv module allows
        return line.split(delimiter)


def _read_json_lines(payload: _Payload, info: TableInfo) -> Iterator[pa.Table]:
    for block in payload.blocks(info.skipped, _rows_at_once(info)):
        yield _json_table([_json_row(line) for line in _lines(block)], info)


def _read_json(payload: _Payload, info: TableInfo) -> Iterator[pa.Table]:
    rows: list[dict[str, str]] = []
    for value in _items(payload):
        rows.append(_record(value))
        if len(rows) == SAMPLE_ROWS:
            yield _json_table(rows, info)
            rows = []
    yield _json_table(rows, info)


def _json_table(rows: list[dict[str, str]], info: TableInfo) -> pa.Table:
    known = info.columns[:-1] if info.surplus else info.columns
    fitted = []
    for row in rows:
        fields = [row.pop(column, "") for column in known]
        fitted.append(fields + [f"{key}={value}".lstrip("=") for key, value in row.items()])
    return _text_table(fitted, replace(info, delimiter=" "))


def _json_row(line: str) -> dict[str, str]:
    """A line of JSON as flat text fields; a line that is none is kept whole as surplus."""
    if not line.strip():
        return {}
    try:
        return _record(_DECODER.decode(line))
    except (ValueError, RecursionError):
        return {_DAMAGED: line}


def _items(payload: _Payload, *, whole: bool = True) -> Iterator[Any]:
    """The elements of a JSON array, decoded one after another; a part of one unless `whole`."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    text, at = "", 1
    for piece in chain(payload.pieces(), [b""]):
        text += decoder.decode(piece, final=not piece)
        text = text.lstrip() if at else text
        while found := _next_item(text, at):
            value, at = found
            yield value
        text, at = text[at:], 0
        if len(text) > MAX_LINE:
            break
    if whole and text.strip(" \t\r\n,") != "]":
        raise FeedError(f"{payload.name}: damaged JSON, near {_one_line(text[:40])!r}; mend it")


def _next_item(text: str, at: int) -> tuple[Any, int] | None:
    """Decode the element at or behind `at`, None when it is not all there (or is damaged)."""
    start = cast(re.Match[str], _JSON_GAP.match(text, at)).end()
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return (value, end) if end < len(text) else None


def _record(value: Any) -> dict[str, str]:
    """A JSON value as flat text fields: `{"dns": {"rrname": "a"}}` has the field `dns.rrname`."""
    return {_clean(key): _clean(text) for key, text in _flat(value, "")}


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        value = value[0]  # Suricata 8 wraps the one query of an event into a list
    if not isinstance(value, dict):
        yield path or "value", _scalar(value)
        return
    for key, inner in value.items():
        yield from _flat(inner, f"{path}.{key}" if path else key)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return _decoded(value)
    if isinstance(value, list):
        return ",".join(map(_scalar, value))
    if value is None or isinstance(value, bool | dict):
        return "" if value is None else json.dumps(value, default=str)
    return str(value)


def _clean(text: str) -> str:
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


@contextmanager
def _parquet_file(payload: _Payload) -> Iterator[pq.ParquetFile]:
    """Open Parquet; it is read from its end, so a compressed one is unpacked to disk first."""
    with ExitStack() as stack:
        raw = payload.raw
        if payload.compression != "none":
            raw = _spooled(chain([payload.head], payload.rest()), stack)
        raw.seek(0)
        schema = pq.read_schema(raw)
        raw.seek(0)
        # Kept as dictionaries, values that repeat are counted before they are written out.
        texts = [field.name for field in schema if pa.types.is_string(field.type)]
        yield pq.ParquetFile(raw, read_dictionary=texts)


def _read_parquet(payload: _Payload, info: TableInfo) -> Iterator[pa.Table]:
    rows = min(10_000, _rows_at_once(info))
    with _damage_told(payload.name), _parquet_file(payload) as file:
        for batch in file.iter_batches(batch_size=rows):
            columns = [_as_text(column, payload.name) for column in batch.columns]
            yield pa.table(columns, names=list(info.columns))


def _as_text(column: pa.Array, name: str) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
        if (pc.sum(lengths).as_py() or 0) > MAX_COLUMN_BYTES:
            raise FeedError(f"{name}: a column of huge texts, no table of domains; leave it out")
    try:
        return pc.fill_null(pc.cast(column, pa.large_string()), "")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        texts = [_clean(_scalar(value)) for value in column.to_pylist()]
        return pa.array(texts, pa.large_string())


def _rows_at_once(info: TableInfo) -> int:
    """How many rows one table may have, so that blank lines under many columns stay harmless."""
    return max(1, MAX_CELLS // len(info.columns))


def _text_table(rows: list[list[str]], info: TableInfo) -> pa.Table:
    width = len(info.columns) - info.surplus
    fitted = [_fit(row, width, info) if len(row) != width or info.surplus else row for row in rows]
    return _columns_table(list(zip(*fitted, strict=True)) or [[]] * len(info.columns), info)


def _columns_table(columns: Sequence[Sequence[str]], info: TableInfo) -> pa.Table:
    arrays = [pa.array(column, pa.large_string()) for column in columns]
    return pa.table(arrays, names=list(info.columns))


def _fit(row: list[str], width: int, info: TableInfo) -> list[str]:
    """Pad a short row; join what is too much into the surplus column, else into the last."""
    joint = info.delimiter or " "
    row = row + [""] * (width - len(row))
    more = row[width:] if any(row[width:]) else []
    if info.surplus:
        return [*row[:width], joint.join(more)]
    return [*row[: width - 1], joint.join([row[width - 1], *more])]


READERS: dict[str, Callable[[_Payload, TableInfo], Iterator[pa.Table]]] = {
    "csv": _read_csv,
    "list": _read_list,
    "hosts": _read_hosts,
    "zeek": _read_zeek,
    "json": _read_json,
    "json-lines": _read_json_lines,
    "zeek-json": _read_json_lines,
    "suricata-eve": _read_json_lines,
    "parquet": _read_parquet,
}
