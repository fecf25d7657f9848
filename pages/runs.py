"""Runs: all of them with their figures, one in detail, two compared; import, delete, restore."""

from __future__ import annotations

import streamlit as st

from dga.errors import RunError
from dga.runs import DamagedRun
from ui import compare_panels, panels, run_actions, run_panels, shell, state
from ui.text import code

shell.begin("Runs")
found, active = state.all_runs(), state.active_name()
notice = st.session_state.pop(state.NOTICE, None)
if notice is not None:
    panels.error_box(notice)
run_actions.undo()
if not found:
    panels.no_runs()
else:
    st.caption(
        "Select a row to open it below, click a heading to sort. Figures are over each run's own "
        "test names."
    )
    run_panels.table(found, active)
    names = [run.name for run in found]
    opened = st.session_state.get(run_actions.OPENED)
    run = found[names.index(opened if opened in names else active if active in names else names[0])]
    st.subheader(f"Run {code(run.name)}", anchor=False)
    run_actions.row(run, active)
    if isinstance(run, DamagedRun):
        panels.error_box(RunError(run.problem))
    else:
        run_actions.note(run)
        run_panels.details(run)
run_actions.take_in()
good = state.good_runs()
if len(good) > 1:
    st.subheader("Compare two runs", anchor=False)
    compare_panels.compare(good)
run_panels.unfinished()
run_actions.deleted()
