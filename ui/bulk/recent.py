"""The lists that a browser has scored last: kept by the running server, found again in any tab.

Holds jobs, whose results lie on disk, and discards the oldest. Draws only the list of them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

import streamlit as st

from ui.bulk.scoring_job import ScoringJob
from ui.common import browser
from ui.common.text import code

KEPT = 5  # jobs of one browser
BROWSERS = 20  # whose jobs are kept; those of the one that was idle longest go first
SESSION = "bulk_recent"  # session: its own jobs, where the browser takes no cookie


class RecentJobs:
    """The last jobs of each browser, newest first. Safe to use from several threads."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, list[ScoringJob]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, owner: str) -> list[ScoringJob]:
        """A browser's jobs, newest first."""
        with self._lock:
            return list(self._jobs.get(owner, ()))

    def add(self, owner: str, job: ScoringJob) -> None:
        """Put a job at the top, and let go of the oldest."""
        with self._lock:
            jobs = [job, *(one for one in self._jobs.get(owner, ()) if one is not job)]
            self._jobs[owner], dropped = jobs[:KEPT], jobs[KEPT:]
            self._jobs.move_to_end(owner)
            while len(self._jobs) > BROWSERS:
                dropped += self._jobs.popitem(last=False)[1]
        for one in dropped:
            one.discard()


def jobs() -> list[ScoringJob]:
    """This browser's last jobs, newest first."""
    return _recent().of(browser.name())


def add(job: ScoringJob) -> None:
    """Remember a job for this browser."""
    _recent().add(browser.name(), job)


def pick(current: ScoringJob | None) -> ScoringJob | None:
    """Draw the list of recent jobs; returns the one that was opened."""
    found = jobs()
    if not found or found == [current]:
        return None
    opened = None
    with st.expander(f"Recent lists ({len(found)})", icon=":material/history:"):
        st.caption(
            "The last lists of this browser, kept by the server until it stops; no other browser "
            "sees them."
        )
        for job in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                if st.button(
                    code(job.name),
                    key=f"recent_{job.key}",
                    disabled=job is current,
                    icon=":material/playlist_add_check:",
                ):
                    opened = job
                st.caption(job.about, width="content")
    return opened


@st.cache_resource(show_spinner=False)
def _shared() -> RecentJobs:
    return RecentJobs()


def _recent() -> RecentJobs:
    """The server's memory; a session's own where the browser sends no cookie."""
    if browser.name():
        return _shared()
    if SESSION not in st.session_state:
        st.session_state[SESSION] = RecentJobs()
    found: RecentJobs = st.session_state[SESSION]
    return found
