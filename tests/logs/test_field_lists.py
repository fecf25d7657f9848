"""Records of a field a line, as PowerShell, YAML and databases print them."""

from __future__ import annotations

import io

import pyarrow as pa
import pytest

from dga.logs import read_events
from dga.logs.events import SCHEMA

ASKED = {"www.garden-tools.com": "10.1.0.11", "xkqzvbntwq.net": "10.1.0.23",
         "mail.paper-boats.org": "10.1.0.12"}  # fmt: skip
RECORDS = {
    "Format-List": "time   : 2026-05-01 10:00:01\nclient : {client}\nquery  : {name}\n\n",
    "YAML": "- time: 2026-05-01 10:00:01\n  client: {client}\n  query: '{name}'\n",
    "YAML documents": "---\ntime: 2026-05-01 10:00:01\nclient: {client}\nquery: {name}\n",
    "MySQL's \\G": "*************************** 7. row ***************************\n"
    "    ts: 2026-05-01 10:00:01\nclient: {client}\ndomain: {name}\n",
    "psql's \\x": "-[ RECORD 7 ]------\nts     | 2026-05-01 10:00:01\nclient | {client}\n"
    "domain | {name}\n",
}


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_is_a_row(kind: str) -> None:
    text = "".join(RECORDS[kind].format(name=name, client=client) for name, client in ASKED.items())
    events = read_events(io.BytesIO(text.encode()))
    found = pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()
    assert events.description.layout == "field-list"
    assert {event["query"]: event["client"] for event in found} == ASKED
    assert {event["time"].isoformat() for event in found} == {"2026-05-01T10:00:01+00:00"}


NESTED = {
    "list under a key": ("---\nrecords:\n", "  - client: {client}\n    query: {name}\n"),
    "without a rule": ("version: 2\nrecords:\n", "  - client: {client}\n    query: {name}\n"),
    "deep": ("dns:\n  log:\n    records:\n", "      - query: {name}\n        client: {client}\n"),
    "blank lines": ("---\nrecords:\n", "  - client: {client}\n    query: {name}\n\n"),
    "answers": (
        "---\nrecords:\n",
        "  - query: {name}\n    answers:\n      - data: 192.0.2.7\n      - data: 192.0.2.8\n"
        "    client: {client}\n",
    ),
    "a list a client": (
        "---\n", "- client: {client}\n  queries:\n    - query: {name}\n    - query: {name}\n"
    ),
    "a document a client": (
        "", "---\nclient: {client}\nqueries:\n  - query: {name}\n  - query: {name}\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", NESTED)
def test_an_indented_dash_begins_a_record(kind: str) -> None:
    head, record = NESTED[kind]
    text = head + "".join(record.format(name=name, client=client) for name, client in ASKED.items())
    events = read_events(io.BytesIO(text.encode()))
    found = pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()
    assert events.description.layout == "field-list"
    each = record.count("{name}")
    assert [(event["query"], event["client"]) for event in found] == [
        asked for asked in ASKED.items() for _ in range(each)
    ]


@pytest.mark.parametrize("bar", ["|", " | "])
def test_rows_with_bars_are_no_lists_of_fields(bar: str) -> None:
    lines = [
        bar.join((("query", "reply")[at % 2], f"10:00:0{at}", client, name)) + "\n"
        for at, (name, client) in enumerate(ASKED.items())
    ]
    events = read_events(io.BytesIO("".join(lines * 4).encode()))
    found = pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()
    assert events.description.layout == "csv" and len(found) == len(ASKED) * 4
    assert {str(event["query"]).strip(): event["client"] for event in found} == ASKED
