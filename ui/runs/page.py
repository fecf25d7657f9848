"""The Runs page from top to bottom: leaderboard, the open run, comparison, what else there is."""

from __future__ import annotations

import streamlit as st

from dga.errors import RunError
from dga.runs.store import DamagedRun, Run
from ui.common import comparison_panels, run_comparison, session, widgets
from ui.common.text import code
from ui.runs import actions, changes, leaderboard, panels


def show() -> None:
    """The whole page below its title."""
    found, active = session.all_runs(), session.active_name()
    notice = st.session_state.pop(session.NOTICE, None)
    if notice is not None:
        widgets.error_box(notice)
    actions.undo()
    place = st.session_state.get(run_comparison.SHOWN, "")
    first = place == run_comparison.FIRST
    if first:  # who comes to compare finds it first
        _comparison(True)
    if found:
        leaderboard.show(found, active)
        _opened(found, active)
    else:
        widgets.no_runs()
    if not first:
        _comparison(bool(place))
    actions.take_in()
    panels.activations()
    changes.show()
    panels.unfinished()
    actions.deleted()


def _opened(found: list[Run | DamagedRun], active: str | None) -> None:
    names = [run.name for run in found]
    opened = st.session_state.get(actions.OPENED)
    run = found[names.index(opened if opened in names else active if active in names else names[0])]
    st.subheader(f"Run {code(run.name)}", anchor=False)
    actions.row(run, active)
    if isinstance(run, DamagedRun):
        widgets.error_box(RunError(run.problem))
        return
    panels.figures(run)
    actions.note(run)
    panels.details(run)


def _comparison(asked: bool) -> None:
    good = session.good_runs()
    if len(good) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Compare runs", anchor=False, width="content")
        if asked:
            st.button("Close", icon=":material/close:", key="compare_close", on_click=_close)
        else:
            st.button(
                "Compare", icon=":material/compare_arrows:", key="compare_open", on_click=_open
            )
    if asked:
        comparison_panels.compare(good)


def _open() -> None:
    st.session_state[run_comparison.SHOWN] = run_comparison.BELOW


def _close() -> None:
    st.session_state[run_comparison.SHOWN] = ""
