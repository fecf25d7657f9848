"""What a line grammar is: the kinds of lines of a server, and samples of them.

`dga.logs.grammars` has the table of all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

EVENT: Final = "event"  # all that is known of one look-up
ASKED: Final = "asked"  # opens an event, which later lines complete
ANSWERED: Final = "answered"  # completes an event, or is one where nobody was seen asking
NOTE: Final = "note"  # belongs to an event, if there is one, and tells no more than that

LineKind = Literal["event", "asked", "answered", "note"]

IP = r"[0-9A-Fa-f.:]++(?:%\w++)?"
TYPE = r"(?:TYPE)?[A-Z0-9-]{1,10}"
CLASS = r"(?:IN|CH|HS|ANY|CLASS\d{1,5})"


@dataclass(frozen=True)
class LinePattern:
    """What one kind of line looks like; groups named after roles, `id` for a transaction.

    `otherwise` is the answer code of a line that tells none.
    """

    pattern: re.Pattern[str]
    kind: LineKind
    otherwise: str = ""


@dataclass(frozen=True)
class Sample:
    """Lines that make one event, and what that event is."""

    lines: tuple[str, ...]
    client: str
    query: str
    rcode: str | None
    time: str = "2026-05-01T10:00:01"


@dataclass(frozen=True)
class Grammar:
    """A layout of text lines.

    `key` names the groups in which the lines of one event agree; without it lines are not joined.
    `preamble`: lines above the first event are the file's own header, no rows. `folded`: lines that
    begin with a blank go on with the line above, and the patterns see them as one.
    """

    name: str
    title: str
    lines: tuple[LinePattern, ...]
    samples: tuple[Sample, ...]
    key: tuple[str, ...] = ()
    preamble: bool = False
    folded: bool = False


def line_pattern(pattern: str, kind: LineKind = EVENT, otherwise: str = "") -> LinePattern:
    """A kind of line by its pattern."""
    return LinePattern(re.compile(pattern), kind, otherwise)
