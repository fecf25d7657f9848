"""Scoring on several processes or machines with Dask. The only package that imports Dask.

    import dga.cluster
    dga.cluster.score(dask_frame, column="query")     # a Dask frame with the verdict's columns

`dga score 'logs/*.parquet' -o verdicts/ --cluster local` scores files where they lie.
"""

from dga.cluster.frames import score as score

__all__ = ["score"]
