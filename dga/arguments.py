"""The command line's options: which there are and what they take. Runs and reads nothing."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import date
from typing import NoReturn, get_args

from dga.columns import BENIGN, DGA
from dga.config import (
    ARCHITECTURES,
    Balance,
    Keep,
    Optimizer,
    Padding,
    Schedule,
    Scope,
    Split,
    Task,
)
from dga.setting_texts import HELP

Command = Callable[[argparse.Namespace], int | None]


class _Parser(argparse.ArgumentParser):
    """Leaves with status 1 on a mistake in the options, as on any other of a user's errors."""

    def error(self, message: str) -> NoReturn:
        self.exit(1, f"error: {message}; see '{self.prog} --help'\n")


def parser(commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    """The parser of all commands; the options it gives hold the function in `command`."""
    made = _Parser("python -m dga", description="Tell generated domain names from chosen ones.")
    verbs = made.add_subparsers(required=True, metavar="COMMAND")

    def verb(name: str) -> argparse.ArgumentParser:
        command = commands[name]
        added = verbs.add_parser(name, help=command.__doc__, description=command.__doc__)
        added.set_defaults(command=command)
        return added

    _json(verb("devices"))
    _train_options(verb("train"))
    scoring = _scoring_options(verb("score"))
    scoring.add_argument("file", metavar="FILE|-", help="any table or list of domains")
    scoring.add_argument(
        "-o", "--output", default="-", help=".csv, .parquet or .jsonl; - prints CSV"
    )
    scoring.add_argument("--column", help="the column that holds the domains; guessed without")
    looking = _json(_scoring_options(verb("lookup")))
    looking.add_argument("domain", nargs="+", metavar="DOMAIN")
    measuring = _json(verb("evaluate"))
    measuring.add_argument(
        "file", metavar="FILE", help="a labelled file: domain,label or domain,family ..."
    )
    measuring.add_argument("--run", help="the run that scores; the active one without")
    measuring.add_argument("--label", choices=(BENIGN, DGA), help="what a plain list holds")
    _run_options(_json(verb("runs")))
    queueing = _json(verb("queue"))
    queueing.add_argument("--remove", metavar="RUN", help="take this training out of the queue")
    queueing.add_argument("--first", metavar="RUN", help="let this training be the next")
    queueing.add_argument("--keep", action="store_true", help=argparse.SUPPRESS)
    fetching = verb("fetch")
    fetching.add_argument("source", nargs="+", help="tranco, umbrella, majestic or a URL")
    fetching.add_argument("--folder", help="where to; data/ without, or what DGA_DATA says")
    making = verb("generate")
    making.add_argument("family", help="such as tinba or suppobox; a wrong one lists them all")
    making.add_argument("--count", type=int, default=100, metavar="N", help="100 without")
    making.add_argument("--seed", type=int, metavar="N", help="the published ones without")
    making.add_argument("--date", type=_day, metavar="YYYY-MM-DD", help="the first names' day")
    verb("preview").add_argument("file", metavar="FILE")
    return made


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2026-01-31") from None


def _json(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser


def _scoring_options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--run", help="the run that scores; the active one without")
    cut = parser.add_mutually_exclusive_group()
    cut.add_argument(
        "--threshold", type=float, metavar="X", help="score from which the verdict is dga"
    )
    cut.add_argument(
        "--fpr", type=float, help="take the threshold stored for this false-positive rate"
    )
    return parser


def _run_options(parser: argparse.ArgumentParser) -> None:
    only = parser.add_mutually_exclusive_group()
    add = only.add_argument
    add("--activate", metavar="RUN", help="make this run the active one")
    add("--export", nargs=2, metavar=("RUN", "FILE"), help="write a run into one file, a zip")
    add("--import", dest="take", metavar="FILE", help="add the run in a file that was exported")
    add("--rename", nargs=2, metavar=("RUN", "NAME"), help="give a run another name")
    add("--note", nargs=2, metavar=("RUN", "TEXT"), help="keep a note with a run")
    add("--delete", metavar="RUN", help="put a run aside for 30 days")
    add("--restore", metavar="RUN", help="bring a deleted run back")
    add("--empty-trash", action="store_true", help="remove deleted runs for good")


def _train_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--benign", nargs="+", default=[], metavar="FILE", help="feeds of benign names")
    add("--dga", nargs="+", default=[], metavar="FILE", help="feeds of generated names")
    add(
        "--feed",
        nargs="+",
        default=[],
        metavar="FILE",
        help="feeds that label their rows themselves",
    )
    add(
        "--trial",
        nargs="+",
        default=[],
        metavar="FILE",
        help="labelled files kept out of the training",
    )
    add("--name", help="the run's name")
    told = parser.add_mutually_exclusive_group()
    told.add_argument(
        "--dry-run",
        action="store_true",
        help="tell what the split would hold and how long it would take; train nothing",
    )
    told.add_argument(
        "--queue", action="store_true", help="let it wait until no other training runs"
    )
    add("--json", action="store_true", help="with --dry-run: one JSON object")
    add("--base", default="", metavar="RUN", help="go on from this run: its weights and families")
    add(
        "--resume",
        metavar="RUN",
        help="go on with a training that was interrupted or cancelled, from its last checkpoint",
    )
    add("--plan", help=argparse.SUPPRESS)
    add("--architecture", choices=tuple(ARCHITECTURES), help=HELP["architecture"])
    for name, choices in (
        ("task", Task),
        ("scope", Scope),
        ("split", Split),
        ("balance", Balance),
        ("optimizer", Optimizer),
        ("schedule", Schedule),
        ("padding", Padding),
        ("keep", Keep),
    ):
        add(f"--{name}", choices=get_args(choices), help=HELP[name])
    for name in (
        "epochs",
        "max-batches",
        "batch-size",
        "seed",
        "cap-per-family",
        "min-family",
        "max-length",
        "patience",
    ):
        add(f"--{name}", type=int, metavar="N", help=HELP[name.replace("-", "_")])
    for name in (
        "test-size",
        "validation-size",
        "learning-rate",
        "clip-norm",
        "suffix-dropout",
        "invented-share",
        "generated-share",
        "hosted-share",
        "benign-weight",
        "averaging",
    ):
        add(f"--{name}", type=float, metavar="X", help=HELP[name.replace("-", "_")])
    add("--device", help="auto, cpu, gpu:0, ...; see 'python -m dga devices'")
