"""Score a Dask frame: add the verdict columns to its partitions."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from dga.cluster import workers
from dga.scoring import record_batches


def score(
    frame: Any,
    *,
    column: str,
    run: str | None = None,
    fpr: float | None = None,
    threshold: float | None = None,
) -> Any:
    """Score the rows of a Dask frame, lazily; each worker loads the run once.

    `column`: the one with the domains. The result has the frame's columns, then the verdict's,
    row by row in the same partitions. The run must be readable by every worker: by its name in
    the folder that DGA_MODELS names there.
    """
    meta = score_partition(frame._meta, column, run, fpr, threshold)
    return frame.map_partitions(score_partition, column, run, fpr, threshold, meta=meta)


def score_partition(
    part: pd.DataFrame,
    column: str,
    run: str | None,
    fpr: float | None,
    threshold: float | None,
) -> pd.DataFrame:
    """The rows of one partition with the verdict columns, under the partition's own index."""
    batch = pa.RecordBatch.from_pandas(part, preserve_index=False)
    scorer = workers.scorer(run, fpr, threshold)
    [scored] = record_batches.scored([batch], scorer, column)
    result = scored.to_pandas()
    result.index = part.index
    return result
