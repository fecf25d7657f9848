"""Locks that the system releases when their process dies, however that happens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


@contextmanager
def locked(path: Path, timeout: float = -1) -> Iterator[None]:
    """Let one process, and one thread of it, at a time do what changes a file.

    `path` is the lock's own file; it stays. `timeout`: seconds to wait, -1 for ever; TimeoutError
    when another held it so long.
    """
    import filelock

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(path, timeout=timeout, mode=0o600, thread_local=False)
    try:
        with lock:
            yield
    except filelock.Timeout:
        raise TimeoutError(f"{path}: held by another process") from None


def try_lock(file: IO[Any]) -> bool:
    """Lock an open file without waiting; False where another process or file object holds it.

    The lock lasts until the file is closed, also in every child process that inherits it. OSError
    where the file system knows no locks.
    """
    import filelock

    return filelock.lock_descriptor(file.fileno(), blocking=False)


def open_lock(path: Path) -> IO[bytes]:
    """Open a lock's own file to read and write, made where it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb+")
