"""Locks that the operating system releases when their process ends, even by a kill."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


@contextmanager
def locked(path: Path, timeout: float = -1) -> Iterator[None]:
    """Hold an exclusive lock between processes and threads.

    `path` is the lock's own file, which stays. `timeout`: seconds to wait, -1 for ever;
    TimeoutError when another holds the lock that long.
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
    where the file system does not support locks.
    """
    import filelock

    return filelock.lock_descriptor(file.fileno(), blocking=False)


def open_lock(path: Path) -> IO[bytes]:
    """Open a lock's own file for reading and writing, creating it if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb+")
