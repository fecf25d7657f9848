"""Explore a run: what it gets right and wrong at any threshold, down to the single name."""

from __future__ import annotations

import streamlit as st

from ui.common import shell, widgets
from ui.explore import charts, name_table, notebook_tables, run_frames, threshold
from ui.explore import reviews as reviewing
from ui.explore.run_frames import Explored

NOTEBOOK = "Notebook's tables"
VIEWS = ("Families", "Slices", "Whole run", NOTEBOOK, "Reviewed")


@st.fragment
def explore(found: Explored) -> None:
    """Everything that moves with the threshold; only the open view is computed."""
    cut = threshold.pick(found)
    reviews = reviewing.reviews_of(found.run)
    left, right = st.columns([9, 11], gap="small")  # as wide as their tables need
    with left:
        tabs = st.tabs(VIEWS, key="explore_view", on_change="rerun")
        view = next((name for name, tab in zip(VIEWS, tabs, strict=True) if tab.open), VIEWS[0])
        with tabs[VIEWS.index(view)]:
            if view == "Families":
                charts.families(found, cut)
            elif view == "Slices":
                charts.weak_spots(found, cut)
            elif view == "Whole run":
                charts.overall(found)
            elif view == NOTEBOOK:
                notebook_tables.show(found)
            else:
                reviewing.show_all(found.run, reviews)
    with right:
        picked = name_table.listed(found, cut, reviews)
        reviewing.selected(found.run, picked, reviews)


shell.begin("Explore")
run = charts.pick_run()
charts.damaged()
if run:
    with widgets.errors_shown():
        found = run_frames.load(run)
        st.markdown(charts.whose(run, found))
        if found.predictions.empty:
            st.info("This run has no test names; train one with a test share.")
        else:
            explore(found)
