"""Giving a log to the Hosts page, and what the page remembers of it. Draws only."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dga.errors import DGAError
from dga.hosts import example_log
from ui.common import browser, file_input, session, widgets
from ui.common.file_input import Upload
from ui.hosts import recent
from ui.hosts.hosts_job import HostsJob

LOG, HOST = "log", "host"  # query parameters: the job's key (or EXAMPLE), the opened client
EXAMPLE = "example"
EXAMPLE_NAME = "Example log"
MEMORY, UPLOAD, FILE, RATE, ATTRIBUTE = (
    "hosts", "hosts_upload", "hosts_file", "hosts_rate", "hosts_attribute",
)  # fmt: skip
RATES = {0.0001: "0.01 %", 0.001: "0.1 %", 0.01: "1 %"}


@dataclass
class Hosts:
    """What the page keeps between reruns and page changes."""

    job: HostsJob | None = None
    given: tuple[str, Upload] | None = None
    sheet: str = ""
    error: DGAError | None = None
    roles: dict[str, str] | None = None  # of the given log, where a person chose its columns
    day_first: bool | None = None  # in its dates, where a person chose their order


def remembered() -> Hosts:
    """This session's log; after a reload of the page, the one that the address names."""
    hosts = session.remembered(MEMORY, Hosts)
    if handed := st.session_state.pop(session.HANDED_LOG, None):
        name, source, sheet = handed
        _take(name, source)
        hosts.sheet = sheet
    asked = st.query_params.get(LOG, "")
    if hosts.job is None and asked:
        hosts.job = HostsJob.find(asked, browser.name())
        if hosts.job is not None:
            recent.add(hosts.job)
        elif asked == EXAMPLE:
            hosts.given = (EXAMPLE_NAME, example_log.FILE)
        else:
            del st.query_params[LOG]
            st.info(
                "That result is gone: the server keeps a browser's last few. Give the log anew."
            )
    if hosts.job:
        st.query_params[LOG] = hosts.job.key
    return hosts


def show_job(hosts: Hosts, job: HostsJob) -> None:
    """Make a job the page's, and its address the one of its result."""
    hosts.job = job
    st.query_params[LOG] = job.key


def give(hosts: Hosts) -> None:
    """The ways to give a log; they make room for a result."""
    if hosts.error:
        widgets.error_box(hosts.error)
    if hosts.job is None:
        _ways()
        return
    with st.expander("Give another log", icon=":material/add:"):
        _ways()


def settings() -> tuple[float, bool]:
    """The rate of false accusations, and whether names are looked up in known generators."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rate = st.selectbox(
            "False positives by host and day",
            list(RATES),
            index=1,
            key=RATE,
            format_func=RATES.__getitem__,
            width=260,
            help="The share of uninfected hosts and days that may be called infected.",
        )
        attribute = st.checkbox(
            "Look names up in known generators",
            key=ATTRIBUTE,
            help="Exact: family, seed and date. The index of the log's days is built once, which "
            "takes a minute or more.",
        )
    return float(rate), bool(attribute)


def _ways() -> None:
    upload, file, example = st.tabs(["Upload a log", "Data folder", "Example"])
    with upload:
        file_input.upload(
            "DNS log",
            UPLOAD,
            _take,
            "Any log with clients and queried names: Zeek, Suricata, BIND, Unbound, dnsmasq, "
            "Windows DNS, Sysmon, CSV, JSON, captures; also compressed.",
        )
    with file:
        file_input.data_file(FILE, _take, _refuse, "logs")
    with example:
        st.caption("A made-up day of sixty clients, three of which are infected.")
        st.button("Try the example", icon=":material/science:", on_click=_take_example)


def _take(name: str, source: Upload | None) -> None:
    hosts = session.remembered(MEMORY, Hosts)
    hosts.error = None
    hosts.given, hosts.sheet = None if source is None else (name, source), ""
    if hosts.given and hosts.job:
        hosts.job.cancel()
        hosts.job = None
    for parameter in (LOG, HOST):
        st.query_params.pop(parameter, None)


def _refuse(error: DGAError) -> None:
    hosts = session.remembered(MEMORY, Hosts)
    hosts.given, hosts.error = None, error


def _take_example() -> None:
    _take(EXAMPLE_NAME, example_log.FILE)
