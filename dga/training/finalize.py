"""Export a trained network and calibrate its bundle on the validation part.

Runs in a child process (exporting imports Keras) and writes into the bundle's folder alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from dga.config import ARCHITECTURES, ResolvedConfig
from dga.datasets.prepare import CalibrationData
from dga.networks import grown
from dga.networks.grown import Base
from dga.scoring import bundle, second_look
from dga.scoring.bundle import ModelBundle
from dga.scoring.calibration import Calibration
from dga.scoring.encoder import CharEncoder
from dga.training import fit_calibration, onnx_export
from dga.training.fit_calibration import Calibrated
from dga.training.onnx_refill import Refill


def export(
    model: keras.Model,
    folder: Path,
    *,
    name: str,
    config: ResolvedConfig,
    encoder: CharEncoder,
    classes: Sequence[str],
    base: Base | None = None,
) -> dict[str, Any]:
    """Write the network as Keras and ONNX files; returns its bundle's fields, uncalibrated.

    `base`: the network that it continues from, whose graph serves again where it fits.
    """
    refill = None
    if base and base.graph:
        weights = grown.stored(base, encoder, config).get_weights()
        refill = Refill(base.graph, weights, len(base.classes))
    onnx_export.export(model, folder, encoder, refill)
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
    folder: Path, stated: Mapping[str, Any], data: CalibrationData
) -> tuple[ModelBundle, Calibrated]:
    """Fit calibration, thresholds and family groups of an exported network; save its bundle.

    `stated`: what the bundle states of the network, by the names of `bundle.save`.
    """
    bundle.save(folder, **stated, calibration=Calibration(), thresholds={})
    architecture, counts = ARCHITECTURES[stated["architecture"]], None
    if architecture.second_look:
        counts = second_look.count_ngrams(data.ngrams_of, data.made_up, stated["encoder"])
    learnt = fit_calibration.calibrate(bundle.load(folder), data, architecture.calibrated, counts)
    look = None
    if counts is not None and learnt.trees is not None:
        look = second_look.save(folder, counts, learnt.trees.graph, learnt.trees.numbers())
    bundle.save(
        folder,
        **stated,
        calibration=learnt.calibration,
        thresholds=learnt.stored(),
        groups=learnt.groups,
        look=look,
    )
    return bundle.load(folder), learnt
