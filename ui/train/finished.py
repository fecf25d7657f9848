"""The result of a training: its figures beside the active run's, and what to do with it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dga.runs import store
from dga.runs.store import Run
from dga.tables.writers import disarm_frame
from ui.common import activation, comparison_panels, run_comparison, session, widgets
from ui.common.text import code, duration, escape
from ui.train import progress
from ui.train.progress import MINE, STARTED

LEFT_OUT_BY = {"by_source": "list", "by_lists": "number of lists", "by_suffix": "suffix"}
LEFT_OUT_TITLES = {
    "source": "List",
    "lists": "In how many lists",
    "suffix": "Suffix",
    "names": "Benign names",
    "left_out": "Left out",
}


def result(run: Run, busy: bool = False) -> None:
    """The figures of a finished run beside the active run's, and what to do with it."""
    partial = run.status == store.PARTIAL
    with st.container(border=True):
        st.subheader(f"Result of {code(run.name)}", anchor=False)
        if partial:
            st.badge("Partial: cancelled on the way", icon=":material/timelapse:", color="orange")
        seconds = float(run.config.get("seconds") or 0)
        environment = run.config.get("environment") or {}
        device = escape(str(environment.get("device", "unknown")))
        st.caption(f"Took {duration(seconds)} on {device}")
        active = session.find_run(session.active_name())
        other = active if active and active.name != run.name else None
        with widgets.errors_shown():
            _compare(run, other)
        _cleaned(run)
        _actions(run, other, partial, busy)


def last_result() -> tuple[Run | None, bool]:
    """The run to show: this session's own, or the newest; and whether it is the session's."""
    names = [st.session_state.get(STARTED), *st.session_state.get(MINE, [])]
    mine = [run for name in names if name and (run := session.find_run(name))]
    own = max(mine, key=lambda run: str(run.config.get("created", "")), default=None)
    newest = next((run for run in session.good_runs() if run.name != store.SHIPPED), None)
    return own or newest, own is not None


def _compare(run: Run, active: Run | None) -> None:
    """The run's figures beside the active run's, over names that neither has learnt from."""
    if active is not None:
        comparison_panels.figures(active, run)
    with st.expander("On its own test part", expanded=active is None):
        widgets.metric_row(widgets.test_figures(session.test_metrics(run)))
        st.caption(
            "On the run's own test names, which no other run was measured on: these figures can't "
            "be compared with those of other runs."
        )


def _cleaned(run: Run) -> None:
    """How many benign names were left out because their label is doubtful, and of which lists."""
    found = run.metrics.get("cleaning")
    if not isinstance(found, dict) or not found.get("left_out"):
        return
    with st.expander(
        f"{int(found['left_out']):,} doubtful benign names were left out", icon=":material/rule:"
    ):
        st.caption(
            "A benign name that a model not trained on it takes for generated is more likely "
            "mislabelled than a rare benign name. So are generated-looking names that only one "
            "list contains, where their suffix has over four times as many of them as names in "
            "several lists explain."
        )
        for part, kind in LEFT_OUT_BY.items():
            rows = found.get(part)
            if isinstance(rows, list) and rows:
                st.dataframe(
                    disarm_frame(pd.DataFrame(rows)),
                    hide_index=True,
                    alt=f"Left out by {kind}",
                    column_config=dict(LEFT_OUT_TITLES),
                )


def _actions(run: Run, other: Run | None, partial: bool, busy: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if other and st.button("Compare", type="primary", icon=":material/compare_arrows:"):
            st.session_state[run_comparison.LEFT] = other.name
            st.session_state[run_comparison.RIGHT] = run.name
            st.session_state[run_comparison.SHOWN] = run_comparison.FIRST
            st.switch_page(session.RUNS_PAGE)
        if other:
            activation.button(run, "Make it the active run")
        else:
            st.badge("This is the active run", icon=":material/check_circle:", color="green")
        if partial:
            progress.go_on(run.name, busy)
        st.page_link(
            session.EXPLORE_PAGE,
            label="Explore its test names",
            icon=":material/insights:",
            query_params={session.RUN: run.name},
        )
