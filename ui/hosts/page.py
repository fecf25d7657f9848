"""The Hosts page from top to bottom: a log, its progress, its hosts, the opened one, the logs
before it."""

from __future__ import annotations

import streamlit as st

from dga.errors import SheetError
from dga.hosts import example_log
from dga.hosts.score_hosts import HostsResult
from ui.common import browser, corrections, session, visitor, widgets
from ui.common.text import escape
from ui.common.thread_job import SHARED
from ui.hosts import columns, host_panel, input, overview, recent
from ui.hosts.hosts_job import HostsJob
from ui.hosts.input import EXAMPLE, HOST, Hosts


def show() -> None:
    """The whole page below its title."""
    st.caption(
        "Finds infected machines in a DNS log by the names that they asked for, above all those "
        "that did not resolve. One generated name proves little; a burst of them is evidence."
    )
    hosts = input.remembered()
    input.give(hosts)
    fpr, attribute = input.settings()
    if hosts.job and not hosts.job.running and (fpr, attribute) != hosts.job.settings:
        _offer_again(hosts, hosts.job)
    if hosts.given:
        _begin(hosts, fpr, attribute)
    _job(hosts)
    if opened := recent.pick(hosts.job):
        st.query_params.pop(HOST, None)
        input.show_job(hosts, opened)
        st.rerun()


def _job(hosts: Hosts) -> None:
    job = hosts.job
    if job is None:
        return
    if job.running:
        _watch(job)
    elif isinstance(job.error, SheetError):
        _pick_sheet(hosts, job, job.error)
    elif job.error:
        with widgets.errors_shown():
            raise job.error
    elif job.result is None:
        st.info("Cancelled. Give a log to begin anew.")
    else:
        _result(hosts, job, job.result)


def _pick_sheet(hosts: Hosts, job: HostsJob, error: SheetError) -> None:
    """Ask which sheet of a workbook is the log, and judge it."""
    widgets.error_box(error)
    if chosen := widgets.pick_sheet(error.sheets, ""):
        hosts.given, hosts.sheet, hosts.job = (job.name, job.source), chosen, None
        st.rerun()


def _begin(hosts: Hosts, fpr: float, attribute: bool) -> None:
    """Judge the log that was given."""
    run = session.find_run(session.active_name())
    if run is None:
        widgets.no_runs()
        return
    assert hosts.given is not None
    name, source = hosts.given
    with widgets.errors_shown(), visitor.acting("score"):
        bundle = session.load_bundle(run)
        example = source == example_log.FILE  # the only result that everybody may see
        job = HostsJob(
            name, source, bundle, run=run.name, fpr=fpr, attribute=attribute, sheet=hosts.sheet,
            roles=hosts.roles, day_first=hosts.day_first,
            key=EXAMPLE if example else "", owner=SHARED if example else browser.name(),
        )  # fmt: skip
        hosts.given, hosts.roles, hosts.day_first = None, None, None
        input.show_job(hosts, job.start())
        recent.add(job)


def _offer_again(hosts: Hosts, job: HostsJob) -> None:
    """The way to judge the same log with the settings as they are now."""
    if st.button("Judge again with these settings", type="primary", icon=":material/replay:"):
        hosts.given, hosts.sheet = (job.name, job.source), job.sheet
        hosts.roles, hosts.day_first = job.roles, job.day_first


@st.fragment(run_every=0.5)
def _watch(job: HostsJob) -> None:
    """How far the job is; asks for a whole rerun when it ends, which also ends the polling."""
    if not job.running:
        st.rerun()
    st.progress(min(job.share, 1.0), text=f"{job.events:,} events read")
    st.button("Cancel", on_click=job.cancel, disabled=job.cancelling, icon=":material/stop:")


def _result(hosts: Hosts, job: HostsJob, result: HostsResult) -> None:
    overview.headline(job, result)
    if (wanted := columns.show(job)) is not None:
        with widgets.errors_shown(), visitor.acting("score"):
            _again(hosts, job.read_as(*wanted))
    opened = overview.table(job, result, st.query_params.get(HOST, ""))
    corrections.train_with(job.run, f"hosts_train_{job.key}")
    if not opened:
        return
    st.query_params[HOST] = opened
    try:
        evidence = result.host(opened)
    except KeyError:
        st.info(f"The log holds no host {escape(opened)}.")
        return
    if host_panel.show(job, result, evidence):
        _again(hosts, job.again())


def _again(hosts: Hosts, job: HostsJob) -> None:
    """Show the same log being judged anew."""
    input.show_job(hosts, job)
    recent.add(job)
    st.rerun()
