"""`dga preview`: show the content of a feed or log."""

from __future__ import annotations

import argparse
from pathlib import Path

import pyarrow as pa

from dga.cli import console
from dga.datasets import feeds
from dga.logs import LogTable, describe, open_table
from dga.logs.field_names import QUERY
from dga.tables import domain_share
from dga.tables.readers import READERS

HEAD_ROWS = 10


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--column", help="the column of domains; default: guessed")
    parser.add_argument("--sheet", default="", help="which sheet of an Excel workbook to read")


def run(options: argparse.Namespace) -> None:
    """Print how a file is read; for a feed also its format, counts, problems and first rows."""
    roles = {QUERY: options.column} if options.column else None
    path = Path(options.file)
    with open_table(path, roles=roles, sheet=options.sheet) as log:
        described = describe(log)
        for sentence in (described.sentence(), *described.notes):
            print(console.harmless(sentence))
        first = next(log.chunks, pa.table({}))
        print(_share(log, first))
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


def _head(first: pa.Table) -> str:
    rows = first.slice(0, HEAD_ROWS).to_pandas().to_string(index=False).splitlines()
    return "\n".join(map(console.harmless, rows))
