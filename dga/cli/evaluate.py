"""`dga evaluate`: measure a run on a labelled file."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from dga.cli import console
from dga.cli.options import add_json, add_run, open_bundle
from dga.evaluation import evaluate
from dga.schema import BENIGN, DGA


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_json(parser)
    parser.add_argument(
        "file", metavar="FILE", help="a labelled file: domain,label or domain,family ..."
    )
    add_run(parser)
    parser.add_argument("--label", choices=(BENIGN, DGA), help="the label of all names in the file")


def run(options: argparse.Namespace) -> None:
    """Print the metrics and a table of families."""
    metrics = evaluate.measure(Path(options.file), open_bundle(options.run), label=options.label)
    print(json.dumps(metrics) if options.json else console.metrics(metrics))
