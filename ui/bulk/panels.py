"""The bulk page between a list and its result: preview, start, progress. Draws only."""

from __future__ import annotations

import streamlit as st

from dga.runs.store import Run
from dga.tables.titles import title as title_of
from dga.tables.writers import disarm_frame
from ui.bulk import input, recent
from ui.bulk import table as given
from ui.bulk.input import Bulk
from ui.bulk.scoring_job import ScoringJob
from ui.bulk.table import Table
from ui.common import browser, session, visitor, widgets
from ui.common.text import boundary, code, counted, duration, escape

PREVIEW_ROWS = 20
EVEN = 0.5  # the score from which a name is as likely generated as not


def prepare(bulk: Bulk, running: bool) -> None:
    """The preview and the start of what was given; without anything, what to do.

    `running`: whether a list is being scored, as the whole page sees it.
    """
    _pick_sheet(bulk)
    if bulk.error:
        widgets.error_box(bulk.error)
    elif bulk.table and (bulk.job is None or bulk.fresh):
        _preview(bulk.table, expanded=bulk.job is None)
        _start(bulk, bulk.table, running)
    elif bulk.table:
        with st.expander("Score it again", icon=":material/replay:"):
            _start(bulk, bulk.table, running)
    elif bulk.job is None:
        _nothing_given()


def _pick_sheet(bulk: Bulk) -> None:
    """The choice of a workbook's sheet, where it has several."""
    if bulk.table:
        sheets, current = bulk.table.info.sheets, bulk.table.info.sheet
    else:
        sheets, current = getattr(bulk.error, "sheets", ()), ""
    if len(sheets) > 1 and (chosen := widgets.pick_sheet(sheets, current)) not in (None, current):
        input.read(bulk, chosen)
        st.rerun()


def _nothing_given() -> None:
    widgets.empty_state(
        "No list yet",
        "Give a file, paste names, or try a made-up DNS log of 4,000 queries in which two "
        "computers are infected.",
        "playlist_add",
    )
    with st.container(horizontal_alignment="center"):
        st.button("Try the example", icon=":material/science:", on_click=input.take_example)


def _preview(table: Table, expanded: bool) -> None:
    """What was given and its first rows, which make room for a result."""
    info = table.info
    packed = "" if info.compression == "none" else f" in {info.compression}"
    columns = "1 column" if len(info.columns) == 1 else f"{len(info.columns):,} columns"
    size = f"{max(1, info.size // 1024):,} KiB"
    about = f"{title_of(info.format)}{packed}, {table.about}, {columns}, {size}"
    st.markdown(f"**{escape(table.name)}**: {escape(about)}.")
    for sentence in table.notes:
        st.caption(escape(sentence))
    rows = disarm_frame(table.head.head(PREVIEW_ROWS))  # the shown table can be exported too
    with st.expander("First rows", expanded=expanded):
        st.dataframe(rows, hide_index=True, height=min(214, 38 + 35 * len(rows)), alt="First rows")


def _pick_column(table: Table) -> str | None:
    """Which column holds the domains; at first the one that looks so."""
    columns = list(table.info.columns)
    column = st.selectbox(
        "Column with the domains",
        columns,
        index=columns.index(table.column) if table.column else None,
        placeholder="No column looks like domains: choose one",
        help="Guessed by its name and by what parses as a domain.",
    )
    if column is not None:
        rows, held = given.domains(table, column)
        why = f" {table.reason}" if column == table.column else ""
        first = counted(rows, "row holds", "rows hold")
        st.caption(escape(f"{held:,} of the first {first} a domain name.{why}"))
    return column


def _start(bulk: Bulk, table: Table, busy: bool) -> None:
    """Choose column, run and threshold, and start scoring."""
    first, second, third = st.columns(3)
    with first:
        column = _pick_column(table)
    with second:
        run = widgets.pick_run(label="Run that scores")
    if column is None:
        st.warning("No column looks like domains. Choose the column to score.")
    for warning in given.warnings(table, column):
        st.warning(escape(warning), icon=":material/info:")
    nothing = given.nothing_to_score(table, column) if column else ""
    if nothing:
        st.error(escape(nothing), icon=":material/block:")
    if run is None:
        return
    with widgets.errors_shown():
        bundle = session.load_bundle(run)
        with third:
            measure = widgets.pick_measure(bundle)
        clicked = st.button(
            "Start scoring",
            type="primary",
            icon=":material/play_arrow:",
            disabled=busy or column is None or bool(nothing),
            help="Another list is being scored; wait for it or cancel it." if busy else None,
        )
        if clicked and column is not None:
            _begin(bulk, table, column, run, measure.threshold)


def _begin(bulk: Bulk, table: Table, column: str, run: Run, threshold: float) -> None:
    with visitor.acting("score"):
        bulk.job = ScoringJob(
            table, column, run.name, session.scorer(run, threshold), browser.name()
        ).start()
    bulk.fresh = False
    recent.add(bulk.job)
    st.rerun()


def title(job: ScoringJob) -> None:
    """What was scored, by what, and whether few rows could be."""
    st.subheader(f"Result of {code(job.name)}", anchor=False)
    if job.summary and job.summary.shortage:
        st.warning(escape(job.summary.shortage), icon=":material/info:")
    between = f", suspicious from {boundary(EVEN)}" if job.threshold > EVEN else ""
    st.caption(f"By run {code(job.run)}; DGA from a score of {boundary(job.threshold)}{between}.")


@st.fragment(run_every=0.5)
def watch(job: ScoringJob) -> None:
    """How far the job is; asks for a whole rerun when it ends, which also ends the polling."""
    if not job.running:
        st.rerun()
    st.progress(job.share(), text=_progress_text(job))
    st.button("Cancel", on_click=job.cancel, disabled=job.cancelling, icon=":material/stop:")


def _progress_text(job: ScoringJob) -> str:
    if job.waiting:
        return "Waiting: other lists are being scored"
    if job.counting:
        return "Counting the result"
    rows, rate = (job.progress.batch, job.progress.rate) if job.progress else (0, 0.0)
    left = job.remaining()
    time_left = "" if left is None else f", about {duration(left)} left"
    text = f"{rows:,} rows scored, {rate:,.0f} rows/s{time_left}"
    return f"Stopping; {text}" if job.cancelling else text


def failed(error: Exception) -> None:
    """A user's error in its box; any other is raised."""
    with widgets.errors_shown():
        raise error
