"""The notebook's two tables: correct and mispredicted names at a score of 0.5. Draws only."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dga.evaluation import metrics
from dga.schema import DOMAIN, PRED_CLASS, PRED_PROB, TRUE_CLASS
from dga.tables import writers
from ui.common import widgets
from ui.common.text import counted
from ui.explore.downloads import download
from ui.explore.run_frames import Explored

COLUMNS = [DOMAIN, TRUE_CLASS, PRED_CLASS, PRED_PROB]
SHOWN = 1_000
HALF = 0.5


def show(explored: Explored) -> None:
    """Both tables, as the notebook prints them, and each as a file."""
    st.caption(
        "As the notebook prints them: the verdict at a score of 0.5, whatever the threshold above."
    )
    for title, rows, stem in (
        ("Mispredicted", metrics.mispredicted(explored.predictions, HALF), "mispredicted"),
        ("Correct", metrics.correct(explored.predictions, HALF), "correct"),
    ):
        _table(title, rows, f"{explored.run.name}-{stem}")


def _table(title: str, rows: pd.DataFrame, stem: str) -> None:
    more = f", the first {SHOWN:,} shown" if len(rows) > SHOWN else ""
    st.markdown(f"**{title}**: {counted(len(rows), 'name', 'names')}{more}")
    st.dataframe(
        writers.disarm_frame(rows[COLUMNS].head(SHOWN)),
        hide_index=True,
        height=300,
        alt=f"{title} names",
        column_config={
            PRED_PROB: st.column_config.NumberColumn(PRED_PROB, format=widgets.SCORE_FORMAT)
        },
    )
    download(f"CSV of the {title.lower()}", rows[COLUMNS], stem)
