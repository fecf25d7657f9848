"""JSON objects that are tables: columns under their names, or records under their keys.

A parsed object in, rows out. pandas writes such objects, and services that number their records.
"""

from __future__ import annotations

from typing import Any, Final

from dga.tables.columns import domain_share
from dga.tables.jsonrows import record, scalar

KEY: Final = "key"  # the column of the records' keys
MOSTLY: Final = 0.5
LEAST_RECORDS: Final = 3


def keyed_rows(value: Any) -> list[dict[str, str]]:
    """The rows of an object that is a table; [] for any other value.

    >>> keyed_rows({"client": ["10.1.0.23", "10.1.0.24"], "query": ["a.com", "b.com"]})
    [{'client': '10.1.0.23', 'query': 'a.com'}, {'client': '10.1.0.24', 'query': 'b.com'}]
    >>> keyed_rows({"client": {"0": "10.1.0.23", "1": ""}, "query": {"0": "a.com", "1": "b.com"}})
    [{'client': '10.1.0.23', 'query': 'a.com'}, {'client': '', 'query': 'b.com'}]
    >>> keyed_rows({"x": {"query": "a.com"}, "y": {"query": "b.com"}, "z": {"query": "c.com"}})[0]
    {'key': 'x', 'query': 'a.com'}
    """
    if not isinstance(value, dict):
        return []
    if all(isinstance(inner, dict) for inner in value.values()) and len(value) > 1:
        return _transposed(value) or _records(value)
    return _from_lists(value)


def _from_lists(value: dict[str, Any]) -> list[dict[str, str]]:
    """Rows of lists of one length, of which just one holds names: several are groups of names."""
    columns = {key: inner for key, inner in value.items() if isinstance(inner, list)}
    lengths = {len(cells) for cells in columns.values()}
    others = (inner for key, inner in value.items() if key not in columns)
    if len(columns) < 2 or len(lengths) > 1 or max(lengths) < 2:
        return []
    if any(isinstance(inner, dict) for inner in others) or not all(map(_is_flat, columns.values())):
        return []
    texts = {key: [scalar(cell) for cell in cells] for key, cells in columns.items()}
    if sum(domain_share(cells) >= MOSTLY for cells in texts.values()) != 1:
        return []
    return [dict(zip(texts, cells, strict=True)) for cells in zip(*texts.values(), strict=True)]


def _is_flat(cells: list[Any]) -> bool:
    return not any(isinstance(cell, dict | list) for cell in cells)


def _transposed(columns: dict[str, dict[str, Any]]) -> list[dict[str, str]]:
    """Rows of columns whose cells stand under the numbers of the rows."""
    numbers = list(dict.fromkeys(key for cells in columns.values() for key in cells))
    if not numbers or not all(number.isdigit() for number in numbers):
        return []
    return [
        {name: scalar(cells.get(number)) for name, cells in columns.items()} for number in numbers
    ]


def _records(value: dict[str, dict[str, Any]]) -> list[dict[str, str]]:
    """Rows of records that each hold a name; not those of an event whose parts are objects."""
    rows = [record(inner) if inner else {} for inner in value.values()]
    shared = set.intersection(*(set(row) for row in rows))
    if len(rows) < LEAST_RECORDS or not shared or domain_share(value) >= MOSTLY:
        return []
    if not all(domain_share(row.values()) for row in rows):
        return []
    return [{KEY: key, **row} for key, row in zip(value, rows, strict=True)]
