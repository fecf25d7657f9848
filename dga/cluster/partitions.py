"""List the files to score and the names of their results. Reads no rows."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

import fsspec
from fsspec.core import url_to_fs

from dga.errors import FeedError

HIDDEN = (".", "_")


@dataclass(frozen=True)
class Partition:
    """One input file. `stamp` changes when the file does; `output` is its result's file name."""

    source: str
    output: str
    stamp: str


def find(patterns: Iterable[str], ending: str) -> list[Partition]:
    """The files that paths, folders, patterns and URLs name, sorted, each once.

    `ending`: of the results, such as `.parquet`. Hidden files and those that begin with `_` are
    left out of folders and patterns. FeedError for a pattern that names nothing.
    """
    sources: dict[str, str] = {}
    for pattern in patterns:
        found = _matching(pattern)
        if not found:
            raise FeedError(f"{pattern}: no such file, and no file matches it")
        sources.update(found)
    width = max(5, len(str(len(sources))))
    return [
        Partition(source, f"{number:0{width}}-{_stem(source)}{ending}", sources[source])
        for number, source in enumerate(sorted(sources))
    ]


def _matching(pattern: str) -> dict[str, str]:
    files, path = url_to_fs(pattern)
    if files.isdir(path):
        found = [file for file in files.find(path) if not _is_hidden(file, path)]
    elif files.exists(path):
        found = [path]
    elif glob.has_magic(path):
        found = [file for file in files.glob(path) if files.isfile(file)]
        found = [file for file in found if not PurePosixPath(file).name.startswith(HIDDEN)]
    else:
        found = []
    return {files.unstrip_protocol(file): _stamp(files, file) for file in found}


def _is_hidden(file: str, folder: str) -> bool:
    below = PurePosixPath(file.removeprefix(folder.rstrip("/") + "/"))
    return any(part.startswith(HIDDEN) for part in below.parts)


def _stamp(files: fsspec.AbstractFileSystem, path: str) -> str:
    facts = files.info(path)
    changed = facts.get("mtime", facts.get("LastModified", facts.get("ETag", "")))
    return f"{facts.get('size')}-{changed}"


def _stem(source: str) -> str:
    """A short name made from a file's own, safe for any file system; a hash keeps it unique.

    >>> _stem("file:///logs/2026-11-30/dns log.csv.gz")
    'dns_log-a2467ee5'
    """
    name = PurePosixPath(source).name.split(".")[0] or "part"
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in name)[:60]
    return f"{safe}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"
