"""The answer of a look-up: badge, sentence, bar, what was read, why, forms to copy. Draws only."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st

from dga import charts, domains
from dga.bundle import ModelBundle
from dga.charts.style import COLOURS, GREY
from dga.columns import BENIGN, DGA, FAMILY, FAMILY_SCORE
from dga.runs import Run
from dga.scoring import FAMILY_FLOOR, Verdict
from ui import panels, state
from ui.state import Measure
from ui.text import TERMS, code, defang, escape, percent


def told(text: str, verdict: Verdict, measure: Measure) -> None:
    """The verdict as a sentence, with its bar and a warning where it is a close call."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            verdict_badge(verdict.verdict)
            st.markdown(code(verdict.domain or text))
        st.subheader(escape(sentence(verdict, measure.threshold, measure.about)), anchor=False)
        if verdict.score is None:
            return
        score_bar(verdict.score, measure.threshold)
        if is_close(verdict.score, measure.threshold):
            st.warning(
                "A close call: the score is near the threshold. Look at what else is known of "
                "this domain before you act.",
                icon=":material/balance:",
            )


def parsed_table(text: str) -> None:
    """What the parser made of the text."""
    parsed = domains.parse(text)
    rows = {
        "Given": text,
        "Domain": parsed.domain or "",
        "Registered name": parsed.registered_name or "",
        "Public suffix": parsed.suffix or "",
    }
    st.markdown("**How the text was read**", help=TERMS["registered"])
    frame = pd.DataFrame({"part": list(rows), "value": list(rows.values())}, dtype="str")
    columns: dict[str, Any] = {
        "part": st.column_config.TextColumn("Part", width=130),
        "value": "Value",
    }
    st.dataframe(frame, hide_index=True, column_config=columns)


def explanation(run: Run, bundle: ModelBundle, verdict: Verdict) -> None:
    """Which characters made the score, and the nearest families."""
    name = verdict.domain if bundle.scope == "fqdn" else verdict.registered_name
    found = state.explanation(run, name or "")
    st.markdown(
        "**What each character adds**",
        help="How much the score (in log-odds) falls, on average, when the character is another: "
        "above 0 it speaks for generated, below 0 for chosen by people.",
    )
    st.plotly_chart(charts.characters(found.name, found.contributions), key="characters")
    if found.families:
        st.markdown("**Nearest families**", help=TERMS["family"])
        if found.families[0][1] < FAMILY_FLOOR:
            st.caption("None comes near enough to be named; these are the nearest.")
        frame = pd.DataFrame(found.families, columns=[FAMILY, FAMILY_SCORE])
        st.dataframe(frame, hide_index=True, column_config=panels.verdict_columns())


def copies(text: str, verdict: Verdict) -> None:
    """Forms of the answer to paste elsewhere."""
    st.markdown("**Defanged, to paste into a ticket**")
    st.code(defang(verdict.domain or ""), language=None)
    st.markdown("**Link that opens this look-up**")
    address = (st.context.url or "").partition("?")[0]
    st.code(f"{address}?{state.DOMAIN}={quote(text, safe='')}", language=None, wrap_lines=True)


def verdict_icon(verdict: str | None) -> str:
    """The icon of a verdict; None and "" are those of a text that was not scored."""
    icons = {DGA: ":material/warning:", BENIGN: ":material/check_circle:"}
    return icons.get(verdict or "", ":material/help:")


def verdict_badge(verdict: str | None) -> None:
    """The verdict as a badge: colour, icon and word each tell it."""
    icon = verdict_icon(verdict)
    if verdict == DGA:
        st.badge("Generated", icon=icon, color="orange")
    elif verdict == BENIGN:
        st.badge("Chosen by people", icon=icon, color="blue")
    else:
        st.badge("Not scored", icon=icon, color="gray")


def score_bar(score: float, threshold: float) -> None:
    """The score as a bar from 0 to 100 %, with a mark at the threshold."""
    colour = COLOURS[DGA] if score >= threshold else COLOURS[BENIGN]
    values = [{"score": score, "threshold": threshold, "zero": 0, "one": 1}]
    axis = {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1], "title": None, "grid": False}
    bar = {"type": "bar", "cornerRadius": 3}
    across = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis}
    spec = {
        "height": 26,
        "data": {"values": values},
        "layer": [
            {
                "mark": {**bar, "color": GREY, "opacity": 0.3, "height": 14},
                "encoding": {"x": {"field": "zero", **across}, "x2": {"field": "one"}},
            },
            {
                "mark": {**bar, "color": colour, "height": 14},
                "encoding": {"x": {"field": "zero", **across}, "x2": {"field": "score"}},
            },
            {
                "mark": {"type": "tick", "color": GREY, "thickness": 3, "size": 26},
                "encoding": {"x": {"field": "threshold", **across}},
            },
        ],
    }
    st.vega_lite_chart(spec, alt=f"Score {percent(score)}, threshold {percent(threshold)}")


def sentence(verdict: Verdict, threshold: float, source: str) -> str:
    """A verdict as one sentence; `source` tells where the threshold comes from."""
    if verdict.score is None:
        return f"Not scored: {verdict.problem}."
    looks = verdict.looks[0].upper() + verdict.looks[1:]
    cut = f"threshold {percent(threshold)} ({source})"
    return f"{looks}: score {percent(verdict.score)}; {cut}."


def is_close(score: float, threshold: float) -> bool:
    """Whether a score is so near the threshold that the verdict is a close call.

    Near is: the odds are within a factor of three of each other.

    >>> is_close(0.95, 0.93), is_close(0.999, 0.93)
    (True, False)
    """
    return abs(_log_odds(score) - _log_odds(threshold)) < math.log(3)


def _log_odds(share: float) -> float:
    share = min(max(share, 1e-7), 1 - 1e-7)
    return math.log(share / (1 - share))
