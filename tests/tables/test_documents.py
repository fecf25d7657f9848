"""JSON documents: their rows, wherever they stand, and nothing that stands beside them."""

from __future__ import annotations

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dga import logs
from dga.errors import FeedError
from dga.tables import documents, keyed_json

NAMES = ["one.example.com", "two.example.org", "xkqzvbnt.net"]


def event(name: str) -> dict[str, Any]:
    return {"dns": {"question": {"name": name}, "answers": [{"data": "cdn.other.net"}]},
            "host": {"name": "ws1.corp.example.com"}}  # fmt: skip


def rows(key: str, **others: str) -> list[dict[str, str]]:
    return [{key: name, **others} for name in NAMES]


def indicator(name: str) -> dict[str, Any]:
    pattern = f"[domain-name:value = '{name}' OR url:value = 'http://{name}/a.php']"
    return {"type": "indicator", "id": "i", "pattern": pattern, "pattern_type": "stix"}


DOCUMENTS: dict[str, tuple[str, Any, list[str]]] = {
    "search hits": (
        "json-document",
        {"took": 1, "hits": {"total": {"value": 3},
                             "hits": [{"_source": event(n)} for n in NAMES]}},
        NAMES,
    ),
    "records": ("json-document", {"Records": [{"query_name": n} for n in NAMES]}, NAMES),
    "a result beside its schema": (
        "json-document",
        {"Schema": [{"Name": "T"}], "Results": rows("RemoteUrl", Device="a.corp.com")},
        NAMES,
    ),
    "one event": ("json-objects", event(NAMES[0]), NAMES[:1]),
    "STIX bundle": (
        "stix",
        {"type": "bundle", "objects": [
            {"type": "identity", "name": "maker.example.net"}, *map(indicator, NAMES),
            {"type": "domain-name", "value": "four.example.com"},
            {"type": "observed-data", "objects": {"0": {"type": "domain-name", "value": "a.com"}}},
            {"type": "indicator", "pattern": "[file:name = 'b.com']"},
        ]},
        [*NAMES, "four.example.com", "a.com", "[file:name = 'b.com']"],
    ),
    "MISP event": (
        "misp",
        {"Event": {
            "Orgc": {"name": "maker.example.net"},
            "Attribute": [{"type": "domain", "value": NAMES[0]},
                          {"type": "link", "value": "https://report.example.net/a"}],
            "Object": [{"Attribute": [{"type": "domain|ip", "value": f"{NAMES[1]}|192.0.2.1"}]},
                       {"Attribute": [{"type": "url", "value": f"http://{NAMES[2]}/a"}]}],
        }},
        [NAMES[0], "", NAMES[1], NAMES[2]],
    ),
    "MISP search": (
        "misp",
        {"response": [{"Event": {"Attribute": [{"type": "hostname", "value": n}]}} for n in NAMES]},
        NAMES,
    ),
    "MISP warning list": (
        "json-document",
        {"name": "x", "description": "see https://made.example.net", "list": NAMES,
         "matching_attributes": ["domain"]},
        NAMES,
    ),
    "answer of an interface": (
        "json-document", {"query_status": "ok", "data": rows("ioc")}, NAMES,
    ),
    "records by number": (
        "json-document", {str(i): [{"ioc_value": n}] for i, n in enumerate(NAMES)}, NAMES,
    ),
    "pulse": (
        "json-document",
        {"references": ["https://blog.example.net/a"], "indicators": rows("indicator")},
        NAMES,
    ),
    "names for keys": ("json-document", {n: {"family": "a"} for n in NAMES}, NAMES),
    "rule set": (
        "json-document",
        {"version": 1, "rules": [{"domain": NAMES[:1], "domain_suffix": NAMES[1:]}]},
        NAMES,
    ),
    "columns": (
        "json-document", {"time": [1, 2, 3], "query": NAMES, "rcode": [0, 3, 0]}, NAMES,
    ),
    "columns by number": (
        "json-document",
        {"client": {str(at): "10.1.0.23" for at in range(3)}, "query": dict(enumerate(NAMES))},
        NAMES,
    ),
    "records under keys": (
        "json-document", {f"e{at}": {"at": at, "query": n} for at, n in enumerate(NAMES)}, NAMES,
    ),
    "records under keys, some empty": (
        "json-document", {"a": {}, **{f"e{at}": {"query": n} for at, n in enumerate(NAMES)}},
        ["", *NAMES],
    ),
    "counts under hours and names": (
        "json-document", {name: {"10": 5, str(11 + at): 3} for at, name in enumerate(NAMES)}, NAMES,
    ),
    "groups of names": ("json-document", {"c2": NAMES[:2], "mail": NAMES[2:]}, NAMES),
    "lists of one length": ("json-document", {"c2": NAMES[:1], "mail": NAMES[1:2]}, NAMES[:2]),
    "rules of a firewall": ("json-document", {"denied-remote-domains": NAMES}, NAMES),
}  # fmt: skip


def read(text: str) -> tuple[str, list[str]]:
    with logs.open_table(io.BytesIO(text.encode()), name="given") as log:
        return log.info.format, pa.concat_arrays([log.names(c) for c in log.chunks]).to_pylist()


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_the_rows_of_a_document_come_out(kind: str, indent: int | None) -> None:
    format, value, names = DOCUMENTS[kind]
    found, rows = read(json.dumps(value, indent=indent))
    assert rows == names
    assert found == format or (kind, indent) == ("one event", None)


def test_numbered_names_under_addresses_are_all_read() -> None:
    text = json.dumps({f"10.1.0.{at}": {"0": f"a{at}.com", "1": f"b{at}.com"} for at in range(4)})
    _, found = read(text)
    assert {f"{letter}{at}.com" for letter in "ab" for at in range(4)} <= set(found)


def test_columns_by_number_that_share_no_row_fill_no_table_of_their_product() -> None:
    columns = {f"c{at}": {str(at): "river.org"} for at in range(3_000)}
    found = keyed_json.keyed_rows(columns)
    assert len(found) == 3_000 and {len(row) for row in found} == {2}


def test_an_element_keeps_its_own_key() -> None:
    groups = {
        "a": [{"key": "k1", "query": n} for n in NAMES],
        "b": [{"key": "k2", "query": "x.org"}],
    }
    with logs.open_table(io.BytesIO(json.dumps(groups).encode()), name="given") as log:
        found = pa.concat_arrays([chunk["key"].combine_chunks() for chunk in log.chunks])
    assert found.to_pylist() == ["k1"] * len(NAMES) + ["k2"]


def test_the_keys_of_lists_are_told_and_may_be_clients() -> None:
    text = json.dumps({"10.1.0.23": NAMES[:2], "10.1.0.24": NAMES[2:]})
    events = logs.read_events(io.BytesIO(text.encode()))
    found = pa.Table.from_batches(list(events.batches())).to_pylist()
    assert [event["query"] for event in found] == NAMES
    assert [event["client"] for event in found] == ["10.1.0.23", "10.1.0.23", "10.1.0.24"]


def test_objects_one_behind_the_other_are_rows() -> None:
    text = "\n".join(json.dumps(event(name), indent=1) for name in NAMES)
    assert read(text) == ("json-objects", NAMES)


def test_one_object_a_line_stays_so() -> None:
    text = "".join(
        json.dumps({"query": name, "names": ["a.com", "b.com"]}) + "\n" for name in NAMES
    )
    assert read(text) == ("json-lines", NAMES)


def test_a_document_longer_than_its_head_is_streamed() -> None:
    hits = [{"_source": event(f"a{i}.example.com")} for i in range(12_000)]
    format, rows = read(json.dumps({"hits": {"hits": hits}}))
    assert format == "json-document"
    assert rows == [f"a{i}.example.com" for i in range(12_000)]


@pytest.mark.parametrize(
    "text",
    [
        '{"hits": {"hits": [{"a": "one.example.com"}, {"a": "b',
        '{"data": [{"a": "one.example.com"}, {"a": }]}',
        '{"a":' * 5_000 + "1" + "}" * 5_000,
        '{"data":\n[{"a": "one.example.com", "n": ' + "1" * 5_000 + "}]}",
        '{"data": [' + "[" * 5_000 + "]}",
    ],
)
def test_damage_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(FeedError, match="given: "):
        read(text)


def test_a_row_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_ROW_BYTES", 2_000_000)
    text = '{"data": [{"a": "one.example.com"}, {"a": "' + "b" * 3_000_000 + '"}]}'
    with pytest.raises(FeedError, match="more than 2,000,000 bytes"):
        read(text)


def names_read(content: str) -> list[str]:
    events = logs.read_events(io.BytesIO(content.encode()))
    batches = pa.Table.from_batches(list(events.batches()), logs.events.SCHEMA)
    return [str(name) for name in batches["query"].to_pylist()]


@pytest.mark.parametrize(
    "line",
    [
        lambda name: {"dns": {"rcode": "NXDOMAIN", "queries": [{"rrname": name}]}},
        lambda name: {"fields": {"dns.question.name": [name], "source.ip": ["10.1.0.23"]}},
    ],
    ids=["Suricata 8", "Elasticsearch fields"],
)
def test_lines_that_hold_their_name_in_an_array_are_rows(line: Any) -> None:
    content = "".join(json.dumps({"id": 7, **line(name)}) + "\n" for name in NAMES)
    with logs.open_table(io.BytesIO(content.encode())) as log:
        assert "id" in log.info.columns
    assert names_read(content) == NAMES


def test_pages_of_rows_one_a_line() -> None:
    page = json.dumps({"results": [{"query": name} for name in NAMES]})
    assert names_read(f"{page}\n{page}\n") == NAMES * 2


def test_rows_of_a_document_that_are_messages_or_lists_of_cells() -> None:
    messages = [{"id": "1", "message": json.dumps({"query_name": name})} for name in NAMES]
    assert names_read(json.dumps({"events": messages})) == NAMES
    cells = [["1777629601", "A", name, "10.1.0.23"] for name in NAMES]
    assert names_read(json.dumps({"data": cells})) == NAMES


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "document",
    [
        {"@odata.context": "https://graph.example.org/v1", "value": rows("RemoteUrl")},
        {"tables": [{"name": "T", "rows": [["2026-05-01", name] for name in NAMES]}]},
        {"data": {"result": [
            {"stream": {"job": "dns"}, "values": [["1777629601", json.dumps({"query": name})]
                                                  for name in NAMES]},
        ]}},
        {"more": False, "objects": [
            {"type": "indicator", "spec_version": "2.1", "pattern": f"[domain-name:value='{name}']"}
            for name in NAMES
        ]},
    ],
    ids=["OData", "Azure Monitor", "Loki", "TAXII"],
)  # fmt: skip
def test_answers_of_services(document: Any, indent: int | None) -> None:
    assert names_read(json.dumps(document, indent=indent)) == NAMES


def test_counted_records_of_evtx_dump() -> None:
    rows = [{"System": {"Computer": "a.corp.com"}, "QueryName": name} for name in NAMES]
    records = (f"Record {at}\n{json.dumps(row, indent=1)}\n" for at, row in enumerate(rows, 1))
    assert names_read("".join(records)) == NAMES


def test_structs_of_parquet_are_columns() -> None:
    table = pa.table({
        "query": [{"hostname": name, "type": "A"} for name in NAMES],
        "src_endpoint": [{"ip": "10.1.0.23", "port": 5353}] * 3,
        "answers": [[{"Rdata": "192.0.2.7"}]] * 3,
    })  # fmt: skip
    file = io.BytesIO()
    pq.write_table(table, file)
    file.seek(0)
    events = list(logs.read_events(file).batches())
    found = pa.Table.from_batches(events).to_pylist()
    assert [(row["query"], row["client"]) for row in found] == [(n, "10.1.0.23") for n in NAMES]


def test_a_table_whose_first_column_says_domain_is_no_rule_set() -> None:
    rows = "".join(f"domain,{name},\n" for name in NAMES)
    assert names_read(f"Indicator type,Indicator,Description\n{rows}") == NAMES


def test_large_surroundings_of_an_array_stand_in_its_first_row_alone() -> None:
    value = {"note": "x" * 200_000, "asked": [{"q": f"name{at}.com"} for at in range(100)]}
    rows = documents._inner_rows(value, ("asked",))
    assert [row["asked.q"] for row in rows] == [f"name{at}.com" for at in range(100)]
    assert sum(len(row.get("note", "")) for row in rows) == 200_000
