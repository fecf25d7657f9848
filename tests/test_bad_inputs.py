"""Every bad input: one clear sentence, or every row comes out; never anything else."""

from __future__ import annotations

import io

import pytest
from bad_inputs import CORPUS, BadInput

from dga.errors import FeedError
from dga.feeds import preview, read_feed
from dga.tables import read_chunks, sniff

each = pytest.mark.parametrize("given", CORPUS, ids=lambda given: given.name)


def clear_sentence(error: FeedError) -> bool:
    text = str(error)
    return text.isprintable() and 15 < len(text) < 400 and "Traceback" not in text


def test_the_corpus_is_large_and_its_names_differ():
    assert len({given.name for given in CORPUS}) == len(CORPUS) >= 60


@each
def test_every_row_comes_out_or_one_sentence(given: BadInput):
    try:
        info = sniff(io.BytesIO(given.content), given.file_name)
        chunks = list(read_chunks(io.BytesIO(given.content), name=given.file_name, chunk_rows=2))
    except FeedError as error:
        assert given.rows is None, error
        assert clear_sentence(error)
        assert str(error).startswith(given.file_name)
        return
    assert all(tuple(chunk.columns) == info.columns for chunk in chunks)
    assert all(chunk.dtypes.eq("str").all() for chunk in chunks)
    if given.rows is not None:
        assert sum(map(len, chunks)) == given.rows


@each
def test_a_feed_accounts_for_every_row_or_tells_in_one_sentence(given: BadInput):
    source = io.BytesIO(given.content)
    try:
        feed = read_feed(source, label="benign", feed=given.file_name)
    except FeedError as error:
        assert clear_sentence(error)
        return
    assert feed.rows == len(feed.frame) + len(feed.problems)
    assert given.rows in (None, feed.rows)
    assert (feed.frame["domain"] != "").all()
    assert (feed.problems["reason"] != "").all()
    assert preview(source).rows == feed.rows
