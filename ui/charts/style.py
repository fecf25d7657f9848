"""The look that all figures share: colours, escaping, common traces and layout.

Colours are Okabe and Ito's, which stay apart for every common kind of colour blindness; backgrounds
are transparent and text takes the theme's colour, so that figures suit light and dark.
"""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from dga.schema import BENIGN, DGA, SUSPICIOUS
from ui.common import text

BLUE, VERMILION, AMBER, GREY = "#0072B2", "#D55E00", "#E69F00", "#8A97A5"
GREEN, PURPLE = "#009E73", "#CC79A7"
CLEAR = "rgba(0,0,0,0)"
GRID = "rgba(138,151,165,0.25)"
COLOURS = {BENIGN: BLUE, SUSPICIOUS: AMBER, DGA: VERMILION}
TITLES = {BENIGN: "Benign", SUSPICIOUS: "Suspicious", DGA: "DGA"}

BAR_HEIGHT, BASE_HEIGHT = 22, 90  # pixels
TOP = 30  # bars of a ranking


def plain(text: object) -> str:
    """Text from data so that plotly shows it as it stands: no tags, links, entities or TeX.

    >>> plain("<a href='x'>b</a> & $c$")
    "&lt;a href='x'&gt;b&lt;/a&gt; &amp; &#36;c&#36;"
    """
    return escape(str(text), quote=False).replace("$", "&#36;")


def blank(name: str, x: str | None, y: str | None, height: int = 360) -> go.Figure:
    """An empty figure with the common look and axis titles; height in pixels."""
    return dress(go.Figure(), name, x, y, height)


def dress(figure: go.Figure, name: str, x: str | None, y: str | None, height: int) -> go.Figure:
    """Give a figure the common look. `name` keeps zoom and hidden traces over a rerun."""
    figure.update_layout(
        uirevision=name,
        height=height,
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"},
    )
    figure.update_xaxes(title_text=x, gridcolor=GRID, zeroline=False, automargin=True)
    figure.update_yaxes(title_text=y, gridcolor=GRID, zeroline=False, automargin=True)
    return figure


def bars(counts: npt.NDArray[np.int64], name: str, colour: str, what: str, label: str) -> go.Bar:
    """A histogram that is counted already, its bins equal and from 0 to 1.

    `customdata` of a bar: its lower and upper edge, and `label`.
    """
    edges = np.linspace(0, 1, len(counts) + 1)
    between = "score %{customdata[0]:.3f} to %{customdata[1]:.3f}"
    return go.Bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        customdata=[[*pair, label] for pair in edges_of(len(counts))],
        name=name,
        marker={"color": colour, "line": {"width": 0}},
        hovertemplate=f"{name}: {between}<br>%{{y:,}} {what}<extra></extra>",
    )


def edges_of(bins: int) -> list[tuple[float, float]]:
    """The edges of equal bins from 0 to 1.

    >>> edges_of(2)
    [(0.0, 0.5), (0.5, 1.0)]
    """
    edges = np.linspace(0, 1, bins + 1).round(9).tolist()
    return list(pairwise(edges))


def percent_axis(low: float, high: float) -> dict[str, Any]:
    """An axis of shares: ticks at quarters, in per cent as in sentences, and its range."""
    quarters = (0, 0.25, 0.5, 0.75, 1)
    texts = [f"{100 * one:g} %" for one in quarters]
    return {"range": [low, high], "tickvals": quarters, "ticktext": texts}


def percents(shares: Any) -> list[str]:
    """Shares as hover texts show them."""
    return [text.percent(float(one)) for one in shares]


def line(
    x: Any, y: Any, name: str, colour: str, hover: str | None = None, dash: str = "solid"
) -> go.Scatter:
    """A line; a dotted one is for reference and has no hover text."""
    return go.Scatter(
        x=np.asarray(x),
        y=np.asarray(y),
        name=name,
        mode="lines",
        line={"color": colour, "width": 2, "dash": dash},
        hovertemplate=hover,
        hoverinfo="skip" if dash == "dot" else None,
    )


def with_threshold(figure: go.Figure, threshold: float) -> go.Figure:
    """Mark the threshold on a figure whose x axis is the score."""
    place = "top left" if threshold > 0.5 else "top right"
    figure.add_vline(
        x=threshold,
        line={"color": GREY, "width": 2, "dash": "dash"},
        annotation={"text": f"threshold {text.boundary(threshold)}"},
        annotation_position=place,
    )
    figure.update_xaxes(range=[-0.01, 1.01])
    return figure


def ranking(name: str, drawn: go.Bar, title: str, rows: int) -> go.Figure:
    """Horizontal bars, the first on top, as high as there are bars."""
    figure = blank(name, title, None, height=BASE_HEIGHT + BAR_HEIGHT * rows)
    figure.add_trace(drawn)
    figure.update_yaxes(type="category", autorange="reversed", dtick=1, showgrid=False)
    figure.update_layout(showlegend=False)
    return figure
