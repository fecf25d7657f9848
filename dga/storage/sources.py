"""Open a file that a user names, refusing devices and never waiting for ever."""

from __future__ import annotations

import os
import select
import stat
from pathlib import Path
from typing import BinaryIO

WAIT_SECONDS = 10.0  # for a writer of a named pipe


def open_source(path: Path, wait: float = WAIT_SECONDS) -> BinaryIO:
    """Open a file or named pipe for reading; OSError for a device or a pipe without a writer."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(21, "Is a directory", str(path))
        if stat.S_ISFIFO(mode):
            _await_writer(descriptor, path, wait)
        elif not stat.S_ISREG(mode):
            raise PermissionError(13, "a device, not a file", str(path))
        os.set_blocking(descriptor, True)
        return open(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _await_writer(descriptor: int, path: Path, wait: float) -> None:
    """Wait until there is data to read; a pipe whose writer has closed it is at its end."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLHUP)
    if not poll.poll(wait * 1000):
        raise PermissionError(11, f"a pipe that nobody wrote to for {wait:.0f} s", str(path))
