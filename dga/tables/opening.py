"""Opening: from a path or stream to decompressed bytes that end at a limit.

Refuses what is no text and no Parquet by its first bytes, and tells damage in one sentence.
Knows nothing of rows.
"""

from __future__ import annotations

import codecs
import lzma
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, cast

import pyarrow as pa

from dga.errors import FeedError
from dga.tables.text import as_utf8, encoding_of, lines, one_line, shown, unix

MAX_BYTES = 4 * 2**30
MAX_RATIO = 200
RATIO_FREE_BYTES = 10 * 2**20  # small files may be as repetitive as they like
MAX_LINE = 2**20
_COMPRESSIONS = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip",
                 b"\x28\xb5\x2f\xfd": "zstd"}  # fmt: skip
_FOREIGN = {
    b"%PDF": "a PDF document", b"\xd0\xcf\x11\xe0": "an old Office document",
    b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive", b"BZh": "bzip2-compressed",
    b"\xfd7zXZ": "xz-compressed", b"SQLite format 3": "an SQLite database",
    b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"\x7fELF": "a program",
}  # fmt: skip
_HTML = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml)", re.I)
_BLANK = b"\0 \r\n\t" + codecs.BOM_UTF8 + codecs.BOM_UTF16_LE
_DAMAGE = (OSError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError, struct.error,
           zipfile.BadZipFile, pa.ArrowException)  # fmt: skip


class Readable(Protocol):
    """Whatever gives bytes."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Payload:
    """A source opened: its decompressed head, and the stream that goes on behind the head.

    `size` is the source's own, in bytes.
    """

    name: str
    compression: str
    size: int
    head: bytes
    stream: Readable
    raw: BinaryIO

    @property
    def encoding(self) -> str:
        """The text encoding, told from the head."""
        return encoding_of(self.head)

    def pieces(self) -> Iterator[bytes]:
        """The whole content as UTF-8 (bytes of other 8-bit encodings as they are)."""
        return as_utf8(chain([self.head], self.rest()), self.encoding)

    @property
    def goes_on(self) -> bool:
        """True when more may follow the head."""
        return len(self.head) == MAX_LINE

    @property
    def sample(self) -> Payload:
        """The head alone."""
        return replace(self, stream=BytesIO())

    def first_lines(self) -> list[str]:
        """The lines of the head, without one that the head cuts off."""
        found = lines(b"".join(self.sample.blocks()))
        return found[:-1] if self.goes_on and len(found) > 1 else found

    def rest(self) -> Iterator[bytes]:
        """What follows the head."""
        return iter(lambda: self.stream.read(MAX_LINE), b"")

    def blocks(self, skip: int = 0, most: int = MAX_LINE) -> Iterator[bytes]:
        """The content behind `skip` lines, in blocks of at most `most` whole lines."""
        for block in self._whole_lines(skip):
            if block.count(b"\n") <= most:
                yield block
                continue
            cut = block.splitlines(keepends=True)
            yield from (b"".join(cut[at : at + most]) for at in range(0, len(cut), most))

    def on_disk(self, stack: ExitStack) -> BinaryIO:
        """The content as a file that can be read from its end: an unpacked copy if need be."""
        if self.compression == "none":
            self.raw.seek(0)
            return self.raw
        return _spooled(chain([self.head], self.rest()), stack)

    def _whole_lines(self, skip: int) -> Iterator[bytes]:
        rest = b""
        for piece in self.pieces():
            rest += piece
            cut = rest.rfind(b"\n") + 1 or rest.rfind(b"\r", 0, len(rest) - 1) + 1
            block, rest = unix(rest[:cut]), rest[cut:]
            if len(rest) > MAX_LINE:
                raise FeedError(f"{self.name}: a line of more than {MAX_LINE:,} bytes; not a table")
            while skip and block:
                skip, block = skip - 1, block.partition(b"\n")[2]
            if block:
                yield block
        if rest and not skip:
            yield unix(rest)


class _Bounded:
    """A stream that stops at a limit, gives what it is asked for, and fails in FeedErrors."""

    def __init__(self, stream: Readable, name: str, limit: int) -> None:
        self._stream, self._name, self._limit, self._left = stream, name, limit, limit

    def read(self, size: int = MAX_LINE, /) -> bytes:
        found = bytearray()
        with damage_told(self._name):
            while len(found) < size and (more := self._stream.read(size - len(found))):
                found += more
        self._left -= len(found)
        if self._left < 0:
            raise FeedError(
                f"{self._name}: unpacks to more than {self._limit:,} bytes, the limit for a file "
                "of its size; if you trust it, unpack or split it first"
            )
        return bytes(found)


class _LeftOpen:
    """A caller's stream for Arrow, which closes what it has read; the caller may read it anew."""

    closed = False

    def __init__(self, stream: Readable) -> None:
        self.read = stream.read

    def close(self) -> None:
        """Leave the stream open."""


@contextmanager
def opened(source: Path | BinaryIO, name: str, max_bytes: int = MAX_BYTES) -> Iterator[Payload]:
    """Open a source; raises FeedError when it is missing, damaged, empty or no table's file."""
    name = source_name(source, name)
    with ExitStack() as stack:
        with damage_told(name):
            raw = _seekable(source, name, max_bytes, stack)
            size = raw.seek(0, 2)
            raw.seek(0)
            compression = _compression(raw.read(4))
            raw.seek(0)
            stream = _unpacked(raw, compression, name, stack)
        limit = max_bytes
        if compression != "none":
            limit = min(max_bytes, max(RATIO_FREE_BYTES, MAX_RATIO * size))
        bounded = _Bounded(stream, name, limit)
        head = bounded.read()
        _refuse_foreign(head, name)
        yield Payload(name, compression, size, head, bounded, raw)


def source_name(source: Path | BinaryIO, name: str = "") -> str:
    """The file's name for messages and as a feed's name, without its folder."""
    return _base(name or str(getattr(source, "name", "") or "")) or "the file"


@contextmanager
def damage_told(name: str) -> Iterator[None]:
    """Turn what reading a damaged or absent file raises into one sentence."""
    try:
        yield
    except FileNotFoundError:
        raise FeedError(f"{name}: no such file; check the path") from None
    except (IsADirectoryError, PermissionError) as error:
        raise FeedError(f"{name}: cannot be read ({error.strerror}); give a file") from None
    except _DAMAGE as error:
        reason = one_line(str(error)).rstrip(".") or type(error).__name__
        raise FeedError(
            f"{name}: damaged, cut short or encrypted ({reason}); get it again"
        ) from None


def _base(path: str) -> str:
    return one_line(PurePosixPath(path.replace("\\", "/")).name)


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
    spool.seek(0)
    return cast(BinaryIO, spool)


def _compression(magic: bytes) -> str:
    return next((kind for mark, kind in _COMPRESSIONS.items() if magic.startswith(mark)), "none")


def _unpacked(raw: BinaryIO, compression: str, name: str, stack: ExitStack) -> Readable:
    if compression == "none":
        return raw
    if compression == "zip":
        return _zip_member(stack.enter_context(zipfile.ZipFile(raw)), name, stack)
    # Arrow's streams, unlike the zstandard package's, notice that a file was cut short.
    return cast(Readable, pa.CompressedInputStream(pa.PythonFile(_LeftOpen(raw), "r"), compression))


def _zip_member(archive: zipfile.ZipFile, name: str, stack: ExitStack) -> Readable:
    """Open the one file of data in an archive; its path is never used as a path."""
    names = archive.namelist()
    if "[Content_Types].xml" in names or "mimetype" in names:
        raise FeedError(f"{name}: an office document; save the sheet as CSV and give that")
    files = [
        path
        for path in names
        if not path.endswith("/") and not _base(path).startswith(".") and "__MACOSX" not in path
    ]
    if len(files) != 1:
        held = f"{len(files)} files ({shown(map(_base, files), most=3)})" if files else "no file"
        raise FeedError(f"{name}: {held} in this zip archive; give one with one list in it")
    return stack.enter_context(archive.open(files[0]))


def _refuse_foreign(head: bytes, name: str) -> None:
    if (kind := _compression(head)) != "none":
        raise FeedError(f"{name}: a {kind} file within a compressed file; unpack it once first")
    what = next((text for mark, text in _FOREIGN.items() if head.startswith(mark)), "")
    what = what or ("a web page" if _HTML.match(head[:4096]) else "")
    if what:
        raise FeedError(f"{name}: this is {what}, not a table of domains; give CSV or a list")
    if not head.strip(_BLANK):
        raise FeedError(f"{name}: an empty file; give one with at least one row")
