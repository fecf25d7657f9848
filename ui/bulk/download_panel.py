"""Downloads of a result: all of its rows, or those that pass the filters. Draws only.

A file is made before its button is drawn, a long one only when it is asked for. Streamlit's own
way, a callable that runs at the click, loses the file where other sessions run between the click
and the browser's fetch.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import streamlit as st

from ui.bulk import results
from ui.bulk.results import Filters, Result
from ui.bulk.scoring_job import ScoringJob
from ui.common import widgets
from ui.common.text import counted

AT_ONCE = 50_000  # rows whose file is made without being asked for
BLOCK_LIST = ".txt"


def show(job: ScoringJob, result: Result, filters: Filters, found: int, rows: int) -> None:
    """The choice of a format, and a button for the filtered and one for all rows."""
    ending: str = st.segmented_control(
        "Download as",
        list(widgets.DOWNLOADS),
        format_func=lambda one: widgets.DOWNLOADS[one][0],
        default=".csv",
        required=True,
        key=f"format_{job.key}",
        persist_state="session",
        help="In the list's order, with its own columns and those of the verdict. In CSV, cells "
        "that a spreadsheet would run are disarmed. Of millions of rows, Parquet is smallest.",
    )
    named = f"as {widgets.DOWNLOADS[ending][0]}"
    with st.container(horizontal=True):
        if filters.narrow:
            label = f"{counted(found, 'filtered row', 'filtered rows')} {named}"
            _button(job, result, filters, found, ending, label)
        every = f"All {rows:,} rows" if rows > 1 else "The row"
        _button(job, result, Filters(), rows, ending, f"{every} {named}")
    if ending == BLOCK_LIST:
        st.warning(
            "The list holds each registered name with the verdict DGA once. To block on a "
            "name alone is unwise: some of these names are benign. Confirm them first by who asks, "
            "how often, and what is answered.",
            icon=":material/gpp_maybe:",
        )


def _button(
    job: ScoringJob, result: Result, filters: Filters, rows: int, ending: str, label: str
) -> None:
    kind = "filtered" if filters.narrow else "all"
    mark = hash(replace(filters, order=results.LIST_ORDER))
    path = job.folder / f"{kind}-{mark:x}{ending}"
    key = f"{kind}_{job.key}{ending}"
    if not path.exists():
        ask = f"Prepare {label[0].lower()}{label[1:]}"
        if rows > AT_ONCE and not st.button(ask, key=f"make_{key}", icon=":material/build:"):
            return
        with st.spinner("Writing the file"):
            _make(result, filters, path, kind)
    st.download_button(
        label,
        path.read_bytes(),
        file_name=f"scores{'-filtered' if filters.narrow else ''}{ending}",
        mime=widgets.DOWNLOADS[ending][1],
        key=key,
        icon=":material/download:",
        on_click="ignore",
    )


def _make(result: Result, filters: Filters, path: Path, kind: str) -> None:
    """Write the file, the only one of its kind that a job keeps."""
    for older in path.parent.glob(f"{kind}-*"):
        older.unlink()
    rows = results.filtered(result, filters)
    if path.suffix == BLOCK_LIST:
        path.write_bytes(results.block_list(rows))
    else:
        results.export(result, rows, path)
