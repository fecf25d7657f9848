"""Explore a run: what it gets right and wrong at any threshold, down to the single name."""

from __future__ import annotations

import streamlit as st

from ui import explored, exploring, names, panels, reviewing, shell, threshold
from ui.explored import Explored

VIEWS = ("Families", "Slices", "Whole run", "Reviewed")


@st.fragment
def explore(found: Explored) -> None:
    """Everything that moves with the threshold; only the open view is computed."""
    cut = threshold.pick(found)
    reviews = reviewing.reviews_of(found.run)
    left, right = st.columns(2, gap="medium")
    with left:
        tabs = st.tabs(VIEWS, key="explore_view", on_change="rerun")
        view = next((name for name, tab in zip(VIEWS, tabs, strict=True) if tab.open), VIEWS[0])
        with tabs[VIEWS.index(view)]:
            if view == "Families":
                exploring.families(found, cut)
            elif view == "Slices":
                exploring.weak_spots(found, cut)
            elif view == "Whole run":
                exploring.whole(found)
            else:
                reviewing.all_said(found.run, reviews)
    with right:
        picked = names.listed(found, cut, reviews)
        reviewing.selected(found.run, picked, reviews)


shell.begin("Explore")
st.markdown("How a run judges the names of its test part, which it has not learnt from.")
run = exploring.pick_run()
exploring.damaged()
if run:
    with panels.errors_shown():
        found = explored.load(run)
        if found.predictions.empty:
            st.info("This run has no test names; train one with a test share.")
        else:
            explore(found)
