"""A judged log at a glance: how many hosts, how many infected and by what, and the ranked table."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import streamlit as st

from dga.hosts.combine import CLEAN, INFECTED, SUSPICIOUS
from dga.hosts.reports import frame_csv, rows_json
from dga.hosts.score_hosts import HostsResult
from ui.common import shown_rows, text, widgets
from ui.common.text import code, escape, p_value, rate
from ui.hosts.hosts_job import HostsJob

SHOWN_ROWS = 2_000  # of the table; the files hold every client
CHIPS = {INFECTED: "orange", SUSPICIOUS: "yellow", CLEAN: "blue"}
SHOWN = (
    "client", "verdict", "p_value", "family", "attribution", "nxdomain_names", "generated_names",
    "names", "first_seen", "last_seen", "evidence",
)  # fmt: skip


OPTIONAL = ("family", "attribution")  # columns that are left out where no host has a value


def headline(job: HostsJob, result: HostsResult) -> None:
    """The log in figures, and what it lacks."""
    verdicts = result.frame["verdict"].value_counts()
    st.subheader(f"Hosts of {code(job.name)}", anchor=False)
    widgets.metric_row(
        {
            "Hosts": (f"{len(result.frame):,}", "Clients that the log names."),
            "Infected": (
                f"{verdicts.get(INFECTED, 0):,}",
                f"Of ordinary hosts and days, at most {rate(job.fpr)} look like this.",
            ),
            "Suspicious": (
                f"{verdicts.get(SUSPICIOUS, 0):,}",
                f"Of ordinary hosts and days, at most {rate(10 * job.fpr)} look like this.",
            ),
            "Events": (f"{result.events:,}", "Rows with a queried name."),
        }
    )
    st.caption(
        f"By run {code(job.run)}, at {rate(job.fpr)} false positives by host and day"
        f"{', names looked up in known generators' if job.attribute else ''}."
    )
    if told := _families(result.frame):
        st.markdown(f"Infected by {told}.")
    for note in result.notes:
        st.caption(f":material/info: {escape(note)}")


def _families(frame: pd.DataFrame) -> str:
    infected = frame[frame["verdict"] == INFECTED]
    named = [
        attribution.partition(" (")[0] or text.family(family) or "an unknown family"
        for attribution, family in zip(infected["attribution"], infected["family"], strict=True)
    ]
    counted = Counter(named).most_common()
    return ", ".join(f"{escape(name)} ({count:,})" for name, count in counted)


def table(job: HostsJob, result: HostsResult, opened: str) -> str:
    """The ranked table; returns the client that is opened, "" for none."""
    clients = result.frame["client"].tolist()
    shown = result.frame[list(SHOWN)].head(SHOWN_ROWS)
    empty = {name for name in OPTIONAL if not shown[name].fillna("").astype(str).any()}
    event = st.dataframe(
        widgets.with_chips(shown).style.format(p_value, subset=["p_value"], na_rep=""),
        key=f"hosts_table_{job.key}",
        hide_index=True,
        column_order=[name for name in SHOWN if name not in empty],
        column_config=_columns(),
        on_select="rerun",
        selection_mode="single-row",
        height=38 + 35 * min(len(shown), 10),
        alt="Hosts, the most suspicious first",
    )
    if len(clients) > SHOWN_ROWS:
        st.caption(f"The {SHOWN_ROWS:,} most suspicious of {len(clients):,}; the files hold all.")
    _downloads(job, result)
    rows = shown_rows.rows(event.selection.rows, len(clients))
    selected = clients[rows[0]] if rows else ""
    box = f"hosts_open_{job.key}"
    if selected and st.session_state.get(f"{box}_row") != selected:
        st.session_state[box] = st.session_state[f"{box}_row"] = selected
    if box not in st.session_state:
        first = opened if opened in clients else _first(result)
        st.session_state[box] = first
    return st.selectbox("Opened host", clients, key=box, placeholder="Open a host") or ""


def _first(result: HostsResult) -> str | None:
    """The most suspicious host, None where all are clean."""
    if result.frame.empty or result.frame["verdict"].iloc[0] == CLEAN:
        return None
    return str(result.frame["client"].iloc[0])


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "client": column.TextColumn("Client"),
        "verdict": column.MultiselectColumn(
            "Verdict", options=list(CHIPS), color=list(CHIPS.values()), format_func=str.capitalize
        ),
        "p_value": column.NumberColumn(
            "p-value", help="How often an ordinary host and day looks like this."
        ),
        "family": column.TextColumn(
            "Family", width=widgets.FAMILY_WIDTH, help="What the evidence resembles together."
        ),
        "attribution": column.TextColumn("Attribution", help="The known generator, exact."),
        "nxdomain_names": column.NumberColumn("Not resolved", help="Distinct registered names."),
        "generated_names": column.NumberColumn("Generated", help="Of those that count."),
        "names": column.NumberColumn("Names", help="Distinct registered names asked for."),
        "first_seen": column.DatetimeColumn("First seen, UTC", format="YYYY-MM-DD HH:mm:ss"),
        "last_seen": column.DatetimeColumn("Last seen, UTC", format="YYYY-MM-DD HH:mm:ss"),
        "evidence": column.TextColumn("Evidence", width="large"),
    }


def _downloads(job: HostsJob, result: HostsResult) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "All hosts as CSV",
            lambda: frame_csv(result).to_csv(index=False).encode(),
            file_name="hosts.csv",
            mime="text/csv",
            key=f"hosts_csv_{job.key}",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "All hosts as JSON",
            lambda: "".join(f"{row}\n" for row in rows_json(result)).encode(),
            file_name="hosts.jsonl",
            mime="application/x-ndjson",
            key=f"hosts_json_{job.key}",
            icon=":material/download:",
            on_click="ignore",
        )
