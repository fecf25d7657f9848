"""JSON documents whose rows lie deep, or whose columns are named apart from the rows."""

from __future__ import annotations

import io
import json

import pytest

from dga.logs import read_events

ASKED = ["garden-tools.com", "xkqzvbntwq.net", "paper-boats.org"]


def asked_in(document: object) -> list[str]:
    source = io.BytesIO(json.dumps(document).encode())
    events = read_events(source)
    return [event["query"] for batch in events.batches() for event in batch.to_pylist()]


@pytest.mark.parametrize(
    "document",
    [
        # links to the document itself are no names
        {"data": {"attributes": {"dns_lookups": [{"hostname": name} for name in ASKED]},
                  "links": {"self": "https://www.a-vendor.com/7"}}},
        # an array of objects within the rows, beside mail addresses
        {"meta": {"status": 200}, "data": [{"clickLogs": [
            {"user": "ana@aureola.com", "url": f"https://{name}/"} for name in ASKED]}]},
        # columns and rows apart
        {"columns": [{"name": "server"}, {"name": "query"}],
         "values": [["ns1.corp.aureola.com", name] for name in ASKED]},
        {"fields": ["server", "query"], "rows": [["ns1.aureola.com", name] for name in ASKED]},
        {"tables": [{"name": "PrimaryResult", "columns": [{"name": "Computer"}, {"name": "Name"}],
                     "rows": [["ns1.corp.aureola.com", name] for name in ASKED]}]},
    ],
)  # fmt: skip
def test_the_rows_of_a_document_are_its_names(document: object) -> None:
    found = asked_in(document)
    assert [name.removeprefix("https://").removesuffix("/") for name in found] == ASKED


def test_what_stands_around_an_inner_array_stays_with_its_rows() -> None:
    document = {"results": [
        {"client": "10.1.0.23", "asked": [{"qname": name, "rcode": 3} for name in ASKED]},
        {"client": "10.1.0.11", "asked": [{"qname": "blue-kettle.net", "rcode": 0}]},
    ]}  # fmt: skip
    events = read_events(io.BytesIO(json.dumps(document).encode()))
    found = [event for batch in events.batches() for event in batch.to_pylist()]
    assert [(event["query"], event["client"], event["rcode"]) for event in found] == [
        *((name, "10.1.0.23", "NXDOMAIN") for name in ASKED),
        ("blue-kettle.net", "10.1.0.11", "NOERROR"),
    ]
