"""Figures of one look-up: what each character adds to the score, and where the score stands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from dga.schema import BENIGN, DGA
from dga.scoring.calibration import log_odds
from dga.scoring.scorer import verdict_at
from ui.charts import style
from ui.charts.style import COLOURS, GREY, plain
from ui.common import text

LINE = 32  # characters of a name in one line of the strip
FEWEST = 16  # places in a line: the bars of a short name do not become slabs
BAND = 0.28  # half the height of the letters' band; bars start at its edges
STEP = 2.9  # from one line's middle to the next; a bar is 1 at most
LINE_HEIGHT, BASE_HEIGHT = 108, 44  # pixels
EDGES = np.linspace(-10, 14, 49)  # of the bins of scores, in log-odds
TICKS = (0.0001, 0.01, 0.5, 0.99, 0.9999, 0.999999)
STANDING_HEIGHT = 150  # pixels
CLASSES = {BENIGN: "Benign names", DGA: "Generated names"}
SIDES = {DGA: "Speaks for generated", BENIGN: "Speaks for benign"}


def characters(name: str, contributions: Sequence[float]) -> go.Figure:
    """A name as a strip. `contributions`: what each character adds to the score in log-odds.

    A vermilion bar above a character speaks for generated, a blue one below it for
    benign: side and colour tell the same. Long names go over several lines.
    """
    shares = np.asarray(contributions, dtype=np.float64)
    limit = max(1.0, float(np.abs(shares).max(initial=0.0)))
    at = np.arange(len(name))
    width = max(min(len(name), LINE), FEWEST)
    lines = max(-(-len(name) // LINE), 1)
    middles = np.asarray(-STEP * (at // LINE), dtype=np.float64)
    figure = style.blank("characters", None, None, height=BASE_HEIGHT + LINE_HEIGHT * lines)
    for side, sign in ((DGA, 1), (BENIGN, -1)):
        rows = shares * sign > 0 if sign > 0 else shares < 0
        figure.add_trace(
            _bars(name, shares, at[rows], middles[rows], sign=sign, side=side, limit=limit)
        )
    figure.add_trace(_letters(name, shares, at, middles))
    figure.update_xaxes(visible=False, fixedrange=True, range=[-0.6, width - 0.4])
    bottom = -STEP * (lines - 1) - BAND - 1.05
    figure.update_yaxes(visible=False, fixedrange=True, range=[bottom, BAND + 1.05])
    figure.update_layout(barmode="overlay", hoverlabel={"align": "left"})
    return figure


def standing(
    scores: Mapping[str, npt.NDArray[np.float64]], score: float, threshold: float
) -> go.Figure:
    """Where a score stands among those of known names, on a scale of odds.

    `scores`: for each class the scores of its names (names,). A class's bins add up to 1, so that
    a small class shows as well as a large one.
    """
    figure = style.blank("standing", None, None, height=STANDING_HEIGHT)
    for label, title in CLASSES.items():
        figure.add_trace(_bins(scores[label], title, COLOURS[label]))
    figure.add_vline(
        x=_on_scale(threshold),
        line={"color": GREY, "width": 2, "dash": "dash"},
        annotation={"text": "threshold", "xshift": 4},
        annotation_position="top right",
    )
    side = str(verdict_at(score, threshold))
    this = go.Scatter(
        x=[_on_scale(score)],
        y=[0],
        name="This name",
        mode="markers",
        marker={"color": COLOURS[side], "size": 15, "symbol": "triangle-up"},
        cliponaxis=False,
        hovertemplate=f"this name: score {text.score(score)}<extra></extra>",
    )
    figure.add_trace(this.update(marker={"line": {"color": GREY, "width": 1}}))
    figure.update_layout(barmode="overlay", bargap=0, margin={"t": 24})
    ticks = {"tickvals": [_on_scale(tick) for tick in TICKS]}
    texts = [f"{tick:.6g}" for tick in TICKS]
    figure.update_xaxes(**ticks, ticktext=texts, fixedrange=True, range=[EDGES[0], EDGES[-1]])
    figure.update_yaxes(visible=False, fixedrange=True, rangemode="tozero")
    return figure


def _bins(scores: npt.NDArray[np.float64], title: str, colour: str) -> go.Bar:
    odds = np.clip(log_odds(scores), EDGES[0], EDGES[-1])
    counts = np.histogram(odds, bins=EDGES)[0]
    return go.Bar(
        x=(EDGES[:-1] + EDGES[1:]) / 2,
        y=counts / max(len(scores), 1),
        name=title,
        opacity=0.8,
        marker={"color": colour, "line": {"width": 0}},
        customdata=counts,
        hovertext=style.percents(counts / max(len(scores), 1)),
        hovertemplate=f"{title}: %{{customdata:,}} (%{{hovertext}})<extra></extra>",
    )


def _on_scale(score: float) -> float:
    """The place of a score on the scale of log-odds, within its ends."""
    return float(np.clip(log_odds(score), EDGES[0], EDGES[-1]))


def _bars(
    name: str,
    shares: npt.NDArray[np.float64],
    at: npt.NDArray[np.int64],
    middles: npt.NDArray[np.float64],
    *,
    sign: int,
    side: str,
    limit: float,
) -> go.Bar:
    return go.Bar(
        x=at % LINE,
        y=shares[at] / limit,
        base=middles + sign * BAND,
        width=0.75,
        name=SIDES[side],
        marker={"color": COLOURS[side], "line": {"width": 0}},
        customdata=[_hover_text(name, shares, int(one)) for one in at],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _letters(
    name: str,
    shares: npt.NDArray[np.float64],
    at: npt.NDArray[np.int64],
    middles: npt.NDArray[np.float64],
) -> go.Scatter:
    return go.Scatter(
        x=at % LINE,
        y=middles,
        text=[plain(character) for character in name],
        mode="text",
        textfont={"family": "monospace", "size": 17, "weight": 700},
        customdata=[_hover_text(name, shares, int(one)) for one in at],
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
    )


def _hover_text(name: str, shares: npt.NDArray[np.float64], at: int) -> str:
    """What hovering over a character tells."""
    share = float(shares[at])
    where = f"<b>{plain(name[at])}</b>, character {at + 1}"
    if share == 0:
        return f"{where}<br>adds nothing"
    for_what = "generated" if share > 0 else "benign"
    return (
        f"{where}<br>makes {for_what} {math.exp(min(abs(share), 30)):.3g} times as likely"
        f"<br>{share:+.2f} log-odds"
    )
