"""Tables of test names: search, selection, a way to the look-up page, download. Draws only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from dga import writers
from dga.columns import BENIGN, DGA, DOMAIN, FAMILY, PRED_CLASS, PRED_PROB, TRUE_CLASS
from ui import state
from ui.text import TERMS, code

ROWS = 1_000  # of a table are sent to the browser; the search and the download know all


def table(rows: pd.DataFrame, key: str, threshold: float) -> None:
    """Show predictions with their verdict at the threshold; the one selected can be looked up."""
    text = st.text_input(
        "Search",
        key=f"explore_search_{key}",
        placeholder="part of a domain or family",
        persist_state="session",
        help="Keeps the rows whose domain or family holds this text.",
    )
    found = called(matching(rows, text), threshold)
    picked = pick_row(found.head(ROWS), f"{key}_{text}", [DOMAIN], threshold, _columns(), key)
    shown = f"{len(found):,} names" if len(found) <= ROWS else f"First {ROWS:,} of {len(found):,}"
    with st.container(horizontal=True, vertical_alignment="center"):
        download(found, key)
        st.caption(shown if picked is not None or found.empty else f"{shown}; select one to go on")
        if picked is not None:
            st.page_link(
                state.LOOKUP_PAGE,
                label=f"Look up {code(str(picked[DOMAIN]))}",
                icon=":material/search:",
                query_params={state.DOMAIN: str(picked[DOMAIN])},
            )


def pick_row(
    rows: pd.DataFrame,
    key: str,
    by: Sequence[str],
    threshold: float,
    columns: Mapping[str, Any],
    alt: str,
) -> pd.Series | None:
    """Show a table; returns its selected row, found again by its columns `by` when rows move."""
    memory = f"explore_picked_{key}"
    names = list(rows[list(by)].itertuples(index=False, name=None))
    kept = st.session_state.get(memory)
    event: Any = st.dataframe(
        writers.disarm_frame(rows),  # the shown table can be exported too
        key=f"explore_table_{key}_{threshold:.9f}",
        hide_index=True,
        column_config=dict(columns),
        on_select="rerun",
        selection_mode="single-row",
        selection_default={
            "selection": {"rows": [names.index(kept)] if kept in names else []},
        },
        placeholder="",
        alt=alt,
    )
    place = next((row for row in event.selection.rows if row < len(rows)), None)
    st.session_state[memory] = None if place is None else names[place]
    return None if place is None else rows.iloc[place]


def download(rows: pd.DataFrame, stem: str) -> None:
    """Offer all rows as CSV, with cells disarmed that a spreadsheet would run."""
    st.download_button(
        "CSV",
        lambda: writers.to_csv(rows).encode(),
        file_name=f"{''.join(c if c.isalnum() else '-' for c in stem)}.csv",
        mime="text/csv",
        key=f"explore_csv_{stem}",
        icon=":material/download:",
        on_click="ignore",
        help=f"All {len(rows):,} rows.",
    )


def matching(rows: pd.DataFrame, text: str) -> pd.DataFrame:
    """The rows whose domain or family holds a text, in their order."""
    wanted = text.strip().lower()
    if not wanted:
        return rows
    hits = [rows[name].str.lower().str.contains(wanted, regex=False) for name in (DOMAIN, FAMILY)]
    return rows[(hits[0] | hits[1].fillna(False)).to_numpy(bool)]


def called(rows: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """The rows with the verdict at a threshold as `predClass`."""
    verdict = np.where(rows[PRED_PROB].astype(float) >= threshold, DGA, BENIGN)
    return rows.assign(**{PRED_CLASS: verdict})


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        DOMAIN: column.TextColumn(DOMAIN, help="The name that was scored."),
        TRUE_CLASS: column.TextColumn(TRUE_CLASS, width="small", help="What the feed says."),
        PRED_CLASS: column.TextColumn(
            PRED_CLASS, width="small", help="The verdict at this threshold."
        ),
        PRED_PROB: column.ProgressColumn(
            PRED_PROB, format="%.4f", min_value=0.0, max_value=1.0, help=TERMS["score"]
        ),
        FAMILY: column.TextColumn(FAMILY, width="small", help="What the feed says; empty: benign."),
    }
