"""Open paths, folders and streams as decompressed bytes with a size limit.

Yields the files of an archive one after another, refuses by its first bytes what is neither text
nor Parquet, and reports damage in one sentence. Knows nothing of rows.
"""

from __future__ import annotations

import bz2
import codecs
import lzma
import re
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Protocol, cast

import pyarrow as pa

from dga.errors import FeedError
from dga.storage.sources import open_source
from dga.tables.encodings import as_utf8, encoding_of, lines, one_line, unix

MAX_BYTES = 4 * 2**30
MAX_RATIO = 200
RATIO_FREE_BYTES = 10 * 2**20  # bytes; smaller files may expand without a limit on the ratio
MAX_LINE = 2**20
MAX_FILES = 10_000  # in one archive or folder
COMPRESSIONS = {
    b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip", b"PK\x05\x06": "zip",
}  # fmt: skip
_FOREIGN = {
    b"%PDF": "a PDF document", b"\xd0\xcf\x11\xe0": "an old Office document",
    b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive",
    b"SQLite format 3": "an SQLite database", b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture", b"GIF8": "a picture", b"\x7fELF": "a program",
}  # fmt: skip
_HTML = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml)", re.I)
_BLANK = b"\0 \r\n\t" + codecs.BOM_UTF8 + codecs.BOM_UTF16_LE
_DAMAGE = (OSError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError, struct.error,
           tarfile.TarError, zipfile.BadZipFile, pa.ArrowException)  # fmt: skip


class Readable(Protocol):
    """Any source of bytes."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Payload:
    """A file opened: its decompressed head, and the stream that goes on behind the head.

    `size` is that of the source, in bytes, as it lies on disk; an archive's for each of its files.
    `member`: where in an archive or folder the file lies, "" for a source that is one file.
    `sheet`: of a workbook, which one it is of its `sheets`.
    """

    name: str
    compression: str
    size: int
    head: bytes
    stream: Readable
    raw: BinaryIO
    member: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    @property
    def encoding(self) -> str:
        """The text encoding, detected from the head."""
        return encoding_of(self.head)

    def pieces(self) -> Iterator[bytes]:
        """The whole content as UTF-8 (bytes of other 8-bit encodings as they are)."""
        return as_utf8(chain([self.head], self.rest()), self.encoding)

    @property
    def goes_on(self) -> bool:
        """Whether more may follow the head."""
        return len(self.head) == MAX_LINE

    @property
    def sample(self) -> Payload:
        """The head alone."""
        return replace(self, stream=BytesIO())

    def first_lines(self) -> list[str]:
        """The lines of the head, without a last incomplete one."""
        found = lines(b"".join(self.sample.blocks()))
        return found[:-1] if self.goes_on and len(found) > 1 else found

    def rest(self) -> Iterator[bytes]:
        """What follows the head."""
        return iter(lambda: self.stream.read(MAX_LINE), b"")

    def blocks(self, skip: int = 0, most: int = MAX_LINE) -> Iterator[bytes]:
        """The content after `skip` lines, in blocks of at most `most` whole lines."""
        for block in self._whole_lines(skip):
            if block.count(b"\n") <= most:
                yield block
                continue
            cut = block.splitlines(keepends=True)
            yield from (b"".join(cut[at : at + most]) for at in range(0, len(cut), most))

    def text(self, limit: int, kind: str) -> str:
        """All of it as text, where it is read whole; FeedError for more than `limit` bytes.

        `kind`: what it is, for the error: "a web page".
        """
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        found, size = [], 0
        for piece in self.pieces():
            size += len(piece)
            if size > limit:
                raise FeedError(f"{self.name}: {kind} of over {limit:,} bytes; give CSV")
            found.append(decoder.decode(piece))
        return "".join([*found, decoder.decode(b"", final=True)])

    def on_disk(self, stack: ExitStack) -> BinaryIO:
        """The content as a seekable file; a decompressed copy if necessary."""
        if self.compression == "none":
            self.raw.seek(0)
            return self.raw
        return spooled(chain([self.head], self.rest()), stack)

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


class Bounded:
    """A stream with a size limit that reads in full and raises FeedError for damage."""

    def __init__(self, stream: Readable, name: str, budget: Budget) -> None:
        self._stream, self._name, self._budget = stream, name, budget

    def read(self, size: int = MAX_LINE, /) -> bytes:
        found = bytearray()
        with damage_told(self._name):
            while len(found) < size and (more := self._stream.read(size - len(found))):
                found += more
        self._budget.take(len(found), self._name)
        return bytes(found)


class Budget:
    """The number of bytes that a source may unpack to, all its files together."""

    def __init__(self, limit: int) -> None:
        self.limit, self._left = limit, limit

    def take(self, size: int, name: str) -> None:
        """Count unpacked bytes; FeedError if there are too many."""
        self._left -= size
        if self._left < 0:
            raise FeedError(
                f"{name}: unpacks to more than {self.limit:,} bytes, the limit for a file "
                "of its size; if you trust it, unpack or split it first"
            )


class _LeftOpen:
    """A caller's stream, kept open although Arrow closes what it has read."""

    closed = False

    def __init__(self, stream: Readable) -> None:
        self.read = stream.read

    def close(self) -> None:
        """Leave the stream open."""


def source_name(source: Path | BinaryIO | tuple[Path, ...], name: str = "") -> str:
    """The file's name for messages and as a feed's name, without its folder.

    >>> source_name((Path("logs/a.log"), Path("b.log")))
    'a.log and 1 more'
    """
    if isinstance(source, tuple):
        return f"{base_name(str(source[0]))} and {len(source) - 1} more"
    return base_name(name or str(getattr(source, "name", "") or "")) or "the file"


@contextmanager
def damage_told(name: str) -> Iterator[None]:
    """Turn the errors of reading a damaged or missing file into one sentence."""
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


def base_name(path: str) -> str:
    """The last part of a path of any operating system, for a message."""
    return one_line(PurePosixPath(path.replace("\\", "/")).name)


def seekable(source: Path | BinaryIO, name: str, max_bytes: int, stack: ExitStack) -> BinaryIO:
    """A source as a seekable file."""
    if isinstance(source, Path):
        source = stack.enter_context(open_source(source))
    if source.seekable():
        return source
    # A pipe is copied to disk: its format, and the end of an archive, are needed before its rows.
    bounded = Bounded(source, name, Budget(max_bytes))
    return spooled(iter(lambda: bounded.read(MAX_LINE), b""), stack)


def spooled(pieces: Iterable[bytes], stack: ExitStack) -> BinaryIO:
    """A temporary file that holds `pieces`."""
    spool = stack.enter_context(tempfile.TemporaryFile("w+b"))  # noqa: SIM115
    spool.writelines(pieces)
    spool.seek(0)
    return cast(BinaryIO, spool)


def compression_of(magic: bytes) -> str:
    """The compression of a file, by its first bytes."""
    return next((kind for mark, kind in COMPRESSIONS.items() if magic.startswith(mark)), "none")


def decompressed(stream: Readable, compression: str, stack: ExitStack) -> Readable:
    """Decompress a stream."""
    if compression == "none":
        return stream
    if compression in _DECODERS:
        return _Decoded(stream, _DECODERS[compression])
    # Arrow's streams, unlike those of other packages, report a truncated file.
    source = pa.PythonFile(_LeftOpen(stream), "r")
    unpacked = pa.CompressedInputStream(source, compression)
    return cast(Readable, stack.enter_context(closing(unpacked)))


class _Decoded:
    """Decompresses with bounded memory; the file may be several streams in a row."""

    def __init__(self, stream: Readable, new: Callable[[], Any]) -> None:
        self._stream, self._new = stream, new
        self._decoder = new()

    def read(self, size: int = -1, /) -> bytes:
        while True:
            if self._decoder.eof and not self._goes_on():
                return b""
            more = self._stream.read(MAX_LINE) if self._decoder.needs_input else b""
            if self._decoder.needs_input and not more:
                raise EOFError("cut short")
            if found := bytes(self._decoder.decompress(more, size)):
                return found

    def _goes_on(self) -> bool:
        """Start on the stream that follows a finished one; False at the end."""
        rest = self._decoder.unused_data.lstrip(b"\0") or self._stream.read(MAX_LINE).lstrip(b"\0")
        if not rest:
            return False
        self._decoder = self._new()
        self._decoder.decompress(rest, 0)
        return True


_DECODERS: dict[str, Callable[[], Any]] = {
    "bz2": bz2.BZ2Decompressor,
    "xz": partial(lzma.LZMADecompressor, memlimit=2**28),
}


def refuse_foreign(payload: Payload) -> None:
    """Raise FeedError, naming the kind of file, for what is neither text nor Parquet."""
    head, name = payload.head, payload.name
    if (kind := compression_of(head)) != "none":
        raise FeedError(f"{name}: a {kind} file within a compressed file; unpack it once first")
    what = next((text for mark, text in _FOREIGN.items() if head.startswith(mark)), "")
    what = what or ("a web page or XML" if _HTML.match(head[:4096]) else "")
    if what:
        raise FeedError(f"{name}: this is {what}, not a table of domains; give CSV or a list")
    if not head.strip(_BLANK):
        raise FeedError(f"{name}: an empty file; give one with at least one row")
