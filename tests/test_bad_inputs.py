"""Every bad input: one clear sentence, or every row comes out; never anything else."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from dga.datasets.feeds import Feed, preview, read_feed
from dga.errors import FeedError
from dga.tables import read_chunks, sniff
from tests.bad_inputs import CORPUS, BadInput

each = pytest.mark.parametrize("given", CORPUS, ids=lambda given: given.name)


def outcome(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except FeedError as error:
        return error


def is_clear_sentence(error: FeedError) -> bool:
    text = str(error)
    return text.isprintable() and 15 < len(text) < 400 and "Traceback" not in text


def rows_and_columns(given: BadInput) -> tuple[int, set[tuple[str, ...]]]:
    rows, columns = 0, set()
    for chunk in read_chunks(io.BytesIO(given.content), name=given.file_name):
        assert chunk.dtypes.eq("str").all()
        rows += len(chunk)
        columns.add(tuple(chunk.columns))
    return rows, columns


def test_the_corpus_is_large_and_its_names_differ() -> None:
    assert len({given.name for given in CORPUS}) == len(CORPUS) >= 60


@each
def test_every_row_comes_out_or_one_sentence(given: BadInput) -> None:
    found = outcome(lambda: rows_and_columns(given))
    if isinstance(found, FeedError):
        assert given.rows is None, found
        assert is_clear_sentence(found)
        assert str(found).startswith(given.file_name)
    else:
        rows, columns = found
        assert columns == {sniff(io.BytesIO(given.content)).columns}
        assert given.rows in (None, rows)


@each
def test_a_feed_accounts_for_every_row_or_tells_in_one_sentence(given: BadInput) -> None:
    source = io.BytesIO(given.content)
    found = outcome(lambda: read_feed(source, label="benign", feed=given.file_name))
    if isinstance(found, FeedError):
        assert is_clear_sentence(found)
        assert str(found).startswith(given.file_name)
    else:
        assert_accounted(found, given.rows)
        assert preview(source).rows == found.rows  # the source is still open, and read anew


def assert_accounted(feed: Feed, rows: int | None) -> None:
    assert feed.rows == len(feed.frame) + len(feed.problems)
    assert rows in (None, feed.rows)
    assert (feed.frame["domain"] != "").all()
    assert (feed.problems["reason"] != "").all()
