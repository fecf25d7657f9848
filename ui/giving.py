"""Giving a list to the bulk page, and what the page remembers of it. Draws only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dga.errors import DGAError
from dga.fetch import data_folder
from ui import example_log, given, library, scoring_job, state
from ui.given import Table
from ui.scoring_job import ScoringJob
from ui.text import code

UPLOAD, PASTE, FILE = "bulk_upload", "bulk_paste", "bulk_file"
LIST = "list"  # query parameter: the key of the job whose result is shown


@dataclass
class Bulk:
    """What the page keeps between reruns and page changes."""

    table: Table | None = None
    job: ScoringJob | None = None
    error: DGAError | None = None


def remembered() -> Bulk:
    """This session's lists; after a reload of the page, the result that the address names."""
    bulk = state.remembered(state.BULK, Bulk)
    if bulk.job is None:
        bulk.job = scoring_job.find(st.query_params.get(LIST, ""))
    if bulk.job:
        st.query_params[LIST] = bulk.job.key
    elif LIST in st.query_params:
        del st.query_params[LIST]
        st.info("That result is gone: it is kept as long as the page is open. Score the list anew.")
    return bulk


def give() -> None:
    """The ways to give a list."""
    upload, paste, file = st.tabs(["Upload a file", "Paste", "Data folder"])
    with upload:
        st.file_uploader(
            "File of domains",
            key=UPLOAD,
            on_change=_take_upload,
            help="CSV, TSV, plain and hosts lists, JSON, JSON lines, Parquet, Zeek and Suricata "
            "DNS logs; also as gzip, zip or Zstandard. What a file is, its content says.",
        )
    with paste:
        st.text_area(
            "Domains, one a line, or a table with a header",
            key=PASTE,
            height=160,
            on_change=_take_paste,
            placeholder="example.com\nhxxps://www.example[.]net/path\n...",
            persist_state="session",
        )
        st.button("Read the text", icon=":material/read_more:")
    with file:
        _pick_file()


def _pick_file() -> None:
    files = library.files()
    if not files:
        folder = code(str(data_folder()))
        st.caption(
            f"No file there yet. Put lists that are too large to upload into {folder} on the "
            "server; they are read where they lie."
        )
        return
    st.selectbox(
        "File of the data folder",
        files,
        index=None,
        key=FILE,
        format_func=library.shown_name,
        on_change=_take_file,
        placeholder="Choose a file",
        help="Read where it lies, whatever its size.",
    )


def _take(name: str, source: bytes | Path | None) -> None:
    """Make a new list the page's table, or clear it."""
    bulk = state.remembered(state.BULK, Bulk)
    bulk.table, bulk.error = None, None
    try:
        bulk.table = None if source is None else given.open_table(name, source)
    except DGAError as error:
        bulk.error = error


def _take_upload() -> None:
    upload = st.session_state[UPLOAD]
    _take(upload.name if upload else "", upload.getvalue() if upload else None)


def _take_paste() -> None:
    _take("pasted text", st.session_state[PASTE].strip().encode() or None)


def _take_file() -> None:
    name = st.session_state[FILE]
    _take(library.shown_name(name) if name else "", data_folder() / name if name else None)


def take_example() -> None:
    _take(example_log.NAME, example_log.dns_log())
