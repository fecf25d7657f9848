"""Scored rows in a Parquet file: enriched once, then filtered, ordered and exported lazily.

Only what is asked for is loaded. Columns that we add to the list's and the verdict's bear a mark
that no column of the list begins with; they are shown and filtered by, and never exported.

A row's surprise is how far its score lies from what the rest of the list suggests: the mean score
of the other names under the same public suffix that the list holds about as often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import polars as pl

from dga.schema import DGA, FAMILY, PROBLEM, REGISTERED_NAME, SCORE, VERDICT
from dga.tables.writers import TableWriter

EXPORT_ROWS = 50_000
GROUP_ROWS = 100_000  # rows of one block of the enriched file
ROW, SUFFIX, TIMES, SURPRISE = "row", "suffix", "times", "surprise"
PRIOR = 5  # the mean of a small group is drawn to the wider group's as if by so many names
LIST_ORDER, HIGHEST, LOWEST, SURPRISING = "list", "highest", "lowest", "surprising"
_QUOTED = r"""'[^']*'|"[^"]*"|\d+"""


@dataclass(frozen=True)
class Result:
    """An enriched result. `column`: the scored one; `columns`: the list's and the verdict's."""

    path: Path
    column: str
    columns: tuple[str, ...]
    mark: str

    def scan(self) -> pl.LazyFrame:
        """All its rows, not read yet."""
        return pl.scan_parquet(self.path)

    def own(self, name: str) -> pl.Expr:
        """A column that we added."""
        return pl.col(self.mark + name)


@dataclass(frozen=True)
class Filters:
    """Which rows are wanted, and in which order; what is empty leaves out none.

    Scores from 0 to 1, both ends among them. `group`: a column and the value it must have; `own`:
    a column of the list and a text that it must hold; `once`: of rows with the same registered name
    only the first.
    """

    verdicts: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    problem: str = ""
    text: str = ""
    low: float = 0.0
    high: float = 1.0
    group: tuple[str, str] | None = None
    once: bool = False
    own: tuple[str, str] | None = None
    order: str = LIST_ORDER

    @property
    def narrow(self) -> bool:
        """True when rows may be left out."""
        return self != Filters(order=self.order)


def enrich(path: Path, place: int) -> Result:
    """Number the rows of a scored file and add suffix, repetition and surprise; `place` is the
    scored column's. The enriched file takes the other's place in its folder."""
    scored = pl.scan_parquet(path)
    columns = tuple(scored.collect_schema().names())
    mark = "dga:"
    while any(column.startswith(mark) for column in columns):
        mark = f"_{mark}"
    result = Result(path.with_name("rows.parquet"), columns[place], columns, mark)
    rows = scored.with_row_index(mark + ROW, offset=1).join(
        _names(scored, mark).lazy(), on=REGISTERED_NAME, how="left", maintain_order="left"
    )
    surprise = (pl.col(SCORE) - pl.col(mark + SURPRISE)).abs().alias(mark + SURPRISE)
    rows.with_columns(surprise).sink_parquet(result.path, row_group_size=GROUP_ROWS)
    path.unlink()
    return result


def filtered(result: Result, filters: Filters) -> pl.LazyFrame:
    """The rows that pass, in the list's order; the text is looked for in the scored column and
    the registered name."""
    rows = result.scan()
    for held, wanted in (
        (pl.col(VERDICT), filters.verdicts),
        (pl.col(FAMILY), filters.families),
        (result.own(SUFFIX), filters.suffixes),
    ):
        if wanted:
            rows = rows.filter(held.is_in(wanted))
    if filters.problem:
        rows = rows.filter(problem_kind() == filters.problem)
    if filters.text:
        text = filters.text.lower()
        lower = (pl.col(name).str.to_lowercase() for name in {result.column, REGISTERED_NAME})
        rows = rows.filter(pl.any_horizontal(t.str.contains(text, literal=True) for t in lower))
    if (filters.low, filters.high) != (0.0, 1.0):
        rows = rows.filter(pl.col(SCORE).is_between(filters.low, filters.high))
    if filters.own:
        column, wanted_text = filters.own
        texts = pl.col(column).cast(pl.String).str.to_lowercase()
        rows = rows.filter(texts.str.contains(wanted_text.lower(), literal=True))
    if filters.group:
        column, value = filters.group
        rows = rows.filter(pl.col(column) == value)
    if filters.once:
        rows = rows.filter(pl.col(REGISTERED_NAME) != "")
        rows = rows.filter(pl.col(REGISTERED_NAME).is_first_distinct())
    return rows


def count(rows: pl.LazyFrame) -> int:
    """How many rows there are."""
    return int(rows.select(pl.len()).collect().item())


def page(result: Result, filters: Filters, start: int, length: int) -> pd.DataFrame:
    """Some of the rows that pass, in the wanted order, with the columns that we added; of a list
    of millions, ordered, the first pages come soonest."""
    rows = filtered(result, filters)
    if filters.order == LIST_ORDER:
        return rows.slice(start, length).collect().to_pandas()
    by = result.own(SURPRISE) if filters.order == SURPRISING else pl.col(SCORE)
    descending = filters.order != LOWEST
    row = result.own(ROW)
    # The order is found over two columns; only then are the rows of the page read.
    keys = rows.select(row, by.alias("by")).sort(
        "by", row, descending=[descending, False], nulls_last=True
    )
    places = keys.head(start + length).collect().slice(start)[:, :1].with_row_index("place")
    found = result.scan().filter(row.is_in(places.to_series(1).implode())).collect()
    return found.join(places, on=result.mark + ROW).sort("place").drop("place").to_pandas()


def export(result: Result, rows: pl.LazyFrame, path: Path) -> Path:
    """Write rows to a file in the format that its ending names; returns its path."""
    with TableWriter(path) as writer:
        for frame in _batches(rows.select(result.columns)):
            writer.write(frame)
        return writer.close()


def block_list(rows: pl.LazyFrame) -> bytes:
    """The distinct registered names called dga, one a line, in the file's order."""
    names = (
        rows.filter(pl.col(VERDICT) == DGA)
        .select(pl.col(REGISTERED_NAME).unique(maintain_order=True))
        .collect()
        .to_series()
    )
    return "".join(f"{name}\n" for name in names).encode()


def problem_kind() -> pl.Expr:
    """A row's problem without what is its own: quoted texts and numbers."""
    return pl.col(PROBLEM).str.replace_all(_QUOTED, "…")


def _names(scored: pl.LazyFrame, mark: str) -> pl.DataFrame:
    """A row for each registered name: its suffix, how often it stands in the list, and the score
    that the others suggest for it (in the surprise column)."""
    score, suffix, times, band = pl.col(SCORE), pl.col(mark + SUFFIX), pl.col(mark + TIMES), "band"
    names = (
        scored.filter(score.is_not_null() & score.is_not_nan())
        .group_by(REGISTERED_NAME)
        .agg(pl.len().alias(mark + TIMES), score.mean())
        .with_columns(pl.col(REGISTERED_NAME).str.replace(r"^[^.]*\.", "").alias(mark + SUFFIX))
        .with_columns(times.log10().floor().clip(0, 2).alias(band))
        .collect(engine="streaming")
    )
    everywhere = (score.sum() - score + PRIOR / 2) / (pl.len() - 1 + PRIOR)
    return (
        names.with_columns(everywhere.alias("wider"))
        .with_columns(_others(pl.col("wider"), [band]).alias("wider"))
        .with_columns(_others(pl.col("wider"), [band, mark + SUFFIX]).alias(mark + SURPRISE))
        .select(REGISTERED_NAME, suffix, times, mark + SURPRISE)
    )


def _others(wider: pl.Expr, group: list[str]) -> pl.Expr:
    """The mean score of the others in a group, drawn to what a wider group suggests."""
    score = pl.col(SCORE)
    total, names = score.sum().over(group), pl.len().over(group)
    return (total - score + PRIOR * wider) / (names - 1 + PRIOR)


def _batches(rows: pl.LazyFrame) -> Iterator[pd.DataFrame]:
    """The rows in frames of bounded length; one without rows where there are none."""
    empty = True
    for batch in rows.collect_batches(chunk_size=EXPORT_ROWS, maintain_order=True):
        empty = False
        yield batch.to_pandas()
    if empty:
        yield rows.head(0).collect().to_pandas()
