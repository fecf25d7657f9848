"""Expand cells that contain several names, or a name among other words, into a row per name.

Columns in, columns out; a cell that is a single name is left as it is.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dga.names import arrow_strings
from dga.names.find import MAX_TEXT, names_in
from dga.names.parse import parse
from dga.tables.columns import is_domain

_SEVERAL = r"\S[\s,;|]+\S|^\s*(?:dynamic\()?\["
_MARKS = np.zeros(256, dtype=np.bool_)  # bytes of which a text that `_SEVERAL` matches holds one
_MARKS[list(b" \t\n\v\f\r,;|[")] = True
_MAX_ADDED_BYTES = 2**26  # of repeated rows, at most, in a chunk


def one_name_a_row(
    chunk: pa.Table, names: pa.LargeStringArray, column: str
) -> tuple[pa.Table, pa.LargeStringArray]:
    """A chunk and the texts to score, with a row per name in a cell.

    A row whose text holds several names is repeated, and its cell in `column` then holds one of
    them. For a text that contains one name among other words, that name is scored. A chunk that
    would grow too much is left as it is.
    """
    if not _MARKS.take(arrow_strings.view(names)[0]).any():  # many times as fast as the pattern
        return chunk, names
    odd = np.flatnonzero(arrow_strings.flags_of(pc.match_substring_regex(names, _SEVERAL)))
    if not len(odd):
        return chunk, names
    texts = names.take(arrow_strings.numbers_of(odd)).to_pylist()
    known = {text: _names(text) for text in dict.fromkeys(texts)}
    found = {row: known[text] for row, text in zip(odd.tolist(), texts, strict=True) if known[text]}
    added = sum(len(several) - 1 for several in found.values())
    if not found or added * chunk.nbytes > _MAX_ADDED_BYTES * len(chunk):
        return chunk, names
    return _expanded(chunk, names, column, found)


def holds_name(text: str) -> bool:
    """Whether a text is a domain name or contains one.

    >>> holds_name("evil.com (C2)"), holds_name("192.0.2.1, none")
    (True, False)
    """
    return is_domain(text) or bool(re.search(_SEVERAL, text[:MAX_TEXT]) and names_in(text))


def _names(text: str) -> list[str]:
    """The names in a text that is not a name itself."""
    return names_in(text) if parse(text).problem else []


def _expanded(
    chunk: pa.Table, names: pa.LargeStringArray, column: str, found: dict[int, list[str]]
) -> tuple[pa.Table, pa.LargeStringArray]:
    judged = names.to_pylist()
    cells = chunk[column].to_pylist()
    rows: list[int] = []
    new_judged: list[str] = []
    new_cells: list[str] = []
    for row, text in enumerate(judged):
        several = found.get(row, [text])
        rows += [row] * len(several)
        new_judged += several
        new_cells += several if len(several) > 1 else [cells[row]]
    chunk = chunk.take(arrow_strings.numbers_of(np.array(rows, dtype=np.int64)))
    place = chunk.column_names.index(column)
    chunk = chunk.set_column(place, column, arrow_strings.column_of(new_cells))
    return chunk, arrow_strings.column_of(new_judged)
