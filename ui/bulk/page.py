"""The Bulk page from top to bottom: a list, its progress or its result, the lists before it."""

from __future__ import annotations

import streamlit as st

from ui.bulk import allow_panel, input, panels, recent, result_panels
from ui.bulk.input import Bulk


def show() -> None:
    """The whole page below its title."""
    bulk = input.remembered()
    running = (
        bulk.job is not None and bulk.job.running
    )  # once: the job ends while the page is drawn
    input.give(bulk)
    panels.prepare(bulk, running)
    allow_panel.show()
    _job(bulk, running)
    if opened := recent.pick(bulk.job):
        bulk.job, bulk.fresh = opened, False
        st.rerun()


def _job(bulk: Bulk, running: bool) -> None:
    job = bulk.job
    if job is None:
        return
    panels.title(job)
    if running:
        panels.watch(job)
    elif job.error:
        panels.failed(job.error)
    else:
        result_panels.show(job)
