"""A result over time: which column holds the time, how many rows of each verdict by step."""

from __future__ import annotations

import pandas as pd
import polars as pl

from dga.schema import BENIGN, DGA, SUSPICIOUS, VERDICT, VERDICT_COLUMNS
from ui.bulk import result_counts
from ui.bulk.results import Result

TIMES = (
    "ts", "timestamp", "time", "@timestamp", "datetime", "date_time", "event_time", "eventtime",
    "_time", "querytime", "query_time", "start_time", "first_seen",
)  # fmt: skip
STEPS = 60
SECONDS = (1e8, 1e11)  # what is taken for seconds since 1970; a thousand times that: milliseconds


def column_of(result: Result) -> str | None:
    """The column of the list that holds the time, by its name."""
    own = [name for name in result.columns if name not in VERDICT_COLUMNS]
    return result_counts.guess(own, TIMES)


def as_times(values: pl.Expr) -> pl.Expr:
    """Texts as times, UTC: seconds or milliseconds since 1970, else ISO 8601; null for others."""
    number = values.cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
    low, high = SECONDS
    seconds = (
        pl.when(number.is_between(low, high))
        .then(number)
        .when(number.is_between(1000 * low, 1000 * high))
        .then(number / 1000)
    )
    counted = (seconds * 1e6).cast(pl.Int64).cast(pl.Datetime("us"))
    text = values.cast(pl.String).str.replace("Z$", "").str.replace("T", " ")
    written = text.str.slice(0, 19).str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
    return pl.coalesce(counted, written.cast(pl.Datetime("us")))


def counts(result: Result, column: str) -> pd.DataFrame:
    """Rows by equal steps of time: columns time (start of the step), benign, suspicious, dga."""
    rows = result.scan().select(as_times(pl.col(column)).alias("time"), pl.col(VERDICT))
    known = rows.filter(pl.col("time").is_not_null())
    first, last = (
        known.select(pl.col("time").min().alias("first"), pl.col("time").max().alias("last"))
        .collect()
        .row(0)
    )
    if first is None or first == last:
        return pd.DataFrame(columns=["time", BENIGN, SUSPICIOUS, DGA])
    step = (last - first) / STEPS
    place = ((pl.col("time") - first) / step).floor().clip(0, STEPS - 1).cast(pl.Int64)
    found = known.group_by(place.alias("step"), VERDICT).len().collect()
    table = pd.DataFrame(0, index=range(STEPS), columns=[BENIGN, SUSPICIOUS, DGA])
    for at, verdict, count in found.iter_rows():
        if verdict in table.columns:
            table.loc[at, verdict] = count
    table.insert(0, "time", [first + step * at for at in range(STEPS)])
    return table


def readable(frame: pd.DataFrame, column: str | None) -> pd.DataFrame:
    """A page of rows with the times of a column in readable form; others stay as they are."""
    if column is None or column not in frame or frame.empty:
        return frame
    texts = pl.DataFrame({"given": frame[column].astype(str).tolist()})
    times = texts.select(as_times(pl.col("given")).dt.strftime("%Y-%m-%d %H:%M:%S").alias("time"))
    found = times["time"].to_list()
    shown = [time or given for time, given in zip(found, frame[column], strict=True)]
    return frame.assign(**{column: shown})
