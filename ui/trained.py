"""The result of a training: its figures beside the active run's, and what to do with it."""

from __future__ import annotations

import streamlit as st

from dga import runs
from dga.runs import Run
from ui import compare_panels, comparison, panels, state, training
from ui.text import code, duration, escape
from ui.training import STARTED


def result(run: Run, busy: bool = False) -> None:
    """The figures of a finished run beside the active run's, and what to do with it."""
    partial = run.status == runs.PARTIAL
    with st.container(border=True):
        st.subheader(f"Result of {code(run.name)}", anchor=False)
        if partial:
            st.badge("Partial: cancelled on the way", icon=":material/timelapse:", color="orange")
        seconds = float(run.config.get("seconds") or 0)
        environment = run.config.get("environment") or {}
        device = escape(str(environment.get("device", "unknown")))
        st.caption(f"Took {duration(seconds)} on {device}")
        active = state.find_run(state.active_name())
        other = active if active and active.name != run.name else None
        _compare(run, other)
        with st.container(horizontal=True, vertical_alignment="center"):
            _activate(run, bool(active and active.name == run.name))
            if partial:
                training.go_on(run.name, busy)
            st.page_link(
                state.EXPLORE_PAGE,
                label="Explore its test names",
                icon=":material/insights:",
                query_params={state.RUN: run.name},
            )
            if other and st.button("Compare in full", icon=":material/compare_arrows:"):
                st.session_state[comparison.LEFT] = other.name
                st.session_state[comparison.RIGHT] = run.name
                st.switch_page(state.RUNS_PAGE)


def last_result() -> tuple[Run | None, bool]:
    """The run to show: this session's own, or the newest; and whether it is the session's."""
    own = state.find_run(st.session_state.get(STARTED))
    newest = next((run for run in state.good_runs() if run.name != runs.SHIPPED), None)
    return own or newest, own is not None


def _compare(run: Run, active: Run | None) -> None:
    if active is None:
        panels.metric_row(panels.test_figures(state.test_metrics(run)))
        return
    table = comparison.side_by_side(active, run)
    compare_panels.figure_table(table, f"{active.name} (active)", run.name)
    st.caption(
        "Each over its own test names, none of which it has learnt from; the Runs page compares "
        "the two on the names that both have scored."
    )


def _activate(run: Run, is_active: bool) -> None:
    if is_active:
        st.badge("This is the active run", icon=":material/check_circle:", color="green")
    elif st.button("Make it the active run", type="primary", icon=":material/check_circle:"):
        with panels.errors_shown():
            runs.set_active(run.name)
            st.rerun()
