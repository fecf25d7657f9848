"""Open the files in archives and folders, one after another, each as a payload.

A member may itself be compressed, as rotated logs are. Its name is never used as a path.
"""

from __future__ import annotations

import re
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast

from dga.errors import FeedError
from dga.tables import spreadsheets
from dga.tables.unpack import (
    MAX_BYTES,
    MAX_FILES,
    MAX_LINE,
    MAX_RATIO,
    RATIO_FREE_BYTES,
    Bounded,
    Budget,
    Payload,
    Readable,
    base_name,
    compression_of,
    damage_told,
    decompressed,
    seekable,
    source_name,
)

FilesOrStream = Path | BinaryIO | tuple[Path, ...]
_PACKED = re.compile(r"\.(gz|bz2|xz|zst|zstd)$", re.I)
_NUMBERED = re.compile(r"(.+)\.(\d{1,4})$")
_DATED = re.compile(r"(.+?)[-_.]?\d{4}-?\d\d-?\d\d")
_TAR_MARK = slice(257, 262)
# Members that accompany lists and hold no rows.
_ASIDE = re.compile(
    r"\.\w|__MACOSX|(read|licen[cs]e|notice|changelog)[\w-]*(\.(md|txt|rst))?$", re.I
)
# Types of tar headers whose content `tarfile` reads into memory at once.
_IN_MEMORY = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE,
              tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)  # fmt: skip


@contextmanager
def members(
    source: FilesOrStream, name: str = "", max_bytes: int = MAX_BYTES, sheet: str = ""
) -> Iterator[Iterator[Payload]]:
    """Open each file of a source: of several paths, of a folder, of a zip or tar archive, or the
    one that it is.

    Gives at least one; each must be read before the next is asked for, and may hold any bytes
    (`unpack.refuse_foreign` sorts out). The sheets of a workbook come as CSV; only `sheet` if it is
    given. Raises FeedError for what is missing, damaged or unpacks to more than `max_bytes`.
    """
    with ExitStack() as stack:
        yield _payloads(source, source_name(source, name), max_bytes, sheet, stack)


def _payloads(
    source: FilesOrStream, name: str, max_bytes: int, sheet: str, stack: ExitStack
) -> Iterator[Payload]:
    if isinstance(source, tuple):
        return _several(source, max_bytes, sheet)
    if isinstance(source, Path) and source.is_dir():
        return _folder(source, name, max_bytes, sheet)
    return _file(source, name, max_bytes, sheet, stack)


def _several(paths: tuple[Path, ...], max_bytes: int, sheet: str) -> Iterator[Payload]:
    """The files and folders that a user named, in that order."""
    for path in paths:
        shown = base_name(path.name)
        with ExitStack() as stack:
            for payload in _payloads(path, shown, max_bytes, sheet, stack):
                member = f"{shown}/{payload.member}" if payload.member else shown
                yield replace(payload, member=member)


def _rotated(path: Path) -> tuple[str, str, int, str, int]:
    """A sort key for rotated logs, oldest first: `dns.log.2.gz`, `dns.log.1`, `dns.log`.

    >>> sorted(map(Path, ["dns.log", "dns.log.1", "dns.log.10.gz"]), key=_rotated)[0].name
    'dns.log.10.gz'
    """
    name = _PACKED.sub("", path.name)
    if found := _NUMBERED.match(name):
        return str(path.parent), found[1], 1, "", -int(found[2])
    if found := _DATED.match(name):
        return str(path.parent), found[1], 0, name, 0
    return str(path.parent), name, 2, "", 0


def _folder(folder: Path, name: str, max_bytes: int, sheet: str) -> Iterator[Payload]:
    """The files in a folder and its subfolders, by name; rotated logs by age."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    paths = sorted(files, key=_rotated)
    paths = [path for path in paths if not _is_aside(path.relative_to(folder).as_posix())]
    paths = _without_links(paths, folder, name)
    _check_count(len(paths), name, "folder")
    for path in paths:
        with ExitStack() as stack:
            shown = f"{name}: {base_name(path.name)}"
            for payload in _file(path, shown, max_bytes, sheet, stack):
                yield replace(payload, member=payload.member or base_name(path.name))


def _without_links(paths: list[Path], folder: Path, name: str) -> list[Path]:
    """The paths without links to others of them, so that each file is read once.

    FeedError for a link out of the folder: whoever made it may want another file to be read.
    """
    links = [path for path in paths if path.is_symlink()]
    for link in links:
        if not link.resolve().is_relative_to(folder.resolve()):
            raise FeedError(
                f"{name}: {base_name(link.name)} is a link out of this folder; remove it, or give "
                "the file that it leads to"
            )
    files = {path.resolve() for path in paths if path not in links} if links else set()
    return [path for path in paths if path not in links or path.resolve() not in files]


def _file(
    source: Path | BinaryIO, name: str, max_bytes: int, sheet: str, stack: ExitStack
) -> Iterator[Payload]:
    with damage_told(name):
        raw = seekable(source, name, max_bytes, stack)
        size = raw.seek(0, 2)
        raw.seek(0)
        kind = compression_of(raw.read(6))
        raw.seek(0)
    limit = max_bytes if kind != "none" or not isinstance(source, Path) else max(max_bytes, size)
    if kind != "none":
        limit = min(max_bytes, max(RATIO_FREE_BYTES, MAX_RATIO * size))
    file = Payload(name, kind, size, b"", raw, raw)
    if kind == "zip":
        yield from _zip(file, Budget(limit), sheet)
    else:
        yield from _single_or_tar(file, Budget(limit), stack)


def _single_or_tar(file: Payload, budget: Budget, stack: ExitStack) -> Iterator[Payload]:
    with damage_told(file.name):
        stream = decompressed(file.stream, file.compression, stack)
    bounded = Bounded(stream, file.name, budget)
    head = bounded.read()
    if head[_TAR_MARK] == b"ustar":
        packed = "tar" if file.compression == "none" else f"tar, {file.compression}"
        file = replace(file, compression=packed, stream=_Rejoined(head, bounded))
        # Counted again, since each file may be compressed itself.
        yield from _tar(file, Budget(budget.limit))
    else:
        yield replace(file, head=head, stream=bounded)


def _tar(file: Payload, budget: Budget) -> Iterator[Payload]:
    headers = files = 0
    with damage_told(file.name):
        stream = cast(BinaryIO, file.stream)
        archive = tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header)  # noqa: SIM115
    while True:
        with damage_told(file.name):
            info = archive.next()
            cast(Any, archive).members = []  # else the archive would keep every header in memory
        if info is None:
            break
        headers += 1
        _check_count(headers, file.name, "archive")
        if info.isreg() and info.size and not _is_aside(info.name):
            files += 1
            member = cast(Readable, archive.extractfile(info))
            yield from _member(file, info.name, member, budget)
    _check_count(files, file.name, "archive")


class _Header(tarfile.TarInfo):
    """A tar header that refuses what would fill the memory: long headers, and sparse files, whose
    list of holes has no length limit.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        info = super().frombuf(buf, encoding, errors)
        if info.type in _IN_MEMORY and info.size > MAX_LINE:
            raise tarfile.ReadError("a header of more than a megabyte")
        if info.type == tarfile.GNUTYPE_SPARSE:
            raise tarfile.ReadError("a file with holes")
        return info

    def _proc_gnusparse_10(self, *_: object) -> None:
        """Refuse a sparse file's list of holes, which `tarfile` would read without a limit."""
        raise tarfile.ReadError("a file with holes")


def _zip(file: Payload, budget: Budget, sheet: str) -> Iterator[Payload]:
    with damage_told(file.name):
        archive = zipfile.ZipFile(file.raw)
    with archive:
        names = archive.namelist()
        if spreadsheets.workbook_kind(archive):
            yield from spreadsheets.payloads(file, archive, budget, sheet)
            return
        if "[Content_Types].xml" in names or "mimetype" in names:
            raise FeedError(
                f"{file.name}: an office document that is no .xlsx or .ods workbook; save the "
                "table as CSV and give that"
            )
        files = [path for path in names if not path.endswith("/") and not _is_aside(path)]
        _check_count(len(files), file.name, "archive")
        for path in files:
            with damage_told(file.name):
                stream = archive.open(path)
            with stream:
                yield from _member(file, path, cast(Readable, stream), budget, alone=len(files) < 2)


def _member(
    file: Payload, path: str, stream: Readable, budget: Budget, *, alone: bool = False
) -> Iterator[Payload]:
    """A file of an archive, decompressed if it is compressed itself; None if it is empty."""
    name = file.name if alone else f"{file.name}: {base_name(path)}"
    with ExitStack() as stack, damage_told(name):
        magic = stream.read(6)
        kind = compression_of(magic)
        kind = "none" if kind == "zip" else kind  # refused when its content is examined
        stream = decompressed(_Rejoined(magic, stream), kind, stack)
        bounded = Bounded(stream, name, budget)
        head = bounded.read()
        if head or alone:
            member = "" if alone else base_name(path)
            yield replace(file, name=name, head=head, stream=bounded, member=member)


class _Rejoined:
    """A stream whose first bytes have already been read."""

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head, self._stream = BytesIO(head), stream

    def read(self, size: int = -1, /) -> bytes:
        return self._head.read(size) or self._stream.read(size)


def _is_aside(path: str) -> bool:
    return any(_ASIDE.match(part) for part in path.split("/") if part)


def _check_count(count: int, name: str, what: str) -> None:
    if not count:
        raise FeedError(f"{name}: no file in this {what}; give one with a list in it")
    if count > MAX_FILES:
        raise FeedError(f"{name}: more than {MAX_FILES:,} files in this {what}; give fewer")
