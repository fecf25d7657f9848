"""One training as a whole: feeds, dataset, network, calibration, evaluation, a finished run.

Runs in a child process (it imports Keras); reports through `on_progress` and writes only into
the work folder it is given.
"""

from __future__ import annotations

import csv
import io
import platform
import sys
import time
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from dga import __version__, devices
from dga.config import ARCHITECTURES, TrainingPlan
from dga.datasets import augmentation, dataset, prepare
from dga.datasets.prepare import PreparedData
from dga.errors import DatasetError
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
    """Carry out a plan in a work folder made by `runs.create`; returns the finished run."""
    started = time.time()
    device = devices.choose(plan.config.device)
    tell = _telling(on_progress, device.removeprefix("/").lower())
    prepared = prepare.prepare(plan, tell)
    data = prepared.data
    _note_learnt(plan, work, data)
    with replicas.scope(device):
        trained, encoder, classes = _fit(plan, work, prepared, tell, should_stop)
    trained.model = replicas.plain(trained.model)
    tell(Progress(phase="evaluation", message="exporting and evaluating"))
    metrics = finalize.judge(
        plan,
        work,
        trained,
        encoder=encoder,
        classes=classes,
        data=data,
        trial=prepared.trial,
    )
    store.write_json(work / store.METRICS_FILE, metrics)
    _write_history(work / store.HISTORY_FILE, trained.history)
    config = _record(plan, prepared, trained, device, started)
    store.write_json(work / store.CONFIG_FILE, config)
    run = store.finish(work)
    on_end = "partial" if trained.partial else "done"
    on_progress(Progress(phase=on_end, message=f"run {run.name}", elapsed=time.time() - started))
    return run


def _telling(on_progress: OnProgress, device: str) -> OnProgress:
    return lambda progress: on_progress(replace(progress, device=device))


def _note_learnt(plan: TrainingPlan, work: Path, data: dataset.Dataset) -> None:
    """Keep which names the run learns from or is calibrated on."""
    base = store.open_run(plan.base, work.parent) if plan.base else None
    chosen_on = data.curated_part(dataset.VALIDATION)
    rows = pd.concat([data.frame[data.frame[dataset.SPLIT] != dataset.TEST], chosen_on])
    learnt_names.save(work, rows[REGISTERED_NAME], base)


def _fit(
    plan: TrainingPlan,
    work: Path,
    prepared: PreparedData,
    tell: OnProgress,
    should_stop: ShouldStop,
) -> tuple[loop.Trained, CharEncoder, list[str]]:
    """Train on the prepared data; returns the network with its encoder and classes."""
    config, data = plan.config, prepared.data
    encoder = CharEncoder(
        max_length=config.max_length, side=ARCHITECTURES[config.architecture].side
    )
    classes = examples.classes_for(data.part(dataset.TRAIN), config)
    base = store.open_run(plan.base, work.parent) if plan.base else None
    if base is not None:
        warm_start.check(base, config)
        classes = warm_start.merged_classes(base.bundle().classes, classes)
    if config.task != "binary" and len(classes) < 2:
        raise DatasetError(
            f"the {config.task} task needs families of at least {config.min_family} names; "
            "lower the smallest family (min_family) or give a feed that names families"
        )
    part = augmentation.widened(data.part(dataset.TRAIN), config, prepared.reserved())
    classes = warm_start.merged_classes(classes, examples.classes_for(part, config))
    trained = loop.fit(
        examples.examples(part, encoder, classes, config),
        examples.examples(data.part(dataset.VALIDATION), encoder, classes, config),
        encoder,
        classes,
        config,
        on_progress=tell,
        should_stop=should_stop,
        model=warm_start.grown(base, encoder, classes, config) if base else None,
        path=work / store.CHECKPOINT_FILE,
    )
    return trained, encoder, classes


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
    """The run's config.json: settings, feeds, environment, how it went."""
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
        "balance": dataset.balance(prepared.data.frame).to_dict("records"),
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
