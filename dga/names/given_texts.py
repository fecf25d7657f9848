"""Convert Python or Arrow values to a column of texts, with a problem for each other value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from dga.names import arrow_strings


@dataclass(frozen=True)
class GivenTexts:
    """Values that should be domain names.

    `texts`: the texts, "" for any other value. `shown`: each value as text, for display.
    `problems`: row -> why its value is not a text.
    """

    texts: pa.LargeStringArray
    shown: pa.LargeStringArray
    problems: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Iterable[object]) -> GivenTexts:
        """Accept any iterable of values, also a pandas or polars series; TypeError for a single
        string.

        >>> GivenTexts.of(["a.com", b"b.com", None]).problems
        {1: 'not text: bytes', 2: 'no value'}
        """
        refuse_single(values)
        if isinstance(values, (pa.Array, pa.ChunkedArray)):
            if _is_text(values.type):
                column = arrow_strings.column_of(values)
                return cls(column, column)
            values = values.to_pylist()
        found = list(values)
        if (column := _plain_texts(found)) is not None:
            return cls(column, column)
        problems = {row: why for row, value in enumerate(found) if (why := _problem(value))}
        shown = found.copy()
        for row in problems:
            found[row], shown[row] = "", _as_text(found[row])
        texts = arrow_strings.column_of(found)
        return cls(texts, arrow_strings.column_of(shown) if problems else texts, problems)

    def with_problems(self, problems: pa.LargeStringArray) -> pa.LargeStringArray:
        """The given problems (rows,), completed with those of values that are not texts."""
        if not self.problems:
            return problems
        told = problems.to_pylist()
        for row, problem in self.problems.items():
            told[row] = problem
        return arrow_strings.column_of(told)


def refuse_single(values: object) -> None:
    """Raise TypeError for a single string, whose letters would be scored one by one."""
    if isinstance(values, (str, bytes, bytearray)):
        raise TypeError(
            f"several names are expected, got the single text {values[:60]!r}; "
            "put it in a list: [name]"
        )


def _plain_texts(values: list[object]) -> pa.LargeStringArray | None:
    """A column if all values are valid texts, the usual case; otherwise None."""
    if set(map(type, values)) - {str}:
        return None
    try:
        return arrow_strings.column_of(values)
    except UnicodeEncodeError:  # a lone surrogate
        return None


def _problem(value: object) -> str:
    if type(value) is str:
        return "" if value.isascii() or _encodes(value) else "damaged text: lone surrogates"
    if isinstance(value, str):
        return _problem(str(value))
    if _missing(value):
        return "no value"
    return f"not text: {type(value).__name__}"


def _missing(value: object) -> bool:
    """Whether a value is None, NaN, or pandas' NA or NaT, which are recognised by their type names
    so that a look-up need not import pandas."""
    if isinstance(value, float):
        return value != value
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_text(value: object) -> str:
    if _missing(value):
        return ""
    return str(value).encode("utf-8", "replace").decode()


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )
