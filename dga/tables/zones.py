"""Read zone files: response policy zones, master files, and the output of dig and passive DNS.

A record's owner is its name; administrative records (SOA, NS, the zone itself) are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

COLUMNS: Final = ("domain", "type", "data")
_TTL = re.compile(r"\d{1,10}|(?:\d{1,10}[smhdw]){1,5}", re.I)
_LEAST_SHARE = 0.8
_SAMPLE_LINES = 500
_TYPES = frozenset((
    "A", "AAAA", "CAA", "CNAME", "DNAME", "DNSKEY", "DS", "HINFO", "HTTPS", "LOC", "MX", "NAPTR",
    "NS", "NSEC", "NSEC3", "NSEC3PARAM", "PTR", "RRSIG", "SOA", "SPF", "SRV", "SSHFP", "SVCB",
    "TLSA", "TXT", "ANY",
))  # fmt: skip
_CLASSES = frozenset(("IN", "CH", "HS"))
_ADMINISTRATION = frozenset(("SOA", "NSEC", "NSEC3", "NSEC3PARAM", "RRSIG", "DNSKEY"))


def is_zone(lines: Sequence[str]) -> bool:
    """Whether a file's first lines are records or directives of a zone."""
    sample = [line for line in lines[:_SAMPLE_LINES] if _content(line).strip()]
    reader = _ZoneReader()
    rows = [reader.row(line) for line in sample]
    fitting = sum(row is not None for row in rows)
    named = sum(bool(row) for row in rows)
    listed = sum("," in line.split(None, 1)[0] for line in sample)  # cells before the name
    return bool(named) and fitting >= _LEAST_SHARE * len(sample) and listed * 2 < len(sample)


def zone_rows(blocks: Iterable[Sequence[str]]) -> Iterator[list[list[str]]]:
    """Rows of COLUMNS, a list for each block of lines; a line that is not a record becomes a row
    with its text."""
    reader = _ZoneReader()
    for lines in blocks:
        found = []
        for line in lines:
            if not _content(line).strip():
                continue
            row = reader.row(line)
            if row is None:
                found.append([line.strip(), "", ""])
            elif row:
                found.append(row)
        yield found


class _ZoneReader:
    """Reads a zone line by line, keeping its origin and whether a parenthesis is open."""

    def __init__(self) -> None:
        self._origin, self._open = "", False

    def row(self, line: str) -> list[str] | None:
        """The row of a line; [] for an administrative record, None for a line that is not a
        record."""
        text = _content(line)
        if self._open:
            self._open = ")" not in text
            return []
        if text.startswith("$"):
            directive, _, value = text.partition(" ")
            if directive.upper() == "$ORIGIN":
                self._origin = value.strip().strip(".").lower()
            return []
        words = text.split()
        owner = "" if text[:1] in " \t" else words.pop(0) if words else ""
        row = self._record(owner, words)
        self._open = row is not None and "TXT" not in words and "(" in text and ")" not in text
        return row

    def _record(self, owner: str, words: list[str]) -> list[str] | None:
        while words and (words[0].upper() in _CLASSES or _TTL.fullmatch(words[0])):
            words.pop(0)
        if not words or words[0].upper() not in _TYPES:
            return None
        kind = words[0].upper()
        name = self._name(owner)
        if kind == "SOA" and not self._origin:
            self._origin = name.lower()
        if kind in _ADMINISTRATION or not name or name.lower() == self._origin:
            return []
        return [name, kind, " ".join(words[1:])]

    def _name(self, owner: str) -> str:
        name = owner.removeprefix("*.").strip(".")
        if owner == "@":
            return ""
        if self._origin and name.lower().endswith(f".{self._origin}"):
            return name[: -len(self._origin) - 1]
        if self._origin and name and "." not in owner:
            return f"{name}.{self._origin}"
        return name


def _content(line: str) -> str:
    """A line without its comment."""
    return line.partition(";")[0]
