r"""CSV that escapes quotes with backslashes, `"{\"a\":1}"`: rewritten with doubled quotes.

Only quoted fields that are whole are touched; texts in, texts out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

SNIFFED_LINES: Final = 500
MAX_OPEN: Final = 2**20  # bytes of a field over several lines that is waited for
_FIELD = re.compile(r"""(^|[,;\t|] ?)"((?:[^"\\]++|\\.)*+)"(?=[,;\t|\r]|$)""", re.M | re.S)
_ESCAPED = re.compile(r'(\\+)"')
_PAIR = re.compile(rb"\\.", re.S)


def has_escaped_quotes(lines: Sequence[str]) -> bool:
    r"""Whether most quotes behind a backslash are within quoted fields.

    >>> has_escaped_quotes([r'1,"{\"a\":\"b\"}"'])
    True
    >>> has_escaped_quotes([r'"C:\logs\","a"', r'1,"{""a"":""b\""c""}"', r'a\"b\"'])
    False
    """
    text = "\n".join(lines[:SNIFFED_LINES])
    within = sum(field[2].count('\\"') for field in _FIELD.finditer(text))
    return within * 2 > text.count('\\"')


def doubled(text: str) -> str:
    """The text with doubled quotes in its quoted fields, and half the backslashes before them."""
    return _FIELD.sub(_rewritten, text) if "\\" in text else text


def doubled_blocks(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Blocks of lines with doubled quotes; a field that is open waits for the next block."""
    rest = b""
    for block in blocks:
        text = rest + block
        cut = _closed(text)
        cut = cut if len(text) - cut <= MAX_OPEN else len(text)
        rest = text[cut:]
        if cut:
            yield _rewritten_block(text[:cut])
    if rest:
        yield _rewritten_block(rest)


def _rewritten_block(block: bytes) -> bytes:
    return doubled(block.decode("latin-1")).encode("latin-1")  # any byte is a character of it


def _closed(text: bytes) -> int:
    """Where the last line ends at which no field is open."""
    if _PAIR.sub(b"", text).count(b'"') % 2 == 0:
        return len(text)
    at = closed = quotes = 0
    for line in text.splitlines(keepends=True):
        at += len(line)
        quotes += _PAIR.sub(b"", line).count(b'"')
        closed = closed if quotes % 2 else at
    return closed


def _rewritten(field: re.Match[str]) -> str:
    inner = _ESCAPED.sub(_rewritten_quote, field[2] + '"')
    return f'{field[1]}"{inner}'


def _rewritten_quote(found: re.Match[str]) -> str:
    backslashes, escaped = divmod(len(found[1]), 2)
    return "\\" * backslashes + '"' * (1 + escaped)
