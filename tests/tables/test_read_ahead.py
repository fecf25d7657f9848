"""Items computed ahead are the same items, and nothing is read once the reader has left."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from dga.errors import FeedError
from dga.tables.read_ahead import read_ahead


def test_an_error_comes_behind_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise FeedError("damaged")

    found = []
    with pytest.raises(FeedError, match="damaged"), read_ahead(items()) as ahead:
        for item in ahead:
            found.append(item)
    assert found == [1, 2]


def test_the_next_item_is_computed_while_one_is_used() -> None:
    computed = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        computed.set()
        yield 2

    with read_ahead(items()) as ahead:
        assert next(ahead) == 1
        assert computed.wait(10)
        assert list(ahead) == [2]


def test_leaving_waits_for_the_item_that_is_being_read() -> None:
    may_go_on, ended = threading.Event(), []

    def items() -> Iterator[int]:
        yield 1
        may_go_on.wait(10)
        ended.append(True)
        yield 2
        ended.append(True)

    with read_ahead(items()) as ahead:
        next(ahead)
        may_go_on.set()
    assert ended == [True]
