"""The logs that a browser has judged last; their results lie in the server's memory."""

from __future__ import annotations

import streamlit as st

from ui.common import browser, recent_jobs
from ui.common.recent_jobs import RecentJobs
from ui.hosts.hosts_job import HostsJob

KEPT = 5  # logs of one browser
EVENTS = 1_000_000  # of its logs before the last one: each event is kept for the timelines
SESSION = "hosts_recent"  # session: its own logs, where the browser takes no cookie


def add(job: HostsJob) -> None:
    """Remember a job for this browser; in place of the one that judged the same log before."""
    _recent().add(browser.name(), job)


def pick(current: HostsJob | None) -> HostsJob | None:
    """Draw the recent logs; returns the job that was opened."""
    return recent_jobs.pick(
        _recent().of(browser.name()),
        current,
        "Recent logs",
        f"The last logs of this browser, kept by the server until it stops; earlier ones as long "
        f"as they have at most {EVENTS:,} events together. No other browser sees them.",
        ":material/lan:",
    )


def _empty() -> RecentJobs[HostsJob]:
    return RecentJobs(KEPT, room=EVENTS)


@st.cache_resource(show_spinner=False)
def _shared() -> RecentJobs[HostsJob]:
    return _empty()


def _recent() -> RecentJobs[HostsJob]:
    return recent_jobs.here(_shared(), SESSION, _empty)
