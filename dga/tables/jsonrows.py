"""Convert JSON to rows of flat text fields; a value that is not an object becomes the field
"value".

Numbers keep their spelling. Knows nothing of columns.
"""

from __future__ import annotations

import ast
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

DAMAGED = ""  # the field of a line that is not JSON; keys are never empty
MAX_PYTHON = 65_536  # characters of a line that Python printed
MAX_NAMES = 4_096  # field names to cache
_CONSTANTS = {None: "", True: "true", False: "false"}
# How XML converters write an element that has a name and a text.
_NAME_AND_VALUE = (("@Name", "#text"), ("Name", "Text"), ("Name", "Value"), ("name", "value"))
_GAP = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)


def line_record(line: str) -> dict[str, str]:
    """Parse a JSON line to flat fields; an invalid line is kept as the field DAMAGED."""
    if not line.strip():
        return {}
    try:
        return record(_DECODER.decode(line))
    except (ValueError, RecursionError):
        return _python_record(line) or {DAMAGED: line}


def _python_record(line: str) -> dict[str, str]:
    """The fields of an object as Python prints it, in single quotes; {} for any other line.

    >>> _python_record("{'query': 'a.com', 'rcode': 3, 'ok': True}")
    {'query': 'a.com', 'rcode': '3', 'ok': 'true'}
    """
    if not line.lstrip().startswith("{'") or len(line) > MAX_PYTHON:
        return {}
    try:
        value = ast.literal_eval(line.strip())
        return record(value) if isinstance(value, dict) and all(map(_is_key, value)) else {}
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return {}


def _is_key(key: object) -> bool:
    return isinstance(key, str)


def line_value(line: str) -> Any:
    """The value of a JSON line, with numbers as `json` gives them; None if it is invalid."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def array_items(payload: Payload, *, whole: bool = True) -> Iterator[Any]:
    """The elements of a JSON array, decoded one by one. `whole`: a missing end of the
    array is an error."""
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
    """Decode the element at or after `at`; None if it is incomplete or damaged."""
    start = cast(re.Match[str], _GAP.match(text, at)).end()
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return (value, end) if end < len(text) else None


def record(value: Any) -> dict[str, str]:
    """Flatten a JSON value to text fields.

    >>> record({"id": "7", "dns": {"rrname": "example.com"}})
    {'id': '7', 'dns.rrname': 'example.com'}
    >>> record({"Data": [{"@Name": "QueryName", "#text": "a.com"}, {"@Name": "Image"}]})
    {'Data.QueryName': 'a.com', 'Data.Image': ''}
    """
    found: dict[str, str] = {}
    _flatten(value, "", found)
    return found


def scalar(value: Any) -> str:
    """A value as text: "" for null; a list is joined with commas."""
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
        value = value[0]  # Suricata 8 puts the single query of an event in a list
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
    """The fields of a list of name-value pairs, the usual form of XML in JSON; None for any other
    list."""
    for name, value in _NAME_AND_VALUE:
        if items and all(isinstance(item, dict) and name in item for item in items):
            if any(item.keys() - {name, value} for item in items):
                return None
            return {scalar(item[name]): item.get(value) for item in items}
    return None


@lru_cache(MAX_NAMES)
def _column(path: str) -> str:
    return without_surrogates(path or "value")
