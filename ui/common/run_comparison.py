"""Runs side by side as frames: a row per run, a row per metric, the names they disagree on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dga.config import SETTINGS
from dga.runs.store import DamagedRun, Run
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, PRED_PROB, TRUE_CLASS
from ui.common.text import percent

LEFT, RIGHT = "compare_left", "compare_right"  # session: the names of the runs to compare
SHOWN = "compare_shown"  # session: the place of the comparison on the Runs page; "" if closed
FIRST, BELOW = "first", "below"
FIGURES = {
    "recall_1": "Recall at 1 % FPR",
    "recall_01": "Recall at 0.1 % FPR",
    "roc_auc": "ROC AUC",
    "calibration_error": "Calibration error",
    "accuracy": "Accuracy",
}
BETTER = {"recall_1": 1, "recall_01": 1, "roc_auc": 1, "calibration_error": -1, "accuracy": 1}
SHARES = ("recall_1", "recall_01", "accuracy")  # shown in per cent


def figures(run: Run | DamagedRun) -> dict[str, float | None]:
    """A run's headline metrics on its test part; None if it has none."""
    return of_metrics(run.metrics.get("test", {}) if isinstance(run, Run) else {})


def of_metrics(test: Mapping[str, Any]) -> dict[str, float | None]:
    """The headline figures among the metrics of one set of names."""
    at = test.get("macro_recall_at_fpr") or {}
    return {
        "recall_1": at.get("0.01"),
        "recall_01": at.get("0.001"),
        **{name: test.get(name) for name in ("roc_auc", "calibration_error", "accuracy")},
    }


def table(runs: Sequence[Run | DamagedRun], active: str | None) -> pd.DataFrame:
    """One row a run: name, active, status, created, architecture, rows and the figures."""
    return pd.DataFrame([_row(run, active) for run in runs])


def facts(left: Run, right: Run) -> pd.DataFrame:
    """How long both trained and how large they are: columns figure, left, right, change; text."""
    rows = [
        (label, *_change(left.config.get(name), right.config.get(name), ",.0f"))
        for label, name in (("Training, s", "seconds"), ("Parameters", "parameters"))
    ]
    return pd.DataFrame(rows, columns=["figure", "left", "right", "change"], dtype="str")


def figures_apart(left: Mapping[str, Any], right: Mapping[str, Any]) -> pd.DataFrame:
    """One row a figure, as text: its name, both values, what changes from left to right, and
    whether that is better; columns figure, left, right, change, means.

    `left`, `right`: the metrics of two runs over the same names (`evaluation.metrics`).
    """
    ours, theirs = of_metrics(left), of_metrics(right)
    rows = [_figure(name, ours[name], theirs[name]) for name in FIGURES]
    return pd.DataFrame(rows, columns=["figure", "left", "right", "change", "means"], dtype="str")


def figures_of(measured: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """One row a figure, one column a run, as text: `Figure`, then the runs' names.

    `measured`: the metrics of each run over the same names (`evaluation.metrics`), by its name.
    """
    found = {name: of_metrics(one) for name, one in measured.items()}
    rows = [
        (label, *(_told(figure, one[figure]) for one in found.values()))
        for figure, label in FIGURES.items()
    ]
    return pd.DataFrame(rows, columns=["Figure", *found], dtype="str")


def settings(runs: Sequence[Run]) -> pd.DataFrame:
    """The settings that differ: `setting`, then a column for each run, as text."""
    names = dict.fromkeys(name for run in runs for name in run.settings)
    rows = [
        (SETTINGS[name].label if name in SETTINGS else name, *values)
        for name in names
        if len(set(values := [_shown(run.settings.get(name)) for run in runs])) > 1
    ]
    return pd.DataFrame(rows, columns=["setting", *(run.name for run in runs)], dtype="str")


def shared(left: pd.DataFrame, right: pd.DataFrame, cuts: tuple[float, float]) -> pd.DataFrame:
    """The test names of both runs with both scores and verdicts, each at its own threshold.

    Columns domain, trueClass, family, score_left, score_right, verdict_left, verdict_right.
    """
    columns = [DOMAIN, TRUE_CLASS, FAMILY, PRED_PROB]
    ours, theirs = (frame.drop_duplicates(DOMAIN) for frame in (left, right))
    both = ours[columns].merge(theirs[[DOMAIN, PRED_PROB]], on=DOMAIN, suffixes=("_left", "_right"))
    both = both.rename(columns=lambda name: name.replace(PRED_PROB, "score"))
    for side, cut in zip(("left", "right"), cuts, strict=True):
        both[f"verdict_{side}"] = np.where(both[f"score_{side}"] >= cut, DGA, BENIGN)
    return both


def disagreements(both: pd.DataFrame) -> pd.DataFrame:
    """The rows of `shared` with different verdicts, the widest apart in score first."""
    differing = both[both["verdict_left"] != both["verdict_right"]]
    apart = (differing["score_left"] - differing["score_right"]).abs()
    return differing.loc[apart.sort_values(ascending=False, kind="stable").index]


def _shown(value: Any) -> str:
    return "not set" if value is None else str(value)


def _figure(name: str, left: float | None, right: float | None) -> tuple[str, ...]:
    """A row of a metric: label, both values, the change, and whether it is better."""
    means = ""
    values = [_told(name, one) for one in (left, right)]
    if left is not None and right is not None:
        gain = (right - left) * BETTER[name]
        alike = values[0] == values[1]  # values that are shown as equal count as equal
        means = "the same" if alike else "better" if gain > 0 else "worse"
    if name in SHARES:
        apart = "" if left is None or right is None else f"{_points(left, right)} points"
        return (FIGURES[name], *values, apart, means)
    return (FIGURES[name], *_change(left, right, ".4f"), means)


def _points(left: float, right: float) -> str:
    """By how many points a share changes, with as many digits as the shares have.

    >>> _points(0.9012, 0.8988), _points(0.99912, 0.9996), _points(0.5, 0.5)
    ('-0.2', '+0.05', '+0.0')
    """
    digits = max(len(percent(one).rstrip(" %").partition(".")[2]) for one in (left, right))
    return f"{100 * (right - left):+.{max(1, digits)}f}"


def _told(figure: str, value: float | None) -> str:
    """A metric with its unit; "" if there is none."""
    if value is None:
        return ""
    return percent(value) if figure in SHARES else f"{value:.4f}"


def _change(left: float | None, right: float | None, form: str) -> tuple[str, str, str]:
    """Both values and their difference as text; "" for a missing one."""
    values = ["" if value is None else format(value, form) for value in (left, right)]
    change = "" if left is None or right is None else format(right - left, f"+{form}")
    return (values[0], values[1], change)


def _row(run: Run | DamagedRun, active: str | None) -> dict[str, Any]:
    if isinstance(run, DamagedRun):
        return {"name": run.name, "active": False, "status": run.status}
    return {
        "name": run.name,
        "active": run.name == active,
        "status": run.status,
        "created": pd.to_datetime(run.config.get("created"), utc=True, errors="coerce"),
        "architecture": run.settings.get("architecture"),
        "rows": run.metrics.get("test", {}).get("rows"),
        **figures(run),
        "base": str(run.config.get("base") or ""),
        "note": " ".join(run.about().note.split()),
    }
