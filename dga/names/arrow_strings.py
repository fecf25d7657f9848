"""String columns as bytes that numpy can compute on, and columns built from such bytes.

Every column is a LargeStringArray without nulls, unless stated otherwise. Knows nothing of domains.
Numbers are passed to Arrow as buffers, because `pa.array` imports pandas, which would add a third
of a second to the start of a look-up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dga.names.byte_slices import Bytes, Places, gathered

Texts: TypeAlias = Sequence[str] | pa.Array | pa.ChunkedArray
FEW = 100_000  # texts; up to this number a column is built one text at a time
ONE_BY_ONE = 100  # texts; fewer are matched in Python, since each Arrow call has a fixed cost


def column_of(texts: Texts) -> pa.LargeStringArray:
    """Make a column from a list, an Arrow array or a chunked array of texts; a null becomes ""."""
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if not isinstance(texts, pa.Array):
        return _built(texts) if len(texts) < FEW else pa.array(texts, pa.large_string())
    column = texts if pa.types.is_large_string(texts.type) else texts.cast(pa.large_string())
    return pc.fill_null(column, "") if column.null_count else column


def mask_of(flags: npt.NDArray[np.bool_]) -> pa.BooleanArray:
    """Convert flags (rows,) to a boolean column."""
    bits = pa.py_buffer(np.packbits(flags, bitorder="little"))
    return pa.Array.from_buffers(pa.bool_(), len(flags), [None, bits])


def numbers_of(values: npt.NDArray[Any]) -> pa.Array:
    """Convert numbers (rows,) to a column, with a null for each NaN."""
    kind = pa.from_numpy_dtype(values.dtype)
    valid = np.packbits(values == values, bitorder="little")
    buffers = [pa.py_buffer(valid), pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(kind, len(values), buffers)


def flags_of(mask: pa.BooleanArray) -> npt.NDArray[np.bool_]:
    """Convert a boolean column without nulls to flags (rows,)."""
    bits = np.frombuffer(mask.buffers()[1] or b"", np.uint8)
    flags = np.unpackbits(bits, count=mask.offset + len(mask), bitorder="little")
    return flags[mask.offset :].astype(np.bool_)


def matches(texts: pa.LargeStringArray, pattern: str) -> npt.NDArray[np.bool_]:
    """Which texts a regular expression matches in full (texts,)."""
    if len(texts) < ONE_BY_ONE:
        match = re.compile(pattern, re.ASCII).fullmatch
        return np.array([match(text) is not None for text in texts.to_pylist()], dtype=np.bool_)
    return flags_of(pc.match_substring_regex(texts, f"^(?:{pattern})$"))


def integers_of(column: pa.Array) -> npt.NDArray[Any]:
    """Convert an integer column to an array (rows,); the value at a null is undefined."""
    kind = np.dtype(column.type.to_pandas_dtype())
    data = column.buffers()[1] or b""
    return np.frombuffer(data, kind, len(column), column.offset * kind.itemsize)


def _built(texts: Sequence[str]) -> pa.LargeStringArray:
    builder = pa.lib.StringBuilder()
    builder.append_values(texts)
    return builder.finish().cast(pa.large_string())


def view(column: pa.LargeStringArray) -> tuple[Bytes, Places]:
    """The concatenated bytes of all texts, and their offsets (texts + 1,)."""
    _, starts, data = column.buffers()
    if not len(column) or starts is None:
        return np.empty(0, np.uint8), np.zeros(1, np.int64)
    places = np.frombuffer(starts, np.int64, len(column) + 1, column.offset * 8)
    data = np.frombuffer(data or b"", np.uint8)[places[0] : places[-1]]
    return data, places - places[0] if places[0] else places


def column_from(data: Bytes, places: Places) -> pa.LargeStringArray:
    """The inverse of `view`, for UTF-8 bytes."""
    buffers = [None, pa.py_buffer(places), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.large_string(), len(places) - 1, buffers)


def cut(data: Bytes, starts: Places, lengths: Places) -> pa.LargeStringArray:
    """A column of slices of `data`, which begin at `starts` (texts,) and have `lengths`
    (texts,)."""
    return column_from(*gathered(data, starts, lengths))


def blank(rows: int) -> pa.LargeStringArray:
    """A column of empty texts."""
    return column_from(np.empty(0, np.uint8), np.zeros(rows + 1, np.int64))


def scattered(rows: int, places: Places, texts: Sequence[str]) -> pa.LargeStringArray:
    """A column of `rows` texts: the given ones at ascending `places`, "" everywhere else.

    >>> scattered(3, np.array([1]), ["a"]).to_pylist()
    ['', 'a', '']
    """
    data, stops = view(column_of(texts))
    lengths = np.zeros(rows, dtype=np.int64)
    lengths[places] = np.diff(stops)
    offsets = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return column_from(data, offsets)


def lengths_of(column: pa.LargeStringArray) -> Places:
    """The length of each text in bytes (texts,)."""
    return np.diff(view(column)[1])


def first_bytes(column: pa.LargeStringArray) -> Bytes:
    """The first byte of each text (texts,), 0 for an empty one."""
    data, places = view(column)
    first = np.zeros(len(column), dtype=np.uint8)
    filled = places[1:] > places[:-1]
    first[filled] = data[places[:-1][filled]]
    return first


def without_blanks(column: pa.LargeStringArray) -> pa.LargeStringArray:
    """A column with a null for each empty text; the only function here that makes nulls."""
    data, places = view(column)
    filled = np.packbits(places[1:] > places[:-1], bitorder="little")
    buffers = [pa.py_buffer(filled), pa.py_buffer(places), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.large_string(), len(column), buffers)
