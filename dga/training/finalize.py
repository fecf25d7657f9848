"""A trained network to a calibrated bundle and the run's figures.

The validation part chooses what the bundle stores, the test part measures it. Runs in the child
process (exporting imports Keras) and writes into the work folder alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from dga.config import ARCHITECTURES, TrainingConfig, TrainingPlan
from dga.datasets import augmentation, dataset
from dga.evaluation import evaluate, family_errors, suffixes
from dga.runs import store
from dga.scoring import bundle, second_look
from dga.scoring.calibration import Calibration
from dga.scoring.encoder import CharEncoder
from dga.training import fit_calibration, fit_second_look, loop, onnx_export

COMPOSED_SHARE = 0.3  # composed names in the calibration, as a share of the curated ones


def judge(
    plan: TrainingPlan,
    work: Path,
    trained: loop.Trained,
    *,
    encoder: CharEncoder,
    classes: list[str],
    data: dataset.Dataset,
    trial: pd.DataFrame | None,
) -> dict[str, Any]:
    """Export, calibrate, choose thresholds and groups, score the test part; returns the metrics.

    Where there is a trial set, the test predictions written are those of the trial set alone, and
    no name of the feeds stays in the metrics.
    """
    folder, config = work / store.BUNDLE_FOLDER, plan.config
    onnx_export.export(trained.model, folder, encoder)
    fixed: dict[str, Any] = {
        "name": plan.name,
        "architecture": config.architecture,
        "task": config.task,
        "scope": config.scope,
        "encoder": encoder,
        "trims": ARCHITECTURES[config.architecture].trims,
        "classes": classes,
    }
    return settled(fixed, work, config, data, trial)


def settled(
    fixed: Mapping[str, Any],
    work: Path,
    config: TrainingConfig,
    data: dataset.Dataset,
    trial: pd.DataFrame | None,
) -> dict[str, Any]:
    """Calibrate the graph that lies in the work folder's bundle, and measure it, as `judge` does.

    `fixed`: what the bundle states of the network, by `bundle.save`'s names.
    """
    folder = work / store.BUNDLE_FOLDER
    bundle.save(folder, **fixed, calibration=Calibration(), thresholds={})
    architecture = ARCHITECTURES[config.architecture]
    train, validation = data.part(dataset.TRAIN), data.part(dataset.VALIDATION)
    curated = data.curated_part(dataset.VALIDATION)[dataset.NAME].tolist()
    learnt = fit_calibration.calibrate(
        bundle.load(folder),
        validation,
        architecture.calibrated,
        augmentation.unseen(validation, config, data.frame[dataset.NAME]),
        config.balance or "class",
        curated,
        augmentation.composed_beside(validation, config, round(COMPOSED_SHARE * len(curated))),
        fit_second_look.counts(train, config, fixed["encoder"])
        if architecture.second_look
        else None,
    )
    look = None
    if (fitted := learnt.second_look) is not None:
        numbers = fitted.look.numbers()
        look = second_look.save(folder, fitted.look.counts, fitted.trees, numbers)
    bundle.save(
        folder,
        **fixed,
        calibration=learnt.calibration,
        thresholds=learnt.stored(),
        groups=learnt.groups,
        look=look,
    )
    cleaned = {"cleaning": data.cleaning.to_json()} if data.cleaning else {}
    measured = _measured(work, config, data, trial)
    return {**measured, **learnt.told(), **cleaned, "dataset": data.counts()}


def _measured(
    work: Path, config: TrainingConfig, data: dataset.Dataset, trial: pd.DataFrame | None
) -> dict[str, Any]:
    """The figures of the test part and of the trial set; the test predictions are written."""
    ready = bundle.load(work / store.BUNDLE_FOLDER)
    test = data.part(dataset.TEST)
    predictions, shares = evaluate.predictions_of(test, ready)
    metrics: dict[str, Any] = {
        "test": evaluate.figures(predictions, shares, ready, evaluate.large_families(data.frame)),
        "benign_feeds": evaluate.by_benign_feed(predictions, test, ready),
        "failures": family_errors.as_records(
            family_errors.report(predictions, shares, test, ready)
        ),
    }
    if len(curated := data.curated_part(dataset.TEST)):
        metrics["curated"] = evaluate.on_curated(predictions, curated, ready)
    if config.scope == "registered":
        metrics["suffixes"] = suffixes.figures(ready)
    if trial is not None:
        for row in metrics["test"]["families"]:  # names of the feeds stay out of the run
            row["surest_misses"] = []
        predictions, shares = evaluate.predictions_of(trial, ready)
        metrics["trial"] = evaluate.figures(predictions, shares, ready)
    predictions.to_parquet(work / store.PREDICTIONS_FILE, index=False)
    return metrics
