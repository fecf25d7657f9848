"""Train a run from Python, in the calling process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dga.api.detector import Detector
from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.errors import ConfigError
from dga.jobs import execute
from dga.progress import OnProgress, ShouldStop, ignore, never
from dga.runs import store
from dga.schema import BENIGN, DGA

Files = Sequence[str | Path]


def train(
    *,
    benign: Files = (),
    dga: Files = (),
    feeds: Files = (),
    trial: Files = (),
    curated: Files = (),
    name: str | None = None,
    base: str = "",
    on_progress: OnProgress = ignore,
    should_stop: ShouldStop = never,
    **settings: Any,
) -> Detector:
    """Train a run and return its detector. Needs the extra `train` (TensorFlow).

    `benign`, `dga`: files of names of one class; `feeds`: files that label their own rows; `trial`:
    labelled files that are held out and measured instead of the test part; `curated`: hand-picked
    benign names on which thresholds are chosen. `name`: the run's name, by default made from
    architecture and time. `base`: a run to continue from. `settings`: any field of
    `dga.config.TrainingConfig`, such as `architecture`, `epochs`.

    Raises ConfigError for settings out of range, FeedError and DatasetError for unusable feeds,
    RunError for a name that is taken, JobError while another training runs.
    """
    config = TrainingConfig.from_json(settings)
    specs = feed_specs(benign, BENIGN) + feed_specs(dga, DGA) + feed_specs(feeds, None)
    if not specs:
        raise ConfigError("no feeds to train on; give files of benign and of generated names")
    plan = TrainingPlan(
        name=store.check_name(name or store.fresh_name(config.architecture)),
        config=config,
        feeds=specs,
        trial=feed_specs(trial, None),
        base=base,
        curated=feed_specs(curated, BENIGN),
    )
    run = execute.train(plan, on_progress=on_progress, should_stop=should_stop)
    return Detector(run.bundle())


def feed_specs(paths: Files, label: str | None) -> tuple[FeedSpec, ...]:
    """Feed specifications of files; ConfigError names a missing file."""
    if isinstance(paths, (str, Path)):
        raise TypeError(f"a list of files is expected, got {str(paths)!r}; put it in a list")
    for path in paths:
        if not Path(path).is_file():
            raise ConfigError(f"{path}: file not found; give the path of a feed")
    return tuple(FeedSpec(path=str(Path(path).resolve()), label=label) for path in paths)
