"""A trained network to a calibrated bundle and the run's figures.

The validation part chooses what the bundle stores, the test part measures it. Runs in the child
process (exporting imports Keras) and writes into the work folder alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from dga import (
    augmentation,
    bundle,
    calibrating,
    dataset,
    exporting,
    failures,
    measuring,
    runs,
    training,
)
from dga.calibration import Calibration
from dga.config import ARCHITECTURES, TrainingPlan
from dga.encoding import CharEncoder


def judge(
    plan: TrainingPlan,
    work: Path,
    trained: training.Trained,
    encoder: CharEncoder,
    classes: list[str],
    data: dataset.Dataset,
    trial: pd.DataFrame | None,
) -> dict[str, Any]:
    """Export, calibrate, choose thresholds and groups, score the test part; returns the metrics.

    Where there is a trial set, the test predictions written are those of the trial set alone, and
    no name of the feeds stays in the metrics.
    """
    folder, config = work / runs.BUNDLE_FOLDER, plan.config
    exporting.export(trained.model, folder, encoder)
    fixed: dict[str, Any] = {
        "name": plan.name,
        "architecture": config.architecture,
        "task": config.task,
        "scope": config.scope,
        "encoder": encoder,
        "trims": ARCHITECTURES[config.architecture].trims,
        "classes": classes,
    }
    bundle.save(folder, **fixed, calibration=Calibration(), thresholds={})
    learnt = calibrating.calibrate(
        bundle.load(folder),
        data.part(dataset.VALIDATION),
        ARCHITECTURES[config.architecture].calibrated,
        augmentation.unseen(data.part(dataset.VALIDATION), config, data.frame[dataset.NAME]),
        config.balance or "class",
    )
    bundle.save(
        folder,
        **fixed,
        calibration=learnt.calibration,
        thresholds=learnt.stored(),
        groups=learnt.groups,
    )
    return {**_measured(work, data, trial), **learnt.told(), "dataset": data.counts()}


def _measured(work: Path, data: dataset.Dataset, trial: pd.DataFrame | None) -> dict[str, Any]:
    """The figures of the test part and of the trial set; the test predictions are written."""
    ready = bundle.load(work / runs.BUNDLE_FOLDER)
    test = data.part(dataset.TEST)
    predictions, shares = measuring.predictions_of(test, ready)
    metrics: dict[str, Any] = {
        "test": measuring.figures(predictions, shares, ready, measuring.large_families(data.frame)),
        "benign_feeds": measuring.by_benign_feed(predictions, test, ready),
        "failures": failures.as_records(failures.report(predictions, shares, test, ready)),
    }
    if trial is not None:
        for row in metrics["test"]["families"]:  # names of the feeds stay out of the run
            row["surest_misses"] = []
        predictions, shares = measuring.predictions_of(trial, ready)
        metrics["trial"] = measuring.figures(predictions, shares, ready)
    predictions.to_parquet(work / runs.PREDICTIONS_FILE, index=False)
    return metrics
