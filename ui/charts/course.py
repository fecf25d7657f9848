"""The learning curves of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dga.progress import Progress
from ui.charts import style
from ui.charts.style import BLUE, GREY, VERMILION, plain

LINES = (  # panel, column, name, colour
    (1, "log_loss", "Training", BLUE),
    (1, "validation_loss", "Validation", VERMILION),
    (2, "accuracy", "Training", BLUE),
    (2, "validation_accuracy", "Validation", VERMILION),
    (3, "rate", "Speed", GREY),
)


ALL_TERMS = (1, "loss", "Training, all terms", GREY)  # of runs that kept no log loss of their own


def training_curves(
    progress: Sequence[Progress] | pd.DataFrame, earlier: Mapping[str, pd.DataFrame] | None = None
) -> go.Figure:
    """Log loss of P(dga), accuracy and speed of a training: a job's snapshots (by batch, names a
    second) or a run's history (by epoch, batches a second).

    Validation has one marker an epoch. `earlier`: histories of other runs by name, whose validation
    is drawn faint behind, over the same axis.
    """
    if isinstance(progress, pd.DataFrame):
        table, x, titles = _history(progress), "epoch", ("Epoch", "Batches/s")
    else:
        table, x, titles = _snapshots(progress), "batch", ("Batch", "Names/s")
    figure = make_subplots(rows=3, shared_xaxes=True, vertical_spacing=0.06)
    for name, history in (earlier or {}).items():
        _behind(figure, name, history, x)
    lines = LINES if table["log_loss"].notna().any() else (ALL_TERMS, *LINES[1:])
    told = {name: row for row, _, name, _ in reversed(lines)}  # the first panel with each name
    for row, column, name, colour in lines:
        line = style.line(table[x], _shown(table[column]), name, colour).update(
            connectgaps=True,
            mode="lines+markers" if name == "Validation" or len(table) < 2 else "lines",
            showlegend=row == told[name] and name != "Speed",
            legendgroup=name,
        )
        figure.add_trace(line, row=row, col=1)
    style.dress(figure, "training_curves", None, None, height=480)
    figure.update_xaxes(title_text=titles[0], row=3, col=1)
    for row, text in enumerate(("Log loss", "Accuracy", titles[1]), start=1):
        figure.update_yaxes(title_text=text, row=row, col=1)
    if x == "epoch":
        figure.update_xaxes(tickformat="d", dtick=max(1, len(table) // 10))
    figure.update_yaxes(ticksuffix=" %", row=2, col=1)
    figure.update_yaxes(rangemode="tozero", row=3, col=1)
    return figure


def _behind(figure: go.Figure, name: str, history: pd.DataFrame, x: str) -> None:
    """The validation of another run, faint."""
    places = history.get("batches" if x == "batch" else "epoch")
    for row, column in ((1, "validation_loss"), (2, "validation_accuracy")):
        if places is None or column not in history:
            continue
        hover = f"{plain(name)}: %{{y:.4g}}<extra></extra>"
        line = style.line(places, _shown(history[column]), plain(name), GREY, hover)
        line.update(opacity=0.4, showlegend=row == 1, legendgroup=plain(name))
        figure.add_trace(line, row=row, col=1)


def _shown(values: pd.Series[float]) -> pd.Series[float]:
    """Accuracies in per cent, all else as it is."""
    return 100 * values if str(values.name).endswith("accuracy") else values


def _snapshots(progress: Sequence[Progress]) -> pd.DataFrame:
    rows = [asdict(one) for one in progress if one.phase == "training"]
    return _once_an_epoch(_completed(pd.DataFrame(rows), "batch"))


def _once_an_epoch(table: pd.DataFrame) -> pd.DataFrame:
    """The validation figures where they are new, and nowhere else."""
    for column in ("validation_loss", "validation_accuracy"):
        table[column] = table[column].where(table[column] != table[column].ffill().shift())
    return table


def _history(table: pd.DataFrame) -> pd.DataFrame:
    if {"batches", "seconds"} <= set(table.columns):
        steps = table[["batches", "seconds"]].diff().fillna(table[["batches", "seconds"]])
        table = table.assign(rate=steps["batches"] / steps["seconds"])
    return _completed(table, "epoch")


def _completed(table: pd.DataFrame, x: str) -> pd.DataFrame:
    """The columns that are drawn, NaN where the training had no such measure."""
    columns = [x, *(column for _, column, _, _ in (ALL_TERMS, *LINES))]
    return table.reindex(columns=columns).astype(np.float64)
