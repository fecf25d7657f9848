"""Temporary folders for results, removed even if the process that made them was killed.

Each contains a file that its process keeps locked; `sweep_scratch` removes folders whose lock is
free.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from dga.storage.locks import open_lock, try_lock

PREFIX = ".dga-scratch-"
_BIRTH = ".dga-scratch.new-"  # prefix of a folder whose lock is not yet held
_BIRTH_SECONDS = 60
_LOCK = ".owner"


class Scratch:
    """A private folder, in the system's temporary folder or another; a context manager.

    `cleanup` removes it; if the process was killed, the next start's `sweep_scratch` does.
    """

    def __init__(self, purpose: str, folder: Path | None = None) -> None:
        birth = Path(tempfile.mkdtemp(prefix=_BIRTH, dir=folder))
        self._lock = open_lock(birth / _LOCK)
        try_lock(self._lock)
        self.path = birth.with_name(birth.name.replace(_BIRTH, f"{PREFIX}{purpose}-"))
        birth.rename(self.path)

    def cleanup(self) -> None:
        """Remove the folder and its content."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()

    def __del__(self) -> None:
        if hasattr(self, "path"):
            self.cleanup()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cleanup()


def sweep_scratch(folder: Path | None = None) -> int:
    """Remove scratch folders that ended processes left behind; returns how many."""
    root = folder or Path(tempfile.gettempdir())
    swept = 0
    with suppress(OSError):
        for path in [*root.glob(f"{PREFIX}*"), *root.glob(f"{_BIRTH}*")]:
            with suppress(OSError):
                swept += _sweep(path)
    return swept


def _sweep(path: Path) -> bool:
    found = path.lstat()
    own = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    if path.is_symlink() or not path.is_dir() or not own:
        return False
    if path.name.startswith(_BIRTH) and time.time() - found.st_mtime < _BIRTH_SECONDS:
        return False
    with open_lock(path / _LOCK) as lock:
        if not try_lock(lock):
            return False
        shutil.rmtree(path, ignore_errors=True)
        return True
