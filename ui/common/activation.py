"""Making a run the active one: asks before a partial run, or one that is no better, scores for all.

The comparison is over names that neither run has learnt from (`ui.common.common_set`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dga.errors import DGAError
from dga.evaluation import metrics
from dga.runs import store
from dga.runs.store import Run
from ui.common import common_set, run_comparison, session, visitor, widgets
from ui.common.queueing import with_problem
from ui.common.text import code, escape

CONFIRM = "activate_anyway"


def button(run: Run | None, label: str = "Make active", key: str = "make_active") -> None:
    """A button that activates a run, with a confirmation if there is a reason for one."""
    active = session.active_name()
    pressed = st.button(
        label,
        icon=":material/check_circle:",
        key=key,
        disabled=run is None or run.name == active or not visitor.may("activate"),
        help="This run then scores on all pages and on the command line by default. You are asked "
        "first if it is partial or no better than the active one.",
    )
    if pressed and run is not None:
        with widgets.errors_shown():
            reasons = doubts(run)
            if reasons:
                _confirm(run, reasons)
            else:
                _activate(run.name)
                st.rerun()


def doubts(run: Run) -> list[str]:
    """The reasons against activating a run, one sentence each."""
    told = []
    if run.status == store.PARTIAL:
        told.append("Its training was cancelled: the run is partial.")
    try:
        active, common = common_set.active_and(run)
    except (DGAError, OSError) as error:
        return [*told, f"It could not be compared with the active run: {escape(str(error))}."]
    if active is None or common is None:
        return told
    if not common.comparable:
        return [
            *told,
            f"It could not be compared with the active run {code(active.name)}. {common.about}",
        ]
    ours, theirs = (metrics.metrics(common.predictions[one.name]) for one in (active, run))
    return told + [f"{text} {common.about}" for text in _worse(ours, theirs, active.name)]


def _worse(active: Mapping[str, Any], run: Mapping[str, Any], name: str) -> list[str]:
    table = run_comparison.figures_apart(active, run)
    worse = table[table["means"] == "worse"]
    if worse.empty:
        return []
    listed = "; ".join(
        f"{figure} {right} instead of {left}"
        for figure, left, right in zip(worse["figure"], worse["left"], worse["right"], strict=True)
    )
    how = "all figures" if len(worse) == len(table) else f"{len(worse)} of {len(table)} figures"
    return [f"It is worse than the active run {code(name)} in {how}: {escape(listed)}."]


def _activate(name: str) -> None:
    with visitor.acting("activate"):
        store.set_active(name, by=visitor.visitor().name)
    session.say(f"{code(name)} is now the active run.", ":material/check:")


@st.dialog("Make this run the active one?")
def _confirm(run: Run, reasons: list[str]) -> None:
    st.markdown(f"{code(run.name)} would score on all pages and on the command line.")
    for reason in reasons:
        st.warning(reason, icon=":material/warning:")
    with st.container(horizontal=True):
        if st.button("Keep the active run", type="primary", key="activate_not"):
            st.rerun()
        if st.button(
            "Make it active anyway", key=CONFIRM, on_click=with_problem, args=(_activate, run.name)
        ):
            st.rerun()
