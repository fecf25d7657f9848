"""Incidents for export: a host's verdict and its names, read from JSON values.

The values are those that `dga hosts --incidents` writes.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dga.errors import FeedError
from dga.names import parse

CLEAN = "clean"  # the verdict of a host without an incident


@dataclass(frozen=True)
class EvidenceName:
    """A name that is evidence of an infection: its weight, and when it was first queried."""

    name: str
    resolved: bool
    score: float | None = None
    weight: float | None = None
    attribution: str = ""
    first_seen: dt.datetime | None = None

    @property
    def comment(self) -> str:
        """A short description of the name."""
        parts = [
            "resolved, likely command and control" if self.resolved else "did not resolve",
            "" if self.score is None else f"score {self.score:.3f}",
            "" if self.weight is None else f"weight {self.weight:+.1f}",
            self.attribution,
        ]
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True)
class Incident:
    """A host with its verdict, family and queried names."""

    client: str
    verdict: str
    family: str
    attribution: str
    p_value: float | None
    first_seen: dt.datetime
    last_seen: dt.datetime
    names: tuple[EvidenceName, ...]
    reasons: tuple[str, ...] = field(default_factory=tuple)

    @property
    def title(self) -> str:
        """The incident in one line."""
        family = f" by {self.family}" if self.family else ""
        return f"{self.client} {self.verdict}{family} (DGA)"


def from_json(record: Mapping[str, Any]) -> Incident:
    """Read an incident from plain values; FeedError if the host or verdict is missing.

    Names that are not domains are left out: exchange formats would reject the whole incident.
    """
    if not record.get("client") or not record.get("verdict"):
        raise FeedError(
            "not an incident: client or verdict is missing; write it by `dga hosts --incidents`"
        )
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    first = _time(record.get("first_seen")) or _time(record.get("last_seen")) or now
    last = _time(record.get("last_seen")) or first
    resolved = [_name(value, resolved=True) for value in record.get("command_and_control") or ()]
    others = [_name(value, resolved=False) for value in _listed(record)]
    names = {row.name: row for row in (*others, *resolved) if row.name}
    return Incident(
        client=str(record["client"]),
        verdict=str(record["verdict"]),
        family=str(record.get("family") or ""),
        attribution=str(record.get("attribution") or ""),
        p_value=_number(record.get("p_value")),
        first_seen=first,
        last_seen=max(first, last),
        names=tuple(names.values()),
        reasons=tuple(map(str, record.get("reasons") or ())),
    )


def read(path: Path) -> list[Incident]:
    """Read the incidents of a file: one JSON object, a list of them, or one a line.

    Of a folder, its `.json` files are read. Clean hosts are skipped.
    """
    if path.is_dir():
        found = [incident for file in sorted(path.glob("*.json")) for incident in read(file)]
        if not found:
            raise FeedError(f"{path.name}: no incidents; write them by `dga hosts --incidents`")
        return found
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        loaded = json.loads(text)
        rows = loaded if isinstance(loaded, list) else [loaded]
    except ValueError:
        rows = _lines(text, path)
    if not all(isinstance(row, Mapping) for row in rows):
        rows = []
    incidents = [row for row in rows if row.get("verdict") != CLEAN]
    counts_only = any(isinstance(row.get("names"), int) and not _listed(row) for row in incidents)
    if not incidents or counts_only:
        raise FeedError(f"{path.name}: no incidents; write them by `dga hosts --incidents`")
    return [from_json(row) for row in incidents]


def _lines(text: str, path: Path) -> list[Any]:
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        raise FeedError(
            f"{path.name}: no incidents in JSON; write them by `dga hosts --incidents`"
        ) from None


def _listed(record: Mapping[str, Any]) -> list[Any]:
    """The names of the evidence; a row of `dga hosts` counts them in `names`."""
    names = record.get("names")
    found = names if isinstance(names, list) else record.get("evidence_names")
    return found if isinstance(found, list) else []


def _name(value: object, *, resolved: bool) -> EvidenceName:
    row: Mapping[str, Any] = value if isinstance(value, Mapping) else {"name": value}
    return EvidenceName(
        name=parse.parse(str(row.get("name") or "")).domain or "",
        resolved=resolved or row.get("status") == "resolved",
        score=_number(row.get("score")),
        weight=_number(row.get("weight")),
        attribution=str(row.get("attribution") or ""),
        first_seen=_time(row.get("first")),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and value == value else None


def _time(value: object) -> dt.datetime | None:
    try:
        time = dt.datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=dt.UTC)
