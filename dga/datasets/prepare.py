"""A training plan to its data: read the feeds, split the dataset, widen the training part.

A training and its forecast both use it. Imports no Keras; writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.datasets import augmentation, dataset, feeds
from dga.datasets.dataset import Dataset
from dga.errors import DatasetError
from dga.progress import OnProgress, Progress, ignore
from dga.schema import REGISTERED_NAME

COMPOSED_SHARE = 0.3  # composed names in the calibration, as a share of the curated ones


@dataclass(frozen=True)
class LoadedFeeds:
    """The labelled frames of feeds, corrections separately, and each feed's counts."""

    frames: list[pd.DataFrame]
    corrections: list[pd.DataFrame]
    facts: list[dict[str, Any]]


@dataclass(frozen=True)
class PreparedData:
    """The data of a plan.

    `trial`: the trial names in the dataset's columns, None if the plan has none. `facts`,
    JSON-ready: the counts of each of the plan's feeds (`feeds`, `trial`, `curated`), and the names
    of each class and family (`balance`).
    """

    data: Dataset
    trial: pd.DataFrame | None
    facts: dict[str, list[dict[str, Any]]]

    def reserved(self) -> set[str]:
        """The names that augmentation must not add to the training part."""
        trial = () if self.trial is None else self.trial[dataset.NAME]
        return {*self.data.frame[dataset.NAME], *trial, *self.data.curated.get(dataset.NAME, ())}


@dataclass(frozen=True)
class LearningParts:
    """What a network learns from and is calibrated on; columns as in the dataset.

    `train`: the training part with the names that augmentation adds. `unseen`, `composed`: names
    for the calibration on `validation` (`calibration_names`).
    """

    train: pd.DataFrame
    validation: pd.DataFrame
    unseen: list[str]
    composed: list[str]


def prepare(plan: TrainingPlan, on_progress: OnProgress = ignore) -> PreparedData:
    """Read a plan's feeds and build its dataset; FeedError or DatasetError."""
    on_progress(Progress(phase="feeds", message="reading the feeds"))
    read, trial, curated = map(read_feeds, (plan.feeds, plan.trial, plan.curated))
    on_progress(Progress(phase="dataset", message="building the dataset"))
    held = _trial_names(trial, plan) if trial.frames else None
    exclude = set() if held is None else set(held[REGISTERED_NAME])
    data = dataset.build(read.frames, plan.config, exclude, read.corrections, curated.frames)
    if data.cleaning:
        left_out = data.cleaning.to_json()["left_out"]
        on_progress(Progress(phase="dataset", message=f"dropped {left_out:,} doubtful names"))
    facts = {
        "feeds": read.facts,
        "trial": trial.facts,
        "curated": curated.facts,
        "balance": dataset.balance(data.frame).to_dict("records"),
    }
    return PreparedData(data, held, facts)


def learning_parts(prepared: PreparedData, config: TrainingConfig) -> LearningParts:
    """Widen the training part as the settings say, and make the unseen names."""
    data = prepared.data
    unseen, composed = calibration_names(data, config)
    return LearningParts(
        train=augmentation.widened(data.part(dataset.TRAIN), config, prepared.reserved()),
        validation=data.part(dataset.VALIDATION),
        unseen=unseen,
        composed=composed,
    )


def calibration_names(data: Dataset, config: TrainingConfig) -> tuple[list[str], list[str]]:
    """Names that the calibration needs beside the validation part: generated names of families
    that no feed holds, and benign names composed of words."""
    validation = data.part(dataset.VALIDATION)
    curated = len(data.curated_part(dataset.VALIDATION))
    return (
        augmentation.unseen(validation, config, data.frame[dataset.NAME]),
        augmentation.composed_beside(validation, config, round(COMPOSED_SHARE * curated)),
    )


def read_feeds(specs: tuple[FeedSpec, ...]) -> LoadedFeeds:
    """Read feeds to labelled frames and count what each holds; FeedError."""
    loaded = LoadedFeeds([], [], [])
    for spec in specs:
        feed = feeds.read_feed(Path(spec.path), label=spec.label, format=spec.format)
        corrects = feeds.is_corrections(Path(spec.path))
        (loaded.corrections if corrects else loaded.frames).append(feed.frame)
        loaded.facts.append(
            {
                "feed": feed.name,
                "format": feed.format,
                "label": spec.label,
                "rows": feed.rows,
                "names": len(feed.frame),
                "problems": len(feed.problems),
            }
        )
    return loaded


def _trial_names(trial: LoadedFeeds, plan: TrainingPlan) -> pd.DataFrame:
    merged = pd.concat(trial.frames, ignore_index=True)
    named, _ = dataset.named(merged, plan.config.scope)
    held = named.drop_duplicates([dataset.NAME]).reset_index(drop=True)
    if held.empty:
        raise DatasetError("the trial files contain no domain; give labelled files or none")
    return held
