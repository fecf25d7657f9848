"""The Explore page from top to bottom: a run, its threshold, a view of it, its names, the picked
ones."""

from __future__ import annotations

import streamlit as st

from ui.common import widgets
from ui.explore import charts, name_table, notebook_tables, reviews, run_frames, threshold
from ui.explore.run_frames import Explored

NOTEBOOK = "Notebook's tables"
VIEWS = ("Families", "Slices", "Whole run", NOTEBOOK, "Reviewed")


def show() -> None:
    """The whole page below its title."""
    run = charts.pick_run()
    charts.damaged()
    if not run:
        return
    with widgets.errors_shown():
        found = run_frames.load(run)
        st.markdown(charts.whose(run, found))
        if found.predictions.empty:
            st.info("This run has no test names; train one with a test share.")
        else:
            _explore(found)


@st.fragment
def _explore(found: Explored) -> None:
    """Everything that moves with the threshold; only the open view is computed."""
    cut = threshold.pick(found)
    reviewed = reviews.reviews_of(found.run)
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
                reviews.show_all(found.run, reviewed)
    with right:
        picked = name_table.listed(found, cut, reviewed)
        reviews.selected(found.run, picked, reviewed)
