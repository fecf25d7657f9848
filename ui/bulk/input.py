"""Giving a list to the bulk page, and what the page remembers of it. Draws only."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dga.errors import DGAError
from ui.bulk import example_log
from ui.bulk import table as given
from ui.bulk.scoring_job import ScoringJob
from ui.bulk.table import Table
from ui.common import browser, file_input, session
from ui.common.file_input import Upload

UPLOAD, PASTE, FILE = "bulk_upload", "bulk_paste", "bulk_file"
LIST = "list"  # query parameter: the key of the job whose result is shown


@dataclass
class Bulk:
    """What the page keeps between reruns and page changes."""

    table: Table | None = None
    job: ScoringJob | None = None
    error: DGAError | None = None
    given: tuple[str, Upload] | None = None
    fresh: bool = False  # a list was given that is not scored yet


def remembered() -> Bulk:
    """This session's lists; after a reload of the page, the result that the address names."""
    bulk = session.remembered(session.BULK, Bulk)
    if handed := st.session_state.pop(session.HANDED, ""):
        _take("pasted text", str(handed).encode())
        bulk.job = None
        st.query_params.pop(LIST, None)
    if bulk.job is None:
        bulk.job = ScoringJob.find(st.query_params.get(LIST, ""), browser.name())
    if bulk.job:
        st.query_params[LIST] = bulk.job.key
    elif LIST in st.query_params:
        del st.query_params[LIST]
        st.info("That result is gone: the server keeps the last few of a browser. Score it anew.")
    return bulk


def give(bulk: Bulk) -> None:
    """The ways to give a list; they make room for a result."""
    if bulk.job is None:
        _ways()
        return
    with st.expander("Give another list", icon=":material/add:", expanded=bulk.fresh):
        _ways()


def _ways() -> None:
    upload, paste, file = st.tabs(["Upload a file", "Paste", "Data folder"])
    with upload:
        file_input.upload(
            "File of domains",
            UPLOAD,
            _take,
            "CSV, TSV, plain and hosts lists, JSON, JSON lines, Parquet, Zeek and Suricata "
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
        file_input.data_file(FILE, _take, _refuse, "lists")


def _take(name: str, source: Upload | None) -> None:
    """Make a new list the page's table, or clear it."""
    bulk = session.remembered(session.BULK, Bulk)
    bulk.given, bulk.fresh = None if source is None else (name, source), source is not None
    read(bulk)


def read(bulk: Bulk, sheet: str = "") -> None:
    """Read what was given, of a workbook the named sheet."""
    bulk.table, bulk.error = None, None
    try:
        bulk.table = given.open_table(*bulk.given, sheet) if bulk.given else None
    except DGAError as error:
        bulk.error = error


def _refuse(error: DGAError) -> None:
    bulk = session.remembered(session.BULK, Bulk)
    bulk.table, bulk.error, bulk.given = None, error, None


def _take_paste() -> None:
    _take("pasted text", st.session_state[PASTE].strip().encode() or None)


def take_example() -> None:
    """Make the made-up log the page's table."""
    _take(example_log.NAME, example_log.dns_log())
