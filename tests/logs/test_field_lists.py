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
