"""Which columns of a log hold what: as they were recognised, and the way to choose others."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dga.logs.events import Description
from dga.logs.field_names import CLIENT, QUERY, RCODE, TIME
from ui.common.text import escape
from ui.hosts.hosts_job import HostsJob

TITLES = {
    QUERY: "Names asked for",
    CLIENT: "Who asked",
    RCODE: "Answer code",
    TIME: "Time",
}
UNKNOWN = "Not told by the log"
DATES = "Dates such as 1/5/2026"
DATE_ORDERS = {None: "Seen from the log", True: "Day first", False: "Month first"}
Wanted = tuple[dict[str, str], bool | None]


def show(job: HostsJob) -> Wanted | None:
    """How the log was read; the columns by role and the order of dates that a person wants
    instead, None for as it is.

    Open where the log seems not to tell who asked, or what was answered: verdicts are weak then.
    """
    read = job.description
    if read is None:
        return None
    with st.expander("How the log was read", icon=":material/table:", expanded=lacks(read)):
        for role, column in read.columns.items():
            if role in TITLES:
                reason = escape(f"column {column}, because {read.reasons[role]}.")
                st.caption(f"{TITLES[role]}: {reason}")
        for note in read.notes:
            st.caption(escape(f"{note[:1].upper()}{note[1:]}."))
        if not read.header:
            return None
        return _choose(job, read)


def lacks(read: Description) -> bool:
    """Whether a log of several columns seems not to tell who asked, or what was answered."""
    return len(read.header) > 1 and not (read.has_client and read.has_rcode)


def _choose(job: HostsJob, read: Description) -> Wanted | None:
    wanted = {}
    with st.form(f"hosts_columns_{job.key}", border=False):
        *places, last = st.columns(len(TITLES) + 1)
        for place, (role, title) in zip(places, TITLES.items(), strict=True):
            options = [*([] if role == QUERY else [""]), *read.header]
            now = read.columns.get(role, "")
            wanted[role] = place.selectbox(
                title,
                options,
                index=options.index(now) if now in options else 0,
                key=f"hosts_column_{role}_{job.key}",
                format_func=lambda one: one or UNKNOWN,
            )
        day_first = last.selectbox(
            DATES,
            list(DATE_ORDERS),
            index=list(DATE_ORDERS).index(job.day_first),
            key=f"hosts_dates_{job.key}",
            format_func=DATE_ORDERS.__getitem__,
        )
        pressed = st.form_submit_button("Judge with these columns", icon=":material/replay:")
    chosen = changed(wanted, read.columns)
    if not pressed or not (chosen or day_first != job.day_first):
        return None
    return {**job.roles, **chosen}, day_first


def changed(wanted: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """The roles whose column is to be another one; a role cannot be taken from a column.

    >>> changed({"client": "Rechner", "time": "t", "rcode": ""}, {"time": "t", "rcode": "r"})
    {'client': 'Rechner'}
    """
    return {role: column for role, column in wanted.items() if column and column != now.get(role)}
