"""Figures of how well a model does: scores by class, confusion, curves, families."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dga.charts import style
from dga.charts.style import BLUE, COLOURS, GREY, TITLES, TOP, VERMILION, plain
from dga.columns import BENIGN, DGA, FAMILY, PRED_PROB, TRUE_CLASS
from dga.evaluation import Confusion

FLOOR = 1e-6  # where a rate of 0 stands on a logarithmic axis without any other rate


def score_histogram(predictions: pd.DataFrame, threshold: float, log: bool = True) -> go.Figure:
    """The scores of benign and of DGA names, 50 bins each, with the threshold."""
    figure = style.blank("score_histogram", "Score, P(dga)", "Names, log scale" if log else "Names")
    for label in (BENIGN, DGA):
        rows = predictions[TRUE_CLASS] == label
        scores = predictions.loc[rows, PRED_PROB].to_numpy(np.float64)
        figure.add_trace(style.bins(scores, TITLES[label], COLOURS[label]))
    figure.update_layout(barmode="group", bargap=0.05)
    figure.update_yaxes(type="log" if log else "linear", dtick=1 if log else None)
    return style.with_threshold(figure, threshold)


def confusion_matrix(confusion: Confusion) -> go.Figure:
    """The four outcomes as squares that can be clicked; `customdata` of each is its outcome."""
    cells = [
        ("TN", BENIGN, BENIGN, confusion.tn, confusion.tn + confusion.fp),
        ("FP", BENIGN, DGA, confusion.fp, confusion.tn + confusion.fp),
        ("FN", DGA, BENIGN, confusion.fn, confusion.tp + confusion.fn),
        ("TP", DGA, DGA, confusion.tp, confusion.tp + confusion.fn),
    ]
    shares = [count / whole if whole else 0.0 for *_, count, whole in cells]
    marker = {
        "symbol": "square",
        "size": 88,
        "opacity": 1,
        "color": [
            style.tint(BLUE if truth == called else VERMILION, 0.2 + 0.3 * share)
            for (_, truth, called, *_), share in zip(cells, shares, strict=True)
        ],
    }
    squares = go.Scatter(
        x=[TITLES[called] for _, _, called, *_ in cells],
        y=[TITLES[truth] for _, truth, *_ in cells],
        text=[
            f"{outcome}<br>{count:,}<br>{share:.2%}"
            for (outcome, _, _, count, _), share in zip(cells, shares, strict=True)
        ],
        customdata=[outcome for outcome, *_ in cells],
        mode="markers+text",
        marker=marker,
        textfont={"color": style.INK, "size": 13},  # on tints, which are light in both themes
        hovertemplate="truly %{y}, called %{x}<br>%{text} of that class<extra></extra>",
    )
    figure = style.blank("confusion_matrix", "Verdict", "Truth", height=320)
    figure.add_trace(squares)
    figure.update_xaxes(range=[-0.6, 1.6], showgrid=False)
    figure.update_yaxes(range=[1.6, -0.6], showgrid=False)
    return figure


def roc(curve: pd.DataFrame, at: Confusion | None = None, log: bool = True) -> go.Figure:
    """Recall over false-positive rate (`evaluation.roc_curve`), with the threshold's point.

    On the logarithmic axis a rate of 0 stands at the left edge; the hover text tells the rate.
    """
    rates = curve["fpr"]
    edge = float(rates[rates > 0].min()) / 2 if (rates > 0).any() else FLOOR
    floor = edge if log else 0.0
    title = "False-positive rate, share of benign names" + (", log scale" if log else "")
    figure = style.blank("roc", title, "Recall, share of DGA names")
    hover = (
        "recall %{y:.2%} at FPR %{customdata[0]:.4%}<br>"
        "threshold %{customdata[1]:.6f}<extra></extra>"
    )
    figure.add_trace(
        style.line(rates.clip(lower=floor), curve["recall"], "Model", BLUE, hover).update(
            customdata=curve[["fpr", "threshold"]].to_numpy()
        )
    )
    ends = np.geomspace(floor, 1, 100) if log else np.array([0.0, 1.0])
    figure.add_trace(style.line(ends, ends, "Chance", GREY, dash="dot"))
    if at is not None and at.fpr is not None and at.recall is not None:
        text = f"recall {at.recall:.2%} at FPR {at.fpr:.4%}<extra></extra>"
        figure.add_trace(style.point(max(at.fpr, floor), at.recall, text))
    # "~%" drops the noughts at the end: 0.1%, not 0.100000%
    figure.update_xaxes(type="log" if log else "linear", dtick=1 if log else None, tickformat="~%")
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%")
    return figure


def precision_recall(
    curve: pd.DataFrame, at: Confusion | None = None, base_rate: float | None = None
) -> go.Figure:
    """Precision over recall (`evaluation.precision_recall_curve` with the same base rate)."""
    share = "" if base_rate is None else f" where {100 * base_rate:g} % of the names are DGA"
    figure = style.blank("precision_recall", "Recall, share of DGA names", f"Precision{share}")
    hover = "precision %{y:.2%} at recall %{x:.2%}<br>threshold %{customdata:.6f}<extra></extra>"
    line = style.line(curve["recall"], curve["precision"], "Model", BLUE, hover)
    figure.add_trace(line.update(customdata=curve["threshold"].to_numpy()))
    if at is not None and at.recall is not None:
        precision = at.precision if base_rate is None else at.precision_at_base_rate(base_rate)
        if precision is not None:
            text = f"precision {precision:.2%} at recall {at.recall:.2%}<extra></extra>"
            figure.add_trace(style.point(at.recall, precision, text))
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%")
    return figure


def reliability(table: pd.DataFrame) -> go.Figure:
    """What scores say against what is true (`evaluation.reliability`); on the dotted line they
    agree. The larger a point, the more names stand behind it."""
    figure = style.blank(
        "reliability", "Mean score of the bin", "Share of DGA, classes weighing alike"
    )
    figure.add_trace(style.line([0, 1], [0, 1], "Perfect", GREY, dash="dot"))
    hover = "score %{x:.3f}, DGA %{y:.2%}<br>%{customdata:,} names<extra></extra>"
    points = style.line(table["mean_score"], table["dga_share"], "Model", BLUE, hover)
    points.update(
        mode="lines+markers",
        marker_size=(6 + 24 * np.sqrt(table["weight"])).to_numpy(),
        customdata=table["names"].to_numpy(),
    )
    figure.add_trace(points)
    figure.update_yaxes(range=[-0.05, 1.05], tickformat=".0%")
    return figure


def families(table: pd.DataFrame, top: int = TOP) -> go.Figure:
    """The recall of the families that fare worst (`evaluation.family_table`), worst on top;
    `customdata` of a bar begins with its family."""
    rows = table.head(top)
    bars = go.Bar(
        x=rows["recall"].to_numpy(),
        y=[plain(family) for family in rows[FAMILY]],
        customdata=rows[[FAMILY, "names", "missed", "mean_score"]].to_numpy(object),
        orientation="h",
        marker_color=VERMILION,
        hovertemplate="%{y}: recall %{x:.2%}<br>%{customdata[2]:,} of %{customdata[1]:,} names "
        "missed<br>mean score %{customdata[3]:.3f}<extra></extra>",
    )
    figure = style.ranking("families", bars, "Recall, share of the family's names", len(rows))
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    return figure
