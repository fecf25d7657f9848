"""`dga score`: score every row of a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dga.cli import console, score_on_cluster
from dga.cli.interrupt import StopRequest
from dga.cli.main import CANCELLED
from dga.cli.options import add_allow, add_run, add_threshold, allowed, open_bundle, threshold
from dga.errors import ConfigError, FeedError
from dga.scoring import score_file
from dga.scoring.scorer import Scorer

if TYPE_CHECKING:
    from dga.generators.attribution import AttributionIndex


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_run(parser)
    add_threshold(parser)
    parser.add_argument(
        "file",
        nargs="+",
        metavar="FILE|-",
        help="logs, tables or lists of domains, and folders of them, scored as one stream; - reads "
        "standard input as it arrives; with --cluster also patterns and URLs",
    )
    parser.add_argument(
        "-o", "--output", default="-", help=".csv, .parquet or .jsonl; - prints CSV (default)"
    )
    parser.add_argument("--column", help="the column of domains; default: guessed from the values")
    parser.add_argument("--sheet", default="", help="which sheet of an Excel workbook to read")
    add_allow(parser)
    parser.add_argument(
        "--attribute",
        action="store_true",
        help="add a column with the known generator of each name, its seed and dates; the first "
        "use builds an index, which takes a minute or two",
    )
    parser.add_argument(
        "--cluster",
        metavar="local[:N]|ADDRESS",
        help="score on N worker processes or on a Dask scheduler such as tcp://host:8786; -o then "
        "names a folder, which gets one result per file",
    )
    parser.add_argument(
        "--ending",
        default=".parquet",
        choices=(".parquet", ".csv", ".jsonl"),
        help="of the results on a cluster",
    )


def run(options: argparse.Namespace) -> int:
    """Write the scored rows, and a summary on standard error."""
    if options.cluster:
        return score_on_cluster.run(options)
    from_input = options.file == ["-"]
    if "-" in options.file and not from_input:
        raise ConfigError("- is the standard input and cannot be combined with other files")
    bundle = open_bundle(options.run)
    scorer = Scorer(bundle, threshold(options, bundle), allow=allowed(options))
    index = _index() if options.attribute else None
    stop = StopRequest()
    with stop:
        summary = score_file.score_table(
            sys.stdin.buffer if from_input else [Path(file) for file in options.file],
            Path(options.output),
            scorer,
            name="standard input" if from_input else "",
            column=options.column,
            sheet=options.sheet,
            stream=sys.stdout if options.output == "-" else None,
            attribution=index,
            on_progress=console.scoring_progress(),
            should_stop=stop,
        )
    console.summary(summary)
    if summary.nothing_scored:
        raise FeedError(summary.shortage)
    return CANCELLED if summary.partial else 0


def _index() -> AttributionIndex:
    from dga.generators.attribution import open_index, window_of_name

    return open_index(*window_of_name(), on_build=console.index_progress())
