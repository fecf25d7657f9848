"""Read and check the files of a run: JSON objects and frames.

A file that is missing or damaged is a RunError in one sentence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dga.errors import FeedError, RunError
from dga.runs import checks
from dga.schema import (
    BENIGN,
    DGA,
    DOMAIN,
    FAMILY,
    PRED_CLASS,
    PRED_PROB,
    PREDICTION_COLUMNS,
    TRUE_CLASS,
)
from dga.storage import write_atomically
from dga.storage.plain_json import plain, read_plain

if TYPE_CHECKING:
    import pandas as pd

MAX_JSON_BYTES = 64 * 2**20
TRAIN_AGAIN = "train it again or delete it"
HISTORY_COLUMNS = (
    "epoch",
    "batches",
    "loss",
    "log_loss",
    "accuracy",
    "seconds",
    "validation_loss",
    "validation_accuracy",
    "kept",
)


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write a JSON file atomically."""
    write_atomically(path, json.dumps(plain(values), indent=1, allow_nan=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read the JSON object in a file of a run."""
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise ValueError(f"it is larger than {MAX_JSON_BYTES >> 20} MiB")
        values = read_plain(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"run {path.parent.name}: {path.name} cannot be read ({error})") from None
    if not isinstance(values, dict):
        raise RunError(f"run {path.parent.name}: {path.name} holds no JSON object")
    return values


def check_config(path: Path, values: Mapping[str, Any]) -> None:
    """RunError for a config.json with invalid settings, facts, feeds or environment."""
    if not isinstance(values.get("config"), dict):
        raise RunError(f"run {path.parent.name}: {path.name} holds no 'config'; {TRAIN_AGAIN}")
    if not checks.CONFIG(values):
        raise RunError(f"run {path.parent.name}: {path.name} is damaged; {TRAIN_AGAIN}")


def check_metrics(path: Path, values: Mapping[str, Any]) -> None:
    """RunError for a metrics.json with missing or out-of-range values."""
    if not isinstance(values.get("test"), dict):
        raise RunError(f"run {path.parent.name}: {path.name} holds no 'test'; {TRAIN_AGAIN}")
    if not checks.METRICS(values):
        raise RunError(f"run {path.parent.name}: {path.name} is damaged; {TRAIN_AGAIN}")


def without_nulls(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Metrics without null parts and null values."""
    kept = {name: value for name, value in metrics.items() if value is not None}
    for part in ("test", "trial"):
        if part in kept:
            kept[part] = {name: value for name, value in kept[part].items() if value is not None}
    return kept


def read_predictions(path: Path) -> pd.DataFrame:
    """Read scored test domains: domain, trueClass, predClass, predProb, family."""
    import pandas as pd  # here and below, since a look-up opens a run and starts faster without it
    import pyarrow as pa

    from dga.tables import parquet_limits

    try:
        parquet_limits.unpacked_size(path)
    except FeedError as error:
        raise RunError(f"run {path.parent.name}: {error}; {TRAIN_AGAIN}") from None
    except (pa.ArrowException, OSError, ValueError):
        pass  # told below
    frame = _read_frame(path, pd.read_parquet)
    missing = set(PREDICTION_COLUMNS) - set(frame.columns)
    if missing:
        raise RunError(f"run {path.parent.name}: {path.name} lacks {', '.join(sorted(missing))}")
    if problem := _prediction_problem(frame):
        raise RunError(f"run {path.parent.name}: {path.name} is damaged: {problem}; {TRAIN_AGAIN}")
    return frame


def read_history(path: Path) -> pd.DataFrame:
    """Read the history: a row per epoch with loss and accuracy of training and validation."""
    import pandas as pd

    frame = _read_frame(path, pd.read_csv)
    frame = frame[[name for name in HISTORY_COLUMNS if name in frame.columns]]
    try:
        numbers = frame.apply(pd.to_numeric).astype("float64", errors="raise")
        if numbers.isin([float("inf"), float("-inf")]).to_numpy().any():
            raise ValueError
        return frame.apply(pd.to_numeric)
    except (ValueError, TypeError, OverflowError):
        told = f"{path.name} is damaged: it holds text where numbers belong"
        raise RunError(f"run {path.parent.name}: {told}; {TRAIN_AGAIN}") from None


def _prediction_problem(frame: pd.DataFrame) -> str:
    """What is wrong with a column of predictions; "" if all are valid."""
    from pandas.api.types import infer_dtype

    for name in (DOMAIN, TRUE_CLASS, PRED_CLASS, FAMILY):
        sound = _is_utf8(frame[name])
        if not sound or (len(frame) and infer_dtype(frame[name], skipna=False) != "string"):
            return f"{name} holds something other than text"
    for name in (TRUE_CLASS, PRED_CLASS):
        if not frame[name].isin((BENIGN, DGA)).all():
            return f"{name} holds a class other than {BENIGN} and {DGA}"
    score = frame[PRED_PROB]
    if score.dtype.kind != "f" or not score.between(0, 1).all():
        return f"{PRED_PROB} holds something other than scores from 0 to 1"
    return ""


def _is_utf8(column: pd.Series) -> bool:
    """Whether a column holds texts whose bytes are UTF-8, which Arrow does not check by itself."""
    import pyarrow as pa

    try:
        pa.array(column, pa.large_string()).validate(full=True)
    except (pa.ArrowException, ValueError, TypeError):
        return False
    return True


def _read_frame(path: Path, reader: Callable[[Path], pd.DataFrame]) -> pd.DataFrame:
    try:
        return reader(path)
    except Exception as error:  # pandas and pyarrow raise many exception classes
        raise RunError(f"run {path.parent.name}: {path.name} cannot be read ({error})") from None
