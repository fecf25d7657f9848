"""A match of a name with a generator, and its wording. Looks nothing up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Dates = tuple[dt.date, dt.date]

COINCIDENCE = 1e-4  # chance from which a match may well be a coincidence


@dataclass(frozen=True, slots=True)
class Match:
    """A name that a known generator makes.

    `dates` are the first and last day in the index's window on which the generator makes it, None
    where its names don't depend on the date. `chance` is the probability that an unrelated name of
    the same length and suffix matches this family.
    """

    domain: str
    family: str
    seed: int
    dates: Dates | None
    chance: float

    @property
    def doubtful(self) -> bool:
        """Whether the match may be a coincidence, since such names are short or common."""
        return self.chance >= COINCIDENCE

    def to_json(self) -> dict[str, Any]:
        """A record of plain values: family, seed, first and last date, chance."""
        first, last = self.dates or (None, None)
        return {
            "family": self.family,
            "seed": self.seed,
            "first": first.isoformat() if first else None,
            "last": last.isoformat() if last else None,
            "chance": self.chance,
        }


def attribution_text(matches: Sequence[Match]) -> str:
    """Name the families, seeds and dates of a name's matches.

    >>> day = dt.date(2026, 3, 1)
    >>> attribution_text([Match("a.com", "corebot", 7, (day, day), 1e-9)])
    'corebot (seed 0x7, 2026-03-01)'
    """
    return "; ".join(
        f"{match.family} (seed {match.seed:#x}, {dates_text(match.dates)})" for match in matches
    )


def dates_text(dates: Dates | None) -> str:
    """Word the dates of a match.

    >>> dates_text((dt.date(2026, 3, 1), dt.date(2026, 3, 4)))
    '2026-03-01 to 2026-03-04'
    >>> dates_text(None)
    'any date'
    """
    if dates is None:
        return "any date"
    first, last = dates
    return str(first) if first == last else f"{first} to {last}"


def odds_text(chance: float) -> str:
    """The probability that an unrelated name of that shape matches, in words.

    >>> odds_text(2e-7)
    '1 in 5,000,000'
    >>> odds_text(1e-15)
    'less than 1 in a million million'
    """
    if chance < 1e-12:
        return "less than 1 in a million million"
    return f"1 in {_rounded(1 / chance):,}"


def _rounded(value: float) -> int:
    """The value to two significant digits."""
    return int(float(f"{value:.2g}"))
