"""The reliability diagram: how well scores are calibrated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ui.charts import style
from ui.charts.style import BLUE, GREY


def reliability(table: pd.DataFrame) -> go.Figure:
    """What scores say against what is true (`evaluation.reliability`); on the dotted line they
    agree. The larger a point, the more names stand behind it."""
    figure = style.blank(
        "reliability", "Mean score of the bin", "Share of DGA, classes weighing alike"
    )
    figure.add_trace(style.line([0, 1], [0, 1], "Perfect", GREY, dash="dot"))
    hover = "score %{x:.3f}, DGA %{text}<br>%{customdata:,} names<extra></extra>"
    points = style.line(table["mean_score"], table["dga_share"], "Model", BLUE, hover)
    points.update(
        mode="lines+markers",
        marker_size=(6 + 24 * np.sqrt(table["weight"])).to_numpy(),
        customdata=table["names"].to_numpy(),
        text=style.percents(table["dga_share"]),
    )
    figure.add_trace(points)
    figure.update_yaxes(**style.percent_axis(-0.05, 1.05))
    return figure
