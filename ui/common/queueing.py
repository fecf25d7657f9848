"""The queue of trainings on the Train page: reorder, remove, follow.

Only draws; `dga.jobs.queue` stores the queue in files, and a separate process starts the trainings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dga.config import TrainingPlan
from dga.errors import DGAError, told
from dga.jobs import job, queue
from dga.jobs.queue import Waiting
from ui.common import session, visitor
from ui.common.text import code, escape

POLL_SECONDS = 1.0


def waiting() -> list[Waiting]:
    """The queued trainings; makes sure that the process that starts them runs."""
    with_problem(queue.tend)
    return queue.waiting()


def show(found: list[Waiting], running: bool) -> None:
    """Draw the queue, next training first, each with its buttons."""
    if not found:
        return
    st.subheader("Queue", anchor=False)
    st.caption(
        "One training runs at a time. The next one starts automatically, even if you close this "
        "page or restart the server."
    )
    for place, one in enumerate(found):
        _row(one, place, len(found))
    if not running and not all(one.problem for one in found):
        _await_next()


def add(plan: TrainingPlan) -> None:
    """Queue a training; JobError or RunError says why it cannot be queued."""
    with visitor.acting("queue"):
        queue.add(plan)
        queue.tend()
    st.toast(f"{code(plan.name)} is queued.", icon=":material/queue:")


def with_problem(do: Callable[..., Any], *given: Any) -> None:
    """Do something for a button; keep a user's error for the page, which shows it."""
    try:
        do(*given)
    except DGAError as error:
        st.session_state[session.NOTICE] = error
    except OSError as error:
        st.session_state[session.NOTICE] = DGAError(told(error))


def _row(one: Waiting, place: int, count: int) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{place + 1}.** {code(one.name)}", width="content")
            st.caption(escape(_about(one)), width="content")
            buttons = (
                ("Earlier", "arrow_upward", queue.move, (one, place - 1), place == 0),
                ("Later", "arrow_downward", queue.move, (one, place + 1), place == count - 1),
                ("Take out", "close", queue.remove, (one,), False),
            )
            for label, icon, do, given, off in buttons:
                st.button(
                    label,
                    key=f"{label}_{one.path.stem}",
                    icon=f":material/{icon}:",
                    on_click=with_problem,
                    args=(visitor.guarded("queue", do), *given),
                    disabled=off or (one.plan is None and do is queue.move),
                    help=f"{label}: {one.name}",
                )
        if one.problem:
            st.error(f"It cannot start: {escape(one.problem)}", icon=":material/error:")


def _about(one: Waiting) -> str:
    if one.plan is None:
        return ""
    feeds = len(one.plan.feeds)
    base = f", continued from {one.plan.base}" if one.plan.base else ""
    return f"{one.plan.config.architecture}, {feeds} {'file' if feeds == 1 else 'files'}{base}"


@st.fragment(run_every=POLL_SECONDS)
def _await_next() -> None:
    """Redraw the page as soon as the next training runs."""
    queue.tend()
    if job.current() or not queue.waiting():
        st.rerun()
    st.caption(":material/hourglass_top: The next one is starting.")
