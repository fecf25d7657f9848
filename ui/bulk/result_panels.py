"""The result of a scoring job: in a sentence, as charts that filter, by client, by problem.

Draws only. Everything is one fragment, so that a filter redraws the result and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dga.logs.field_names import CLIENT, RCODE
from dga.schema import FAMILY, PROBLEM, VERDICT_COLUMNS
from dga.scoring.score_file import Summary
from dga.tables.writers import disarm_frame
from ui import charts
from ui.bulk import filter_panel, result_counts, result_table, timeline
from ui.bulk.input import Bulk
from ui.bulk.result_counts import (
    ANSWERS,
    CLIENTS,
    EXAMPLE,
    GENERATED,
    MISSING,
    NAMES,
    ROWS,
    Overview,
)
from ui.bulk.results import Filters, Result
from ui.bulk.scoring_job import ScoringJob
from ui.common import session
from ui.common.text import TERMS, code, counted, escape

TOP_BARS = 12
CLIENTS_TAB, CHARTS_TAB, PROBLEMS_TAB = "Who asks", "Scores, families, suffixes", "Not scored"
TIME_TAB = "Timeline"


@st.fragment
def show(job: ScoringJob) -> None:
    """The whole result."""
    if job.summary is None or job.result is None or job.overview is None:
        return
    summary, result, overview = job.summary, job.result, job.overview
    _show_summary(job, summary, overview)
    filters = filter_panel.pick(job, result, overview, summary)
    result_table.show(job, result, filters, summary.rows)
    client = _column(job, result.columns, CLIENT, CLIENTS)
    _hosts_link(job, client)
    st.markdown("#### The whole list")
    st.caption("Of all rows, whatever the filters above.")
    _show_tabs(job, summary, result, overview, filters, client)


def _show_tabs(
    job: ScoringJob,
    summary: Summary,
    result: Result,
    overview: Overview,
    filters: Filters,
    client: str | None,
) -> None:
    order = [CLIENTS_TAB, CHARTS_TAB] if client else [CHARTS_TAB, CLIENTS_TAB]
    time = timeline.column_of(result)
    order += [TIME_TAB] if time else []
    order += [PROBLEMS_TAB] if summary.problems else []
    tabs = dict(zip(order, st.tabs(order), strict=True))
    with tabs[CLIENTS_TAB]:
        _groups(job, result, client)
    with tabs[CHARTS_TAB]:
        _charts(job, overview, filters)
    if time:
        with tabs[TIME_TAB]:
            _timeline(job, result, time)
    if summary.problems:
        with tabs[PROBLEMS_TAB]:
            _problems(job, overview)


def _column(job: ScoringJob, columns: Sequence[str], role: str, usual: Sequence[str]) -> str | None:
    """The column of a role, as the log is read on the Hosts page too; else one of a usual name."""
    found = job.roles.get(role)
    return found if found in columns else result_counts.guess(columns, usual)


def _timeline(job: ScoringJob, result: Result, time: str) -> None:
    table = job.remembered(("timeline", time), lambda: timeline.counts(result, time))
    if table.empty:
        st.caption(f"The column {code(time)} holds no times that can be read.")
        return
    figure = charts.timeline(table)
    st.plotly_chart(figure, key=f"bulk_timeline_{job.key}", alt="Rows by time and verdict")


def _hosts_link(job: ScoringJob, client: str | None) -> None:
    """A button that has the same log judged by host on the Hosts page."""
    if client and st.button(
        "Which hosts are infected? Judge this log by host",
        key=f"bulk_hosts_{job.key}",
        type="tertiary",
        icon=":material/devices:",
    ):
        table = session.remembered(session.BULK, Bulk).table
        if table is not None and table.name == job.name:  # else the page asks for the log
            st.session_state[session.HANDED_LOG] = (table.name, table.source, table.info.sheet)
        st.switch_page(session.HOSTS_PAGE)


def _show_summary(job: ScoringJob, summary: Summary, overview: Overview) -> None:
    if summary.partial:
        of = f" of {job.total}" if job.total else ""
        st.warning(
            f"Cancelled: {summary.rows:,}{of} rows were scored; all counts are of these.",
            icon=":material/stop:",
        )
    st.markdown(f"#### {escape(result_counts.sentences(summary, overview.names))}")
    rate = summary.rows / max(summary.seconds, 1e-9)
    st.caption(f"Scored in {summary.seconds:.1f} s, {rate:,.0f} rows/s.")


def _charts(job: ScoringJob, overview: Overview, filters: Filters) -> None:
    """Scores, families and suffixes; a click on a bar filters the rows, a second one ends it."""
    st.caption("Click a bar to list its rows above; click it again to list all.")
    scores, families, suffixes = st.columns([2, 1, 1])
    with scores:
        st.markdown("**Scores**", help=TERMS["score"])
        figure = charts.scores(overview.scores, job.threshold, low=filters.low, high=filters.high)
        key = f"bulk_scores_{job.key}"
        _clickable(figure, key, partial(filter_panel.take_scores, job.key, key), "Rows by score")
    for place, name, table, chosen in (
        (families, "families", overview.families, filters.families),
        (suffixes, "suffixes", overview.suffixes, filters.suffixes),
    ):
        with place:
            about = TERMS["family" if name == "families" else "suffix"]
            st.markdown(f"**{name.capitalize()} among the generated**", help=about)
            if table.empty:
                st.caption("None")
                continue
            key = f"bulk_{name}_{job.key}"
            bars = table.iloc[:TOP_BARS, 0].astype("str").tolist()
            taken = partial(filter_panel.take_value, job.key, key, name, bars)
            _clickable(charts.counts(table, chosen, TOP_BARS), key, taken, f"Rows by {name}")
            if len(table) > TOP_BARS:
                st.caption(f"The first {TOP_BARS} of {len(table):,}; all in the filters.")


def _clickable(figure: object, key: str, taken: partial[None], alt: str) -> None:
    st.plotly_chart(
        figure,
        key=key,
        on_select=taken,
        selection_mode="points",
        config={"displayModeBar": False},
        alt=alt,
    )


def _groups(job: ScoringJob, result: Result, guessed: str | None) -> None:
    """Which values of a column ask for generated names: with a DNS log, which clients."""
    columns = [column for column in result.columns if column not in VERDICT_COLUMNS]
    column = st.selectbox(
        "Group by",
        columns,
        index=columns.index(guessed) if guessed else None,
        key=f"group_by_{job.key}",
        placeholder="Choose a column, such as the client of a DNS log",
        help="The column that says who asked. The one of Zeek and Suricata logs is found by name.",
        persist_state="session",
        width=420,
    )
    if column is None:
        st.caption("No column looks like a client. Choose one to see who asks for generated names.")
        return
    answers = _column(job, columns, RCODE, ANSWERS)
    with st.spinner("Counting"):
        found = job.remembered(
            ("groups", column), lambda: result_counts.groups(result, column, answers)
        )
    if found.empty:
        st.caption("No row looks generated.")
        return
    first = found.iloc[0]
    missing = (
        f"; {first[MISSING]:,} of these rows were answered NXDOMAIN" if MISSING in found else ""
    )
    names = counted(first[NAMES], "generated name", "generated names")
    st.markdown(
        f"{code(str(first['value']))} asks for most: {names} in "
        f"{counted(first[GENERATED], 'row', 'rows')}{missing}."
    )
    _group_table(job, found, column)


def _group_table(job: ScoringJob, found: pd.DataFrame, column: str) -> None:
    config = st.column_config
    click = f"group_click_{job.key}_{column}"
    number = partial(config.NumberColumn, format="localized", width="small")
    st.dataframe(
        disarm_frame(found).assign(show="Show rows"),
        key=f"groups_{job.key}_{column}",
        hide_index=True,
        height=min(320, 38 + 35 * len(found)),
        column_order=["show", "value", NAMES, GENERATED, MISSING, FAMILY, ROWS],
        column_config={
            "show": _opener(click, _take_group, job.key, column, found),
            "value": config.TextColumn(column),
            NAMES: number(
                "Generated names", help="Distinct registered names with the verdict DGA."
            ),
            GENERATED: number("Generated rows"),
            MISSING: number(
                "NXDOMAIN",
                help="Generated rows answered with: no such name. Malware tries many names of "
                "which few exist, so a high number speaks for an infection.",
            ),
            FAMILY: config.TextColumn("Most frequent family", help=TERMS["family"]),
            ROWS: number("All rows"),
        },
        alt="Who asks for generated names",
    )


def _opener(click: str, take: Callable[..., None], job: str, *given: Any) -> Any:
    """The column of a table whose buttons show a line's rows; `take` gets the job, `click`, ..."""
    return st.column_config.ButtonColumn(
        "", key=click, type="tertiary", width="small", on_click=take, args=(job, click, *given)
    )


def _take_group(job: str, click: str, column: str, found: pd.DataFrame) -> None:
    filter_panel.take_group(job, column, str(found["value"].iloc[st.session_state[click]["row"]]))


def _problems(job: ScoringJob, overview: Overview) -> None:
    """Rows that were not scored, by what is wrong with them."""
    config = st.column_config
    click = f"problem_click_{job.key}"
    st.dataframe(
        disarm_frame(overview.problems).assign(show="Show rows"),
        key=f"problems_{job.key}",
        hide_index=True,
        height=min(320, 38 + 35 * len(overview.problems)),
        column_order=["show", PROBLEM, ROWS, EXAMPLE],
        column_config={
            "show": _opener(click, _take_problem, job.key, overview.problems),
            PROBLEM: config.TextColumn("Problem", help="Why a row was not scored.", width="large"),
            ROWS: config.NumberColumn("Rows", format="localized", width="small"),
            EXAMPLE: config.TextColumn("First example"),
        },
        alt="Rows not scored, by problem",
    )


def _take_problem(job: str, click: str, problems: pd.DataFrame) -> None:
    row = st.session_state[click]["row"]
    filter_panel.take_problem(job, str(problems[PROBLEM].iloc[row]))
