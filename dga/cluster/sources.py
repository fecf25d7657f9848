"""Open a partition's file for the readers: a path if it is local, else a stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import fsspec
from fsspec.core import url_to_fs


@contextmanager
def opened(source: str) -> Iterator[Path | BinaryIO]:
    """The file behind a path or URL."""
    files, path = url_to_fs(source)
    if "file" in files.protocol:
        yield Path(path)
        return
    with fsspec.open(source, "rb") as stream:
        yield cast(BinaryIO, stream)
