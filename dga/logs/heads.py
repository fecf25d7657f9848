"""The head of a log line, before the part that a grammar matches: syslog, docker, journal, level.

A head is searched for its times; the last one is the server's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dga.logs.paths import is_address

MAX_HEAD = 300
MAX_KEPT = 50_000  # heads whose time is remembered: those of one second are the same
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK = r"\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?"
_TIME = re.compile(
    rf"\d{{4}}[-/]\d\d[-/]\d\d[T ]{_CLOCK}(?:Z|[+-]\d\d:?\d\d\b)?"
    rf"|\d{{4}}:\d\d:\d\d-{_CLOCK}"
    rf"|\d{{1,2}}-{_MONTH}-\d{{4}} {_CLOCK}"
    rf"|{_MONTH} {{1,2}}\d{{1,2}} (?:\d{{4}} )?{_CLOCK}"
    rf"|\d{{1,2}}/{_MONTH}/\d{{4}}:{_CLOCK}(?: [+-]\d{{4}})?"
    rf"|\d{{1,2}}[./]\d{{1,2}}[./](?:\d{{4}}|\d\d)[ -]{_CLOCK}(?: [AP]M)?"
    rf"|\b\d{{8}} {_CLOCK}"
    r"|\b1\d{9}(?:\.\d{1,9})?\b"
    rf"|\b{_CLOCK}"
)


def head_time(head: str) -> str:
    """The time in a line's head, as it is written; "" if there is none.

    >>> head_time("<30>May  1 10:00:01 ns1 named[7]: 01-May-2026 10:00:01.123 queries: info: ")
    '01-May-2026 10:00:01.123'
    """
    found = ""
    for match in _TIME.finditer(head[:MAX_HEAD]):
        if not found or len(match[0]) > 15:  # a clock alone, or a number, is no better
            found = match[0]
    return found


def head_client(head: str) -> str:
    """The address with which a head begins, as web logs do; "" if it begins otherwise."""
    first = head.split(" ", 1)[0]
    return first if is_address(first) else ""


def remembering(function: Callable[[str], str]) -> Callable[[str], str]:
    """A function of heads that remembers what it returned, in bounded memory."""
    kept: dict[str, str] = {}

    def remembered(head: str) -> str:
        value = kept.get(head)
        if value is None:
            if len(kept) >= MAX_KEPT:
                kept.clear()
            value = kept[head] = function(head)
        return value

    return remembered
