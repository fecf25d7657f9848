"""A run's note and its former names, in one small file of its folder.

A damaged file counts as none. Knows no models folder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from dga.errors import RunError
from dga.runs import files
from dga.storage.plain_json import odd_text, without_odd

ABOUT_FILE = "about.json"
LONGEST_NOTE = 10_000  # characters
LONGEST_FILE = 2**20


@dataclass(frozen=True)
class About:
    """A run's note and its former names, oldest first."""

    note: str = ""
    formerly: tuple[str, ...] = ()


def read(folder: Path) -> About:
    """Read the note and former names of a run's folder; empty if missing or damaged."""
    path = folder / ABOUT_FILE
    if not path.is_file():
        return About()
    try:
        values = json.loads(path.read_bytes()[:LONGEST_FILE])
        note, names = values.get("note", ""), values.get("formerly", [])
    except (OSError, ValueError, AttributeError, RecursionError):
        return About()
    if not isinstance(note, str) or not isinstance(names, list):
        return About()
    former = (without_odd(name)[:64] for name in names[:100] if isinstance(name, str))
    return About(without_odd(note)[:LONGEST_NOTE], tuple(former))


def write(folder: Path, about: About) -> None:
    """Write the note and former names of a run; RunError for a note that is not plain text."""
    if len(about.note) > LONGEST_NOTE:
        raise RunError(
            f"the note has {len(about.note):,} characters; shorten it to {LONGEST_NOTE:,}"
        )
    if found := odd_text(about.note):
        raise RunError(f"the note holds {found}; give it as plain text in UTF-8")
    files.write_json(folder / ABOUT_FILE, {"note": about.note, "formerly": list(about.formerly)})
