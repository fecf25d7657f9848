"""JSON to rows of flat text fields; a value that is no object has the field "value".

Numbers stay as they are written. Knows nothing of columns.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Any, cast

from dga.errors import FeedError
from dga.tables.encodings import decoded, one_line, without_surrogates
from dga.tables.unpack import MAX_LINE, Payload

DAMAGED = ""  # stands for the field of a line that is no JSON; no key is empty
MAX_NAMES = 4_096  # of columns that are kept ready
_CONSTANTS = {None: "", True: "true", False: "false"}
# How converters of XML write an element with a name and a text.
_NAME_AND_VALUE = (("@Name", "#text"), ("Name", "Text"), ("Name", "Value"), ("name", "value"))
_GAP = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)


def line_record(line: str) -> dict[str, str]:
    """A line of JSON as flat fields; a line that is none is kept whole as the field DAMAGED."""
    if not line.strip():
        return {}
    try:
        return record(_DECODER.decode(line))
    except (ValueError, RecursionError):
        return {DAMAGED: line}


def line_value(line: str) -> Any:
    """The value of a line of JSON, numbers as JSON gives them; None where it is damaged."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def array_items(payload: Payload, *, whole: bool = True) -> Iterator[Any]:
    """The elements of a JSON array, decoded one after another; a part of one unless `whole`."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    text, at = "", 1
    for piece in chain(payload.pieces(), [b""]):
        text += decoder.decode(piece, final=not piece)
        text = text.lstrip() if at else text
        while found := _next_item(text, at):
            value, at = found
            yield value
        text, at = text[at:], 0
        if len(text) > MAX_LINE:
            break
    if whole and text.strip(" \t\r\n,") != "]":
        raise FeedError(f"{payload.name}: damaged JSON, near {one_line(text[:40])!r}; mend it")


def _next_item(text: str, at: int) -> tuple[Any, int] | None:
    """Decode the element at or behind `at`, None when it is not all there (or is damaged)."""
    start = cast(re.Match[str], _GAP.match(text, at)).end()
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return (value, end) if end < len(text) else None


def record(value: Any) -> dict[str, str]:
    """A JSON value as flat text fields.

    >>> record({"id": "7", "dns": {"rrname": "example.com"}})
    {'id': '7', 'dns.rrname': 'example.com'}
    >>> record({"Data": [{"@Name": "QueryName", "#text": "a.com"}, {"@Name": "Image"}]})
    {'Data.QueryName': 'a.com', 'Data.Image': ''}
    """
    found: dict[str, str] = {}
    _flatten(value, "", found)
    return found


def scalar(value: Any) -> str:
    """One value as text: what is missing is "", a list is joined by commas."""
    if isinstance(value, str):
        return value
    if value is None or value is True or value is False:
        return _CONSTANTS[value]
    if isinstance(value, bytes):
        return decoded(value)
    if isinstance(value, list):
        return ",".join(map(scalar, value))
    return json.dumps(value, default=str) if isinstance(value, dict) else str(value)


def _flatten(value: Any, path: str, found: dict[str, str]) -> None:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        value = value[0]  # Suricata 8 wraps the one query of an event into a list
    if isinstance(value, list) and (pairs := _named_values(value)):
        value = pairs
    if not isinstance(value, dict):
        found[_column(path)] = without_surrogates(scalar(value))
        return
    for key, inner in value.items():
        below = f"{path}.{key}" if path else key
        if isinstance(inner, dict | list):
            _flatten(inner, below, found)
        else:
            text = inner if isinstance(inner, str) else scalar(inner)
            found[_column(below)] = text if text.isascii() else without_surrogates(text)


def _named_values(items: list[Any]) -> dict[str, Any] | None:
    """The fields of a list of names and values, as XML becomes in JSON; None for another list."""
    for name, value in _NAME_AND_VALUE:
        if items and all(isinstance(item, dict) and name in item for item in items):
            if any(item.keys() - {name, value} for item in items):
                return None
            return {scalar(item[name]): item.get(value) for item in items}
    return None


@lru_cache(MAX_NAMES)
def _column(path: str) -> str:
    return without_surrogates(path or "value")
