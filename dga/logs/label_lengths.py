"""Names as Windows DNS debug logs write them, each label behind its length."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_CODED = r"^\s*(?:\(\d{1,2}\)[^()]*)+\(0\)\s*$"
_LENGTH = r"\s*\(\d{1,2}\)\s*"


def decode_label_lengths(column: pa.LargeStringArray) -> pa.LargeStringArray:
    """Put dots in place of label lengths; a text that has none stays as it is.

    >>> decode_label_lengths(pa.array(["(3)www(7)example(3)com(0)", "a.com"])).to_pylist()
    ['www.example.com', 'a.com']
    """
    if not len(column) or not pc.any(pc.starts_with(column, "(")).as_py():
        return column
    coded = pc.match_substring_regex(column, _CODED)
    dotted = pc.utf8_trim(pc.replace_substring_regex(column, _LENGTH, "."), ".")
    return pc.if_else(coded, dotted, column)
