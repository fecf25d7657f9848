"""The audit log on the Runs page: who changed what, when, from where. Draws only."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd
import streamlit as st

from dga.runs import audit
from dga.tables.writers import disarm_frame

SHOWN = 200


def show() -> None:
    """The last changes, the newest first, for whoever may look at runs."""
    found = audit.events(SHOWN)
    if not found:
        return
    column = st.column_config
    with st.expander("Audit log", icon=":material/fact_check:"):
        st.caption(
            f"The last {len(found):,} changes to runs, labels and trainings. Names that are looked "
            "up or scored are not recorded, unless the server's operator has enabled that."
        )
        st.dataframe(
            disarm_frame(pd.DataFrame([asdict(event) for event in found])),
            hide_index=True,
            alt="Audit log",
            column_config={
                "when": column.TextColumn("When (UTC)"),
                "user": column.TextColumn("Who"),
                "origin": column.TextColumn("From"),
                "action": column.TextColumn("Did"),
                "subject": column.TextColumn("What"),
                "detail": column.TextColumn("Detail"),
            },
        )
