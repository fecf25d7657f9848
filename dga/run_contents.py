"""What the files of a run may hold: JSON objects and frames, read and checked.

Knows no folder but the file it is given. Whatever is wrong is a RunError in one sentence.
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import infer_dtype

from dga.columns import (
    BENIGN,
    DGA,
    DOMAIN,
    FAMILY,
    PRED_CLASS,
    PRED_PROB,
    PREDICTION_COLUMNS,
    TRUE_CLASS,
)
from dga.errors import RunError

TRAIN_AGAIN = "train it again or delete it"
FIGURES = ("rows", "accuracy", "roc_auc", "calibration_error")
FAMILY_NUMBERS = ("names", "missed", "recall", "mean_score")
THRESHOLD_NUMBERS = ("fpr_target", "threshold", "false_positives", "benign", "fpr_low", "fpr_high")
FACTS = ("seconds", "batches", "parameters")
HISTORY_COLUMNS = (
    "epoch",
    "batches",
    "loss",
    "accuracy",
    "seconds",
    "validation_loss",
    "validation_accuracy",
    "kept",
)


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write a JSON file, whole or not at all."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    part.write_text(json.dumps(values, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    part.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Read the JSON object in a file of a run."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"run {path.parent.name}: {path.name} cannot be read ({error})") from None
    if not isinstance(values, dict):
        raise RunError(f"run {path.parent.name}: {path.name} holds no JSON object")
    return values


def check_config(path: Path, values: Mapping[str, Any]) -> None:
    """Refuse a config.json whose settings, facts, feeds or environment are none."""
    if not isinstance(values.get("config"), dict):
        raise RunError(f"run {path.parent.name}: {path.name} holds no 'config'; {TRAIN_AGAIN}")
    sound = (
        _numbers(values, FACTS)
        and isinstance(values.get("created", ""), str)
        and isinstance(values.get("base", ""), str)
        and isinstance(values.get("environment") or {}, dict)
        and all(_objects(values.get(name)) for name in ("feeds", "trial", "balance"))
    )
    if not sound:
        raise RunError(f"run {path.parent.name}: {path.name} is damaged; {TRAIN_AGAIN}")


def check_metrics(path: Path, values: Mapping[str, Any]) -> None:
    """Refuse a metrics.json whose figures are not numbers."""
    if not isinstance(values.get("test"), dict):
        raise RunError(f"run {path.parent.name}: {path.name} holds no 'test'; {TRAIN_AGAIN}")
    thresholds = values.get("thresholds")
    sound = (
        all(_are_figures(values.get(name)) for name in ("test", "trial"))
        and _objects(thresholds)
        and all(_numbers(row, THRESHOLD_NUMBERS) for row in thresholds or [])
        and isinstance(values.get("dataset") or {}, dict)
    )
    if not sound:
        raise RunError(f"run {path.parent.name}: {path.name} is damaged; {TRAIN_AGAIN}")


def read_predictions(path: Path) -> pd.DataFrame:
    """Read scored test domains: domain, trueClass, predClass, predProb, family."""
    frame = _read_frame(path, pd.read_parquet)
    missing = set(PREDICTION_COLUMNS) - set(frame.columns)
    if missing:
        raise RunError(f"run {path.parent.name}: {path.name} lacks {', '.join(sorted(missing))}")
    if problem := _prediction_problem(frame):
        raise RunError(f"run {path.parent.name}: {path.name} is damaged: {problem}; {TRAIN_AGAIN}")
    return frame


def read_history(path: Path) -> pd.DataFrame:
    """Read one row an epoch: loss and accuracy, on the training and the validation part."""
    frame = _read_frame(path, pd.read_csv)
    frame = frame[[name for name in HISTORY_COLUMNS if name in frame.columns]]
    try:
        return frame.apply(pd.to_numeric)
    except (ValueError, TypeError):
        told = f"{path.name} is damaged: it holds text where numbers belong"
        raise RunError(f"run {path.parent.name}: {told}; {TRAIN_AGAIN}") from None


def _prediction_problem(frame: pd.DataFrame) -> str:
    """Which column of predictions holds what no training writes; "" where all are sound."""
    for name in (DOMAIN, TRUE_CLASS, PRED_CLASS, FAMILY):
        if len(frame) and infer_dtype(frame[name], skipna=False) != "string":
            return f"{name} holds something other than text"
    for name in (TRUE_CLASS, PRED_CLASS):
        if not frame[name].isin((BENIGN, DGA)).all():
            return f"{name} holds a class other than {BENIGN} and {DGA}"
    score = frame[PRED_PROB]
    if score.dtype.kind != "f" or not score.between(0, 1).all():
        return f"{PRED_PROB} holds something other than scores from 0 to 1"
    return ""


def _are_figures(test: object) -> bool:
    """Whether the metrics of one part are numbers, or not there."""
    if test is None:
        return True
    if not isinstance(test, dict):
        return False
    at, families = test.get("macro_recall_at_fpr") or {}, test.get("families")
    return (
        _numbers(test, FIGURES)
        and isinstance(at, dict)
        and _numbers(at, at)
        and _objects(families)
        and all(_is_family(row) for row in families or [])
    )


def _is_family(row: Mapping[str, Any]) -> bool:
    misses = row.get("surest_misses", [])
    return (
        isinstance(row.get("family", ""), str)
        and _numbers(row, FAMILY_NUMBERS)
        and isinstance(misses, list)
        and all(isinstance(name, str) for name in misses)
    )


def _objects(values: object) -> bool:
    """Whether a value is a list of JSON objects, or not there."""
    return values is None or (
        isinstance(values, list) and all(isinstance(one, dict) for one in values)
    )


def _numbers(values: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Whether the values of these names are finite numbers, or not there."""
    return all(_is_number(values.get(name)) for name in names)


def _is_number(value: object) -> bool:
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _read_frame(path: Path, reader: Callable[[Path], pd.DataFrame]) -> pd.DataFrame:
    try:
        return reader(path)
    except Exception as error:  # pandas and pyarrow raise many classes for a damaged file
        raise RunError(f"run {path.parent.name}: {path.name} cannot be read ({error})") from None
