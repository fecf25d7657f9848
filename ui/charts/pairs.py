"""Figures of a few runs over one another: ROC, reliability, the course of their trainings.

Each run has a colour and a pattern of its own, so that neither alone tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ui.charts import style
from ui.charts.style import AMBER, BLUE, GREEN, GREY, PURPLE, VERMILION, plain

LOOKS = (
    (BLUE, "solid"), (VERMILION, "dash"), (GREEN, "dashdot"), (PURPLE, "longdash"), (AMBER, "dot")
)  # fmt: skip
MOST = len(LOOKS)  # runs of a figure
FLOOR = 1e-6  # where a rate of 0 stands on the logarithmic axis without any other rate

Named = Mapping[str, pd.DataFrame]  # a frame for each of up to MOST runs, by name


def pair_roc(curves: Named) -> go.Figure:
    """Recall over false-positive rate on a logarithmic axis (`evaluation.roc_curve` of each)."""
    figure = style.blank("pair_roc", "False-positive rate, log scale", "Recall")
    rates = pd.concat([curve["fpr"] for curve in curves.values()])
    floor = float(rates[rates > 0].min()) / 2 if (rates > 0).any() else FLOOR
    for (name, curve), (colour, dash) in zip(curves.items(), LOOKS, strict=False):
        hover = f"{plain(name)}: recall %{{customdata[0]}} at FPR %{{customdata[1]}}<extra></extra>"
        line = style.line(curve["fpr"].clip(lower=floor), curve["recall"], plain(name), colour)
        told = np.stack([style.percents(curve["recall"]), style.percents(curve["fpr"])], axis=1)
        figure.add_trace(line.update(line_dash=dash, hovertemplate=hover, customdata=told))
    decades = [10.0**power for power in range(-6, 1)]
    texts = [f"{100 * one:g} %" for one in decades]
    figure.update_xaxes(type="log", tickvals=decades, ticktext=texts)
    figure.update_yaxes(**style.percent_axis(0, 1.02))
    return figure


def pair_reliability(tables: Named) -> go.Figure:
    """What scores say against what is true (`evaluation.reliability` of each)."""
    figure = style.blank("pair_reliability", "Mean score of the bin", "Share of DGA")
    figure.add_trace(style.line([0, 1], [0, 1], "Perfect", GREY, dash="dot"))
    for (name, table), (colour, dash) in zip(tables.items(), LOOKS, strict=False):
        hover = f"{plain(name)}: score %{{x:.3f}}, DGA %{{text}}<extra></extra>"
        told = style.percents(table["dga_share"])
        line = style.line(table["mean_score"], table["dga_share"], plain(name), colour)
        figure.add_trace(
            line.update(line_dash=dash, hovertemplate=hover, mode="lines+markers", text=told)
        )
    figure.update_yaxes(**style.percent_axis(-0.05, 1.05))
    return figure


def pair_course(histories: Named, column: str, title: str) -> go.Figure:
    """One column of trainings' histories by epoch."""
    figure = style.blank(f"pair_{column}", "Epoch", title, height=300)
    for (name, past), (colour, dash) in zip(histories.items(), LOOKS, strict=False):
        drawn = past.reindex(columns=["epoch", column]).astype(np.float64).dropna()
        share = column.endswith("accuracy")  # in per cent, as everywhere
        values = 100 * drawn[column] if share else drawn[column]
        shown = "%{y:.1f} %" if share else "%{y:.4f}"
        hover = f"{plain(name)}: {shown} in epoch %{{x}}<extra></extra>"
        line = style.line(drawn["epoch"], values, plain(name), colour)
        figure.add_trace(line.update(line_dash=dash, hovertemplate=hover, mode="lines+markers"))
    figure.update_xaxes(dtick=1)
    if column.endswith("accuracy"):
        figure.update_yaxes(ticksuffix=" %")
    return figure
