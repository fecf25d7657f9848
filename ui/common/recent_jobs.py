"""The latest jobs of a browser, kept by the running server and available in every tab.

Bulk and Hosts each have such a list, and define what a job's result is. Draws only that list.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import streamlit as st

from ui.common import browser
from ui.common.text import code

BROWSERS = 20  # with jobs; beyond this, those of the browser idle longest are dropped


class Job(Protocol):
    """The interface of a job in the list."""

    key: str
    name: str

    @property
    def about(self) -> str:
        """Its progress or result in words."""

    @property
    def weight(self) -> int:
        """Its share of the room for one browser's jobs."""

    def discard(self) -> None:
        """Stop and release the result."""


J = TypeVar("J", bound=Job)


class RecentJobs(Generic[J]):
    """The last jobs of each browser, newest first. Safe to use from several threads.

    `kept`: jobs of one browser; `room`: what they may weigh together, the newest apart.
    """

    def __init__(self, kept: int, room: int) -> None:
        self._kept, self._room = kept, room
        self._jobs: OrderedDict[str, list[J]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, owner: str) -> list[J]:
        """The jobs of a browser, newest first."""
        with self._lock:
            return list(self._jobs.get(owner, ()))

    def add(self, owner: str, job: J) -> None:
        """Put a job at the top, in place of one with its key, and let go of the oldest."""
        with self._lock:
            before = self._jobs.get(owner, [])
            replaced = [one for one in before if one.key == job.key and one is not job]
            jobs = self._fitting([job, *(one for one in before if one.key != job.key)])
            self._jobs[owner] = jobs
            self._jobs.move_to_end(owner)
            dropped = [one for one in before if one not in jobs and one not in replaced]
            while len(self._jobs) > BROWSERS:
                dropped += self._jobs.popitem(last=False)[1]
        for one in dropped:
            one.discard()

    def _fitting(self, jobs: list[J]) -> list[J]:
        """The newest jobs that fit the room; always the first."""
        kept, left = jobs[:1], self._room
        for job in jobs[1 : self._kept]:
            left -= job.weight
            if left < 0:
                break
            kept.append(job)
        return kept


def here(shared: RecentJobs[J], key: str, make: Callable[[], RecentJobs[J]]) -> RecentJobs[J]:
    """The server's memory; a session's own, under `key`, where the browser sends no cookie."""
    if browser.name():
        return shared
    if key not in st.session_state:
        st.session_state[key] = make()
    found: RecentJobs[J] = st.session_state[key]
    return found


def pick(jobs: list[J], current: J | None, title: str, about: str, icon: str) -> J | None:
    """Draw the list of jobs, unless it is only the shown one; returns the job that was opened."""
    if not jobs or jobs == [current]:
        return None
    opened = None
    with st.expander(f"{title} ({len(jobs)})", icon=":material/history:"):
        st.caption(about)
        for job in jobs:
            with st.container(horizontal=True, vertical_alignment="center"):
                if st.button(
                    code(job.name), key=f"recent_{job.key}", disabled=job is current, icon=icon
                ):
                    opened = job
                st.caption(job.about, width="content")
    return opened
