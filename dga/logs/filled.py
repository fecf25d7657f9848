"""The first filled one of some columns, row by row."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def first_filled(chunk: pa.Table, columns: tuple[str, ...]) -> pa.LargeStringArray:
    """The first of some columns that is not blank, row by row."""
    found = _texts(chunk[columns[0]])
    for column in columns[1:]:
        if column not in chunk.column_names:
            continue
        blank = pc.equal(found, "")
        if not pc.any(blank).as_py():
            break
        found = pc.if_else(blank, _texts(chunk[column]), found)
    return found


def _texts(column: pa.ChunkedArray) -> pa.LargeStringArray:
    combined = column.combine_chunks()
    if isinstance(combined, pa.ChunkedArray):  # pyarrow gives one for a column without chunks
        combined = pa.concat_arrays(combined.chunks or [pa.array([], pa.large_string())])
    return combined
