"""Export a trained network and calibrate its bundle on the validation part.

Runs in a child process (exporting imports Keras) and writes into the bundle's folder alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from dga.config import ARCHITECTURES, TrainingConfig
from dga.datasets import dataset
from dga.datasets.dataset import Dataset
from dga.scoring import bundle, second_look
from dga.scoring.bundle import ModelBundle
from dga.scoring.calibration import Calibration
from dga.scoring.encoder import CharEncoder
from dga.training import fit_calibration, fit_second_look, onnx_export
from dga.training.fit_calibration import Calibrated


def export(
    model: keras.Model,
    folder: Path,
    *,
    name: str,
    config: TrainingConfig,
    encoder: CharEncoder,
    classes: Sequence[str],
) -> dict[str, Any]:
    """Write the network as Keras and ONNX files; returns its bundle's fields, uncalibrated."""
    onnx_export.export(model, folder, encoder)
    return {
        "name": name,
        "architecture": config.architecture,
        "task": config.task,
        "scope": config.scope,
        "encoder": encoder,
        "trims": ARCHITECTURES[config.architecture].trims,
        "classes": classes,
    }


def calibrate(
    folder: Path,
    stated: Mapping[str, Any],
    config: TrainingConfig,
    data: Dataset,
    unseen: Sequence[str],
    composed: Sequence[str],
) -> tuple[ModelBundle, Calibrated]:
    """Fit calibration, thresholds and family groups of an exported network; save its bundle.

    `stated`: what the bundle states of the network, by the names of `bundle.save`. `unseen`,
    `composed`: names beside the validation part (`prepare.calibration_names`).
    """
    bundle.save(folder, **stated, calibration=Calibration(), thresholds={})
    architecture = ARCHITECTURES[config.architecture]
    learnt = fit_calibration.calibrate(
        bundle.load(folder),
        data.part(dataset.VALIDATION),
        architecture.calibrated,
        unseen=unseen,
        balance=config.balance or "class",
        curated=data.curated_part(dataset.VALIDATION)[dataset.NAME].tolist(),
        composed=composed,
        counts=fit_second_look.counts(data.part(dataset.TRAIN), config, stated["encoder"])
        if architecture.second_look
        else None,
    )
    look = None
    if (fitted := learnt.second_look) is not None:
        numbers = fitted.look.numbers()
        look = second_look.save(folder, fitted.look.counts, fitted.trees, numbers)
    bundle.save(
        folder,
        **stated,
        calibration=learnt.calibration,
        thresholds=learnt.stored(),
        groups=learnt.groups,
        look=look,
    )
    return bundle.load(folder), learnt
