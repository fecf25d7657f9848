"""Arguments shared by several commands, and their values."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dga.errors import ConfigError

if TYPE_CHECKING:
    from dga.names.allow_list import AllowList
    from dga.scoring.bundle import ModelBundle


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def add_run(parser: argparse.ArgumentParser) -> None:
    """Add `--run`."""
    parser.add_argument("--run", help="the run that scores; default: the active run")


def add_threshold(parser: argparse.ArgumentParser) -> None:
    """Add `--threshold` and `--fpr`, of which one may be given."""
    cut = parser.add_mutually_exclusive_group()
    cut.add_argument(
        "--threshold", type=float, metavar="X", help="score from which the verdict is dga"
    )
    cut.add_argument(
        "--fpr",
        type=float,
        metavar="RATE",
        help="use the run's threshold for this false-positive rate, such as 0.001",
    )


def add_allow(parser: argparse.ArgumentParser) -> None:
    """Add `--allow`."""
    parser.add_argument(
        "--allow",
        metavar="FILE",
        help="file of names and *.zones, one a line, whose verdict is `allowed`, in addition to "
        "the workbench's own list",
    )


def allowed(options: argparse.Namespace) -> AllowList:
    """The workbench's allow list with the entries of `--allow`."""
    from dga.names import allow_list

    kept = allow_list.stored()
    return (
        kept.with_others(allow_list.AllowList.load(Path(options.allow))) if options.allow else kept
    )


DATE_ORDERS = {"day-first": True, "month-first": False}


def add_dates(parser: argparse.ArgumentParser) -> None:
    """Add `--dates`."""
    parser.add_argument(
        "--dates",
        choices=DATE_ORDERS,
        help="how dates such as 1/5/2026 are read; default: seen from the log's own dates",
    )


def day_first(options: argparse.Namespace) -> bool | None:
    """What `--dates` says of dates such as 1/5/2026; None where it is not given."""
    return DATE_ORDERS.get(options.dates or "")


def roles(options: argparse.Namespace) -> dict[str, str]:
    """The columns of a log that the options name, by role."""
    given = {
        "client": options.client,
        "query": options.column,
        "time": options.time,
        "rcode": options.answer,
    }
    return {role: column for role, column in given.items() if column}


def open_bundle(run: str | None) -> ModelBundle:
    """The bundle of a run, by default of the active one; RunError or BundleError."""
    from dga.runs import store

    return (store.open_run(run) if run else store.active_run()).bundle()


def threshold(options: argparse.Namespace, bundle: ModelBundle) -> float:
    """The threshold that `--threshold` or `--fpr` asks for, else the bundle's default."""
    if options.threshold is None:
        return bundle.threshold(options.fpr)
    if not 0 <= options.threshold <= 1:
        raise ConfigError(f"--threshold must be from 0 to 1, got {options.threshold:g}")
    return float(options.threshold)


def day(text: str) -> date:
    """Argument type of a date: `2026-01-31`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2026-01-31") from None
