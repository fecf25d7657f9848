"""docs/command-line.md from the parser: `python -m docs.command_line` writes it again."""

from __future__ import annotations

import argparse
from pathlib import Path

from dga.cli.commands import COMMANDS, build_parser

PAGE = Path(__file__).with_name("command-line.md")
HEAD = """\
# Command line

`dga` (after `pip install .`; `.venv/bin/dga` after `make setup`) and `python -m dga` are the same.
Exit status: 0 done; 1 a user's error, told in one sentence on standard error; 130 cancelled.
Without `--run`, the active run scores: the shipped one until `dga runs --activate` names another.

`score` writes the input's columns, then `registered_name, score, verdict, family, family_score,
problem, remark`: as many rows as came in, in their order. `lookup --json` prints an object a line,
also for a text that is no domain (`problem` is set, the exit status is 0).

This page is written by `python -m docs.command_line`; a test compares it with the parser.
"""


def page() -> str:
    """The page's text."""
    commands = build_parser(*COMMANDS)._subparsers
    assert commands is not None
    parsers = next(iter(commands._group_actions)).choices
    assert isinstance(parsers, dict)
    return "\n".join([HEAD, *(_section(name, parsers[name]) for name in COMMANDS)])


def _section(name: str, parser: argparse.ArgumentParser) -> str:
    rows = [_row(action) for action in parser._actions if action.dest != "help"]
    shown = [row for row in rows if row]
    table = ["| argument | meaning |", "|---|---|", *shown] if shown else []
    return "\n".join([f"## dga {name}", "", COMMANDS[name], "", *table, ""])


def _row(action: argparse.Action) -> str:
    if action.help == argparse.SUPPRESS:
        return ""
    names = " ".join(action.option_strings[-1:])
    if isinstance(action, argparse.BooleanOptionalAction):
        names = names.replace("--no-", "--[no-]")
    shown = " ".join(filter(None, [names, _value(action)]))
    meaning = (action.help or "").replace("%%", "%")
    return f"| `{_cell(shown)}` | {_cell(meaning)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.choices and not action.metavar:
        return "|".join(map(str, action.choices))
    names = action.metavar or action.dest.upper()
    if isinstance(names, tuple):
        return " ".join(names)
    return f"{names} ..." if action.nargs in ("+", "*") else names


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
