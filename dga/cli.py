"""The command line, a contract for scripts: parses, calls the core, prints. The only printing room.

Exit status: 0 done, 1 a user's error (one sentence on standard error), 130 cancelled.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from dga import console, run_commands
from dga.arguments import parser
from dga.columns import BENIGN, DGA
from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.errors import ConfigError, DGAError, told

CANCELLED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = parser(COMMANDS).parse_args(arguments)
    try:
        status = int(options.command(options) or 0)
        sys.stdout.flush()
        return status
    except DGAError as error:
        print(f"error: {console.harmless(str(error))}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"error: {console.harmless(told(error))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("cancelled", file=sys.stderr)
        return CANCELLED


def devices(options: argparse.Namespace) -> None:
    """List what this machine can train on."""
    from dga import devices as found

    for device in found.devices():
        memory = f"{device.memory / 2**30:.1f} GiB" if device.memory else "memory unknown"
        threads = f", {device.threads} threads" if device.threads else ""
        text = f"{device.name}: {device.about}{threads}, {memory}"
        print(json.dumps(device.to_json()) if options.json else text)


def train(options: argparse.Namespace) -> int:
    """Train a run, in this process; the page starts this same command in a child process."""
    from dga import jobs, runs

    if options.resume:
        return _resume(options)
    plan = _plan(options)
    root = runs.models_folder()
    if options.dry_run:
        return run_commands.dry_run(plan, options.json)
    if options.queue:
        return run_commands.enqueue(plan)
    with jobs.lock(root, plan.name):
        if options.plan:
            work = Path(options.plan).parent
        else:
            work = runs.create(plan.name, root)
            runs.write_json(work / runs.PLAN_FILE, plan.to_json())
        return _train(plan, work, quiet=bool(options.plan))


def score(options: argparse.Namespace) -> int:
    """Score a file into another."""
    from dga import scoring
    from dga.scoring import Scorer

    bundle = _bundle(options.run)
    scorer = Scorer(bundle, _threshold(options, bundle))
    target = Path(options.output)
    stop = _Stop()
    with stop:
        summary = scoring.score_table(
            sys.stdin.buffer if options.file == "-" else Path(options.file),
            target,
            scorer,
            name="standard input" if options.file == "-" else options.file,
            column=options.column,
            stream=sys.stdout if options.output == "-" else None,
            on_progress=console.scoring_progress(),
            should_stop=stop,
        )
    console.summary(summary)
    return CANCELLED if summary.partial else 0


def lookup(options: argparse.Namespace) -> None:
    """Score names given on the command line."""
    from dga.scoring import Scorer

    bundle = _bundle(options.run)
    scorer = Scorer(bundle, _threshold(options, bundle))
    # An argument need not be text: bytes that are none become U+FFFD, which is told as a problem.
    texts = [os.fsencode(text).decode("utf-8", "replace") for text in options.domain]
    for verdict in scorer.verdicts(texts):
        print(json.dumps(verdict.to_json()) if options.json else console.sentence(verdict))


def evaluate(options: argparse.Namespace) -> None:
    """Metrics and the family table of a labelled file, scored with a run."""
    from dga import measuring

    metrics = measuring.measure(Path(options.file), _bundle(options.run), label=options.label)
    print(json.dumps(metrics) if options.json else console.metrics(metrics))


def fetch(options: argparse.Namespace) -> None:
    """Download public lists into the data folder."""
    from dga import fetch as fetching

    folder = Path(options.folder) if options.folder else fetching.data_folder()
    for source in options.source:
        show = console.fetch_progress(source)
        print(fetching.fetch(source, folder, on_progress=show))


def generate(options: argparse.Namespace) -> None:
    """Print names of a DGA family, made by the package's own generator."""
    from dga import generators

    day = options.date or generators.DEFAULT_DATE
    names = generators.generate(options.family, options.count, date=day, seed=options.seed)
    print("\n".join(names))


def preview(options: argparse.Namespace) -> None:
    """Show what a feed holds: format, counts, first rows, problems."""
    from dga import feeds

    print(console.preview(feeds.preview(Path(options.file))))


class _Stop:
    """True once Ctrl-C was pressed or the job's cancel file appeared; a second Ctrl-C ends all."""

    def __init__(self, file: Path | None = None) -> None:
        self.pressed, self.file = False, file

    def __call__(self) -> bool:
        return self.pressed or (self.file is not None and self.file.exists())

    def __enter__(self) -> _Stop:
        self.before = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self.before)

    def _press(self, *_: object) -> None:
        if self.pressed:
            raise KeyboardInterrupt
        self.pressed = True


def _train(plan: TrainingPlan, work: Path, quiet: bool) -> int:
    from dga import devices as machine
    from dga import progress, runs
    from dga.progress import Progress

    (work / runs.PID_FILE).write_text(str(os.getpid()), encoding="utf-8")
    machine.quiet()
    show = console.training_progress(quiet)

    def on_progress(snapshot: Progress) -> None:
        folder = work if work.is_dir() else work.parent / plan.name
        progress.append(folder / runs.PROGRESS_FILE, snapshot)
        show(snapshot)

    stop = _Stop(work / runs.CANCEL_FILE)
    try:
        with stop:
            from dga import pipeline  # after `quiet`: it imports TensorFlow

            run = pipeline.train(plan, work, on_progress=on_progress, should_stop=stop)
    except BaseException as error:
        reason = str(error) or type(error).__name__
        on_progress(Progress(phase="failed", message=reason))
        raise
    print(console.trained(run))
    return CANCELLED if run.status == runs.PARTIAL else 0


def _resume(options: argparse.Namespace) -> int:
    """Go on with an interrupted or cancelled training, with the plan that it was started with."""
    from dga import jobs, resuming, runs

    settings = [field.name for field in fields(TrainingConfig)]
    others = ("benign", "dga", "feed", "trial", "base", "plan", "dry_run", "queue", *settings)
    given = [name for name in others if getattr(options, name, None)]
    if given:
        raise ConfigError(
            "--resume goes on with the feeds and settings that the training was started with; "
            f"leave out --{given[0].replace('_', '-')}"
        )
    root = runs.models_folder()
    name = resuming.name_of(options.resume, root, options.name or "")
    with jobs.lock(root, name):
        work = resuming.prepare(options.resume, root, name)
        return _train(resuming.read_plan(work), work, quiet=False)


def _plan(options: argparse.Namespace) -> TrainingPlan:
    from dga import runs

    if options.plan:
        return _read_plan(Path(options.plan))
    given = {f.name: getattr(options, f.name, None) for f in fields(TrainingConfig)}
    config = TrainingConfig(**{name: value for name, value in given.items() if value is not None})
    feeds = _specs(options.benign, BENIGN) + _specs(options.dga, DGA) + _specs(options.feed, None)
    if not feeds:
        raise ConfigError("no feed to train on; give --benign FILE and --dga FILE")
    return TrainingPlan(
        name=runs.check_name(options.name or runs.fresh_name(config.architecture)),
        config=config,
        feeds=feeds,
        trial=_specs(options.trial, None),
        base=options.base,
    )


def _read_plan(path: Path) -> TrainingPlan:
    try:
        return TrainingPlan.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: no training plan ({error})") from None


def _specs(paths: Sequence[str], label: str | None) -> tuple[FeedSpec, ...]:
    for path in paths:
        if not Path(path).is_file():
            raise ConfigError(f"{path}: no such file; give the path of a feed")
    return tuple(FeedSpec(path=str(Path(path).resolve()), label=label) for path in paths)


def _bundle(name: str | None) -> Any:
    from dga import runs

    return (runs.open_run(name) if name else runs.active_run()).bundle()


def _threshold(options: argparse.Namespace, bundle: Any) -> float:
    if options.threshold is not None:
        if not 0 <= options.threshold <= 1:
            raise ConfigError(f"--threshold must be from 0 to 1, got {options.threshold:g}")
        return float(options.threshold)
    return float(bundle.threshold(options.fpr))


COMMANDS = {
    "devices": devices,
    "train": train,
    "score": score,
    "lookup": lookup,
    "evaluate": evaluate,
    "runs": run_commands.runs,
    "queue": run_commands.queue,
    "fetch": fetch,
    "generate": generate,
    "preview": preview,
}
