"""Score Arrow record batches. Reads no file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from dga import tables
from dga.errors import FeedError
from dga.logs import choose_query
from dga.names import arrow_strings
from dga.scoring.score_file import joined
from dga.scoring.scorer import Scorer


def scored(
    batches: Iterable[pa.RecordBatch], scorer: Scorer, column: str | None = None
) -> Iterator[pa.RecordBatch]:
    """Add the verdict columns to each batch; rows keep their order.

    `column`: the text column of domains; by default chosen by the first batch. FeedError where
    it is missing or holds no text.
    """
    with scorer.pool() as pool:
        for batch in batches:
            table = pa.Table.from_batches([batch])
            if column is None:
                sample = table.slice(0, tables.SAMPLE_ROWS).to_pandas()
                column = choose_query(table.column_names, sample).column
            tables.require_column(tuple(table.column_names), column)
            pending = scorer.begin(_texts(table[column], column), pool)
            result = joined(table, pending).combine_chunks()
            yield from result.to_batches() or [_empty(result)]


def _texts(column: pa.ChunkedArray, name: str) -> pa.LargeStringArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        raise FeedError(f"column {name!r} holds {column.type}, not text; choose another column")
    return arrow_strings.column_of(column.fill_null(""))


def _empty(table: pa.Table) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=table.schema)
