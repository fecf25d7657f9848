"""One training from its plan to a finished run: data, network, bundle, metrics.

Runs in a child process (it imports Keras); reports through `on_progress` and writes only into
the work folder it is given.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from dga import devices
from dga.config import ARCHITECTURES, TrainingConfig, TrainingPlan
from dga.datasets import dataset, prepare
from dga.datasets.dataset import Dataset, Former
from dga.errors import DatasetError
from dga.evaluation import evaluate
from dga.progress import OnProgress, Progress, ShouldStop
from dga.runs import learnt_names, results, store
from dga.runs.store import Run
from dga.schema import REGISTERED_NAME
from dga.scoring.encoder import CharEncoder
from dga.training import examples, finalize, loop, replicas, warm_start


def train(
    plan: TrainingPlan, work: Path, *, on_progress: OnProgress, should_stop: ShouldStop
) -> Run:
    """Carry out a plan in a work folder made by `store.create`; returns the finished run.

    Raises FeedError or DatasetError for unusable feeds, ConfigError for a base run that does not
    fit, TrainingError if the loss diverges, BundleError if the export does not score like Keras.
    """
    started = time.time()
    config = plan.resolved()
    device = devices.choose(config.device)
    tell = _telling(on_progress, device.removeprefix("/").lower())

    base = store.open_run(plan.base, work.parent) if plan.base else None
    if base:
        warm_start.check(base, config)
    prepared = prepare.prepare(plan, tell, _former(base, tell))
    data = prepared.data
    parts = prepare.learning_parts(prepared, config)
    _record(work, data, parts.train, base)
    known = base.bundle().classes if base else ()

    encoder = CharEncoder(
        max_length=config.max_length, side=ARCHITECTURES[config.architecture].side
    )
    classes = _classes(known, data.part(dataset.TRAIN), parts.train, config)
    train, validation = (
        examples.examples(part, encoder, classes, config)
        for part in (parts.train, parts.validation)
    )
    with replicas.scope(device):
        trained = loop.fit(
            train,
            validation,
            encoder,
            classes,
            config,
            on_progress=tell,
            should_stop=should_stop,
            base=warm_start.network_of(base) if base else None,
            path=work / store.CHECKPOINT_FILE,
        )

    tell(Progress(phase="evaluation", message="exporting and evaluating"))
    model, folder = replicas.plain(trained.model), work / store.BUNDLE_FOLDER
    stated = finalize.export(
        model, folder, name=plan.name, config=config, encoder=encoder, classes=classes
    )
    bundle, calibrated = finalize.calibrate(folder, stated, parts.calibration)
    metrics, predictions = evaluate.of_run(bundle, data, prepared.trial)

    run = results.write(
        work,
        config=results.configuration(
            plan,
            partial=trained.partial,
            device=device,
            started=started,
            batches=trained.batches,
            parameters=int(trained.model.count_params()),
            **prepared.facts,
        ),
        metrics=metrics | calibrated.told() | data.facts(),
        predictions=predictions,
        history=trained.history,
    )
    on_end = "partial" if trained.partial else "done"
    on_progress(Progress(phase=on_end, message=f"run {run.name}", elapsed=time.time() - started))
    return run


def _former(base: Run | None, tell: OnProgress) -> Former | None:
    """What the base has learnt from; says so if that is unknown."""
    found = learnt_names.former(base) if base else None
    if base and found is None:
        told = f"run {base.name} has no record of the names that it learnt from; some may be tested"
        tell(Progress(phase="dataset", message=told))
    return found


def _record(work: Path, data: Dataset, widened: pd.DataFrame, base: Run | None) -> None:
    """Store hashes of what the run learns from: its parts, and the names added to them."""
    learnt = pd.concat([data.learnt_from(), widened])[REGISTERED_NAME]
    apart = [data.part(dataset.VALIDATION), data.curated_part(dataset.VALIDATION)]
    learnt_names.save(work, learnt, base, pd.concat(apart)[REGISTERED_NAME].tolist())


def _telling(on_progress: OnProgress, device: str) -> OnProgress:
    return lambda progress: on_progress(replace(progress, device=device))


def _classes(
    known: Sequence[str], train: pd.DataFrame, widened: pd.DataFrame, config: TrainingConfig
) -> list[str]:
    """The classes of a network: those of its base run, of its feeds, and of added names."""
    classes = warm_start.merged_classes(known, examples.classes_for(train, config))
    if config.task != "binary" and len(classes) < 2:
        raise DatasetError(
            f"the {config.task} task needs families of at least {config.min_family} names; "
            "lower min_family or give a feed with families"
        )
    return warm_start.merged_classes(classes, examples.classes_for(widened, config))
