"""`dga generate`: print names of a DGA family."""

from __future__ import annotations

import argparse

from dga import generators
from dga.cli.options import day


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add = parser.add_argument
    add("family", help="such as tinba or suppobox; an unknown name prints the known families")
    add("--count", type=int, default=100, metavar="N", help="default: 100")
    add("--seed", type=int, metavar="N", help="default: the published seeds")
    add("--date", type=day, metavar="YYYY-MM-DD", help="the day of the first names")


def run(options: argparse.Namespace) -> None:
    """Print one name per line."""
    date = options.date or generators.DEFAULT_DATE
    names = generators.generate(options.family, options.count, date=date, seed=options.seed)
    print("\n".join(names))
