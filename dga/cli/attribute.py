"""`dga attribute`: name the generator that makes a domain, with seed and dates."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from dga.cli import console
from dga.cli.options import add_json, day
from dga.errors import ConfigError
from dga.generators import attribution
from dga.logs import open_table
from dga.logs.field_names import QUERY


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_json(parser)
    add = parser.add_argument
    add("domain", nargs="*", metavar="DOMAIN", help="domains; without any, give --file")
    add("-f", "--file", metavar="FILE|-", help="any log, table or list of domains; - reads stdin")
    add("--column", help="the column of domains; default: chosen as for `dga score`")
    add(
        "--from",
        dest="start",
        type=day,
        metavar="DATE",
        help="the first day on which a generator may have made it; default: a year ago",
    )
    add("--to", dest="end", type=day, metavar="DATE", help="the last such day; default: in a month")


def run(options: argparse.Namespace) -> None:
    """Print a line per name, also for text that is not a domain."""
    if bool(options.domain) == bool(options.file):
        raise ConfigError("give either domains as arguments or a file with --file")
    start, end = attribution.window(options.start, options.end)
    index = attribution.open_index(start, end, on_build=console.index_progress())
    for texts in _texts(options):
        for found in attribution.attributions(index, texts):
            line = json.dumps(found.to_json()) if options.json else console.attributed(found)
            print(line)
    if not options.json:
        console.about_index(index)


def _texts(options: argparse.Namespace) -> Iterator[list[str]]:
    """The texts to look up, in chunks."""
    if options.domain:
        # An argument may hold bytes that are not UTF-8: they become U+FFFD, reported as a problem.
        yield [os.fsencode(text).decode("utf-8", "replace") for text in options.domain]
        return
    from_input = options.file == "-"
    source = sys.stdin.buffer if from_input else Path(options.file)
    name = "standard input" if from_input else options.file
    roles = {QUERY: options.column} if options.column else None
    with open_table(source, name=name, roles=roles) as log:
        for chunk in log.chunks:
            yield log.names(chunk).to_pylist()
