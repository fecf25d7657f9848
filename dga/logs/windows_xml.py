"""Windows events as XML: Event Viewer's "Save as XML", `wevtutil`, and events behind a prefix.

An event goes in, its fields come out, by their names; line ends may stand anywhere.
No entity is resolved but those of characters.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from html import unescape
from itertools import chain
from typing import Final

from dga.errors import FeedError
from dga.tables.encodings import without_surrogates
from dga.tables.unpack import MAX_LINE, Payload

FORMAT: Final = "windows-events"
MAX_FIELDS: Final = 500  # of one event
EVENTS_AT_ONCE: Final = 5_000
SAMPLE: Final = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>258"
    "</EventID><TimeCreated SystemTime='2026-05-01T10:00:01.123Z'/><Computer>dc1.corp.example.com"
    "</Computer></System><EventData><Data Name='InterfaceIP'>192.0.2.53</Data>"
    "<Data Name='Destination'>10.1.0.23</Data><Data Name='QNAME'>xkqzvbnt.example</Data>"
    "<Data Name='RCODE'>3</Data></EventData></Event>"
)
_START = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)?<Events?[\s>]")
_OPEN = re.compile(r"<Event[\s>]")
_CLOSE: Final = "</Event>"
_ELEMENT = re.compile(
    r"<([A-Za-z][\w.-]*)((?:\s[^<>]*)?)>([^<]*)</\1>|<([A-Za-z][\w.-]*)(\s[^<>]*)/>"
)
_ATTRIBUTE = re.compile(r"([\w:.-]{1,64})\s?=\s?(?:'([^']*)'|\"([^\"]*)\")")


def is_windows_xml(head: str) -> bool:
    """Whether a file starts as events in XML do."""
    return bool(_START.match(head)) and bool(_OPEN.search(head))


def event_fields(text: str) -> dict[str, str] | None:
    """The fields of the first event in a text; None where it holds no whole event.

    >>> event_fields(SAMPLE)["QNAME"], event_fields(SAMPLE)["TimeCreated.SystemTime"]
    ('xkqzvbnt.example', '2026-05-01T10:00:01.123Z')
    """
    start = _OPEN.search(text)
    end = text.find(_CLOSE, start.end()) if start else -1
    if start is None or end < 0:
        return None
    found: dict[str, str] = {}
    for element in _ELEMENT.finditer(text, start.end(), end):
        tag, attributes, value, empty, more = element.groups()
        given = {
            key: one or other for key, one, other in _ATTRIBUTE.findall(attributes or more or "")
        }
        if tag or ("Name" in given and empty == "Data"):
            _put(found, given.get("Name") or tag or empty, value or "")
        else:
            for key, text_of in given.items():
                _put(found, f"{empty}.{key}", text_of)
        if len(found) >= MAX_FIELDS:
            break
    return found


def events_of(payload: Payload, *, head_only: bool = False) -> Iterator[list[str]]:
    """The texts of a file's events, some thousands at a time; what stands between is no event.

    Raises FeedError for one that is longer than a megabyte or has no end.
    """
    source = payload.sample if head_only else payload
    text = ""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for piece in chain(source.pieces(), [b""]):
        text += decoder.decode(piece, final=not piece)
        found, text = _cut(text)
        for at in range(0, len(found), EVENTS_AT_ONCE):
            yield found[at : at + EVENTS_AT_ONCE]
        if len(text) > 2 * MAX_LINE:
            raise FeedError(f"{payload.name}: an XML event of more than a megabyte; no log")
    if _OPEN.search(text) and not head_only:
        raise FeedError(f"{payload.name}: its last XML event has no end; export it again")


def _cut(text: str) -> tuple[list[str], str]:
    """The events of a text, damaged ones too, and what is left behind the last end of one."""
    found: list[str] = []
    at = 0
    while (end := text.find(_CLOSE, at)) >= 0:
        end += len(_CLOSE)
        starts = [start.start() for start in _OPEN.finditer(text, at, end)] or [at]
        ends = [*starts[1:], end]
        found += [text[first:last].strip() for first, last in zip(starts, ends, strict=True)]
        at = end
    return found, text[at:]


def _put(found: dict[str, str], key: str, value: str) -> None:
    value = unescape(value.strip()) if "&" in value else value.strip()
    found.setdefault(key, without_surrogates(value))
