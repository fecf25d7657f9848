"""Store what a training found as a run: predictions, metrics, history, configuration."""

from __future__ import annotations

import csv
import io
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dga import __version__, devices
from dga.config import ResolvedConfig, TrainingPlan
from dga.runs import store
from dga.runs.store import Run
from dga.storage import write_atomically

if TYPE_CHECKING:
    import pandas as pd

LIBRARIES = ("tensorflow", "keras", "onnxruntime", "numpy", "pandas", "scikit-learn")


def write(
    work: Path,
    *,
    config: Mapping[str, Any],
    metrics: Mapping[str, Any],
    predictions: pd.DataFrame,
    history: Sequence[Mapping[str, float]] | None = None,
) -> Run:
    """Write the results into the work folder of a run that has its bundle, and finish the run.

    `config`: as `configuration` makes it; written last, so that a folder with it is complete.
    `metrics`: JSON-ready. `predictions`: columns as in `schema.PREDICTION_COLUMNS`. `history`: a
    row per epoch; None where the folder has a history already.
    """
    predictions.to_parquet(work / store.PREDICTIONS_FILE, index=False)
    store.write_json(work / store.METRICS_FILE, metrics)
    if history is not None:
        _write_history(work / store.HISTORY_FILE, history)
    store.write_json(work / store.CONFIG_FILE, config)
    return store.finish(work)


def configuration(
    plan: TrainingPlan,
    config: ResolvedConfig,
    *,
    partial: bool,
    device: str,
    started: float,
    **facts: Any,
) -> dict[str, Any]:
    """A run's config.json: settings, environment, status, duration, and facts of the training.

    `config`: the plan's settings, resolved. `started`: when the training began, in seconds since
    1970. `facts`, JSON-ready: the numbers `batches` and `parameters`, and what `datasets.prepare`
    counted.
    """
    return {
        "format_version": store.FORMAT_VERSION,
        "name": plan.name,
        "status": store.PARTIAL if partial else store.COMPLETE,
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "seconds": round(time.time() - started, 1),
        "config": config.to_json(),
        "base": plan.base,
        **facts,
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


def _write_history(path: Path, history: Sequence[Mapping[str, float]]) -> None:
    names = list(dict.fromkeys(name for row in history for name in row)) or ["epoch"]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(history)
    write_atomically(path, text.getvalue())
