"""Figures of names: scores without a known class, counts, and one name's characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dga.charts import style
from dga.charts.style import COLOURS, DIVERGING, GREY, TITLES, TOP, plain
from dga.columns import BENIGN, DGA, FAMILY, LABEL

REST = "rest"
LINE = 32  # characters of a name in one line of the strip


def scores(table: pd.DataFrame, threshold: float, log: bool = True) -> go.Figure:
    """Scores without a known class, already counted: columns score (lower edges of equal bins
    from 0 to 1), benign and dga (rows by verdict at the threshold)."""
    figure = style.blank("scores", "Score, P(dga)", "Rows, log scale" if log else "Rows")
    for verdict, name in ((BENIGN, "Called benign"), (DGA, "Called generated")):
        counts = table[verdict].to_numpy()
        figure.add_trace(style.bars(counts, name, COLOURS[verdict], "rows"))
    figure.update_layout(barmode="group" if log else "stack", bargap=0.05)
    figure.update_yaxes(type="log" if log else "linear", dtick=1 if log else None)
    return style.with_threshold(figure, threshold)


def balance(table: pd.DataFrame, top: int = TOP) -> go.Figure:
    """Names by class and family (`dataset.balance`), largest first; the rest in one bar."""
    texts = [
        plain(family or (TITLES[BENIGN] if label == BENIGN else "no family"))
        for label, family in zip(table[LABEL], table[FAMILY], strict=True)
    ]
    rows = pd.DataFrame({"text": texts, "names": table["names"], "label": table[LABEL]})
    shown, rest = rows.head(top), rows.iloc[top:]
    if len(rest):
        sums = {"text": f"{len(rest):,} more", "names": rest["names"].sum(), "label": REST}
        shown = pd.concat([shown, pd.DataFrame([sums])], ignore_index=True)
    bars = go.Bar(
        x=shown["names"].to_numpy(),
        y=shown["text"].tolist(),
        orientation="h",
        marker_color=[COLOURS.get(label, GREY) for label in shown["label"]],
        hovertemplate="%{y}: %{x:,} names<extra></extra>",
    )
    return style.ranking("balance", bars, "Names", len(shown))


def characters(name: str, contributions: Sequence[float]) -> go.Figure:
    """A name as a strip, each character coloured by what it adds to the score in log-odds: blue
    speaks for chosen by people, vermilion for generated. Long names go over several lines."""
    width = min(max(len(name), 1), LINE)
    lines = max(-(-len(name) // width), 1)
    padded: list[Any] = [*name, *[""] * (lines * width - len(name))]
    shares = np.full(lines * width, np.nan)
    shares[: len(name)] = contributions
    limit = max(1.0, float(np.nanmax(np.abs(shares), initial=0.0)))
    grid = (lines, width)
    strip = go.Heatmap(
        z=shares.reshape(grid),
        text=np.array([plain(c) for c in padded], dtype=object).reshape(grid),
        customdata=np.arange(1, lines * width + 1).reshape(grid),
        texttemplate="%{text}",
        textfont={"family": "monospace", "size": 16},
        colorscale=DIVERGING,
        zmin=-limit,
        zmax=limit,
        xgap=1,
        ygap=4,
        hoverongaps=False,
        colorbar={"title": {"text": "Log-odds"}, "thickness": 10, "tickformat": "+.1f"},
        hovertemplate="character %{customdata}: %{text}<br>%{z:+.2f} log-odds<extra></extra>",
    )
    figure = style.blank("characters", None, None, height=90 + 44 * lines)
    figure.add_trace(strip)
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True, autorange="reversed")
    return figure
