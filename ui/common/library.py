"""The data folder: its files, and uploads, which are stored under generated names.

Knows no feed formats and draws nothing. Never makes a path from an upload's original name.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from dga import storage
from dga.datasets.download import data_folder
from dga.errors import FeedError
from dga.runs import audit
from dga.runs import store as runs

SHIPPED_DATA = Path(__file__).resolve().parents[2] / "data"
TRIAL = "trial"
UPLOADS = "uploads"
LOCK = ".uploads.lock"
LONGEST_NAME = 200
MIB = 2**20
NAMES_FILE = "names.json"  # of the uploads folder: the name each upload came with


@dataclass(frozen=True)
class Upload:
    """A kept upload: its path in the data folder, the name it came with, bytes, seconds since 1970
    when it was written."""

    path: str
    name: str
    size: int
    when: float


def trial_folder() -> Path:
    """The folder of the labelled set that ships with the program."""
    return SHIPPED_DATA / TRIAL


def files() -> list[str]:
    """The files of the data folder by their relative paths, without the trial set and notes."""
    root = data_folder()
    paths = sorted(path for path in root.rglob("*") if _inside(path, root)) if root.is_dir() else []
    names = [path.relative_to(root).as_posix() for path in paths]
    return [name for name in names if not _hidden(name)]


def path_of(name: str) -> Path:
    """The path of one of `files()`; FeedError where the name is none of them.

    The name comes from a browser, which can send any text.
    """
    root = data_folder()
    if name not in files():
        raise FeedError("that file is no longer in the data folder: choose another")
    return root / name


def shown_name(name: str) -> str:
    """The name of a data file on the page; for an upload, its original name."""
    place, _, stored = name.rpartition("/")
    if place != UPLOADS:
        return name
    return f"{_names().get(stored, stored)} (uploaded)"


def store(upload: BytesIO, name: str, quota: int | None = None) -> str:
    """Keep an upload in the data folder; returns its path there. The same content is kept once.

    FeedError where all uploads together would take more than `quota` bytes.
    """
    content = upload.getbuffer()
    stored = f"upload-{hashlib.sha256(content).hexdigest()[:16]}"
    folder = data_folder() / UPLOADS
    with storage.locked(folder / LOCK):
        held = sum(one.size for one in uploads() if one.path != f"{UPLOADS}/{stored}")
        if quota is not None and held + len(content) > quota:
            raise FeedError(
                f"uploads take {held / MIB:,.0f} of {quota / MIB:,.0f} MiB; delete one that is no "
                "longer needed"
            )
        with storage.replacing(folder / stored) as file:
            file.write(content)
        runs.write_json(folder / NAMES_FILE, {**_names(), stored: name[:LONGEST_NAME]})
    return f"{UPLOADS}/{stored}"


def uploads() -> list[Upload]:
    """The stored uploads, newest first."""
    folder, names = data_folder() / UPLOADS, _names()
    found = []
    for path in folder.glob("upload-*") if folder.is_dir() else []:
        with suppress(OSError):
            about = path.stat()
            name = names.get(path.name, path.name)
            found.append(Upload(f"{UPLOADS}/{path.name}", name, about.st_size, about.st_mtime))
    return sorted(found, key=lambda one: -one.when)


def delete_upload(name: str) -> None:
    """Delete an upload; FeedError if there is none with this path."""
    if name not in {one.path for one in uploads()}:
        raise FeedError("that upload no longer exists")
    stored = name.rpartition("/")[2]
    folder = data_folder() / UPLOADS
    with storage.locked(folder / LOCK):
        (folder / stored).unlink(missing_ok=True)
        left = {key: shown for key, shown in _names().items() if key != stored}
        runs.write_json(folder / NAMES_FILE, left)
    audit.record("delete upload", stored)


def _inside(path: Path, root: Path) -> bool:
    """Whether a path is a file inside the folder, after following links."""
    try:
        return path.is_file() and path.resolve(strict=True).is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False


def _hidden(name: str) -> bool:
    parts = name.split("/")
    notes = name.endswith(".md") or name == f"{UPLOADS}/{NAMES_FILE}"
    return notes or parts[0] == TRIAL or any(part.startswith(".") for part in parts)


def _names() -> dict[str, str]:
    """The original names of uploads, by their stored names."""
    try:
        names = json.loads((data_folder() / UPLOADS / NAMES_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {str(k): str(v) for k, v in names.items()} if isinstance(names, dict) else {}
