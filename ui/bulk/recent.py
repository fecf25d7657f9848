"""The lists that a browser has scored last; their results lie on disk."""

from __future__ import annotations

import streamlit as st

from ui.bulk.scoring_job import ScoringJob
from ui.common import browser, recent_jobs
from ui.common.recent_jobs import RecentJobs

KEPT = 5  # lists of one browser
SESSION = "bulk_recent"  # session: its own lists, where the browser takes no cookie


def jobs() -> list[ScoringJob]:
    """This browser's last lists, newest first."""
    return _recent().of(browser.name())


def add(job: ScoringJob) -> None:
    """Remember a job for this browser."""
    _recent().add(browser.name(), job)


def pick(current: ScoringJob | None) -> ScoringJob | None:
    """Draw the recent lists; returns the job that was opened."""
    return recent_jobs.pick(
        jobs(),
        current,
        "Recent lists",
        "The last lists of this browser, kept by the server until it stops; no other browser "
        "sees them.",
        ":material/playlist_add_check:",
    )


def _empty() -> RecentJobs[ScoringJob]:
    return RecentJobs(KEPT, room=KEPT)


@st.cache_resource(show_spinner=False)
def _shared() -> RecentJobs[ScoringJob]:
    return _empty()


def _recent() -> RecentJobs[ScoringJob]:
    return recent_jobs.here(_shared(), SESSION, _empty)
