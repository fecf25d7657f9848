"""Verdicts to reports: JSON and CSV for machines, a ticket in Markdown for people (defanged)."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from dga.hosts.combine import CLEAN, how_often
from dga.hosts.ledger import NO_TIME

if TYPE_CHECKING:
    from dga.hosts.host_evidence import HostEvidence
    from dga.hosts.score_hosts import HostsResult

MOST_NAMES = 200  # of a host in a report
NEXT_STEPS = (  # of a ticket
    "- Isolate the host and take a memory image before cleaning it.",
    "- Look for connections to the names that resolved, from this and other hosts.",
    "- Block the family's names (`dga blocklist`).",
)
CSV_MARKS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what starts so


def defang(name: str) -> str:
    """Write a name so that nothing makes a link of it.

    >>> defang("evil.example.com")
    'evil[.]example[.]com'
    """
    return name.replace(".", "[.]")


def iso_time(microseconds: int) -> str | None:
    """A time as ISO 8601, None where it is unknown.

    >>> iso_time(0)
    '1970-01-01T00:00:00Z'
    """
    if microseconds == NO_TIME:
        return None
    time = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=microseconds)
    return f"{time.isoformat()}Z"


def row_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the result's frame as plain JSON values."""
    return {name: _plain(value) for name, value in row.items()}


def rows_json(result: HostsResult) -> Iterator[str]:
    """A JSON object a client; one that is not clean with its names and reasons.

    `names` counts names, as in the frame; `evidence_names` and `command_and_control` list them.
    """
    for row in result.frame.to_dict("records"):
        values = row_json({str(name): value for name, value in row.items()})
        if values["verdict"] != CLEAN:
            found = incident_json(result.host(str(values["client"])))
            values |= {name: found[name] for name in ("reasons", "command_and_control")}
            values["evidence_names"] = found["names"]
        yield json.dumps(values)


def frame_csv(result: HostsResult) -> pd.DataFrame:
    """The result's frame with texts that no spreadsheet takes for a formula, times as ISO 8601."""
    frame = result.frame.copy()
    for column in ("first_seen", "last_seen"):
        frame[column] = [_plain(value) or "" for value in frame[column]]
    for column in ("client", "family", "attribution", "evidence"):
        frame[column] = [_harmless(text) for text in frame[column]]
    return frame


def incident_json(host: HostEvidence) -> dict[str, Any]:
    """One incident with its names, in plain JSON values."""
    return {
        "client": host.client,
        "verdict": host.verdict,
        "p_value": host.p_value,
        "set_p_value": host.set_p,
        "attribution_p_value": host.attribution_p,
        "false_positive_rate": host.fpr,
        "family": host.family,
        "attribution": host.attribution,
        "first_seen": _plain(host.first_seen),
        "last_seen": _plain(host.last_seen),
        "reasons": list(host.sentences),
        "command_and_control": host.command_and_control,
        "recurring_words": list(host.words),
        "other_hosts": [{"client": name, "names": count} for name, count in host.others],
        "names": _records(host.evidence_names),
        "resolved_names": _records(host.resolved),
        "discounted_names": _records(host.names[host.names["reason"] != ""]),
    }


def ticket(host: HostEvidence) -> str:
    """One incident as a ticket in Markdown; names and addresses of names are defanged."""
    sections = {
        f"# Host {_text(host.client)}: {host.verdict}": _summary(host),
        "## Likely command and control (names that resolved)": _resolved(host),
        "## Why": (f"- {_text(sentence)}" for sentence in host.sentences),
        "## Names that did not resolve": _unresolved(host),
        "## Other hosts that asked for the same names": _other_hosts(host),
        "## Next steps": NEXT_STEPS,
    }
    return "\n\n".join("\n".join([title, "", *lines]) for title, lines in sections.items()) + "\n"


def _summary(host: HostEvidence) -> Iterator[str]:
    yield f"- Family: {_text(host.attribution or host.family or 'unknown family')}"
    yield (
        f"- p-value: {host.p_value:.2g}: of ordinary hosts and days, at most "
        f"{how_often(host.p_value)} like this (infected: at most {100 * host.fpr:g} %)"
    )
    yield f"- Seen: {_plain(host.first_seen) or 'unknown'} to {_plain(host.last_seen) or 'unknown'}"


def _resolved(host: HostEvidence) -> list[str]:
    found = host.command_and_control[:MOST_NAMES]
    return [f"- `{defang(name)}`" for name in found] or ["None found in this log."]


def _unresolved(host: HostEvidence) -> Iterator[str]:
    yield "| name | weight | score | first asked | attribution |"
    yield "|---|---|---|---|---|"
    yield from map(_ticket_row, host.evidence_names.head(MOST_NAMES).to_dict("records"))
    if len(host.evidence_names) > MOST_NAMES:
        yield f"\n{len(host.evidence_names) - MOST_NAMES:,} further names are in the JSON report."


def _other_hosts(host: HostEvidence) -> list[str]:
    return [
        f"- {_text(name)}: {count} {'name' if count == 1 else 'names'}"
        for name, count in host.others
    ] or ["None."]


def _ticket_row(row: dict[Any, Any]) -> str:
    weight, score = _number(row["weight"], "+.1f"), _number(row["score"], ".3f")
    first = _plain(row["first"]) or ""
    return (
        f"| `{defang(str(row['name']))}` | {weight} | {score} | {first} | "
        f"{_text(str(row['attribution']))} |"
    )


def _number(value: Any, form: str) -> str:
    return "" if value is None or math.isnan(value) else format(value, form)


def _text(text: str) -> str:
    """Text of a log within Markdown: one line, nothing that the ticket would take as markup."""
    line = " ".join(text.split())
    for mark in ("\\", "`", "|", "<", ">", "[", "]", "*", "_", "#", "!"):
        line = line.replace(mark, f"\\{mark}")
    return line


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(CSV_MARKS) else text


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = frame.drop(columns=["near"], errors="ignore").to_dict("records")
    return [row_json({str(name): value for name, value in row.items()}) for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.isoformat().replace("+00:00", "Z")
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.item() if hasattr(value, "item") else value
