"""Figures of names by class and family."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dga.schema import BENIGN, FAMILY, LABEL
from ui.charts import style
from ui.charts.style import COLOURS, GREY, TITLES, TOP, plain

REST = "rest"


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
