"""Figures of a scored list, whose bars can be clicked: scores and counts. Counts nothing itself."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
import plotly.graph_objects as go

from dga.schema import BENIGN, DGA, SUSPICIOUS
from ui.charts import style
from ui.charts.style import COLOURS, TITLES, TOP, VERMILION, plain
from ui.common import text

FADED = 0.3  # opacity of bars that a filter leaves out


def scores(
    table: pd.DataFrame, threshold: float, log: bool = True, low: float = 0.0, high: float = 1.0
) -> go.Figure:
    """Scores without a known class, already counted.

    `table`: columns score (lower edges of equal bins from 0 to 1), benign, suspicious and dga (rows
    by verdict at the threshold). `customdata` of a bar is its lower and upper edge and its verdict;
    bars that do not lie within `low` to `high` are faded.
    """
    figure = style.blank("scores", "Score, P(dga)", "Rows, log scale" if log else "Rows")
    for verdict in (BENIGN, SUSPICIOUS, DGA):
        drawn = style.bars(
            table[verdict].to_numpy(), TITLES[verdict], COLOURS[verdict], "rows", verdict
        )
        inside = [low - 1e-9 <= start and end <= high + 1e-9 for start, end, _ in drawn.customdata]
        figure.add_trace(_clickable(drawn, inside))
    figure.update_layout(barmode="group" if log else "stack", bargap=0.05)
    figure.update_yaxes(type="log" if log else "linear", dtick=1 if log else None)
    return style.with_threshold(figure, threshold)


def timeline(table: pd.DataFrame) -> go.Figure:
    """Rows by time: columns time (start of a step), benign, suspicious, dga; rare ones on top."""
    figure = style.blank("timeline", "Time, UTC", "Rows")
    for verdict in (DGA, SUSPICIOUS, BENIGN):
        figure.add_trace(
            go.Bar(
                x=table["time"],
                y=table[verdict].to_numpy(),
                name=TITLES[verdict],
                marker={"color": COLOURS[verdict], "line": {"width": 0}},
                hovertemplate=f"{TITLES[verdict]}: %{{y:,}} rows<br>%{{x}}<extra></extra>",
            )
        )
    figure.update_layout(barmode="stack", bargap=0)
    return figure


def counts(table: pd.DataFrame, chosen: Collection[str] = (), top: int = TOP) -> go.Figure:
    """Rows of a list by the first column's value (column rows), largest first; `customdata` of a
    bar is the value; where some are chosen, the others are faded."""
    name = str(table.columns[0])
    shown = table.head(top)
    values = shown[name].astype("str").tolist()
    drawn = go.Bar(
        x=shown["rows"].to_numpy(),
        y=[plain(text.family(value)) for value in values],
        customdata=[[value] for value in values],
        hovertext=[plain(value) for value in values],
        orientation="h",
        marker_color=VERMILION,
        hovertemplate="%{hovertext}: %{x:,} rows<extra></extra>",
    )
    inside = [not chosen or value in chosen for value in values]
    return style.ranking("counts", _clickable(drawn, inside), "Rows", len(shown))


def _clickable(drawn: go.Bar, inside: list[bool]) -> go.Bar:
    """Bars whose look tells what is chosen, and not what was clicked last."""
    drawn.update(
        marker_opacity=[1.0 if one else FADED for one in inside],
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )
    return drawn
