"""Frames to plotly figures. The only place with colours and hover texts; computes no metric.

Colours are Okabe and Ito's, which stay apart for every common kind of colour blindness; backgrounds
are transparent and text takes the theme's colour, so that figures suit light and dark. Plotly reads
some HTML in every text: whatever comes from data passes through `plain` first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dga.columns import BENIGN, DGA, FAMILY, LABEL, PRED_PROB, TRUE_CLASS
from dga.evaluation import Confusion
from dga.progress import Progress

BLUE, VERMILION, GREY = "#0072B2", "#D55E00", "#8A97A5"
CLEAR = "rgba(0,0,0,0)"
GRID = "rgba(138,151,165,0.25)"
COLOURS = {BENIGN: BLUE, DGA: VERMILION}
TITLES = {BENIGN: "Benign", DGA: "Generated"}
DIVERGING = ((0.0, BLUE), (0.5, "#F2F2F2"), (1.0, VERMILION))

BINS = 50
BAR_HEIGHT, BASE_HEIGHT = 22, 90  # pixels
TOP = 30
NAMES_A_LINE = 48  # characters of a name in one line of the strip
FLOOR = 1e-6  # where a rate of 0 stands on a logarithmic axis without any other rate
BIN_HOVER = "score %{customdata[0]:.2f} to %{customdata[1]:.2f}<br>%{y:,} names"


def plain(text: object) -> str:
    """Text from data so that plotly shows it as it stands: no tags, links, entities or TeX.

    >>> plain("<a href='x'>b</a> & $c$")
    "&lt;a href='x'&gt;b&lt;/a&gt; &amp; &#36;c&#36;"
    """
    return escape(str(text), quote=False).replace("$", "&#36;")


def score_histogram(predictions: pd.DataFrame, threshold: float, log: bool = True) -> go.Figure:
    """The scores of benign and of DGA names, 50 bins each, with the threshold."""
    figure = _figure("score_histogram", "Score, P(dga)", "Names, log scale" if log else "Names")
    for label in (BENIGN, DGA):
        rows = predictions[TRUE_CLASS] == label
        scores = predictions.loc[rows, PRED_PROB].to_numpy(np.float64)
        figure.add_trace(_bins(scores, TITLES[label], COLOURS[label]))
    figure.update_layout(barmode="group", bargap=0.05)
    figure.update_yaxes(type="log" if log else "linear", dtick=1 if log else None)
    return _with_threshold(figure, threshold)


def scores(values: npt.ArrayLike, threshold: float, log: bool = True) -> go.Figure:
    """Scores without a known class, by the verdict at a threshold; NaN is left out."""
    found = np.asarray(values, dtype=np.float64)
    figure = _figure("scores", "Score, P(dga)", "Names, log scale" if log else "Names")
    figure.add_trace(_bins(found[found < threshold], "Called benign", BLUE))
    figure.add_trace(_bins(found[found >= threshold], "Called generated", VERMILION))
    figure.update_layout(barmode="group" if log else "stack", bargap=0.05)
    figure.update_yaxes(type="log" if log else "linear", dtick=1 if log else None)
    return _with_threshold(figure, threshold)


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
        "size": 96,
        "opacity": [0.15 + 0.35 * share for share in shares],
        "color": [BLUE if truth == called else VERMILION for _, truth, called, *_ in cells],
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
        hovertemplate="truly %{y}, called %{x}<br>%{text} of that class<extra></extra>",
    )
    figure = _figure("confusion_matrix", "Verdict", "Truth", height=320)
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
    figure = _figure("roc", title, "Recall, share of DGA names")
    hover = (
        "recall %{y:.2%} at FPR %{customdata[0]:.4%}<br>"
        "threshold %{customdata[1]:.6f}<extra></extra>"
    )
    figure.add_trace(
        _line(rates.clip(lower=floor), curve["recall"], "Model", BLUE, hover).update(
            customdata=curve[["fpr", "threshold"]].to_numpy()
        )
    )
    ends = np.geomspace(floor, 1, 100) if log else np.array([0.0, 1.0])
    figure.add_trace(_line(ends, ends, "Chance", GREY, dash="dot"))
    if at is not None and at.fpr is not None and at.recall is not None:
        text = f"recall {at.recall:.2%} at FPR {at.fpr:.4%}<extra></extra>"
        figure.add_trace(_point(max(at.fpr, floor), at.recall, text))
    # "~%" drops the noughts at the end: 0.1%, not 0.100000%
    figure.update_xaxes(type="log" if log else "linear", dtick=1 if log else None, tickformat="~%")
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%")
    return figure


def precision_recall(
    curve: pd.DataFrame, at: Confusion | None = None, base_rate: float | None = None
) -> go.Figure:
    """Precision over recall (`evaluation.precision_recall_curve` with the same base rate)."""
    share = "" if base_rate is None else f" where {100 * base_rate:g} % of the names are DGA"
    figure = _figure("precision_recall", "Recall, share of DGA names", f"Precision{share}")
    hover = "precision %{y:.2%} at recall %{x:.2%}<br>threshold %{customdata:.6f}<extra></extra>"
    line = _line(curve["recall"], curve["precision"], "Model", BLUE, hover)
    figure.add_trace(line.update(customdata=curve["threshold"].to_numpy()))
    if at is not None and at.recall is not None:
        precision = at.precision if base_rate is None else at.precision_at_base_rate(base_rate)
        if precision is not None:
            text = f"precision {precision:.2%} at recall {at.recall:.2%}<extra></extra>"
            figure.add_trace(_point(at.recall, precision, text))
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%")
    return figure


def reliability(table: pd.DataFrame) -> go.Figure:
    """What scores say against what is true (`evaluation.reliability`); on the dotted line they
    agree. The larger a point, the more names stand behind it."""
    figure = _figure("reliability", "Mean score of the bin", "Share of DGA, classes weighing alike")
    figure.add_trace(_line([0, 1], [0, 1], "Perfect", GREY, dash="dot"))
    hover = "score %{x:.3f}, DGA %{y:.2%}<br>%{customdata:,} names<extra></extra>"
    points = _line(table["mean_score"], table["dga_share"], "Model", BLUE, hover)
    points.update(
        mode="lines+markers",
        marker_size=(6 + 24 * np.sqrt(table["weight"])).to_numpy(),
        customdata=table["names"].to_numpy(),
    )
    figure.add_trace(points)
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
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
    figure = _ranking("families", bars, "Recall, share of the family's names", len(rows))
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    return figure


def balance(table: pd.DataFrame, top: int = TOP) -> go.Figure:
    """Names by class and family (`dataset.balance`), largest first; the rest in one bar."""
    texts = [
        plain(family or (TITLES[BENIGN] if label == BENIGN else "no family"))
        for label, family in zip(table[LABEL], table[FAMILY], strict=True)
    ]
    rows = pd.DataFrame({"text": texts, "names": table["names"], "label": table[LABEL]})
    shown, rest = rows.head(top), rows.iloc[top:]
    if len(rest):
        sums = {"text": f"{len(rest):,} more", "names": rest["names"].sum(), "label": DGA}
        shown = pd.concat([shown, pd.DataFrame([sums])], ignore_index=True)
    bars = go.Bar(
        x=shown["names"].to_numpy(),
        y=shown["text"].tolist(),
        orientation="h",
        marker_color=[COLOURS[label] for label in shown["label"]],
        hovertemplate="%{y}: %{x:,} names<extra></extra>",
    )
    return _ranking("balance", bars, "Names", len(shown))


def suffixes(table: pd.DataFrame, top: int = TOP) -> go.Figure:
    """The commonest suffixes: columns suffix and rows."""
    rows = table.nlargest(top, "rows")
    bars = go.Bar(
        x=rows["rows"].to_numpy(),
        y=[plain(suffix) for suffix in rows["suffix"]],
        customdata=rows["suffix"].to_numpy(object),
        orientation="h",
        marker_color=BLUE,
        hovertemplate="%{y}: %{x:,} rows<extra></extra>",
    )
    return _ranking("suffixes", bars, "Rows", len(rows))


def verdict_counts(dga: int, benign: int, problems: int = 0) -> go.Figure:
    """How many rows got which verdict, and how many could not be scored."""
    bars = go.Bar(
        x=[dga, benign, problems],
        y=["Called generated", "Called benign", "Not scored"],
        orientation="h",
        marker_color=[VERMILION, BLUE, GREY],
        texttemplate="%{x:,}",
        hovertemplate="%{y}: %{x:,} rows<extra></extra>",
    )
    return _ranking("verdict_counts", bars, "Rows", 3)


def training_curves(progress: Sequence[Progress] | pd.DataFrame) -> go.Figure:
    """Loss, accuracy and names a second of a training: a run's history, or a job's snapshots."""
    table, x, title = _training_table(progress)
    figure = make_subplots(rows=3, shared_xaxes=True, vertical_spacing=0.06)
    kinds = (("Training", BLUE, ""), ("Validation", VERMILION, "validation_"))
    for row, measure in enumerate(("loss", "accuracy"), start=1):
        for name, colour, prefix in kinds:
            line = _line(table[x], table[prefix + measure], name, colour).update(
                connectgaps=True,
                mode="lines+markers" if prefix or len(table) < 2 else "lines",
                showlegend=row == 1,
                legendgroup=name,
            )
            figure.add_trace(line, row=row, col=1)
    rate = _line(table[x], table["rate"], "Speed", GREY).update(showlegend=False)
    figure.add_trace(rate, row=3, col=1)
    _dress(figure, "training_curves", None, None, height=480)
    figure.update_xaxes(title_text=title, row=3, col=1)
    for row, text in enumerate(("Loss", "Accuracy", "Names/s"), start=1):
        figure.update_yaxes(title_text=text, row=row, col=1)
    figure.update_yaxes(tickformat=".1%", row=2, col=1)
    figure.update_yaxes(rangemode="tozero", row=3, col=1)
    return figure


def characters(name: str, contributions: Sequence[float]) -> go.Figure:
    """A name as a strip, each character coloured by what it adds to the score in log-odds: blue
    speaks for chosen by people, vermilion for generated. Long names go over several lines."""
    width = min(max(len(name), 1), NAMES_A_LINE)
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
    figure = _figure("characters", None, None, height=90 + 44 * lines)
    figure.add_trace(strip)
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True, autorange="reversed")
    return figure


def _training_table(progress: Sequence[Progress] | pd.DataFrame) -> tuple[pd.DataFrame, str, str]:
    """The columns that the curves need, and which is the x axis with its title."""
    if isinstance(progress, pd.DataFrame):
        table, x, title = progress.copy(), "epoch", "Epoch"
    else:
        snapshots = [asdict(one) for one in progress if one.phase == "training"]
        table, x, title = pd.DataFrame(snapshots), "batch", "Batch"
    needed = ["loss", "accuracy", "validation_loss", "validation_accuracy", "rate"]
    return table.reindex(columns=[x, *needed]).astype(np.float64), x, title


def _bins(values: npt.NDArray[np.float64], name: str, colour: str) -> go.Bar:
    counts, edges = np.histogram(values, bins=BINS, range=(0, 1))
    return go.Bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        customdata=np.column_stack([edges[:-1], edges[1:]]),
        name=name,
        marker={"color": colour, "line": {"width": 0}},
        hovertemplate=f"{name}: {BIN_HOVER}<extra></extra>",
    )


def _line(
    x: Any, y: Any, name: str, colour: str, hover: str | None = None, dash: str = "solid"
) -> go.Scatter:
    return go.Scatter(
        x=np.asarray(x),
        y=np.asarray(y),
        name=name,
        mode="lines",
        line={"color": colour, "width": 2, "dash": dash},
        hovertemplate=hover,
        hoverinfo="skip" if dash == "dot" else None,
    )


def _point(x: float, y: float, hover: str) -> go.Scatter:
    marker = {"color": VERMILION, "size": 12, "symbol": "diamond"}
    return go.Scatter(
        x=[x], y=[y], name="This threshold", mode="markers", marker=marker, hovertemplate=hover
    )


def _with_threshold(figure: go.Figure, threshold: float) -> go.Figure:
    place = "top left" if threshold > 0.5 else "top right"
    figure.add_vline(
        x=threshold,
        line={"color": GREY, "width": 2, "dash": "dash"},
        annotation={"text": f"threshold {threshold:.6g}"},
        annotation_position=place,
    )
    figure.update_xaxes(range=[-0.01, 1.01])
    return figure


def _ranking(name: str, bars: go.Bar, title: str, rows: int) -> go.Figure:
    """Horizontal bars, the first on top, as high as there are bars."""
    figure = _figure(name, title, None, height=BASE_HEIGHT + BAR_HEIGHT * rows)
    figure.add_trace(bars)
    figure.update_yaxes(type="category", autorange="reversed", dtick=1, showgrid=False)
    figure.update_layout(showlegend=False)
    return figure


def _figure(name: str, x: str | None, y: str | None, height: int = 360) -> go.Figure:
    return _dress(go.Figure(), name, x, y, height)


def _dress(figure: go.Figure, name: str, x: str | None, y: str | None, height: int) -> go.Figure:
    """Give a figure the common look. `name` keeps zoom and hidden traces over a rerun."""
    figure.update_layout(
        uirevision=name,
        height=height,
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
    )
    figure.update_xaxes(title_text=x, gridcolor=GRID, zeroline=False, automargin=True)
    figure.update_yaxes(title_text=y, gridcolor=GRID, zeroline=False, automargin=True)
    return figure
