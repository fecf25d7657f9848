"""JSON objects that are tables: columns under their names, or records under their keys.

A parsed object in, rows out. pandas writes such objects, and services that number their records.
"""

from __future__ import annotations

from typing import Any, Final

from dga.tables.columns import domain_share
from dga.tables.jsonrows import record, scalar

KEY: Final = "key"  # the column of the records' keys
NAME: Final = "name"  # the column of names that stand under numbers
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
        return _transposed(value) or _numbered(value) or _records(value)
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
    """Rows of columns whose cells stand under the numbers of the rows, the same ones in each, as
    pandas writes them; not counts under names, nor names under addresses."""
    numbers = list(next(iter(columns.values())))
    if not numbers or not all(number.isdigit() for number in numbers):
        return []
    if any(cells.keys() != set(numbers) for cells in columns.values()):
        return []
    named = sum(domain_share(map(scalar, cells.values())) >= MOSTLY for cells in columns.values())
    if not 0 < named < len(columns):
        return []
    return [{name: scalar(cells[number]) for name, cells in columns.items()} for number in numbers]


def _numbered(groups: dict[str, dict[str, Any]]) -> list[dict[str, str]]:
    """Rows of names that stand under numbers, in groups whose keys are no names."""
    if domain_share(groups) >= MOSTLY:
        return []
    if not all(map(str.isdigit, (number for group in groups.values() for number in group))):
        return []
    rows = [
        {KEY: key, NAME: scalar(name)} for key, group in groups.items() for name in group.values()
    ]
    return rows if domain_share(row[NAME] for row in rows) >= MOSTLY else []


def _records(value: dict[str, dict[str, Any]]) -> list[dict[str, str]]:
    """Rows of records that each hold a name, or nothing; not those of an event whose parts are
    objects."""
    rows = [record(inner) if inner else {} for inner in value.values()]
    filled = [row for row in rows if row]
    if len(filled) < LEAST_RECORDS or domain_share(value) >= MOSTLY:
        return []
    shared = set.intersection(*map(set, filled))
    if not shared or all(map(str.isdigit, shared)) or not all(map(_holds_a_name, filled)):
        return []
    return [{KEY: key, **row} for key, row in zip(value, rows, strict=True)]


def _holds_a_name(row: dict[str, str]) -> bool:
    return domain_share(row.values()) > 0
