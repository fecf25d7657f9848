"""Explore a run: what it gets right and wrong at any threshold, down to the single name."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dga import evaluation
from dga.runs import Run
from ui import exploring, names, panels, shell, state, threshold

VIEWS = ("Scores", "Mispredicted", "Correct", "Families", "Slices", "Curves")


@st.fragment
def explore(run: Run, predictions: pd.DataFrame) -> None:
    """Everything that moves with the threshold; only the open view is computed."""
    cut = threshold.pick(run)
    at = exploring.figures(predictions, cut)
    tabs = st.tabs(VIEWS, key="explore_view", on_change="rerun")
    view = next((name for name, tab in zip(VIEWS, tabs, strict=True) if tab.open), VIEWS[0])
    with tabs[VIEWS.index(view)]:
        if view == "Scores":
            exploring.scores(predictions, cut, at)
        elif view == "Mispredicted":
            st.caption("Names with the wrong verdict at this threshold, the surest mistakes first.")
            names.table(evaluation.mispredicted(predictions, cut), "mispredicted", cut)
        elif view == "Correct":
            st.caption("Names with the right verdict at this threshold.")
            names.table(evaluation.correct(predictions, cut), "correct", cut)
        elif view == "Families":
            exploring.families(predictions, cut)
        elif view == "Slices":
            exploring.weak_spots(run, predictions, cut)
        else:
            exploring.curves(run, predictions, at)


shell.begin("Explore")
st.markdown("How a run judges the names of its test part, which it has not learnt from.")
run = exploring.pick_run()
exploring.damaged()
if run:
    metrics, of_trial = state.shown_metrics(run)
    panels.metric_row(panels.test_figures(metrics))
    if of_trial:
        st.caption(
            "These are the names of a trial set, none of which the run was trained on. Its figures "
            "on the test part of its own lists stand under Runs."
        )
    with panels.errors_shown():
        predictions = state.predictions(run)
        if predictions.empty:
            st.info("This run has no test names; train one with a test share.")
        else:
            explore(run, predictions)
