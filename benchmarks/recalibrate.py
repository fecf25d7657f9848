"""Calibrate and measure a finished run once more, as its training would with the present code.

    python -m benchmarks.recalibrate RUN NEW_NAME --benign LIST ... --dga FAMILIES.csv \\
        --curated CURATED.csv --trial FILE ...

The files are those that the run was trained on, so that its parts are the same. The network stays
as it is; the copy gets a calibration, thresholds, groups, figures and a record of cleaned names of
its own.
"""

from __future__ import annotations

import argparse
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.rivals import Lists, parts_of_run
from dga.config import ResolvedConfig, TrainingConfig
from dga.datasets import dataset, feeds, prepare
from dga.errors import DGAError
from dga.evaluation import evaluate
from dga.runs import cleaned_names, results, store
from dga.training import finalize


def main() -> None:
    """Copy the run and write what its training would."""
    options = _options()
    run = store.open_run(options.run)
    lists = Lists(tuple(options.benign), options.dga, tuple(options.curated))
    data = parts_of_run(run, lists, options.trial)
    config = TrainingConfig.from_json(run.settings).resolved()
    work = store.create(options.name, run.path.parent)
    shutil.copytree(run.path, work, dirs_exist_ok=True)
    cleaned_names.save(work, data)
    folder, stated = work / store.BUNDLE_FOLDER, _stated(run, options.name)
    names = prepare.calibration_data(data, config)
    bundle, calibrated = finalize.calibrate(folder, stated, names)
    metrics, predictions = evaluate.of_run(bundle, data, _trial(options.trial, config))
    made = results.write(
        work,
        config={**run.config, "name": options.name},
        metrics=metrics | calibrated.told() | data.facts(),
        predictions=predictions,
    )
    print(f"written: {made.path}")


def _stated(run: store.Run, name: str) -> dict[str, Any]:
    """What the run's bundle states of its network."""
    held = replace(run.bundle(), name=name)
    names = ("name", "architecture", "task", "scope", "encoder", "trims", "classes")
    return {key: getattr(held, key) for key in names}


def _trial(paths: list[Path], config: ResolvedConfig) -> pd.DataFrame | None:
    """The trial names as a training measures them."""
    if not paths:
        return None
    frame = pd.concat([feeds.read_feed(path).frame for path in paths], ignore_index=True)
    named, _ = dataset.named(frame, config.scope)
    return named.drop_duplicates([dataset.NAME]).reset_index(drop=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.recalibrate")
    add = parser.add_argument
    add("run", help="the finished run")
    add("name", help="what the copy is called")
    add("--benign", required=True, nargs="+", type=Path)
    add("--dga", required=True, type=Path)
    add("--curated", nargs="*", type=Path, default=[])
    add("--trial", nargs="*", type=Path, default=[])
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except DGAError as error:
        raise SystemExit(f"benchmarks.recalibrate: {error}") from None
