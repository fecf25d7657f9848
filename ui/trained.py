"""The result of a training: its figures beside the active run's, and what to do with it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dga import runs
from dga.runs import Run
from ui import panels, state
from ui.text import code, duration, escape
from ui.training import STARTED


def result(run: Run) -> None:
    """The figures of a finished run beside the active run's, and what to do with it."""
    partial = run.status == runs.PARTIAL
    with st.container(border=True):
        st.subheader(f"Result of {code(run.name)}", anchor=False)
        if partial:
            st.badge("Partial: cancelled on the way", icon=":material/timelapse:", color="orange")
        seconds = float(run.config.get("seconds", 0))
        device = escape(str(run.config.get("environment", {}).get("device", "unknown")))
        st.caption(f"Took {duration(seconds)} on {device}")
        active = state.find_run(state.active_name())
        _compare(run, active if active and active.name != run.name else None)
        with st.container(horizontal=True, vertical_alignment="center"):
            _activate(run, bool(active and active.name == run.name))
            st.page_link(
                state.EXPLORE_PAGE,
                label="Explore its test names",
                icon=":material/insights:",
                query_params={state.RUN: run.name},
            )


def last_result() -> tuple[Run | None, bool]:
    """The run to show: this session's own, or the newest; and whether it is the session's."""
    own = state.find_run(st.session_state.get(STARTED))
    newest = next((run for run in state.good_runs() if run.name != runs.SHIPPED), None)
    return own or newest, own is not None


def _compare(run: Run, active: Run | None) -> None:
    own = panels.test_figures(state.test_metrics(run))
    if active is None:
        panels.metric_row(own)
        return
    other = panels.test_figures(state.test_metrics(active))
    table = pd.DataFrame(
        {
            "Figure": list(own),
            "This run": [value for value, _ in own.values()],
            "Active run": [value for value, _ in other.values()],
        }
    )
    st.dataframe(
        table, hide_index=True, alt="This run's figures beside the active run's",
        column_config={"Active run": f"Active run ({active.name})"},
    )  # fmt: skip
    st.caption("Each over its own test names, none of which it has learnt from.")


def _activate(run: Run, is_active: bool) -> None:
    if is_active:
        st.badge("This is the active run", icon=":material/check_circle:", color="green")
    elif st.button("Make it the active run", icon=":material/check_circle:"):
        with panels.errors_shown():
            runs.set_active(run.name)
            st.rerun()
