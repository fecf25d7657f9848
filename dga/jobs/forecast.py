"""Forecast what a training would learn from and how long it would take.

Reads the feeds and builds the dataset as a training does; trains nothing and does not import
TensorFlow.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from dga.config import ResolvedConfig, TrainingPlan
from dga.datasets import augmentation, dataset, replay
from dga.datasets.prepare import prepare
from dga.errors import FeedError
from dga.jobs.throughput import Rate
from dga.runs import learnt_names, store
from dga.schema import DGA, FAMILY, LABEL, UNKNOWN_FAMILY

CONFLICTS_SHOWN = 20
SPLITS = (dataset.TRAIN, dataset.VALIDATION, dataset.TEST)
START_SECONDS = (8.0, 20.0)  # loading TensorFlow, compiling
EVALUATED = (60_000.0, 8_000.0)  # names a second when exporting and evaluating
READING = (0.8, 1.6)  # times the forecast's own time for reading and splitting


@dataclass(frozen=True)
class Forecast:
    """What the split of a training will hold; plain JSON values.

    `counts`: as in `dataset.Dataset.counts`. `families`: rows with label, family, train,
    validation, test. `conflicts`: some of the names labelled both ways. `learnt`: names per epoch,
    added ones included; `known`: families that get a class. `seconds`: the time for reading and
    splitting.
    """

    counts: dict[str, int]
    families: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]
    learnt: int
    known: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The forecast as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Estimate:
    """How long a training takes, in seconds, and whether trainings like it were measured here."""

    low: float
    high: float
    measured: bool

    @property
    def about(self) -> str:
        """The range in words.

        >>> Estimate(530, 830, True).about, Estimate(31, 58, True).about
        ('about 9 to 14 minutes', 'about 30 to 60 seconds')
        """
        unit, name, step = next(
            (unit, name, step)
            for unit, name, step in ((3600, "hours", 0.5), (60, "minutes", 1), (1, "seconds", 10))
            if self.high >= 1.5 * unit or unit == 1
        )
        low, high = (max(step, round(one / unit / step) * step) for one in (self.low, self.high))
        return f"about {low:g} to {max(high, low + step):g} {name}"


def forecast(plan: TrainingPlan) -> Forecast:
    """Prepare the data of a plan as its training does, and count it.

    Raises FeedError and DatasetError as the training would.
    """
    started = time.perf_counter()
    if not plan.feeds:
        raise FeedError("no feed was chosen; choose at least one benign and one DGA feed")
    former = learnt_names.former(store.open_run(plan.base)) if plan.base else None
    # Without cleaning, which takes longer than anyone would wait for a forecast.
    own = replace(plan.resolved_config(), cleaning=False)
    data = prepare(plan, own, former=former).data
    families = _families(data.frame)
    part = replay.replayed(data.part(dataset.TRAIN), own)
    train = len(part)
    made = augmentation.generated_counts(part, own.generated_share)
    invented = round(own.invented_share * train)
    invented += round(own.resuffixed_share * train)
    added = augmentation.hosted_count(part, own.hosted_share)
    added += augmentation.composed_count(part, own.composed_share)
    return Forecast(
        counts=data.counts(),
        families=families.to_dict("records"),
        conflicts=data.conflicts.head(CONFLICTS_SHOWN).to_dict("records"),
        learnt=train + invented + sum(made.values()) + added,
        known=len(_known(families, made, plan)),
        seconds=time.perf_counter() - started,
    )


def _known(families: pd.DataFrame, made: Mapping[str, int], plan: TrainingPlan) -> set[str]:
    """The families that get a class: large enough, counting added names, or in the base run."""
    named = families[(families[LABEL] == DGA) & (families[FAMILY] != "")]
    sizes = dict(zip(named[FAMILY], named[dataset.TRAIN], strict=True))
    known = {
        name for name, size in sizes.items() if size + made.get(name, 0) >= plan.config.min_family
    }
    if plan.base:
        known |= set(store.open_run(plan.base).bundle().families)
    return known - {UNKNOWN_FAMILY}


def estimate(told: Forecast, config: ResolvedConfig, rates: Sequence[Rate]) -> Estimate | None:
    """The duration of a training from this machine's rates; None without any rate."""
    found = [rate for rate in rates if rate.measured] or list(rates)
    if not found:
        return None
    names = learning(told, config)
    slow, fast = min(rate.low for rate in found), max(rate.high for rate in found)
    apart = told.counts[dataset.VALIDATION] + told.counts[dataset.TEST]
    low, high = (
        START_SECONDS[end] + READING[end] * told.seconds + names / speed + apart / EVALUATED[end]
        for end, speed in ((0, fast), (1, slow))
    )
    return Estimate(low, high, found[0].measured)


def learning(told: Forecast, config: ResolvedConfig) -> int:
    """How many names are trained on over all epochs, repetitions included."""
    whole = told.learnt * config.epochs
    if config.max_batches is None:
        return whole
    return min(told.learnt, config.batch_size) * config.max_batches


def _families(frame: pd.DataFrame) -> pd.DataFrame:
    """Names by class, family and part; largest first."""
    counted = frame.groupby([LABEL, FAMILY, dataset.SPLIT]).size().unstack(fill_value=0)
    counted = counted.reindex(columns=list(SPLITS), fill_value=0)
    order = counted.sum(axis=1).sort_values(ascending=False, kind="stable").index
    return counted.loc[order].reset_index().rename_axis(columns=None)
