"""One training as a whole: feeds, dataset, network, calibration, evaluation, a finished run.

Runs in a child process (it imports Keras); reports through `on_progress` and writes only into
the work folder it is given.
"""

from __future__ import annotations

import csv
import platform
import sys
import time
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from dga import (
    __version__,
    augmentation,
    dataset,
    devices,
    examples,
    feeds,
    judging,
    review,
    runs,
    training,
    updating,
)
from dga.config import ARCHITECTURES, FeedSpec, TrainingPlan
from dga.encoding import CharEncoder
from dga.errors import DatasetError
from dga.progress import OnProgress, Progress, ShouldStop
from dga.runs import Run

LIBRARIES = ("tensorflow", "keras", "onnxruntime", "numpy", "pandas", "scikit-learn")


@dataclass(frozen=True)
class Read:
    """The feeds of a plan: their labelled frames, those of corrected labels apart, and what each
    held, JSON-ready."""

    frames: list[pd.DataFrame]
    corrections: list[pd.DataFrame]
    facts: list[dict[str, Any]]


def train(
    plan: TrainingPlan, work: Path, *, on_progress: OnProgress, should_stop: ShouldStop
) -> Run:
    """Carry out a plan in a work folder made by `runs.create`; returns the finished run."""
    started = time.time()
    device = devices.choose(plan.config.device)
    tell = _telling(on_progress, device.removeprefix("/").lower())
    tell(Progress(phase="feeds", message="reading the feeds"))
    read, trial = read_feeds(plan.feeds), read_feeds(plan.trial)
    tell(Progress(phase="dataset", message="making the dataset"))
    data, trial_data = _datasets(plan, read, trial)
    with _on(device):
        held = set() if trial_data is None else set(trial_data[dataset.NAME])
        trained, encoder, classes = _fit(plan, work, data, held, tell, should_stop)
    tell(Progress(phase="evaluation", message="exporting and evaluating"))
    metrics = judging.judge(plan, work, trained, encoder, classes, data, trial_data)
    runs.write_json(work / runs.METRICS_FILE, metrics)
    _write_history(work / runs.HISTORY_FILE, trained.history)
    config = _record(plan, read, trial, data, trained, device, started)
    runs.write_json(work / runs.CONFIG_FILE, config)
    run = runs.finish(work)
    on_end = "partial" if trained.partial else "done"
    on_progress(Progress(phase=on_end, message=f"run {run.name}", elapsed=time.time() - started))
    return run


def read_feeds(specs: tuple[FeedSpec, ...]) -> Read:
    """Read feeds to labelled frames, and tell what each held."""
    read = [
        (spec, feeds.read_feed(Path(spec.path), label=spec.label, format=spec.format))
        for spec in specs
    ]
    facts = [
        {
            "feed": feed.name,
            "format": feed.format,
            "label": spec.label,
            "rows": feed.rows,
            "names": len(feed.frame),
            "problems": len(feed.problems),
        }
        for spec, feed in read
    ]
    parts: dict[bool, list[pd.DataFrame]] = {True: [], False: []}
    for spec, feed in read:
        parts[review.is_feed(Path(spec.path))].append(feed.frame)
    return Read(parts[False], parts[True], facts)


def _telling(on_progress: OnProgress, device: str) -> OnProgress:
    return lambda progress: on_progress(replace(progress, device=device))


def _on(device: str) -> Any:
    import tensorflow as tf

    return tf.device(device)


def _datasets(
    plan: TrainingPlan, read: Read, trial: Read
) -> tuple[dataset.Dataset, pd.DataFrame | None]:
    """The dataset, and the trial names as a frame of the same columns where the plan has any."""
    if not trial.frames:
        return dataset.build(read.frames, plan.config, (), read.corrections), None
    merged = pd.concat(trial.frames, ignore_index=True)
    named, _ = dataset.named(merged, plan.config.scope)
    held = named.drop_duplicates([dataset.NAME]).reset_index(drop=True)
    if held.empty:
        raise DatasetError("the trial files hold no domain; give labelled files or leave them out")
    exclude = set(held["registered_name"])
    return dataset.build(read.frames, plan.config, exclude, read.corrections), held


def _fit(
    plan: TrainingPlan,
    work: Path,
    data: dataset.Dataset,
    held: set[str],
    tell: OnProgress,
    should_stop: ShouldStop,
) -> tuple[training.Trained, CharEncoder, list[str]]:
    """Train; `held` are the names that no made-up generator may hit upon."""
    config = plan.config
    encoder = CharEncoder(
        max_length=config.max_length, side=ARCHITECTURES[config.architecture].side
    )
    classes = examples.classes_for(data.part(dataset.TRAIN), config)
    base = runs.open_run(plan.base, work.parent) if plan.base else None
    if base is not None:
        updating.check(base, config)
        classes = updating.merged_classes(base.bundle().classes, classes)
    if config.task != "binary" and len(classes) < 2:
        raise DatasetError(
            f"the {config.task} task needs families of at least {config.min_family} names; "
            "lower --min-family or give a feed that names families"
        )
    part = augmentation.widened(
        data.part(dataset.TRAIN),
        config,
        held | set(data.frame[dataset.NAME]),
    )
    classes = updating.merged_classes(classes, examples.classes_for(part, config))
    trained = training.fit(
        examples.examples(part, encoder, classes, config),
        examples.examples(data.part(dataset.VALIDATION), encoder, classes, config),
        encoder,
        classes,
        config,
        on_progress=tell,
        should_stop=should_stop,
        model=updating.grown(base, encoder, classes, config) if base else None,
        path=work / runs.CHECKPOINT_FILE,
    )
    return trained, encoder, classes


def _write_history(path: Path, history: list[dict[str, float]]) -> None:
    names = list(dict.fromkeys(name for row in history for name in row)) or ["epoch"]
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(history)


def _record(
    plan: TrainingPlan,
    read: Read,
    trial: Read,
    data: dataset.Dataset,
    trained: training.Trained,
    device: str,
    started: float,
) -> dict[str, Any]:
    """The run's config.json: settings, feeds, environment, how it went."""
    return {
        "format_version": runs.FORMAT_VERSION,
        "name": plan.name,
        "status": runs.PARTIAL if trained.partial else runs.COMPLETE,
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "seconds": round(time.time() - started, 1),
        "batches": trained.batches,
        "parameters": int(trained.model.count_params()),
        "config": plan.config.resolved().to_json(),
        "base": plan.base,
        "feeds": read.facts,
        "trial": trial.facts,
        "balance": dataset.balance(data.frame).to_dict("records"),
        "environment": _environment(device),
    }


def _environment(device: str) -> dict[str, Any]:
    def of(library: str) -> str | None:
        try:
            return version(library)
        except PackageNotFoundError:
            return None

    return {
        "dga": __version__,
        "python": sys.version.split()[0],
        "platform": platform.platform(),
        "device": device.removeprefix("/").lower(),
        "processor": devices.cpu().about,
        "threads": devices.threads(),
        **{library: of(library) for library in LIBRARIES},
    }
