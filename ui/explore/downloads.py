"""Tables of the Explore page as files."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dga.tables import writers


def download(label: str, table: pd.DataFrame, stem: str) -> None:
    """Offer a table as CSV, with cells disarmed that a spreadsheet would run."""
    st.download_button(
        label,
        lambda: writers.to_csv(table).encode(),
        file_name=f"{stem}.csv",
        mime="text/csv",
        key=f"explore_csv_{label}_{stem}",
        icon=":material/download:",
        on_click="ignore",
        help=f"{len(table):,} rows, CSV.",
    )
