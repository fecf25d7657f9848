"""The timeline of a host: each query a mark, by time, score and answer. Counts nothing."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ui.charts import style
from ui.charts.style import AMBER, BLUE, GREY, VERMILION, plain

MOST_MARKS = 6_000
KINDS = {  # title: (colour, symbol, size)
    "Resolved": (BLUE, "square", 7),
    "Answer unknown": (GREY, "square", 7),
    "Not resolved": (AMBER, "square", 8),
    "Evidence": (VERMILION, "square", 10),
}
UNSCORED, NOT_SCORED = -0.05, "not scored"  # where marks lie whose name has no score; their hover


def host_timeline(events: pd.DataFrame, evidence: Collection[str]) -> tuple[go.Figure, int]:
    """Queries (columns time, name, status, score) as marks, and how many are left out.

    `evidence`: names that speak for an infection; they are drawn last, on top. `customdata` of a
    mark is the name.
    """
    kind = events["status"].str.capitalize().where(~events["name"].isin(list(evidence)), "Evidence")
    shown = events.assign(kind=kind)
    order = shown["kind"].map({title: place for place, title in enumerate(KINDS)})
    kept = shown.iloc[np.argsort(-order.to_numpy(), kind="stable")[:MOST_MARKS]]
    figure = style.blank("host_timeline", "Time, UTC", "Score, P(dga)")
    for title, (colour, symbol, size) in KINDS.items():
        part = kept[kept["kind"] == title]
        if len(part):
            figure.add_trace(_marks(part, title, colour, symbol, size))
    figure.update_yaxes(range=[-0.09, 1.06])
    return figure, len(events) - len(kept)


def _marks(part: pd.DataFrame, title: str, colour: str, symbol: str, size: int) -> go.Scatter:
    return go.Scatter(
        x=part["time"],
        y=part["score"].fillna(UNSCORED),
        mode="markers",
        name=title,
        customdata=[
            [name, NOT_SCORED if np.isnan(score) else f"score {score:.3f}"]
            for name, score in zip(part["name"], part["score"], strict=True)
        ],
        text=[plain(name) for name in part["name"]],
        marker={"color": colour, "symbol": symbol, "size": size, "line": {"width": 0}},
        hovertemplate=f"%{{text}}<br>%{{customdata[1]}}<br>%{{x}}<br>{title}<extra></extra>",
        unselected={"marker": {"opacity": 0.75}},
    )
