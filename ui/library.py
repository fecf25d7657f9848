"""The data folder: which files it holds, and uploads kept in it under names made here.

Knows no feed format, draws nothing, and makes no path from a name that a file came with.
"""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from pathlib import Path

from dga import runs
from dga.fetch import data_folder

SHIPPED_DATA = Path(__file__).resolve().parent.parent / "data"
TRIAL = "trial"
UPLOADS = "uploads"
NAMES_FILE = "names.json"  # of the uploads folder: the name each upload came with


def trial_folder() -> Path:
    """Where the labelled set lies that comes with the program."""
    return SHIPPED_DATA / TRIAL


def files() -> list[str]:
    """The files of the data folder, by their path in it; the trial set and notes not among them."""
    root = data_folder()
    paths = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else []
    names = [path.relative_to(root).as_posix() for path in paths]
    return [name for name in names if not _hidden(name)]


def shown_name(name: str) -> str:
    """How a file of the data folder is called on the page: an upload by the name it came with."""
    place, _, stored = name.rpartition("/")
    if place != UPLOADS:
        return name
    return f"{_names().get(stored, stored)} (uploaded)"


def store(upload: BytesIO, name: str) -> str:
    """Keep an upload in the data folder; returns its path there. The same content is kept once."""
    content = upload.getbuffer()
    stored = f"upload-{hashlib.sha256(content).hexdigest()[:16]}"
    uploads = data_folder() / UPLOADS
    uploads.mkdir(parents=True, exist_ok=True)
    part = uploads / f".{stored}.part"
    part.write_bytes(content)
    part.replace(uploads / stored)
    runs.write_json(uploads / NAMES_FILE, {**_names(), stored: name})
    return f"{UPLOADS}/{stored}"


def _hidden(name: str) -> bool:
    parts = name.split("/")
    notes = name.endswith(".md") or name == f"{UPLOADS}/{NAMES_FILE}"
    return notes or parts[0] == TRIAL or any(part.startswith(".") for part in parts)


def _names() -> dict[str, str]:
    """The names that uploads came with, by the names they are stored under."""
    try:
        names = json.loads((data_folder() / UPLOADS / NAMES_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {str(k): str(v) for k, v in names.items()} if isinstance(names, dict) else {}
