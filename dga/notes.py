"""What people add to a run: a note, and the names that it was called before.

One small file in the run's folder; a damaged one counts as none. Knows no models folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dga import run_contents
from dga.errors import RunError

ABOUT_FILE = "about.json"
LONGEST_NOTE = 10_000  # characters


@dataclass(frozen=True)
class About:
    """A run's note, and its former names, the oldest first."""

    note: str = ""
    formerly: tuple[str, ...] = ()


def read(folder: Path) -> About:
    """What stands in a run's folder; nothing where there is no such file or it is damaged."""
    path = folder / ABOUT_FILE
    if not path.is_file():
        return About()
    try:
        values = run_contents.read_json(path)
    except RunError:
        return About()
    note, names = values.get("note", ""), values.get("formerly", [])
    if not isinstance(note, str) or not isinstance(names, list):
        return About()
    return About(note[:LONGEST_NOTE], tuple(name for name in names if isinstance(name, str)))


def write(folder: Path, about: About) -> None:
    """Keep a note and former names in a run's folder; RunError for a note that is too long."""
    if len(about.note) > LONGEST_NOTE:
        raise RunError(
            f"the note has {len(about.note):,} characters; shorten it to {LONGEST_NOTE:,}"
        )
    run_contents.write_json(
        folder / ABOUT_FILE, {"note": about.note, "formerly": list(about.formerly)}
    )
