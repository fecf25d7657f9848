"""`dga preview`: show the content of a feed or log."""

from __future__ import annotations

import argparse
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from dga.cli import console
from dga.cli.options import add_dates, day_first
from dga.datasets import feeds
from dga.logs import LogTable, describe, open_table
from dga.logs.events import event_times, settle_days
from dga.logs.field_names import QUERY, TIME
from dga.tables import domain_share
from dga.tables.readers import READERS

HEAD_ROWS = 10


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", metavar="FILE", help="a list, a table or a log")
    parser.add_argument("--column", help="the column of domains; default: guessed")
    parser.add_argument("--sheet", default="", help="which sheet of an Excel workbook to read")
    add_dates(parser)


def run(options: argparse.Namespace) -> None:
    """Print how a file is read; for a feed also its format, counts, problems and first rows."""
    roles = {QUERY: options.column} if options.column else None
    path = Path(options.file)
    with open_table(path, roles=roles, sheet=options.sheet) as log:
        by_day = settle_days(log, day_first(options))
        described = describe(log)
        for sentence in (described.sentence(), *described.notes):
            print(console.harmless(sentence))
        first = next(log.chunks, pa.table({}))
        print(_share(log, first))
        if told := _times(log, first, by_day):
            print(told)
        if log.info.format not in READERS:
            print(_head(first))
            return
    print(console.preview(feeds.preview(path, column=options.column, sheet=options.sheet)))


def _share(log: LogTable, first: pa.Table) -> str:
    """How many of the first rows hold a domain name."""
    sample = log.names(first.slice(0, 1_000)).to_pylist() if first.num_columns else []
    filled = [name for name in sample if name.strip()]
    held = round(domain_share(filled) * len(filled))
    return f"{held:,} of the first {len(sample):,} rows hold a domain name"


def _times(log: LogTable, first: pa.Table, by_day: bool) -> str:
    """From when to when the first rows are, "" where they tell no times."""
    if TIME not in log.roles or not first.num_columns:
        return ""
    found = pc.min_max(event_times(first.slice(0, 1_000), log.roles[TIME], by_day)).as_py()
    if found["min"] is None:
        return ""
    earliest, latest = (found[end].isoformat(timespec="seconds") for end in ("min", "max"))
    return f"times of these rows, as read: {earliest} to {latest}"


def _head(first: pa.Table) -> str:
    rows = first.slice(0, HEAD_ROWS).to_pandas().to_string(index=False).splitlines()
    return "\n".join(map(console.harmless, rows))
