"""Who stands side by side in a quality table, and on what: lists, our networks, TF-IDF.

Samples and holds out by writing lists of its own to a folder, so that a training reads them as it
reads any. No figure is computed here.
"""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.cli import console
from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.datasets import dataset, feeds
from dga.errors import RunError
from dga.runs import learnt_names, store
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, LABEL, REGISTERED_NAME, SOURCE
from dga.scoring.bundle import ModelBundle

TF_IDF_NAMES = 300_000  # a random part of a larger training part; more change the third digit

Scores = npt.NDArray[np.float32]


class Rival(Protocol):
    """A detector in a table: names to P(dga) (rows,)."""

    def __call__(self, names: Sequence[str]) -> Scores: ...


@dataclass(frozen=True)
class Ours:
    """One of our runs as a rival."""

    bundle: ModelBundle

    def __call__(self, names: Sequence[str]) -> Scores:
        return self.bundle.score(names).score


@dataclass(frozen=True)
class Lists:
    """Where the benign lists and the families lie."""

    benign: tuple[Path, ...]
    dga: Path
    curated: tuple[Path, ...] = ()

    def specs(self) -> tuple[FeedSpec, ...]:
        """The lists as a training takes them."""
        return (
            *(FeedSpec(path=str(path), label=BENIGN) for path in self.benign),
            FeedSpec(path=str(self.dga), label=DGA),
        )

    def curated_specs(self) -> tuple[FeedSpec, ...]:
        """The curated names as a training takes them."""
        return tuple(FeedSpec(path=str(path), label=BENIGN) for path in self.curated)

    def curated_frames(self) -> list[pd.DataFrame]:
        """The labelled frame of each file of curated names."""
        return [feeds.read_feed(path, label=BENIGN).frame for path in self.curated]

    def frames(self) -> list[pd.DataFrame]:
        """The labelled frame of each list."""
        return [feeds.read_feed(Path(s.path), label=s.label).frame for s in self.specs()]


def setting(text: str) -> tuple[str, Any]:
    """A setting on the command line, `name=value`; the value is JSON, else a text."""
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def reduced(lists: Lists, folder: Path, share: float, without: Collection[str] = ()) -> Lists:
    """The lists with a random `share` of their rows (seed 23) and without some families, written
    to a folder under their own names; as they are where nothing is to be left out."""
    if share >= 1 and not without:
        return lists
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for spec in lists.specs():
        frame = feeds.read_feed(Path(spec.path), label=spec.label).frame
        frame = frame[~frame[FAMILY].isin(list(without))]
        frame = frame.sample(frac=share, random_state=23) if share < 1 else frame
        path = folder / f"{Path(spec.path).name.partition('.')[0]}.csv"
        columns = [DOMAIN, FAMILY] if spec.label == DGA else [DOMAIN, SOURCE]
        frame[columns].to_csv(path, index=False, quoting=csv.QUOTE_MINIMAL)
        paths.append(path)
    return Lists(tuple(paths[:-1]), paths[-1], lists.curated)


def trained(name: str, lists: Lists, settings: Mapping[str, Any], root: Path) -> store.Run:
    """The finished run of that name under `root`, trained first where there is none."""
    from dga.training import pipeline

    if (root / name).is_dir():
        return store.open_run(name, root)
    config = TrainingConfig.from_json(dict(settings))
    plan = TrainingPlan(
        name=name, config=config, feeds=lists.specs(), curated=lists.curated_specs()
    )
    tell = console.training_progress(quiet=True)
    work = store.create(name, root)
    return pipeline.train(plan, work, on_progress=tell, should_stop=lambda: False)


def parts(lists: Lists, settings: Mapping[str, Any]) -> dataset.Dataset:
    """The dataset that a training with these settings made of the lists: the same on every call."""
    config = TrainingConfig.from_json(dict(settings)).resolved()
    return dataset.build(lists.frames(), config, curated=lists.curated_frames())


def parts_of_run(run: store.Run, lists: Lists, trial: Sequence[Path]) -> dataset.Dataset:
    """The dataset that the run was trained on.

    Where these files, as they are read today, make another one, the names that the run has learnt
    from are left out of the parts that measure; RunError where the run keeps no record of those.
    """
    config = TrainingConfig.from_json(run.settings).resolved()
    held: set[str] = set()
    if run.config["trial"]:
        frame = pd.concat([feeds.read_feed(path).frame for path in trial])
        held = set(dataset.named(frame, config.scope)[0][REGISTERED_NAME])
    data = dataset.build(lists.frames(), config, held, curated=lists.curated_frames())
    recorded = run.metrics["dataset"]
    if recorded and {key: data.counts().get(key) for key in recorded} == recorded:
        return data
    seen = learnt_names.seen(run, data.frame[REGISTERED_NAME])
    if seen is None:
        raise RunError(f"run {run.name} was not trained on these files, so its test part is not")
    kept = ~seen | (data.frame[dataset.SPLIT] == dataset.TRAIN).to_numpy()
    return replace(data, frame=data.frame[kept])


def tf_idf(train: pd.DataFrame, seed: int = 23) -> Rival:
    """Character 1- to 3-grams, weighed, under logistic regression, both classes weighing alike."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=5, dtype=np.float32),
        LogisticRegression(solver="saga", max_iter=15, tol=1e-3, class_weight="balanced"),
    )
    part = train.sample(min(TF_IDF_NAMES, len(train)), random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fifteen rounds are near enough
        model.fit(part[dataset.NAME], part[LABEL] == DGA)
    return lambda names: model.predict_proba(list(names))[:, 1].astype(np.float32)
