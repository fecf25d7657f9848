"""Score Arrow record batches; a function that other engines can call directly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from dga.api.detector import shared
from dga.scoring import record_batches


def score_batches(
    batches: Iterable[pa.RecordBatch],
    *,
    column: str | None = None,
    run: str | None = None,
    fpr: float | None = None,
    threshold: float | None = None,
) -> Iterator[pa.RecordBatch]:
    """Score record batches: each keeps its rows and order and gains the verdict columns.

    `column`: the text column of domains, guessed from the first batch by default. An input column
    with a verdict column's name is renamed `given_<name>`. The run is loaded once per process. The
    function can be sent to other processes: Spark's `mapInArrow`, Ray Data's and Polars's
    `map_batches` accept it. FeedError if the column is missing or is not text.

    >>> import pyarrow as pa, dga
    >>> batch = pa.record_batch({"client": ["10.0.0.7"], "query": ["paypal.com"]})
    >>> [scored] = dga.score_batches([batch], column="query")
    >>> scored.column("verdict").to_pylist()
    ['benign']
    """
    return record_batches.scored(batches, shared(run).scorer(fpr, threshold), column)
