"""JSON from untrusted files: finite numbers, printable text, bounded depth.

After this check, the rest of the code need not expect lone surrogates, terminal escapes or numbers
of four hundred digits.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

MAX_DEPTH = 32
MAX_NUMBER = 2**63  # integers beyond this fit no table
# Control characters except tab and line ends, lone surrogates, and marks that reorder text.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)


def read_plain(text: str) -> Any:
    """Parse JSON text; ValueError says which value is not allowed.

    >>> read_plain('{"rows": 1e999}')
    Traceback (most recent call last):
    ValueError: rows: a number out of range
    """
    try:
        values = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    refuse_odd(values)
    return values


def refuse_odd(values: Any, where: str = "", depth: int = 0) -> None:
    """Raise ValueError for forbidden characters, numbers out of range or too deep nesting."""
    if depth > MAX_DEPTH:
        raise ValueError("it is nested too deeply")
    if isinstance(values, str | int | float):
        if told := odd_text(values) if isinstance(values, str) else _odd_number(values):
            raise ValueError(f"{_shown(where)}: {told}")
    elif isinstance(values, dict):
        for name, value in values.items():
            refuse_odd(name, where or "a name", depth + 1)
            refuse_odd(value, name, depth + 1)
    elif isinstance(values, list):
        for value in values:
            refuse_odd(value, where, depth + 1)


def plain(values: Any) -> Any:
    """The values with U+FFFD in place of each forbidden character."""
    if isinstance(values, str):
        return without_odd(values)
    if isinstance(values, dict):
        return {plain(name): plain(value) for name, value in values.items()}
    return [plain(value) for value in values] if isinstance(values, list | tuple) else values


def odd_text(text: str) -> str:
    """Describe the first character of a text that must not be stored or shown; "" if none.

    >>> odd_text("caf\\xe9 \\u26a0"), odd_text("\\x1b[31m"), odd_text("caf\\udce9")
    ('', 'the control character U+001B', 'bytes that are not UTF-8')
    """
    found = _FORBIDDEN.search(text)
    if found is None:
        return ""
    code = ord(found.group())
    if 0xD800 <= code <= 0xDFFF:
        return "bytes that are not UTF-8"
    return f"the control character U+{code:04X}"


def without_odd(text: str) -> str:
    """The text with U+FFFD in place of each character that must not be stored or shown."""
    return _FORBIDDEN.sub("\ufffd", text)


def _odd_number(value: float) -> str:
    bounded = math.isfinite(value) if isinstance(value, float) else abs(value) < MAX_NUMBER
    return "" if bounded else "a number out of range"


def _shown(where: str) -> str:
    return without_odd(where)[:40] or "a value"
