"""Train a run: choose feeds, set it up, watch it, see what came out."""

from __future__ import annotations

import streamlit as st

from dga import jobs
from dga.forecast import Forecast
from ui import feeding, forecasting, panels, queueing, settings, shell, state, trained, training


def set_up(queued: bool) -> None:
    """Feeds, settings, start: top to bottom."""
    st.header("Feeds", anchor=False)
    picked = feeding.pick()
    specs = [spec for one in picked for spec in one.specs]
    problem = feeding.problem(picked)
    counts = st.container()
    st.header("Settings", anchor=False)
    base = settings.pick_base()
    config = settings.form(base)
    told = None
    if config and not problem:
        with counts:
            told = forecasting.show(specs, config)
    st.header("Start", anchor=False)
    if config and isinstance(told, Forecast):
        forecasting.time_needed(told, config)
    training.name_and_start(
        specs, config, problem or (told if isinstance(told, str) else ""), base, queued
    )


shell.begin("Train")
st.markdown(
    "Train a network on feeds of benign and generated names. It runs by itself: you can leave "
    "this page, close the tab or restart the server."
)

running, waiting = jobs.current(), queueing.waiting()
notice = st.session_state.pop(state.NOTICE, None)
if notice is not None:
    panels.error_box(notice)
if running:
    training.live(running)
queueing.show(waiting, bool(running))
busy = bool(running) or any(not one.problem for one in waiting)
for job in jobs.unfinished():
    if not job.running():
        training.unfinished(job, busy)
run, own = trained.last_result()
if run and not running:
    if own:
        trained.result(run, busy)
    else:
        with st.expander("The latest run", icon=":material/history:"):
            trained.result(run, busy)

with st.expander("Set up another training") if busy else st.container():
    set_up(busy)
