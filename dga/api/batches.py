"""Record batches in, scored record batches out: the kernel that other engines take as it stands."""

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
    """Score record batches: each comes out with its rows, in order, and the verdict's columns.

    `column`: the text column of domains, guessed from the first batch by default. A column of
    the batch that bears a verdict column's name comes out as `given_<name>`. The run is loaded
    once a process. Depends on nothing but its arguments, and can be sent to other processes:
    Spark's `mapInArrow`, Ray Data's and Polars's `map_batches` take it. FeedError where the
    column is missing or holds no text.

    >>> import pyarrow as pa, dga
    >>> batch = pa.record_batch({"client": ["10.0.0.7"], "query": ["paypal.com"]})
    >>> [scored] = dga.score_batches([batch], column="query")
    >>> scored.column("verdict").to_pylist()
    ['benign']
    """
    return record_batches.scored(batches, shared(run).scorer(fpr, threshold), column)
