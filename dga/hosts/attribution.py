"""The index of known generators for a log's days: built only where it is needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Protocol

from dga.generators.attribution import AttributionIndex, Match, window_of_log, window_of_name

OLDEST = dt.date(2005, 1, 1)  # logs with earlier dates count from their own start
LONGEST = 366  # days of a log for which an index is built


class Attributor(Protocol):
    """What names are made by, as `dga.generators.attribution.AttributionIndex` tells it."""

    def attribute(self, names: Sequence[str], /) -> Sequence[tuple[Match, ...]]: ...


MakeAttributor = Callable[[dt.date, dt.date, bool], Attributor | None]


def matches(index: Attributor | None, names: Sequence[str]) -> dict[str, tuple[Match, ...]]:
    """The matches of each name that a known generator makes."""
    if index is None:
        return {}
    found = zip(names, index.attribute(names), strict=True)
    return {name: by for name, by in found if by}


def index_of(first: dt.date, last: dt.date, suspected: bool) -> AttributionIndex | None:
    """The index of the days around a log, around today where the log's dates are none.

    Where it does not stand yet, which takes a minute, it is built only if a host is `suspected`
    already; None otherwise.
    """
    window = _window(first, last)
    if not suspected and not AttributionIndex.stands(*window):
        return None
    return AttributionIndex.build(*window)


def standing_index_of(first: dt.date, last: dt.date, suspected: bool) -> AttributionIndex | None:
    """The same index where it stands already, else None."""
    window = _window(first, last)
    return AttributionIndex.build(*window) if AttributionIndex.stands(*window) else None


def built_index_of(first: dt.date, last: dt.date, suspected: bool) -> AttributionIndex:
    """The same index, built in any case."""
    return AttributionIndex.build(*_window(first, last))


def _window(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    if first < OLDEST or (last - first).days > LONGEST:
        return window_of_name()
    return window_of_log(first, last)
