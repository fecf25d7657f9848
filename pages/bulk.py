"""Score a list: give it, look at it, score it in the background, filter and download the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
import streamlit as st

from dga.errors import DGAError
from ui import panels, results, scoring_job, state
from ui.results import Filters
from ui.scoring_job import ScoringJob, Table
from ui.text import TERMS, escape, percent

ENDINGS = ["csv", "tsv", "txt", "log", "json", "jsonl", "ndjson", "parquet", "gz", "zip", "zst"]
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
        bulk.table = scoring_job.open_table(name, data) if data else None
    except DGAError as error:
        bulk.error = error


def take_upload() -> None:
    """The uploader changed."""
    upload = st.session_state[UPLOAD]
    take(upload.name if upload else "", upload.getvalue() if upload else None)


def take_paste() -> None:
    """The text area changed."""
    take("pasted text", st.session_state[PASTE].strip().encode() or None)
