"""Compute the next item of an iterator in a thread while the current one is used."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, TypeVar

Item = TypeVar("Item")
_END: Final[Any] = object()


@contextmanager
def read_ahead(items: Iterator[Item]) -> Iterator[Iterator[Item]]:
    """The same items, in order; an error comes where the item would.

    Files that the items are read from must stay open until this is left, which waits for the item
    that is being read.

    >>> with read_ahead(iter("abc")) as letters:
    ...     print(list(letters))
    ['a', 'b', 'c']
    """
    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as pool:
        yield _ahead(items, pool)


def _ahead(items: Iterator[Item], pool: Executor) -> Iterator[Item]:
    coming = pool.submit(next, items, _END)
    while (item := coming.result()) is not _END:
        coming = pool.submit(next, items, _END)
        yield item
