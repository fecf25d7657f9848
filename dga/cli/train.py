"""`dga train`: train a detector in this process. The Train page starts this command too."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from dga import devices
from dga.cli import console
from dga.cli.interrupt import StopRequest
from dga.cli.main import CANCELLED
from dga.config import (
    SETTINGS,
    FeedSpec,
    Setting,
    TrainingConfig,
    TrainingPlan,
    choices_of,
)
from dga.errors import ConfigError
from dga.jobs import execute
from dga.runs import store
from dga.schema import BENIGN, DGA


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments: feeds, actions and every setting."""
    _add_feeds(parser)
    add = parser.add_argument
    add("--name", help="the run's name")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--dry-run",
        action="store_true",
        help="print what the split would hold and how long the training would take; train nothing",
    )
    instead.add_argument(
        "--queue", action="store_true", help="wait until no other training runs, then start"
    )
    add("--json", action="store_true", help="with --dry-run: print one JSON object")
    add(
        "--base", default="", metavar="RUN", help="continue from this run: its weights and families"
    )
    add(
        "--resume",
        metavar="RUN",
        help="continue an interrupted or cancelled training from its last checkpoint",
    )
    add("--plan", help=argparse.SUPPRESS)
    _add_settings(parser)


def _add_feeds(parser: argparse.ArgumentParser) -> None:
    for option, help in (
        ("--benign", "feeds of benign names"),
        ("--dga", "feeds of generated names"),
        ("--feed", "feeds that label their own rows"),
        ("--trial", "labelled files held out from the training; the test predictions cover them"),
        ("--curated", "hand-picked benign names; thresholds are chosen on them"),
    ):
        parser.add_argument(option, nargs="+", default=[], metavar="FILE", help=help)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    for name, setting in SETTINGS.items():
        traits: dict[str, Any] = {"metavar": "X", "type": float, "help": _help(setting)}
        if choices := choices_of(name):
            traits |= {"metavar": None, "type": str, "choices": choices}
        elif setting.whole:
            traits |= {"metavar": "N", "type": int}
        elif isinstance(getattr(TrainingConfig, name), str):
            traits |= {"metavar": "NAME", "type": str}
        elif setting.low is None:
            traits = {"action": argparse.BooleanOptionalAction, "help": _help(setting)}
        parser.add_argument(f"--{name.replace('_', '-')}", **traits)


def _help(setting: Setting) -> str:
    choices = (setting.choices or {}).items()
    meanings = [text if text.startswith(value) else f"{value}: {text}" for value, text in choices]
    return "; ".join([setting.help.removesuffix("."), *meanings])


def run(options: argparse.Namespace) -> int:
    """Train, continue, queue or forecast a run."""
    plan = None if options.resume else _plan(options)
    if plan and options.dry_run:
        return _forecast(plan, options.json)
    if plan and options.queue:
        return _enqueue(plan)
    show = console.training_progress(quiet=bool(options.plan))
    stop = StopRequest()
    with stop:
        if plan is None:
            _refuse_settings(options)
            run = execute.resume(
                options.resume, options.name or "", on_progress=show, should_stop=stop
            )
        elif options.plan:
            work = Path(options.plan).parent
            run = execute.train(plan, work=work, on_progress=show, should_stop=stop)
        else:
            run = execute.train(plan, on_progress=show, should_stop=stop)
    print(console.trained(run))
    return CANCELLED if run.status == store.PARTIAL else 0


def _refuse_settings(options: argparse.Namespace) -> None:
    """ConfigError if `--resume` comes with settings that the interrupted training already has."""
    settings = [field.name for field in fields(TrainingConfig)]
    given_feeds = ("benign", "dga", "feed", "trial", "curated")
    others = (*given_feeds, "base", "plan", "dry_run", "queue", *settings)
    given = [name for name in others if getattr(options, name, None)]
    if given:
        raise ConfigError(
            "--resume uses the feeds and settings that the training was started with; "
            f"leave out --{given[0].replace('_', '-')}"
        )


def _enqueue(plan: TrainingPlan) -> int:
    from dga.jobs import queue

    queue.add(plan)
    queue.tend()
    print(f"{plan.name} is queued; 'dga queue' lists the queue")
    return 0


def _forecast(plan: TrainingPlan, as_json: bool) -> int:
    """Print what a training would learn from and how long it would take."""
    from dga.jobs import forecast, throughput

    os.nice(2)  # yield to trainings and scoring
    expected = forecast.forecast(plan)
    if as_json:
        print(json.dumps(expected.to_json()))
        return 0
    device = "cpu" if plan.config.device == "auto" else plan.config.device
    print(console.forecast(expected, devices.cpu().about))
    config = plan.resolved_config()
    time = forecast.estimate(expected, config, throughput.expected(config, device))
    if time:
        print(f"{time.about} on this {device.partition(':')[0].upper()}")
    return 0


def _plan(options: argparse.Namespace) -> TrainingPlan:
    if options.plan:
        return _read_plan(Path(options.plan))
    given = {f.name: getattr(options, f.name, None) for f in fields(TrainingConfig)}
    config = TrainingConfig(**{name: value for name, value in given.items() if value is not None})
    feeds = _specs(options.benign, BENIGN) + _specs(options.dga, DGA) + _specs(options.feed, None)
    if not feeds:
        raise ConfigError("no feeds to train on; give --benign FILE and --dga FILE")
    return TrainingPlan(
        name=store.check_name(options.name or store.fresh_name(config.architecture)),
        config=config,
        feeds=feeds,
        trial=_specs(options.trial, None),
        curated=_specs(options.curated, BENIGN),
        base=options.base,
    )


def _read_plan(path: Path) -> TrainingPlan:
    try:
        return TrainingPlan.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not a training plan ({error})") from None


def _specs(paths: Sequence[str], label: str | None) -> tuple[FeedSpec, ...]:
    for path in paths:
        if not Path(path).is_file():
            raise ConfigError(f"{path}: file not found; give the path of a feed")
    return tuple(FeedSpec(path=str(Path(path).resolve()), label=label) for path in paths)
