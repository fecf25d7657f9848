"""Score a list: give it, look at it, score it in the background, filter and download the result."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dga.errors import DGAError
from dga.writers import disarm_frame
from ui import panels, result_panels, scoring_job, shell, state
from ui.scoring_job import ScoringJob, Table
from ui.text import code, escape

UPLOAD, PASTE = "bulk_upload", "bulk_paste"
PREVIEW_ROWS = 20


@dataclass
class Bulk:
    """What the page keeps between reruns and page changes."""

    table: Table | None = None
    job: ScoringJob | None = None
    error: DGAError | None = None


def take(name: str, data: bytes | None) -> None:
    """Make a new list the page's table, or clear it."""
    bulk = state.remembered(state.BULK, Bulk)
    bulk.table, bulk.error = None, None
    try:
        bulk.table = None if data is None else scoring_job.open_table(name, data)
    except DGAError as error:
        bulk.error = error


def take_upload() -> None:
    """The uploader changed."""
    upload = st.session_state[UPLOAD]
    take(upload.name if upload else "", upload.getvalue() if upload else None)


def take_paste() -> None:
    """The text area changed."""
    take("pasted text", st.session_state[PASTE].strip().encode() or None)


def give() -> None:
    """The two ways to give a list."""
    upload, paste = st.tabs(["Upload a file", "Paste"])
    with upload:
        st.file_uploader(
            "File of domains",
            key=UPLOAD,
            on_change=take_upload,
            help="CSV, TSV, plain and hosts lists, JSON, JSON lines, Parquet, Zeek and Suricata "
            "DNS logs; also as gzip, zip or Zstandard. What a file is, its content says.",
        )
    with paste:
        st.text_area(
            "Domains, one a line, or a table with a header",
            key=PASTE,
            height=160,
            on_change=take_paste,
            placeholder="example.com\nhxxps://www.example[.]net/path\n...",
            persist_state="session",
        )
        st.button("Read the text", icon=":material/read_more:")


def preview(table: Table) -> None:
    """What was given, and its first rows."""
    info = table.info
    packed = "" if info.compression == "none" else f", {info.compression}"
    size = f"{max(1, info.size // 1024):,} KiB"
    columns = "1 column" if len(info.columns) == 1 else f"{len(info.columns):,} columns"
    st.caption(escape(f"{table.name}: {info.format}{packed}, {columns}, {size}"))
    rows = disarm_frame(table.head.head(PREVIEW_ROWS))  # the shown table can be exported too
    st.dataframe(rows, hide_index=True, height=min(214, 38 + 35 * len(rows)), alt="First rows")


def pick_column(table: Table) -> str | None:
    """Which column holds the domains; at first the one that looks so."""
    columns = list(table.info.columns)
    return st.selectbox(
        "Column with the domains",
        columns,
        index=columns.index(table.column) if table.column else None,
        placeholder="No column looks like domains: choose one",
        help="Guessed by its name and by what parses as a domain.",
    )


def start(bulk: Bulk, table: Table) -> None:
    """Choose column, run and threshold, and start scoring."""
    preview(table)
    first, second, third = st.columns(3)
    with first:
        column = pick_column(table)
    if column is None:
        st.warning("No column looks like domains. Choose the column to score.")
    with second:
        run = panels.pick_run(label="Run that scores")
    if run is None:
        return
    with panels.errors_shown():
        bundle = state.load_bundle(run)
        with third:
            measure = panels.pick_measure(bundle)
        busy = bulk.job is not None and bulk.job.running
        clicked = st.button(
            "Start scoring",
            type="primary",
            icon=":material/play_arrow:",
            disabled=busy or column is None,
        )
        if clicked and column is not None:
            scorer = state.scorer(run, measure.threshold)
            bulk.job = ScoringJob(table, column, run.name, scorer).start()
            st.rerun()


@st.fragment(run_every=0.5)
def watch(job: ScoringJob) -> None:
    """How far the job is; asks for a whole rerun when it ends, which also ends the polling."""
    if not job.running:
        st.rerun()
    rows, rate = (job.progress.batch, job.progress.rate) if job.progress else (0, 0.0)
    left = job.remaining()
    time_left = "" if left is None else f", about {left:,.0f} s left"
    text = f"{rows:,} rows scored, {rate:,.0f} rows/s{time_left}"
    st.progress(job.share(), text=f"Stopping; {text}" if job.cancelling else text)
    st.button("Cancel", on_click=job.cancel, disabled=job.cancelling, icon=":material/stop:")


shell.begin("Bulk scoring")
bulk = state.remembered(state.BULK, Bulk)
give()
if bulk.error:
    panels.error_box(bulk.error)
elif bulk.table:
    start(bulk, bulk.table)
if bulk.job:
    st.subheader(f"Result of {code(bulk.job.table.name)}", anchor=False)
    if bulk.job.running:
        watch(bulk.job)
    elif bulk.job.error:
        with panels.errors_shown():
            raise bulk.job.error
    else:
        result_panels.figures(bulk.job)
        result_panels.rows(bulk.job)
