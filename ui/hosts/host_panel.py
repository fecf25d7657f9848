"""One host opened: why, what resolved, its timeline, its names, who else, and what leaves."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from dga.errors import DGAError, RunError
from dga.hosts import feedback, reports
from dga.hosts.combine import CLEAN, how_often
from dga.hosts.host_evidence import HostEvidence
from dga.hosts.score_hosts import HostsResult
from dga.runs import audit, reviews
from dga.schema import BENIGN, DGA, REGISTERED_NAME, SCORE, SUSPICIOUS, VERDICT
from ui import charts
from ui.common import corrections, session, visitor
from ui.common.text import code, counted, defang, escape, p_value, rate
from ui.hosts.exports import block_lists, exchange
from ui.hosts.hosts_job import HostsJob

NAMES_SHOWN = 1_000
NAME_COLUMNS = (
    "name", "status", "weight", "score", "events", "clients", "first", "attribution", "reason",
)  # fmt: skip


def show(job: HostsJob, result: HostsResult, host: HostEvidence) -> bool:
    """Draw a host; whether feedback was given, after which the log is to be judged anew."""
    named = host.attribution or host.family
    st.markdown(f"### {code(host.client)}: {host.verdict}{f', {escape(named)}' if named else ''}")
    _why(host)
    _timeline(job, result, host)
    _names(job, host)
    _others(host)
    _downloads(job, host)
    return _feedback(job, host)


def _why(host: HostEvidence) -> None:
    left, right = st.columns(2)
    with left:
        st.markdown("**Likely command and control**", help="Names of the burst that resolved.")
        found = host.command_and_control[:10]
        st.markdown("\n".join(f"- {code(defang(name))}" for name in found) or "None in this log.")
    with right:
        st.markdown("**Why**")
        st.markdown("\n".join(f"- {escape(sentence)}" for sentence in host.sentences))
        st.caption(
            f"p-value {p_value(host.p_value)}: of ordinary hosts and days, at most "
            f"{how_often(host.p_value)} like this. Infected is up to {rate(host.fpr)}."
        )


def _timeline(job: HostsJob, result: HostsResult, host: HostEvidence) -> None:
    """Each query a mark; a click on one opens its name."""
    events = result.timeline(host.client)
    if events.empty or events["time"].isna().all():
        st.caption("The log tells no times, so there is no timeline.")
        return
    st.markdown("**Timeline**", help="Each query by time and score. Click a mark to open its name.")
    figure, left_out = charts.host_timeline(events, set(host.evidence_names["name"]))
    event = st.plotly_chart(
        figure,
        key=f"hosts_timeline_{job.key}_{host.client}",
        on_select="rerun",
        selection_mode="points",
        alt="Queries of the host by time, score and answer",
    )
    if left_out:
        st.caption(
            f"Not drawn: {counted(left_out, 'further query', 'further queries')} of names that "
            "resolve."
        )
    points = event.selection.points
    if points:
        _open_name(host, _clicked(points[0]))


def _clicked(point: object) -> str:
    """The name behind a mark; a selection gives its data as a list or as a dictionary."""
    data = point.get("customdata") if isinstance(point, dict) else None
    if isinstance(data, dict):
        data = list(data.values())
    return str(data[0]) if isinstance(data, list) and data else ""


def _open_name(host: HostEvidence, name: str) -> None:
    rows = host.names[host.names["name"] == name]
    if rows.empty:
        return
    row = rows.iloc[0]
    with st.container(border=True):
        asked = counted(int(row["events"]), "time", "times")
        st.markdown(f"**{code(name)}**: {row['status']}, asked {asked}")
        if pd.notna(row["weight"]):
            st.markdown(f"Weight {row['weight']:+.1f}, score {row['score']:.3f}.")
        if row["reason"]:
            st.markdown(f"Counts for nothing: {escape(str(row['reason']))}.")
        if row["attribution"]:
            st.markdown(f"Made by {escape(str(row['attribution']))}.")
        clients = counted(int(row["clients"]), "client", "clients")
        st.caption(f"Asked for by {clients} of this log.")
        if st.button("Look it up", icon=":material/search:", key="hosts_lookup"):
            session.open_lookup(name)


def _names(job: HostsJob, host: HostEvidence) -> None:
    evidence = host.evidence_names[list(NAME_COLUMNS)]
    resolved = host.resolved[[name for name in NAME_COLUMNS if name in host.resolved]]
    others = host.names.loc[~host.names["counts"], list(NAME_COLUMNS)]
    tabs = st.tabs(
        [
            f"Evidence ({len(evidence):,})",
            f"Resolved around it ({len(resolved):,})",
            f"Counts for nothing ({len(others):,})",
        ]
    )
    for place, (tab, frame) in enumerate(zip(tabs, (evidence, resolved, others), strict=True)):
        with tab:
            st.dataframe(
                frame.head(NAMES_SHOWN),
                hide_index=True,
                key=f"hosts_names_{place}_{job.key}",
                column_order=telling(frame),
                column_config=_columns(),
                alt=("Evidence", "Resolved names", "Names that count for nothing")[place],
            )


def telling(frame: pd.DataFrame) -> list[str]:
    """The columns of a table of names; those of words only where one of them says something."""
    words = ("attribution", "reason")
    return [name for name in frame if name not in words or frame[name].fillna("").astype(str).any()]


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "name": column.TextColumn("Name"),
        "status": column.TextColumn("Answer"),
        "weight": column.NumberColumn(
            "Weight",
            format="%+.1f",
            help="How much the name speaks for an infection (above 0) or against one: the "
            "log-likelihood ratio of a generated name against a failed look-up of an ordinary "
            "host.",
        ),
        "score": column.NumberColumn("Score", format="%.3f"),
        "events": column.NumberColumn("Queries"),
        "clients": column.NumberColumn("Clients"),
        "first": column.DatetimeColumn("First asked, UTC", format="YYYY-MM-DD HH:mm:ss"),
        "attribution": column.TextColumn("Attribution"),
        "reason": column.TextColumn("Why it counts for nothing"),
    }


def _others(host: HostEvidence) -> None:
    if host.others:
        listed = ", ".join(f"{code(name)} ({count})" for name, count in host.others[:12])
        st.markdown(f"**Other hosts that asked for the same names**: {listed}")
    if host.words:
        words = ", ".join(code(word) for word in host.words)
        st.markdown(f"**Parts of names that recur**: {words}")


def _downloads(job: HostsJob, host: HostEvidence) -> None:
    incident = reports.incident_json(host)
    stem = f"host-{''.join(c if c.isalnum() else '-' for c in host.client)}"
    files = {
        "Ticket": (lambda: reports.ticket(host).encode(), f"{stem}.md", "text/markdown"),
        "JSON": (
            lambda: json.dumps(incident, indent=1).encode(),
            f"{stem}.json",
            "application/json",
        ),
        **exchange(incident, stem),
    }
    with st.container(horizontal=True):
        for label, (make, name, mime) in files.items():
            st.download_button(
                label, make, file_name=name, mime=mime, icon=":material/download:",
                key=f"hosts_{label}_{job.key}", on_click="ignore",
            )  # fmt: skip
    block_lists(incident, stem, f"hosts_block_{job.key}")


def _feedback(job: HostsJob, host: HostEvidence) -> bool:
    """The form by which a person says that a host is not infected."""
    if host.verdict == CLEAN:
        return False
    with st.expander("Not infected?", icon=":material/thumb_down:"):
        st.caption(
            "Kept on the server. These names will count for nothing, and for this client also "
            "names with the same kind of characters under the same suffix."
        )
        reason = st.text_input("Why", key=f"hosts_reason_{job.key}", max_chars=200)
        benign = st.checkbox(
            "Its names are benign: keep them to train with",
            key=f"hosts_benign_{job.key}",
            help="Each of its names that got the verdict DGA or suspicious becomes a corrected "
            f"label of the run {code(job.run)}, for the Train page.",
        )
        if st.button("Not infected", key=f"hosts_feedback_{job.key}"):
            return _keep(job, host, reason, benign)
    return False


def _keep(job: HostsJob, host: HostEvidence, reason: str, benign: bool) -> bool:
    try:
        keep(host, reason)
        if benign:
            keep_as_benign(job.run, host, reason)
    except DGAError as error:
        st.error(escape(str(error)))
        return False
    return True


def keep_as_benign(run: str, host: HostEvidence, reason: str) -> None:
    """Keep the names of a host whose verdict was wrong as corrected labels of the run that scored.

    DGAError where that run is gone, or the visitor may not say so.
    """
    found = session.find_run(run)
    if found is None:
        raise RunError(f"the run {run} is gone: its names can't be kept as benign")
    table = session.scorer(found).frame(host.evidence_names["name"].tolist())
    note = f"Host {host.client} is not infected. {reason}".strip()[: reviews.MAX_NOTE]
    wrong = table[table[VERDICT].isin((DGA, SUSPICIOUS))]
    said = [
        corrections.correction(row[REGISTERED_NAME], BENIGN, note, row[VERDICT], row[SCORE])
        for row in wrong.to_dict("records")
    ]
    with visitor.acting("label"):
        reviews.save(found.name, said)
    kept = counted(len(said), "name is", "names are")
    session.say(f"{kept} kept as benign.", ":material/flag:")


def keep(host: HostEvidence, reason: str) -> None:
    """Keep that a host is not infected; AccessError where the visitor may not say so."""
    with visitor.acting("label"):
        feedback.add(host.client, host.evidence_names["name"].tolist(), reason)
        audit.record("label", "a host's names", "said not to be infected")
