"""Counts of a result: by score, family, suffix and problem, and by any column such as the client.

Computes over the enriched file of `ui.bulk.results`; draws nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import polars as pl

from dga.schema import (
    BENIGN,
    DGA,
    FAMILY,
    PROBLEM,
    REGISTERED_NAME,
    SCORE,
    SUSPICIOUS,
    VERDICT,
)
from dga.scoring.score_file import Summary
from ui.bulk.results import SUFFIX, Result, problem_kind
from ui.common.text import percent

BINS = 50
TOP_GROUPS = 500
ROWS, NAMES, GENERATED, MISSING, EXAMPLE = "rows", "names", "generated", "nxdomain", "example"
# Names under which logs keep who asked and what was answered, surest first.
CLIENTS = (
    "id.orig_h", "src_ip", "client", "client_ip", "source_ip", "src", "srcip", "source", "orig_h",
    "c_ip", "host_ip", "src_host", "client_name", "computer", "device", "user",
)  # fmt: skip
ANSWERS = ("rcode_name", "dns.rcode", "dns.rcode_name", "rcode", "response_code", "responsecode")
NO_SUCH_NAME = ("NXDOMAIN", "3")  # RFC 1035, section 4.1.1; by name or by number


@dataclass(frozen=True)
class Overview:
    """A result as a whole.

    `scores`: columns score (lower edge of the bin), benign, suspicious, dga. `families` and
    `suffixes`: of the rows called dga, with the column rows, most frequent first. `problems`:
    columns problem (without what is a row's own), rows, example. `names`: distinct registered names
    called dga.
    """

    scores: pd.DataFrame
    families: pd.DataFrame
    suffixes: pd.DataFrame
    problems: pd.DataFrame
    names: int


def overview(result: Result) -> Overview:
    """Count a result in one pass a table."""
    rows = result.scan()
    called = rows.filter(pl.col(VERDICT) == DGA)
    names = called.select(pl.col(REGISTERED_NAME).n_unique()).collect().item()
    return Overview(
        scores=_histogram(rows),
        families=_counted(called.filter(pl.col(FAMILY) != ""), pl.col(FAMILY)),
        suffixes=_counted(called, result.own(SUFFIX).alias("suffix")),
        problems=_problems(rows, result.column),
        names=int(names),
    )


def sentences(summary: Summary, names: int) -> str:
    """The result in sentences of plain text.

    >>> from pathlib import Path
    >>> found = Summary(53_615, 1_204, 31, 52_380, 0, 9.0, Path(), False)
    >>> sentences(found, 87)
    'Of 53,615 rows, 1,204 (2.2 %) look generated: 87 registered names. 31 are suspicious.'
    >>> sentences(Summary(9, 0, 0, 8, 1, 9.0, Path(), False), 0)
    'Of 9 rows, 0 (0 %) look generated. 1 row was not scored.'
    """
    if not summary.rows:
        return "The list has no rows."
    of = f"Of {summary.rows:,} rows" if summary.rows > 1 else "Of 1 row"
    look = "looks" if summary.dga == 1 else "look"
    told = f"{of}, {summary.dga:,} ({percent(summary.dga / summary.rows)}) {look} generated"
    if summary.dga:
        told += f": {names:,} registered {'name' if names == 1 else 'names'}"
    if summary.suspicious:
        told += f". {summary.suspicious:,} {'is' if summary.suspicious == 1 else 'are'} suspicious"
    if summary.problems:
        were = "row was" if summary.problems == 1 else "rows were"
        told += f". {summary.problems:,} {were} not scored"
    return f"{told}."


def guess(columns: Sequence[str], known: Sequence[str]) -> str | None:
    """The first column with a known name.

    >>> guess(["ts", "ID.orig_h"], CLIENTS)
    'ID.orig_h'
    """
    plain = {column.lower().strip(): column for column in reversed(columns)}
    return next((plain[name] for name in known if name in plain), None)


def groups(result: Result, column: str, answers: str | None = None) -> pd.DataFrame:
    """The values of a column whose rows hold generated names, most distinct ones first.

    Columns: the value, names (distinct, called dga), generated (rows), rows (all), family (the
    most frequent) and, with a column of answers, nxdomain: generated rows that got this answer.
    """
    is_dga = pl.col(VERDICT) == DGA
    families = pl.col(FAMILY).filter(is_dga & (pl.col(FAMILY) != ""))
    columns = [
        pl.col(REGISTERED_NAME).filter(is_dga).n_unique().alias(NAMES),
        is_dga.sum().alias(GENERATED),
        pl.len().alias(ROWS),
        families.mode().sort().first().fill_null("").alias(f"{FAMILY}_most"),
    ]
    if answers:
        missing = pl.col(answers).str.to_uppercase().is_in(NO_SUCH_NAME)
        columns.append((is_dga & missing).sum().alias(MISSING))
    found = (
        result.scan()
        .group_by(pl.col(column).alias("value"))
        .agg(columns)
        .filter(pl.col(GENERATED) > 0)
        .sort([NAMES, GENERATED, "value"], descending=[True, True, False])
        .head(TOP_GROUPS)
        .collect()
    )
    return found.rename({f"{FAMILY}_most": FAMILY}).to_pandas()


def _problems(rows: pl.LazyFrame, column: str) -> pd.DataFrame:
    return (
        rows.filter(pl.col(PROBLEM) != "")
        .group_by(problem_kind().alias(PROBLEM))
        .agg(pl.len().alias(ROWS), pl.col(column).first().alias(EXAMPLE))
        .sort([ROWS, PROBLEM], descending=[True, False])
        .collect()
        .to_pandas()
    )


def _histogram(rows: pl.LazyFrame) -> pd.DataFrame:
    """How many rows of each verdict lie in each of `BINS` equal steps of the score."""
    step = (pl.col(SCORE) * BINS).floor().clip(0, BINS - 1).cast(pl.Int64).alias("bin")
    known = rows.filter(pl.col(SCORE).is_not_null() & pl.col(SCORE).is_not_nan())
    table = pd.DataFrame(0, index=range(BINS), columns=[BENIGN, SUSPICIOUS, DGA])
    for place, verdict, found in known.group_by(step, VERDICT).len().collect().iter_rows():
        table.loc[place, verdict] = found
    table.insert(0, SCORE, [place / BINS for place in range(BINS)])
    return table


def _counted(rows: pl.LazyFrame, what: pl.Expr) -> pd.DataFrame:
    name = what.meta.output_name()
    counted = rows.group_by(what).agg(pl.len().alias(ROWS))
    return counted.sort([ROWS, name], descending=[True, False]).collect().to_pandas()
