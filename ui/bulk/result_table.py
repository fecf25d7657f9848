"""The rows of a result that pass its filters, a page at a time; each opens in the look-up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dga.schema import (
    FAMILY,
    FAMILY_SCORE,
    PROBLEM,
    REGISTERED_NAME,
    SCORE,
    VERDICT,
    VERDICT_COLUMNS,
)
from dga.tables.writers import disarm_frame
from ui.bulk import download_panel, filter_panel, results, timeline
from ui.bulk.results import ROW, SURPRISE, SURPRISING, TIMES, Filters, Result
from ui.bulk.scoring_job import ScoringJob
from ui.common import corrections, session, widgets
from ui.common.text import counted

PAGE_ROWS = 500
OPEN, WRONG, REMARK = "open", "wrong", "dga:remark"
TIMES_WIDTH = 100  # pixels: its title fits
HEIGHT = 460  # pixels, whatever the number of rows, so that nothing below jumps


def show(job: ScoringJob, result: Result, filters: Filters, rows: int) -> None:
    """The rows, the way to other pages of them, and the downloads."""
    passing = results.filtered(result, filters)
    with st.spinner("Counting the rows"):
        found = job.remembered(
            ("count", replace(filters, order=results.LIST_ORDER)), lambda: results.count(passing)
        )
    pages = max(1, -(-found // PAGE_ROWS))
    with st.container(horizontal=True, vertical_alignment="center", key="bulk_pages"):
        passed = f"**{found:,} of {counted(rows, 'row', 'rows')}** pass the filters."
        st.markdown(passed, width="content")
        number = 1
        if pages > 1:
            number = st.pagination(pages, key=f"page_{job.key}_{hash(filters)}")
    start = (number - 1) * PAGE_ROWS
    with st.spinner("Reading the rows"):
        shown = job.remembered(
            ("page", filters, start), lambda: results.page(result, filters, start, PAGE_ROWS)
        )
    if found:
        _table(job, result, filters, shown, start)
    else:
        st.caption("No row passes. Clear a filter.")
    corrections.train_with(job.run, f"bulk_train_{job.key}")
    download_panel.show(job, result, filters, found, rows)


def _table(
    job: ScoringJob, result: Result, filters: Filters, shown: pd.DataFrame, start: int
) -> None:
    click = f"open_{job.key}_{hash(filters)}_{start}"
    wrong = f"wrong_{job.key}_{hash(filters)}_{start}"
    config = st.column_config
    mark = result.mark
    added: dict[str, Any] = {
        OPEN: config.ButtonColumn("", key=click, type="tertiary", width="small"),
        WRONG: config.ButtonColumn("", key=wrong, type="tertiary", width="small"),
        REMARK: config.TextColumn("Remark", help="What else to know of the name."),
        mark + ROW: config.NumberColumn("Row", format="localized", width="small"),
        mark + TIMES: config.NumberColumn(
            "Rows with it",
            format="localized",
            width=TIMES_WIDTH,
            help="How many rows of the list hold this registered name.",
        ),
        mark + SURPRISE: config.NumberColumn(
            "Surprise", format=widgets.SCORE_FORMAT, width="small", help=filter_panel.SURPRISE_HELP
        ),
    }
    shown = shown.assign(**{REMARK: _remarks(shown)})
    st.dataframe(
        widgets.with_chips(
            disarm_frame(timeline.readable(shown, timeline.column_of(result)))
        ).assign(**{OPEN: "Look up", WRONG: "Wrong?"}),
        key=f"rows_{job.key}_{hash(filters)}_{start}",
        hide_index=True,
        height=min(HEIGHT, 38 + 35 * len(shown)),
        column_order=_order(result, filters, shown),
        column_config={**widgets.verdict_columns(), **added},
        placeholder="",
        alt="Scored rows",
    )
    if clicked := st.session_state.get(click):
        session.open_lookup(str(shown[result.column].iloc[clicked["row"]]))
    if clicked := st.session_state.get(wrong):
        _doubt(job, shown.iloc[clicked["row"]])


def _doubt(job: ScoringJob, row: pd.Series) -> None:
    """Ask what a row's name is in truth."""
    if row[VERDICT]:
        name, verdict = str(row[REGISTERED_NAME]), str(row[VERDICT])
        corrections.form(job.run, name, verdict, float(row[SCORE]))
    else:
        st.toast("This row was not scored: there is no verdict to correct.", icon=":material/info:")


def _remarks(shown: pd.DataFrame) -> list[str]:
    """What else to know of each row's name."""
    return [str(one or "") for one in shown["remark"]] if "remark" in shown else [""] * len(shown)


def _order(result: Result, filters: Filters, shown: pd.DataFrame) -> list[str]:
    """What the analyst reads first stands first; a column without a value is left out."""
    mark = result.mark
    surprise = [mark + SURPRISE] if filters.order == SURPRISING else []
    problem = [PROBLEM] if (shown[PROBLEM] != "").any() else []
    problem += [REMARK] if (shown[REMARK] != "").any() else []
    first = [OPEN, VERDICT, result.column, SCORE, *surprise, FAMILY, FAMILY_SCORE, WRONG]
    own = [name for name in result.columns if name not in (*VERDICT_COLUMNS, result.column)]
    return [*first, *problem, *own, REGISTERED_NAME, mark + TIMES, mark + ROW]
