"""Rows that a browser says were selected: only those that the shown table has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def rows(told: Sequence[Any], count: int) -> list[int]:
    """The selected rows that a table of `count` rows has.

    >>> rows([1, 99, -5, True, "x"], 3)
    [1]
    """
    return [row for row in told if type(row) is int and 0 <= row < count]
