"""A training plan to its data: read the feeds, split the dataset, widen the training part.

A training and its forecast both use it. Imports no Keras; writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.config import ARCHITECTURES, FeedSpec, ResolvedConfig, TrainingPlan
from dga.datasets import augmentation, dataset, feeds, replay
from dga.datasets.dataset import Dataset, Former
from dga.errors import DatasetError
from dga.progress import OnProgress, Progress, ignore
from dga.schema import BENIGN, DGA, LABEL, REGISTERED_NAME

MADE_UP_NAMES = 150_000  # whose n-grams a second look counts, at most
COMPOSED_SHARE = 0.45  # composed names in the calibration, as a share of the curated ones


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
    JSON-ready: the counts of each of the plan's feeds (`feeds`, `trial`, `curated`), the names
    of each class and family (`balance`), and what the base run has learnt from (`before`, as in
    `replay.counts`, and the trial names that were left out).
    """

    data: Dataset
    trial: pd.DataFrame | None
    facts: dict[str, list[dict[str, Any]]]

    def reserved(self) -> set[str]:
        """The names that augmentation must not add to the training part."""
        trial = () if self.trial is None else self.trial[dataset.NAME]
        return {*self.data.frame[dataset.NAME], *trial, *self.data.curated.get(dataset.NAME, ())}


@dataclass(frozen=True, kw_only=True)
class CalibrationData:
    """What a trained network is calibrated on; the network has learnt from none of its names.

    `listed`: the validation part, in the dataset's columns, with `weights` (listed,). `curated`:
    benign names that people wrote down. `composed`: benign names composed of words. `unseen`:
    generated names that stand for the families that no feed holds. A second look counts the n-grams
    of `ngrams_of`, the benign names of the training part, and of `made_up`, names of synthetic
    generators; both are empty for an architecture without one. `continued`: the network continues
    from a run.
    """

    listed: pd.DataFrame
    weights: npt.NDArray[np.float32]
    curated: list[str] = field(default_factory=list)
    composed: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    ngrams_of: list[str] = field(default_factory=list)
    made_up: list[str] = field(default_factory=list)
    continued: bool = False

    @property
    def known(self) -> int:
        """How many of `names` are of the lists, curated or composed."""
        return len(self.listed) + len(self.curated) + len(self.composed)

    def names(self) -> list[str]:
        """The names to score: listed, curated, composed, unseen, in this order."""
        return [*self.listed[dataset.NAME], *self.curated, *self.composed, *self.unseen]

    def is_dga(self) -> npt.NDArray[np.bool_]:
        """The classes of the listed names (listed,)."""
        return np.asarray(self.listed[LABEL] == DGA, dtype=np.bool_)


@dataclass(frozen=True)
class LearningParts:
    """What a network learns from, stops on and is calibrated on; columns as in the dataset.

    `train`: the training part with the names that augmentation adds; of what a base run has learnt
    from only a share. `weights` (train,): what each of these weighs in the loss. `learnt`: the
    registered names of all that the run learns from or is calibrated on; `validated`: those of them
    that no gradient step sees.
    """

    train: pd.DataFrame
    weights: npt.NDArray[np.float32]
    validation: pd.DataFrame
    calibration: CalibrationData
    learnt: pd.Series[str]
    validated: list[str]


def prepare(
    plan: TrainingPlan,
    config: ResolvedConfig,
    on_progress: OnProgress = ignore,
    former: Former | None = None,
) -> PreparedData:
    """Read a plan's feeds and build its dataset; FeedError or DatasetError.

    `config`: the plan's settings, resolved. `former`: what its base run has learnt from.
    """
    on_progress(Progress(phase="feeds", message="reading the feeds"))
    read, trial, curated = map(read_feeds, (plan.feeds, plan.trial, plan.curated))
    on_progress(Progress(phase="dataset", message="building the dataset"))
    held = _trial_names(trial, config) if trial.frames else None
    exclude = set() if held is None else set(held[REGISTERED_NAME])
    data = dataset.build(read.frames, config, exclude, read.corrections, curated.frames, former)
    before = []
    if former:
        before = replay.counts(data.part(dataset.TRAIN), config)
        on_progress(Progress(phase="dataset", message=replay.about(before)))
    if former and held is not None:
        held, known = _not_learnt(held, former)
        before.append({"part": "trial", "left_out": known})
    if data.cleaning:
        left_out = data.cleaning.to_json()["left_out"]
        on_progress(Progress(phase="dataset", message=f"dropped {left_out:,} doubtful names"))
    facts = {
        "feeds": read.facts,
        "trial": trial.facts,
        "curated": curated.facts,
        "balance": dataset.balance(data.frame).to_dict("records"),
        "before": before,
    }
    return PreparedData(data, held, facts)


def learning_parts(prepared: PreparedData, config: ResolvedConfig) -> LearningParts:
    """Widen the training part as the settings say, and gather what the calibration needs."""
    data = prepared.data
    learnt = replay.replayed(data.part(dataset.TRAIN), config)
    train = augmentation.widened(learnt, config, prepared.reserved())
    apart = [data.part(dataset.VALIDATION), data.curated_part(dataset.VALIDATION)]
    return LearningParts(
        train=train,
        weights=dataset.loss_weights(train, config),
        validation=data.part(dataset.VALIDATION),
        calibration=calibration_data(data, config),
        learnt=pd.concat([data.learnt_from(), train])[REGISTERED_NAME],
        validated=pd.concat(apart)[REGISTERED_NAME].tolist(),
    )


def calibration_data(data: Dataset, config: ResolvedConfig) -> CalibrationData:
    """The validation part and the names beside it that the architecture's calibration needs."""
    listed, train = data.part(dataset.VALIDATION), data.part(dataset.TRAIN)
    curated = data.curated_part(dataset.VALIDATION)[dataset.NAME].tolist()
    looks_twice = ARCHITECTURES[config.architecture].second_look
    benign = train.loc[train[LABEL] == BENIGN, dataset.NAME]
    return CalibrationData(
        listed=listed,
        weights=dataset.weights(listed, config.balance),
        curated=curated,
        composed=augmentation.composed_beside(listed, config, round(COMPOSED_SHARE * len(curated))),
        unseen=augmentation.unseen(listed, config, data.frame[dataset.NAME]),
        ngrams_of=benign.tolist() if looks_twice else [],
        made_up=augmentation.made_up(train, config, MADE_UP_NAMES) if looks_twice else [],
        continued=dataset.BEFORE in train,
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


def _trial_names(trial: LoadedFeeds, config: ResolvedConfig) -> pd.DataFrame:
    merged = pd.concat(trial.frames, ignore_index=True)
    named, _ = dataset.named(merged, config.scope)
    held = named.drop_duplicates([dataset.NAME]).reset_index(drop=True)
    if held.empty:
        raise DatasetError("the trial files contain no domain; give labelled files or none")
    return held


def _not_learnt(trial: pd.DataFrame, former: Former) -> tuple[pd.DataFrame, int]:
    """The trial names that the base run has not learnt from, and how many it has."""
    known = former.parts(trial[REGISTERED_NAME].tolist()) != ""
    if known.all():
        raise DatasetError(
            "the base run has learnt from every name of the trial files; give other trial files, "
            "or start a new run"
        )
    return trial[~known].reset_index(drop=True), int(known.sum())
