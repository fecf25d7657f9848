"""The filters of a result: widgets, and what clicks on charts and tables set them to. Draws only.

Each filter lies in the session under the job's key, so that a page change keeps it and another
list has its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import streamlit as st

from dga.schema import BENIGN, DGA, SUSPICIOUS, VERDICT_COLUMNS
from dga.scoring.score_file import Summary
from ui.bulk import results
from ui.bulk.result_counts import Overview
from ui.bulk.results import Filters, Result
from ui.bulk.scoring_job import ScoringJob
from ui.common import verdicts
from ui.common.text import TERMS, escape

ORDERS = {
    results.LIST_ORDER: "As in the list",
    results.HIGHEST: "Highest score first",
    results.LOWEST: "Lowest score first",
    results.SURPRISING: "Most surprising first",
}
SURPRISE_HELP = (
    "Surprise is how far a score lies from what the rest of the list suggests: the mean score of "
    "the other names under the same public suffix that the list holds about as often (once to 9 "
    "times, 10 to 99, 100 and more). First come names that score high although they are asked for "
    "often or stand under a suffix whose other names look benign, and names that score low among "
    "generated ones: the rows worth a second look, not the worst ones."
)
WHOLE = (0.0, 1.0)  # scores
NAMES = (
    "verdicts", "families", "suffixes", "problem", "text", "score", "group", "once", "column",
    "held",
)  # fmt: skip


def chosen(job: str) -> Filters:
    """The current filters."""
    low, high = _value(job, "score", WHOLE)
    return Filters(
        verdicts=tuple(_value(job, "verdicts", ())),
        families=tuple(_value(job, "families", ())),
        suffixes=tuple(_value(job, "suffixes", ())),
        problem=_value(job, "problem", None) or "",
        text=(_value(job, "text", "") or "").strip(),
        low=low,
        high=high,
        group=_value(job, "group", None),
        once=_value(job, "once", False),
        own=_own(job),
        order=_value(job, "order", results.HIGHEST),
    )


def pick(job: ScoringJob, result: Result, overview: Overview, summary: Summary) -> Filters:
    """Draw the filters; returns them."""
    key = job.key
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _verdicts(key, summary)
            st.text_input(
                "Name contains",
                key=_key(key, "text"),
                persist_state="session",
                type="search",
                width=220,
            )
            st.session_state.setdefault(_key(key, "order"), results.HIGHEST)
            st.selectbox(
                "Order",
                list(ORDERS),
                format_func=ORDERS.__getitem__,
                key=_key(key, "order"),
                persist_state="session",
                help=f"Of all rows, not only of those shown. {SURPRISE_HELP}",
                width=230,
            )
            st.toggle(
                "Each name once",
                key=_key(key, "once"),
                persist_state="session",
                help="Of rows with the same registered name only the first that passes.",
            )
        with st.expander("More filters", icon=":material/filter_list:"):
            _more(key, overview)
            _own_column(key, result)
        _clearing(key)
    return chosen(key)


def _own(job: str) -> tuple[str, str] | None:
    column, held = _value(job, "column", None), (_value(job, "held", "") or "").strip()
    return (column, held) if column and held else None


def _verdicts(job: str, summary: Summary) -> None:
    counts = {
        DGA: summary.dga,
        SUSPICIOUS: summary.suspicious,
        BENIGN: summary.benign,
        verdicts.NOT_SCORED: summary.problems,
    }
    st.segmented_control(
        "Verdict",
        list(counts),
        selection_mode="multi",
        format_func=lambda verdict: f"{verdicts.title(verdict)}: {counts[verdict]:,}",
        key=_key(job, "verdicts"),
        persist_state="session",
        wrap=True,
        help=TERMS["verdict"],
    )


def _more(job: str, overview: Overview) -> None:
    first, second = st.columns(2)
    with first:
        for name, label, term in (
            ("families", "Family", "family"),
            ("suffixes", "Suffix", "suffix"),
        ):
            table = getattr(overview, name)
            st.multiselect(
                label,
                table.iloc[:, 0].tolist(),
                key=_key(job, name),
                persist_state="session",
                help=TERMS[term],
            )
    with second:
        st.session_state.setdefault(_key(job, "score"), WHOLE)
        st.slider(
            "Score",
            *WHOLE,
            step=0.01,
            key=_key(job, "score"),
            persist_state="session",
            help=TERMS["score"],
        )
        st.selectbox(
            "Problem",
            overview.problems["problem"].tolist(),
            index=None,
            key=_key(job, "problem"),
            persist_state="session",
            placeholder="Any",
            help="Why a row was not scored.",
        )


def _own_column(job: str, result: Result) -> None:
    """A filter by any column of the list itself."""
    columns = [name for name in result.columns if name not in VERDICT_COLUMNS]
    left, right = st.columns(2)
    left.selectbox(
        "Column of the list",
        columns,
        index=None,
        key=_key(job, "column"),
        persist_state="session",
        placeholder="Any",
    )
    right.text_input(
        "Holds the text",
        key=_key(job, "held"),
        persist_state="session",
        help="Upper and lower case are alike.",
    )


def _clearing(job: str) -> None:
    """The filter that a click on the table of clients set, with a button that clears it."""
    filters = chosen(job)
    if not filters.narrow:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Clear filters", icon=":material/filter_list_off:", on_click=clear, args=(job,))
        if filters.group:
            column, value = filters.group
            st.markdown(f"Only rows whose **{escape(column)}** is **{escape(value)}**.")


# What clicks set.


def clear(job: str) -> None:
    """Clear all filters; the order stays."""
    for name in NAMES:
        st.session_state.pop(_key(job, name), None)
    st.session_state[_key(job, "text")] = ""
    st.session_state[_key(job, "score")] = WHOLE
    for name in ("verdicts", "families", "suffixes"):
        st.session_state[_key(job, name)] = []
    st.session_state[_key(job, "problem")] = None
    st.session_state[_key(job, "once")] = False
    st.session_state[_key(job, "column")] = None
    st.session_state[_key(job, "held")] = ""


def take_scores(job: str, chart: str) -> None:
    """A bar of the scores was clicked: the rows of its verdict within its edges are listed."""
    clicked = _clicked(chart)
    if _is_bar(clicked):
        low, high, verdict = clicked
        span = (round(low, 2), round(high, 2))
        same = _value(job, "score", WHOLE) == span
        st.session_state[_key(job, "score")] = WHOLE if same else span
        st.session_state[_key(job, "verdicts")] = [] if same else [verdict]


def take_value(job: str, chart: str, name: str, offered: Collection[str]) -> None:
    """A bar of the families or suffixes was clicked. Bars count generated rows, so these are
    listed: the number on the bar is the number of rows. `offered`: the values that have a bar."""
    clicked = _clicked(chart)
    if clicked and clicked[0] in offered:
        same = list(_value(job, name, ())) == [clicked[0]]
        st.session_state[_key(job, name)] = [] if same else [clicked[0]]
        st.session_state[_key(job, "verdicts")] = [] if same else [DGA]


def take_group(job: str, column: str, value: str) -> None:
    """The rows of a client were asked for: those that look generated, at first."""
    st.session_state[_key(job, "group")] = (column, value)
    st.session_state[_key(job, "verdicts")] = [DGA]


def take_problem(job: str, problem: str) -> None:
    """The rows with a problem were asked for."""
    clear(job)
    st.session_state[_key(job, "problem")] = problem


def _clicked(chart: str) -> list[Any]:
    """The `customdata` of the bar that was clicked; empty where a click ended a selection."""
    points = st.session_state[chart]["selection"]["points"]
    return custom_data(points[0]) if points and isinstance(points[0], Mapping) else []


def _is_bar(clicked: list[Any]) -> bool:
    """Whether a browser sent what a bar of the scores holds: its edges and its verdict."""
    match clicked:
        case [int() | float() as low, int() | float() as high, str() as verdict]:
            return 0 <= low < high <= 1 and verdict in (BENIGN, SUSPICIOUS, DGA)
    return False


def custom_data(point: Mapping[str, Any]) -> list[Any]:
    """The `customdata` of a clicked point as a list, in whichever form the browser sent it.

    >>> custom_data({"customdata": {"0": 0.5, "1": 0.6}}), custom_data({"customdata": "com"})
    ([0.5, 0.6], ['com'])
    """
    found = point.get("customdata")
    if isinstance(found, Mapping):  # of a typed array
        return [found[str(place)] for place in range(len(found)) if str(place) in found]
    if isinstance(found, list | tuple):
        return list(found)
    return [] if found is None else [found]


def _key(job: str, name: str) -> str:
    return f"bulk_{name}_of_{job}"


def _value(job: str, name: str, otherwise: Any) -> Any:
    return st.session_state.get(_key(job, name), otherwise)
