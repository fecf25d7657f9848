"""Attribute texts: parse them and look them up in an index that stays open for its window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from dga.errors import DomainError
from dga.generators.attribution.index import AttributionIndex, OnBuild, window_of_name
from dga.generators.attribution.match import Match
from dga.names import parse
from dga.names.parse_columns import ParsedColumn

WINDOW = dt.timedelta(days=399)  # length of a window of which one end is given


@dataclass(frozen=True, slots=True)
class Attribution:
    """The result for one text: its domain and matches, or a problem."""

    given: str
    domain: str | None
    registered_name: str | None
    matches: tuple[Match, ...]
    problem: str | None

    def to_json(self) -> dict[str, Any]:
        """A record of plain values."""
        return {
            "given": self.given,
            "domain": self.domain,
            "registered_name": self.registered_name,
            "matches": [match.to_json() for match in self.matches],
            "problem": self.problem,
        }


def attribute(
    text: str, start: dt.date | None = None, end: dt.date | None = None
) -> tuple[Match, ...]:
    """Return the known generators of a name, the least likely by chance first; [] for none.

    Searches the dates from `start` to `end`, by default a year back and a month ahead. The first
    call for a window builds its index, which takes about a minute; later ones take milliseconds.

    DomainError for text that is not a domain, GeneratorError for a window out of range.
    """
    found = attribute_many([text], start, end)[0]
    if found.problem:
        raise DomainError(f"{text}: {found.problem}")
    return found.matches


def attribute_many(
    texts: Sequence[str],
    start: dt.date | None = None,
    end: dt.date | None = None,
    *,
    on_build: OnBuild | None = None,
) -> list[Attribution]:
    """Return a row for each text, in order, also for text that is not a domain."""
    index = open_index(*window(start, end), on_build=on_build)
    return attributions(index, texts)


def attributions(index: AttributionIndex, texts: Sequence[str]) -> list[Attribution]:
    """Look up texts in an index, both as host names and as their registered names."""
    if len(texts) == 1:  # faster for a single name
        parsed = parse.parse(texts[0])
        domains, names = [parsed.domain or ""], [parsed.registered_name or ""]
        problems = [parsed.problem or ""]
    else:
        column = ParsedColumn(pa.array(texts, pa.large_string()))
        domains, names = column.domain.to_pylist(), column.registered_name.to_pylist()
        problems = column.problem.to_pylist()
    found = index.attribute(names)
    hosts = index.attribute(domains)
    return [
        Attribution(text, domain or None, name or None, host or matches, problem or None)
        for text, domain, name, host, matches, problem in zip(
            texts, domains, names, hosts, found, problems, strict=True
        )
    ]


def window(start: dt.date | None, end: dt.date | None) -> tuple[dt.date, dt.date]:
    """Fill in missing dates.

    >>> window(None, dt.date(2026, 2, 4))
    (datetime.date(2025, 1, 1), datetime.date(2026, 2, 4))
    """
    if start is None and end is None:
        return window_of_name()
    if start is None:
        assert end is not None
        return end - WINDOW, end
    return start, start + WINDOW if end is None else end


def standing_index(start: dt.date, end: dt.date) -> AttributionIndex | None:
    """Return the index of a window if it is built already, else None."""
    return open_index(start, end) if AttributionIndex.stands(start, end) else None


def open_index(
    start: dt.date, end: dt.date, *, folder: Path | None = None, on_build: OnBuild | None = None
) -> AttributionIndex:
    """Return the index of a window, building missing parts, and keep it open."""
    if on_build is not None and not AttributionIndex.stands(start, end, folder=folder):
        AttributionIndex.build(start, end, folder=folder, on_build=on_build)
    return _open(start, end, folder)


@lru_cache(maxsize=4)
def _open(start: dt.date, end: dt.date, folder: Path | None) -> AttributionIndex:
    return AttributionIndex.build(start, end, folder=folder)
