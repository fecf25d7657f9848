"""The table of commands, and the parser made from it.

A command is a module of this package with `add_options(parser)` and `run(options) -> int | None`
(the exit status), and a row in `COMMANDS`. Only the module of the command that runs is imported.
"""

from __future__ import annotations

import argparse
import importlib
from typing import NoReturn, Protocol, cast

import dga

COMMANDS = {  # command: what it does; its module is dga.cli.<command>
    "lookup": "Score domain names given as arguments.",
    "attribute": "Name the known generator of a domain, with its seed and dates.",
    "score": "Score every row of a file.",
    "hosts": "Find the infected hosts of a DNS log.",
    "evaluate": "Measure a run on a labelled file.",
    "train": "Train a detector on feeds of labelled names.",
    "queue": "List or change the trainings that wait for their turn.",
    "runs": "List the runs, or change one.",
    "preview": "Show a feed's format, counts, first rows and problems.",
    "fetch": "Download public lists of domains into the data folder.",
    "blocklist": "Write a block list from results or from a family's upcoming names.",
    "report": "Write incidents of hosts as a STIX 2.1 bundle or as MISP events.",
    "generate": "Print names of a DGA family from the built-in generator.",
    "serve": "Serve scores over HTTP, or manage the service's tokens.",
    "devices": "List the processors that can train.",
}


class Command(Protocol):
    """The functions of a command's module."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""

    def run(self, options: argparse.Namespace) -> int | None:
        """Run the command; returns the exit status, None for 0."""


class Parser(argparse.ArgumentParser):
    """Exits with status 1 for wrong arguments, as for any other user error."""

    def error(self, message: str) -> NoReturn:
        self.exit(1, f"error: {message}; see '{self.prog} --help'\n")


def load(name: str) -> Command:
    """Import the module of a command."""
    return cast(Command, importlib.import_module(f"dga.cli.{name}"))


def build_parser(*chosen: str) -> argparse.ArgumentParser:
    """The parser of all commands; only the chosen commands get their arguments.

    The parsed namespace has the chosen command's function in `carry_out`.
    """
    parser = Parser(
        "dga",
        description="Detect algorithmically generated domain names (DGA) and train detectors.",
    )
    parser.add_argument("--version", action="version", version=f"dga {dga.__version__}")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        added = verbs.add_parser(name, help=summary, description=summary, add_help=name in chosen)
        if name in chosen:
            command = load(name)
            command.add_options(added)
            added.set_defaults(carry_out=command.run)
    return parser
