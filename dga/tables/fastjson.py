"""Read JSON lines by Arrow where the result is the same as that of `jsonrows`.

Numbers that Arrow would write differently are quoted before it parses. A block in which anything
else could differ is left to `jsonrows`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pajson

from dga.names import arrow_strings
from dga.tables.jsonrows import line_value

SAMPLE_LINES: Final = 100
MAX_DEPTH: Final = 8
MAX_MISSES: Final = 5  # failed blocks in a row, after which Arrow is not tried
_LEAST, _MOST = -(2**63), 2**63 - 1  # Arrow writes integers between these unchanged
_TEXT = pa.large_string()
_MINUS_ZERO = (b":-0", b": -0")  # Arrow writes the number without its sign


@dataclass
class _Kinds:
    """The text fields of some lines, and the keys whose numbers Arrow would not write exactly."""

    texts: dict[str, Any] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)

    def learn(self, block: bytes) -> None:
        """Look at the first lines of a block."""
        for line in block.split(b"\n", SAMPLE_LINES)[:SAMPLE_LINES]:
            value = line_value(line.decode("ascii"))
            if isinstance(value, dict):
                self._merge(self.texts, value, MAX_DEPTH)

    def schema(self) -> pa.Schema:
        """The text fields with their type, so that Arrow does not parse them as times."""
        return pa.schema(_fields(self.texts))

    def pattern(self) -> re.Pattern[bytes] | None:
        """A pattern for the values of keys with inexact numbers or lists of numbers."""
        # A colon in each alternative, so that the search stops early at any other key.
        keys = "|".join(f'{re.escape(key)}":' for key in sorted(self.numbers))
        found = rf'("(?:{keys}) ?)(\[[-+.\deE,]*\]|-?\d[-+.\deE]*)'
        return re.compile(found.encode("ascii")) if keys else None

    def _merge(self, texts: dict[str, Any], value: dict[str, Any], depth: int) -> None:
        for key, inner in value.items():
            if isinstance(inner, dict) and depth:
                below = texts.setdefault(key, {})
                if isinstance(below, dict):
                    self._merge(below, inner, depth - 1)
            elif isinstance(inner, str):
                texts.setdefault(key, _TEXT)
            elif _is_inexact(inner):
                texts.setdefault(key, _TEXT)
                self.numbers.add(key)


class FastJson:
    """Parses blocks of JSON lines that have the columns of one table."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self._columns, self._known = columns, frozenset(columns)
        self._kinds = _Kinds()
        self._schema: pa.Schema | None = None
        self._pattern: re.Pattern[bytes] | None = None
        self._misses = 0

    def table(self, block: bytes) -> pa.Table | None:
        """The rows of a block of whole lines, every column text; None if it must be read by
        `jsonrows`.
        """
        if self._misses > MAX_MISSES or not _is_plain(block):
            return None
        if self._schema is None:
            self._learn(block)
        table = self._parsed(block)
        self._misses = 0 if table is not None else self._misses + 1
        if table is None:
            self._learn(block)
        return table

    def _learn(self, block: bytes) -> None:
        self._kinds.learn(block)
        self._schema, self._pattern = self._kinds.schema(), self._kinds.pattern()

    def _parsed(self, block: bytes) -> pa.Table | None:
        quoted = _with_quotes(block, self._pattern) if self._pattern else block
        try:
            table = pajson.read_json(
                pa.BufferReader(quoted),
                read_options=pajson.ReadOptions(use_threads=False, block_size=len(quoted) + 1),
                parse_options=pajson.ParseOptions(explicit_schema=self._schema),
            )
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return None
        rows = block.count(b"\n") + (not block.endswith(b"\n"))
        return self._flat(table) if len(table) == rows else None

    def _flat(self, table: pa.Table) -> pa.Table | None:
        found: dict[str, pa.Array] = {}
        for path, column in _leaves(table):
            text = _as_text(column)
            if text is None or path in found or path not in self._known:
                return None
            found[path] = text
        blank = arrow_strings.blank(len(table))
        arrays = [found.get(column, blank) for column in self._columns]
        return pa.table(arrays, names=list(self._columns))


def _is_plain(block: bytes) -> bool:
    """Whether Arrow would write everything in a block unchanged, except inexact numbers."""
    return block.isascii() and b"\\" not in block and not any(zero in block for zero in _MINUS_ZERO)


def _is_inexact(value: Any) -> bool:
    """Whether Arrow might write a number, or a list of numbers, differently."""
    if isinstance(value, list):
        return bool(value) and all(type(item) in (int, float) for item in value)
    whole = isinstance(value, int) and _LEAST <= value <= _MOST
    return isinstance(value, int | float) and not whole


def _with_quotes(block: bytes, pattern: re.Pattern[bytes]) -> bytes:
    """A block with quotes around the numbers of some keys.

    It must contain no escapes, so that a quoted text before a colon is always a key.
    """
    parts = pattern.split(block)
    parts[2::3] = [b'"%b"' % number.strip(b"[]") for number in parts[2::3]]
    return b"".join(parts)


def _fields(texts: dict[str, Any]) -> list[pa.Field]:
    return [
        pa.field(key, pa.struct(_fields(kind)) if isinstance(kind, dict) else kind)
        for key, kind in texts.items()
    ]


def _leaves(table: pa.Table) -> Iterator[tuple[str, pa.Array]]:
    """The columns inside structs, with their paths."""
    for name in table.column_names:
        column = table[name].combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = pa.concat_arrays(column.chunks)
        yield from below(name, column)


def below(path: str, column: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    """The columns of an array of structs, with their paths; any other array with its own path."""
    if not pa.types.is_struct(column.type):
        yield path, column
        return
    for inner, values in zip(column.type, column.flatten(), strict=True):
        yield from below(f"{path}.{inner.name}", values)


def _as_text(column: pa.Array) -> pa.Array | None:
    """A column as `jsonrows` would write it; None for a type that it would write differently."""
    kind = column.type
    if pa.types.is_list(kind) and pa.types.is_string(kind.value_type):
        if column.flatten().null_count:
            return None
        column = pc.binary_join(column, ",")
    elif not (
        kind == _TEXT or pa.types.is_string(kind) or pa.types.is_null(kind)
        or pa.types.is_boolean(kind) or pa.types.is_int64(kind)
    ):  # fmt: skip
        return None
    column = column if kind == _TEXT else pc.cast(column, _TEXT)
    return pc.fill_null(column, "") if column.null_count else column
