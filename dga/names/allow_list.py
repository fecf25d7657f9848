"""The allow list: names and zones that users trust, stored in one file, applied to every verdict.

An allowed name keeps its score; its verdict is `allowed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dga import storage
from dga.errors import DomainError, FeedError
from dga.names import arrow_strings, parse
from dga.storage.folders import state_folder

FILE_NAME = "allow.txt"
MAX_ENTRIES = 1_000_000
MAX_BYTES = 2**26
_WILDCARD = "*."


@dataclass(frozen=True, slots=True)
class Entry:
    """A name or, with a wildcard, a zone, and why it is allowed.

    `example.com` allows that registered name with all its hosts, `www.example.com` that host
    alone, `*.lab.example.com` everything under lab.example.com and itself.
    """

    pattern: str
    note: str = ""

    @property
    def name(self) -> str:
        """The pattern without its wildcard."""
        return self.pattern.removeprefix(_WILDCARD)

    @property
    def line(self) -> str:
        """The entry as a line of a file."""
        return f"{self.pattern}  # {self.note}" if self.note else self.pattern


@dataclass(frozen=True)
class AllowList:
    """Entries, each pattern once; empty by default."""

    entries: tuple[Entry, ...] = ()
    _by_name: dict[str, list[Entry]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name: dict[str, list[Entry]] = {}
        for entry in self.entries:
            registered = parse.registered_name(entry.name) or entry.name
            by_name.setdefault(registered, []).append(entry)
        object.__setattr__(self, "_by_name", by_name)

    def __bool__(self) -> bool:
        return bool(self.entries)

    @classmethod
    def load(cls, path: Path) -> AllowList:
        """Read a file with a name or `*.zone` per line, and a note after `#` or a comma.

        Raises FeedError, with the line number, for an invalid name or a whole public suffix.
        """
        try:
            if path.stat().st_size > MAX_BYTES:
                raise FeedError(f"{path.name}: more than {MAX_BYTES:,} bytes; give a shorter list")
            text = path.read_text(encoding="utf-8-sig", errors="replace")
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise FeedError(f"{path}: {reason}; give a file with a name a line") from None
        return cls.parse(text, path.name)

    @classmethod
    def parse(cls, text: str, name: str = "allow list") -> AllowList:
        """The entries of a text; see `load`.

        >>> AllowList.parse("example.com  # ours").entries
        (Entry(pattern='example.com', note='ours'),)
        """
        entries: dict[str, Entry] = {}
        for number, line in enumerate(text.splitlines(), 1):
            content = line.strip()
            if not content or content.startswith("#"):
                continue
            try:
                entry = entry_of(content)
            except DomainError as error:
                raise FeedError(f"{name}, line {number}: {error}") from None
            entries[entry.pattern] = entry
            if len(entries) > MAX_ENTRIES:
                raise FeedError(f"{name}: more than {MAX_ENTRIES:,} entries; give a shorter list")
        return cls(tuple(entries.values()))

    def save(self, path: Path | None = None) -> None:
        """Replace the workbench's list, or the list in another file."""
        path = path or stored_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        storage.write_atomically(path, "".join(f"{entry.line}\n" for entry in self.entries))

    def with_others(self, others: AllowList) -> AllowList:
        """These entries and those of another list; where both have a pattern, the other's note is
        kept."""
        merged = {entry.pattern: entry for entry in (*self.entries, *others.entries)}
        return AllowList(tuple(merged.values()))

    def matches(self, domain: str) -> Entry | None:
        """The entry that allows a normalised host name, None where there is none.

        >>> AllowList.parse("*.lab.example.com").matches("a.b.lab.example.com").pattern
        '*.lab.example.com'
        """
        registered = parse.registered_name(domain)
        return self._match(domain, registered) if registered else None

    def notes(
        self, domains: pa.LargeStringArray, names: pa.LargeStringArray
    ) -> tuple[npt.NDArray[np.int64], list[str]]:
        """Which rows of host names, given with their registered names, are allowed, and by which
        entry."""
        if not self.entries:
            return np.zeros(0, dtype=np.int64), []
        listed = pc.is_in(names, value_set=self._names)
        rows = np.flatnonzero(arrow_strings.flags_of(listed))
        chosen = arrow_strings.numbers_of(rows)
        pairs = zip(domains.take(chosen).to_pylist(), names.take(chosen).to_pylist(), strict=True)
        found = [self._match(domain, name) for domain, name in pairs]
        kept = np.array([entry is not None for entry in found], dtype=np.bool_)
        return rows[kept], [_told(entry) for entry in found if entry]

    @cached_property
    def _names(self) -> pa.LargeStringArray:
        return arrow_strings.column_of(list(self._by_name))

    def _match(self, domain: str, registered: str) -> Entry | None:
        for entry in self._by_name.get(registered, ()):
            zone = entry.pattern.startswith(_WILDCARD) or entry.name == registered
            if domain == entry.name or (zone and domain.endswith(f".{entry.name}")):
                return entry
        return None


def entry_of(text: str) -> Entry:
    """Parse one line; DomainError says what is wrong with it.

    >>> entry_of("*.Lab.Example.com, a test network")
    Entry(pattern='*.lab.example.com', note='a test network')
    """
    given, *rest = re.split(r"[#,]", text, maxsplit=1)
    given, note = given.strip(), "".join(rest)
    wildcard = given.startswith(_WILDCARD)
    parsed = parse.parse(given.removeprefix(_WILDCARD))
    if parsed.domain is None or parsed.problem:
        raise DomainError(
            f"{given[:80]}: {parsed.problem}; allow a registered name, a host or a zone under one"
        )
    note = " ".join(note.split())[:200]
    return Entry(f"{_WILDCARD if wildcard else ''}{parsed.domain}", note)


def entries_of(rows: Iterable[Sequence[str]]) -> AllowList:
    """Make a list from rows of pattern and note, as edited on a page; blank rows are skipped.

    FeedError names the first invalid row.
    """
    lines = (f"{pattern.strip()}, {note}" for pattern, note in rows if pattern.strip())
    return AllowList.parse("\n".join(line.replace("\n", " ") for line in lines), "the allow list")


def stored_path() -> Path:
    """Where the workbench keeps its list."""
    return state_folder() / FILE_NAME


_stored: dict[Path, tuple[tuple[int, int], AllowList]] = {}


def stored() -> AllowList:
    """The workbench's list, reread when its file changes; empty if there is no file."""
    path = stored_path()
    try:
        status = path.stat()
    except OSError:
        return AllowList()
    stamp = (status.st_mtime_ns, status.st_size)
    if path not in _stored or _stored[path][0] != stamp:
        _stored[path] = (stamp, AllowList.load(path))
    return _stored[path][1]


def _told(entry: Entry) -> str:
    note = f": {entry.note}" if entry.note else ""
    return f"allowed by {entry.pattern}{note}"
