"""One training from its plan to a finished run: data, network, bundle, metrics.

Runs in a child process (it imports Keras); reports through `on_progress` and writes only into
the work folder it is given.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import pandas as pd

from dga import devices
from dga.config import ARCHITECTURES, ResolvedConfig, TrainingPlan
from dga.datasets import dataset, prepare
from dga.datasets.prepare import LearningParts
from dga.errors import DatasetError
from dga.evaluation import evaluate
from dga.networks.grown import Base
from dga.progress import OnProgress, Progress, ShouldStop
from dga.runs import cleaned_names, learnt_names, results, store
from dga.runs.store import Run
from dga.scoring.encoder import CharEncoder
from dga.training import examples, finalize, loop, replicas, warm_start
from dga.training.loop import Trained


def train(
    plan: TrainingPlan, work: Path, *, on_progress: OnProgress, should_stop: ShouldStop
) -> Run:
    """Carry out a plan in a work folder made by `store.create`; returns the finished run.

    Raises FeedError or DatasetError for unusable feeds, ConfigError for a base run that does not
    fit, TrainingError if the loss diverges, BundleError if the export does not score like Keras.
    """
    started = time.time()
    config = plan.resolved_config()
    device = devices.choose(config.device)
    tell = _telling(on_progress, device.removeprefix("/").lower())

    start = warm_start.start(plan.base, work.parent, config, tell)
    prepared = prepare.prepare(plan, config, tell, start.former)
    parts = prepare.learning_parts(prepared, config)
    learnt_names.save(work, parts.learnt, start.run, parts.validated)
    cleaned_names.save(work, prepared.data, start.run)

    train = prepared.data.part(dataset.TRAIN)
    network = _Network.of(config, _classes(start.classes, train, parts.train, config))
    with replicas.scope(device):
        path = work / store.CHECKPOINT_FILE
        trained = network.trained(parts, start.network, path, tell, should_stop)

    tell(Progress(phase="evaluation", message="exporting and evaluating"))
    folder = work / store.BUNDLE_FOLDER
    model = replicas.plain(trained.model)
    stated = network.exported(model, folder, plan.name, start.network)
    bundle, calibrated = finalize.calibrate(folder, stated, parts.calibration)
    metrics, predictions = evaluate.of_run(bundle, prepared.data, prepared.trial)

    told = results.configuration(
        plan,
        config,
        partial=trained.partial,
        device=device,
        started=started,
        batches=trained.batches,
        parameters=int(trained.model.count_params()),
        **prepared.facts,
    )
    run = results.write(
        work,
        config=told,
        metrics=metrics | calibrated.told() | prepared.data.facts(),
        predictions=predictions,
        history=trained.history,
    )
    on_end = "partial" if trained.partial else "done"
    on_progress(Progress(phase=on_end, message=f"run {run.name}", elapsed=time.time() - started))
    return run


def _telling(on_progress: OnProgress, device: str) -> OnProgress:
    return lambda progress: on_progress(replace(progress, device=device))


def _classes(
    known: Sequence[str], train: pd.DataFrame, widened: pd.DataFrame, config: ResolvedConfig
) -> list[str]:
    """The classes of a network: those of its base run, of its feeds, and of added names."""
    classes = warm_start.merged_classes(known, examples.classes_for(train, config))
    if config.task != "binary" and len(classes) < 2:
        raise DatasetError(
            f"the {config.task} task needs families of at least {config.min_family} names; "
            "lower min_family or give a feed with families"
        )
    return warm_start.merged_classes(classes, examples.classes_for(widened, config))


@dataclass(frozen=True)
class _Network:
    """The network to be trained: its settings, how it reads names, and its classes."""

    config: ResolvedConfig
    encoder: CharEncoder
    classes: list[str]

    @classmethod
    def of(cls, config: ResolvedConfig, classes: list[str]) -> _Network:
        side = ARCHITECTURES[config.architecture].side
        return cls(config, CharEncoder(max_length=config.max_length, side=side), classes)

    def trained(
        self,
        parts: LearningParts,
        base: Base | None,
        checkpoint: Path,
        on_progress: OnProgress,
        should_stop: ShouldStop,
    ) -> Trained:
        """Encode the parts and train on them, from the checkpoint if there is one."""
        return loop.fit(
            examples.examples(parts.train, self.encoder, self.classes, parts.weights),
            examples.examples(parts.validation, self.encoder, self.classes),
            self.encoder,
            self.classes,
            self.config,
            on_progress=on_progress,
            should_stop=should_stop,
            base=base,
            path=checkpoint,
        )

    def exported(
        self, model: keras.Model, folder: Path, name: str, base: Base | None
    ) -> dict[str, Any]:
        """Write the network's files; returns what its bundle states of it."""
        return finalize.export(
            model,
            folder,
            name=name,
            config=self.config,
            encoder=self.encoder,
            classes=self.classes,
            base=base,
        )
