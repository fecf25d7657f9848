"""Scored rows in a Parquet file: counted, filtered and exported without loading them whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import polars as pl

from dga.columns import BENIGN, DGA, FAMILY, REGISTERED_NAME, SCORE, VERDICT
from dga.writers import TableWriter

SHOWN_ROWS = 10_000
EXPORT_ROWS = 50_000
BINS = 50
NOT_SCORED = ""
VERDICTS = {DGA: "Generated", BENIGN: "Chosen by people", NOT_SCORED: "Not scored"}


@dataclass(frozen=True)
class Filters:
    """Which rows are wanted, and in which order; empty tuples and texts leave out none.

    Scores from 0 to 1.
    """

    verdicts: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    text: str = ""
    low: float = 0.0
    high: float = 1.0
    highest_first: bool = False


@dataclass(frozen=True)
class Overview:
    """A result as a whole.

    `scores`: columns score (lower edge of the bin), benign, dga. `families` and `suffixes`: of the
    rows called dga, with the column rows, most frequent first.
    """

    scores: pd.DataFrame
    families: pd.DataFrame
    suffixes: pd.DataFrame


def overview(path: Path) -> Overview:
    """Count a result in one pass a table."""
    rows = pl.scan_parquet(path)
    called = rows.filter(pl.col(VERDICT) == DGA)
    suffix = pl.col(REGISTERED_NAME).str.replace(r"^[^.]*\.", "").alias("suffix")
    return Overview(
        scores=_histogram(rows),
        families=_counted(called.filter(pl.col(FAMILY) != ""), pl.col(FAMILY)),
        suffixes=_counted(called, suffix),
    )


def filtered(path: Path, column: str, filters: Filters) -> pl.LazyFrame:
    """The rows that pass; the text is looked for in `column` and the name."""
    rows = pl.scan_parquet(path)
    if filters.verdicts:
        rows = rows.filter(pl.col(VERDICT).is_in(filters.verdicts))
    if filters.families:
        rows = rows.filter(pl.col(FAMILY).is_in(filters.families))
    if filters.text:
        wanted = filters.text.lower()
        texts = (pl.col(name).str.to_lowercase() for name in {column, REGISTERED_NAME})
        rows = rows.filter(pl.any_horizontal(t.str.contains(wanted, literal=True) for t in texts))
    if (filters.low, filters.high) != (0.0, 1.0):
        rows = rows.filter(pl.col(SCORE).is_between(filters.low, filters.high))
    if filters.highest_first:
        rows = rows.sort(SCORE, descending=True, nulls_last=True, maintain_order=True)
    return rows


def count(rows: pl.LazyFrame) -> int:
    """How many rows there are."""
    return int(rows.select(pl.len()).collect().item())


def head(rows: pl.LazyFrame, limit: int = SHOWN_ROWS) -> pd.DataFrame:
    """The first rows as a frame to show."""
    return rows.head(limit).collect().to_pandas()


def export(rows: pl.LazyFrame, path: Path) -> bytes:
    """Write rows to a file in the format that its ending names, and return its content."""
    with TableWriter(path) as writer:
        for frame in _batches(rows):
            writer.write(frame)
        return writer.close().read_bytes()


def block_list(rows: pl.LazyFrame) -> bytes:
    """The distinct registered names called dga, one a line, in the file's order."""
    names = (
        rows.filter(pl.col(VERDICT) == DGA)
        .select(pl.col(REGISTERED_NAME).unique(maintain_order=True))
        .collect()
        .to_series()
    )
    return "".join(f"{name}\n" for name in names).encode()


def _batches(rows: pl.LazyFrame) -> Iterator[pd.DataFrame]:
    """The rows in frames of bounded length; one without rows where there are none."""
    empty = True
    for batch in rows.collect_batches(chunk_size=EXPORT_ROWS, maintain_order=True):
        empty = False
        yield batch.to_pandas()
    if empty:
        yield head(rows, 0)


def _histogram(rows: pl.LazyFrame) -> pd.DataFrame:
    """How many rows of each verdict lie in each of `BINS` equal steps of the score."""
    step = (pl.col(SCORE) * BINS).floor().clip(0, BINS - 1).cast(pl.Int64).alias("bin")
    counted = rows.drop_nulls(SCORE).group_by(step, VERDICT).len().collect()
    table = pd.DataFrame(0, index=range(BINS), columns=[BENIGN, DGA])
    for place, verdict, found in counted.iter_rows():
        table.loc[place, verdict] = found
    table.insert(0, SCORE, [place / BINS for place in range(BINS)])
    return table


def _counted(rows: pl.LazyFrame, what: pl.Expr) -> pd.DataFrame:
    name = what.meta.output_name()
    counted = rows.group_by(what).agg(pl.len().alias("rows"))
    return counted.sort(["rows", name], descending=[True, False]).collect().to_pandas()
