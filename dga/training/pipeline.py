"""One training from its plan to a finished run: data, network, bundle, metrics.

Runs in a child process (it imports Keras); reports through `on_progress` and writes only into
the work folder it is given.
"""

from __future__ import annotations

import csv
import io
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from dga import __version__, devices
from dga.config import ARCHITECTURES, TrainingConfig, TrainingPlan
from dga.datasets import dataset, prepare
from dga.datasets.prepare import PreparedData
from dga.errors import DatasetError
from dga.evaluation import evaluate
from dga.progress import OnProgress, Progress, ShouldStop
from dga.runs import learnt_names, store
from dga.runs.store import Run
from dga.schema import REGISTERED_NAME
from dga.scoring.encoder import CharEncoder
from dga.storage import write_atomically
from dga.training import examples, finalize, loop, replicas, warm_start

LIBRARIES = ("tensorflow", "keras", "onnxruntime", "numpy", "pandas", "scikit-learn")


def train(
    plan: TrainingPlan, work: Path, *, on_progress: OnProgress, should_stop: ShouldStop
) -> Run:
    """Carry out a plan in a work folder made by `store.create`; returns the finished run.

    Raises FeedError or DatasetError for unusable feeds, ConfigError for a base run that does not
    fit, TrainingError if the loss diverges, BundleError if the export does not score like Keras.
    """
    started = time.time()
    config = plan.config.resolved()
    device = devices.choose(config.device)
    tell = _telling(on_progress, device.removeprefix("/").lower())

    prepared = prepare.prepare(plan, tell)
    data = prepared.data
    parts = prepare.learning_parts(prepared, config)
    learnt = data.learnt_from()[REGISTERED_NAME]

    base = store.open_run(plan.base, work.parent) if plan.base else None
    known = base.bundle().classes if base else ()
    learnt_names.save(work, learnt, base)

    encoder = CharEncoder(
        max_length=config.max_length, side=ARCHITECTURES[config.architecture].side
    )
    if base:
        warm_start.check(base, config)
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
            model=warm_start.grown(base, encoder, classes, config) if base else None,
            path=work / store.CHECKPOINT_FILE,
        )

    tell(Progress(phase="evaluation", message="exporting and evaluating"))
    model, folder = replicas.plain(trained.model), work / store.BUNDLE_FOLDER
    stated = finalize.export(
        model, folder, name=plan.name, config=config, encoder=encoder, classes=classes
    )
    bundle, calibrated = finalize.calibrate(
        folder, stated, plan.config, data, parts.unseen, parts.composed
    )
    metrics, predictions = evaluate.of_run(bundle, data, prepared.trial)

    predictions.to_parquet(work / store.PREDICTIONS_FILE, index=False)
    store.write_json(work / store.METRICS_FILE, metrics | calibrated.told() | data.facts())
    _write_history(work / store.HISTORY_FILE, trained.history)
    store.write_json(work / store.CONFIG_FILE, _record(plan, prepared, trained, device, started))
    run = store.finish(work)
    on_end = "partial" if trained.partial else "done"
    on_progress(Progress(phase=on_end, message=f"run {run.name}", elapsed=time.time() - started))
    return run


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


def _write_history(path: Path, history: list[dict[str, float]]) -> None:
    names = list(dict.fromkeys(name for row in history for name in row)) or ["epoch"]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(history)
    write_atomically(path, text.getvalue())


def _record(
    plan: TrainingPlan,
    prepared: PreparedData,
    trained: loop.Trained,
    device: str,
    started: float,
) -> dict[str, Any]:
    """The run's config.json: settings, feeds, environment, status and duration."""
    return {
        "format_version": store.FORMAT_VERSION,
        "name": plan.name,
        "status": store.PARTIAL if trained.partial else store.COMPLETE,
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "seconds": round(time.time() - started, 1),
        "batches": trained.batches,
        "parameters": int(trained.model.count_params()),
        "config": plan.config.resolved().to_json(),
        "base": plan.base,
        **prepared.facts,
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
