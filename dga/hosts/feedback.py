"""Analysts' corrections of verdicts: "not infected", stored in a file, suppresses the same pattern.

The names of the verdict count for nothing from then on, for every client; names with the same
kind of characters under the same suffix count for nothing for that client. Judges nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dga.storage.folders import state_folder
from dga.storage.locks import locked

FILE = "not-infected.jsonl"
MOST_NAMES = 300  # of a verdict that are kept
LARGEST_FILE = 50_000_000  # bytes
REASON = "set aside: {client} was judged not infected ({reason})"


@dataclass(frozen=True)
class NotInfected:
    """One client that a person found not infected, by the names that had spoken for it."""

    client: str
    names: tuple[str, ...]
    reason: str
    time: str

    @property
    def text(self) -> str:
        """Why names of this pattern count for nothing."""
        return REASON.format(client=self.client, reason=self.reason or "no reason given")


class Silencer:
    """Excludes names by the stored corrections."""

    def __init__(self, entries: Iterable[NotInfected]) -> None:
        self.entries = tuple(entries)
        self._names = {name: entry.text for entry in self.entries for name in entry.names}
        self._patterns = {
            (entry.client, pattern(name)): entry.text
            for entry in self.entries
            for name in entry.names
        }
        self.clients = frozenset(entry.client for entry in self.entries)

    def of_name(self, name: str) -> str:
        """Why a name counts for nothing for any client; "" where it counts."""
        return self._names.get(name, "")

    def of_client(self, client: str, name: str) -> str:
        """Why a name counts for nothing for one client; "" where it counts."""
        return self._patterns.get((client, pattern(name)), "")


def pattern(name: str) -> str:
    """What names of one generator share: kinds of characters, and the suffix.

    >>> pattern("abc12.ddns.net"), pattern("abc.com")
    ('a0.ddns.net', 'a.com')
    """
    label, _, suffix = name.partition(".")
    kinds = {"0" if letter.isdigit() else "a" if letter.isalpha() else "-" for letter in label}
    return f"{''.join(sorted(kinds, reverse=True))}.{suffix}"


def load(folder: Path | None = None) -> Silencer:
    """All stored corrections; unreadable lines are skipped."""
    path = (folder or state_folder()) / FILE
    if not path.is_file() or path.stat().st_size > LARGEST_FILE:
        return Silencer(())
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return Silencer(entry for line in lines if (entry := _entry(line)))


def add(client: str, names: Sequence[str], reason: str, folder: Path | None = None) -> NotInfected:
    """Keep that a client is not infected, with the names that had spoken for it."""
    root = folder or state_folder()
    time = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    entry = NotInfected(client, tuple(names[:MOST_NAMES]), " ".join(reason.split()), time)
    with locked(root / f".{FILE}.lock"), open(root / FILE, "a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(entry)) + "\n")
    return entry


def forget(entry: NotInfected, folder: Path | None = None) -> None:
    """Withdraw a correction."""
    from dga.storage.files import write_atomically

    root = folder or state_folder()
    with locked(root / f".{FILE}.lock"):
        kept = [other for other in load(root).entries if other != entry]
        text = "".join(json.dumps(asdict(other)) + "\n" for other in kept)
        write_atomically(root / FILE, text)


def _entry(line: str) -> NotInfected | None:
    try:
        values = json.loads(line)
        names = tuple(str(name) for name in values["names"])
        reason, time = str(values["reason"]), str(values["time"])
        return NotInfected(str(values["client"]), names, reason, time)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
