"""The Train page from top to bottom: what runs, what waits, the latest run, the next training."""

from __future__ import annotations

import streamlit as st

from dga.jobs import job as jobs
from dga.jobs.forecast import Forecast
from ui.common import draft, queueing, session, widgets
from ui.train import feeds, finished, forecast, progress, settings


def show() -> None:
    """The whole page below its title."""
    st.markdown(
        "Train a network on feeds of benign and generated names. It runs by itself: you can leave "
        "this page, close the tab or restart the server."
    )
    draft.restore("train_")
    running, waiting = jobs.current(), queueing.waiting()
    notice = st.session_state.pop(session.NOTICE, None)
    if notice is not None:
        widgets.error_box(notice)
    if running:
        progress.live(running)
    queueing.show(waiting, bool(running))
    busy = bool(running) or any(not one.problem for one in waiting)
    for job in jobs.unfinished():
        if not job.running():
            progress.unfinished(job, busy)
    if not running:
        _latest(busy)
    with st.expander("Set up another training") if busy else st.container():
        _set_up(busy)
    draft.keep("train_", feeds.TRANSIENT)


def _latest(busy: bool) -> None:
    """The latest run; open where this session started it."""
    run, own = finished.last_result()
    if run and own:
        finished.result(run, busy)
    elif run:
        with st.expander("The latest run", icon=":material/history:"):
            finished.result(run, busy)


def _set_up(queued: bool) -> None:
    """Feeds, settings, start: top to bottom."""
    st.header("Feeds", anchor=False)
    picked = feeds.pick()
    specs = [spec for one in picked for spec in one.specs]
    problem = feeds.problem(picked)
    counts = st.container(key=None if problem else "train_counts")
    st.header("Settings", anchor=False)
    settings.pick_preset()
    with st.expander("Customise", icon=":material/tune:"):
        base = settings.pick_base()
        config = settings.form(base)
    told = None
    if config and not problem:
        with counts:
            told = forecast.show(specs, config, base.name if base else "")
    st.header("Start", anchor=False)
    if config and isinstance(told, Forecast):
        forecast.time_needed(told, config.resolved(continued=bool(base)))
    progress.name_and_start(
        specs, config, problem or (told if isinstance(told, str) else ""), base, queued
    )
