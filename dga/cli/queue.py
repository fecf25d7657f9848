"""`dga queue`: list or change the trainings that wait for their turn."""

from __future__ import annotations

import argparse
import json

from dga.cli import console
from dga.cli.options import add_json
from dga.jobs import queue


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_json(parser)
    parser.add_argument("--remove", metavar="RUN", help="take this training out of the queue")
    parser.add_argument("--first", metavar="RUN", help="move this training to the front")
    parser.add_argument("--keep", action="store_true", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> None:
    """Change the queue as asked, then print it; `--keep` runs the queued trainings."""
    if options.keep:
        queue.keep()
        return
    if options.remove:
        queue.remove(queue.find(options.remove))
    if options.first:
        queue.move(queue.find(options.first), 0)
    queue.tend()
    for place, waiting in enumerate(queue.waiting(), start=1):
        if options.json:
            line = {"place": place, "name": waiting.name, "problem": waiting.problem}
            print(json.dumps(line))
        else:
            problem = waiting.problem and f": {waiting.problem}"
            print(console.harmless(f"{place}. {waiting.name}{problem}"))
