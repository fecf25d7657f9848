"""`dga blocklist`: write a block list from results or from a family's upcoming names."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

from dga.cli.options import day
from dga.errors import ConfigError
from dga.reports import blocklist, results
from dga.reports.blocklist import BlockList


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add = parser.add_argument
    add(
        "file",
        nargs="?",
        metavar="FILE|-",
        help="what `dga score` wrote, or the folder of `dga hosts --incidents`",
    )
    add("--format", choices=blocklist.FORMATS, default="plain", help="default: plain")
    add("-o", "--output", default="-", help="the file to write; - prints (default)")
    add("--threshold", type=float, metavar="X", help="score from which a name is listed; "
        "default: the verdict dga")  # fmt: skip
    add(
        "--family",
        nargs="+",
        default=[],
        metavar="NAME",
        help="list upcoming names of these families",
    )
    add("--days", type=int, default=7, metavar="N", help="how many days of --family; default: 7")
    add("--from", dest="start", type=day, metavar="DATE", help="the first day; default: today")
    add("--allow", metavar="FILE", help="names or zones never to list, with everything below them, "
        "in addition to the workbench's allow list")  # fmt: skip
    add("--expires", type=int, default=blocklist.LIFETIME, metavar="DAYS",
        help="days until a list of a file expires; default: 30")  # fmt: skip


def run(options: argparse.Namespace) -> None:
    """Write the list; report on standard error how many names it has and which were left out."""
    if bool(options.file) == bool(options.family):
        raise ConfigError("give either a file with results or --family")
    made = _of_families(options) if options.family else _of_file(options)
    text = made.render(options.format)
    if options.output == "-":
        sys.stdout.write(text)
    else:
        from dga.storage.files import write_atomically

        write_atomically(Path(options.output), text)
    sys.stderr.write("\n".join(made.header()[-2:]) + "\n")


def _of_file(options: argparse.Namespace) -> BlockList:
    if options.threshold is not None and not 0 <= options.threshold <= 1:
        raise ConfigError(f"--threshold must be from 0 to 1, got {options.threshold:g}")
    if options.expires < 1:
        raise ConfigError(f"--expires must be at least 1 day, got {options.expires}")
    from_input = options.file == "-"
    name = "standard input" if from_input else options.file
    source = sys.stdin.buffer if from_input else Path(options.file)
    chosen = "verdict dga" if options.threshold is None else f"score from {options.threshold:g}"
    return blocklist.make(
        results.names(source, name=name, threshold=options.threshold),
        about=f"names that {Path(name).name} calls generated",
        chosen_by=chosen,
        allowed=blocklist.allowed_by(options.allow),
        popular=blocklist.in_toplists(),
        expires=_today() + dt.timedelta(days=options.expires),
    )


def _of_families(options: argparse.Namespace) -> BlockList:
    start = options.start or _today()
    names, last = blocklist.family_names(options.family, start, options.days)
    return blocklist.make(
        names,
        about=f"names that {', '.join(options.family)} generates from {start} to {last}",
        chosen_by="none, the generator's own names",
        allowed=blocklist.allowed_by(options.allow),
        popular=blocklist.in_toplists(),
        expires=last + dt.timedelta(days=1),
        shortest=blocklist.SHORTEST,
    )


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
