"""Atomic, synced file writes; files are readable by their owner only.

A file is written under a temporary name beside its target and renamed when it is complete and
synced. A lock on the temporary file tells one being written from one that a killed process left.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from dga.storage.locks import try_lock

PRIVATE_FILE = 0o600
PRIVATE_MASK = 0o077
_PART = re.compile(r"\..+\.[0-9a-f]{8}\.part")


def keep_private() -> None:
    """Make the files and folders that this process creates unreadable for other users."""
    os.umask(PRIVATE_MASK)


def write_atomically(path: Path, content: bytes | str) -> None:
    """Replace a file; a kill at any moment leaves either the old or the new content."""
    with replacing(path) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A new file that replaces a path, synced, when the block ends without an error.

    An OSError always names a file; for a full disk, the one being written.
    """
    part, file = _begin(path)
    try:
        with file:
            yield file
            finish_part(file, part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise named(error, path) from None
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def begin_part(path: Path) -> tuple[Path, IO[bytes]]:
    """A temporary file beside a path, locked while open; `finish_part` renames it to the path.

    Temporary files that killed processes left for this path are removed first.
    """
    sweep_parts(path.parent, path.name)
    try:
        return _begin(path)
    except OSError as error:
        raise named(error, path) from None


def finish_part(file: IO[bytes], part: Path, path: Path) -> None:
    """Sync a complete temporary file, rename it to its path, and sync the folder."""
    file.flush()
    with suppress(FileNotFoundError):
        os.fchmod(file.fileno(), path.stat().st_mode & 0o777)  # a replaced file keeps its mode
    os.fsync(file.fileno())
    os.replace(part, path)
    sync_folder(path.parent)


def move(source: Path, target: Path) -> None:
    """Rename a file or folder within a file system, and sync both folders."""
    os.rename(source, target)
    for folder in {source.parent, target.parent}:
        sync_folder(folder)


def sync_tree(folder: Path) -> None:
    """Sync all files and folders of a tree to the disk."""
    for path in (*folder.rglob("*"), folder):
        if path.is_dir():
            sync_folder(path)
        elif path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Sync a folder's entries to the disk, where the system supports it."""
    with suppress(PermissionError, OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_tree(folder: Path) -> None:
    """Remove a folder and its content, ignoring what cannot be removed."""
    shutil.rmtree(folder, ignore_errors=True)


def sweep_parts(folder: Path, name: str = "") -> int:
    """Remove temporary files of killed processes from a folder; returns how many.

    With a name, only those meant to become the file of that name.
    """
    swept = 0
    with suppress(OSError):
        for entry in list(os.scandir(folder)):
            fits = entry.name.startswith(f".{name}.") if name else True
            if fits and _PART.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                swept += _sweep(Path(entry.path))
    return swept


def named(error: OSError, path: Path) -> OSError:
    """The error with the file's name added where it has none."""
    if error.filename is not None or error.errno is None:
        return error
    return OSError(error.errno, error.strerror or os.strerror(error.errno), str(path))


def _begin(path: Path) -> tuple[Path, IO[bytes]]:
    while True:
        part = path.with_name(f".{path.name[-200:]}.{secrets.token_hex(4)}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        file = open(descriptor, "wb")  # noqa: SIM115
        if try_lock(file) and os.fstat(descriptor).st_nlink:
            return part, file
        file.close()  # swept between the two steps


def _sweep(part: Path) -> bool:
    try:
        with open(part, "rb+") as file:
            if not try_lock(file):
                return False
            part.unlink()
            return True
    except OSError:
        return False
