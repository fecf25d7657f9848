"""Lists and tables written in KQL, lists in cells, and the blocks of `ipconfig /displaydns`."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pytest

from dga.errors import FeedError
from dga.logs import read_events
from dga.logs.events import SCHEMA

ASKED = ["www.garden-tools.com", "xkqzvbntwq.net", "mail.paper-boats.org", "qpzmvbtrwx.info"]
PAIRS = list(zip(ASKED[::2], ASKED[1::2], strict=True))


def events_of(text: str, encoding: str = "utf-8") -> list[dict[str, Any]]:
    events = read_events(io.BytesIO(text.encode(encoding)))
    return pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()


@pytest.mark.parametrize(
    ("head", "cell"),
    [
        ("ClientIP,set_Name", '10.1.0.23,"[""{}"",""{}""]"'),
        ("ClientIP,Names", '10.1.0.23,"[\n  ""{}"",\n  ""{}""\n]"'),
        ("ClientIP,Domains", '10.1.0.23,"dynamic([""{}"",""{}""])"'),
        ("ClientIP,Domains", '10.1.0.23,dynamic(["{}","{}"])'),
        ("ClientIP,x", '10.1.0.23,["{}", "{}"]'),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_name_of_a_list_in_a_cell_is_an_event(head: str, cell: str, end: str) -> None:
    rows = [cell.format(*pair) for pair in PAIRS]
    found = events_of(end.join([head, *rows, ""]))
    assert [event["query"] for event in found] == ASKED
    assert {event["client"] for event in found} == {"10.1.0.23"}


@pytest.mark.parametrize(
    "text",
    [
        "let bad = dynamic([{}]);\nDnsEvents | where Name in~ (bad)\n",
        "let bad = dynamic([\n{}\n]);\n",
        "// www.a-comment.com\nlet since = ago(7d);\nDnsEvents\n| where Name in ({})\n",
    ],
)
def test_the_texts_of_a_list_in_kql_are_the_names(text: str) -> None:
    listed = ",\n".join(f'  "{name}"' for name in ASKED[:3]) + f", @'{ASKED[3]}'"
    assert [event["query"] for event in events_of(text.format(listed))] == ASKED


def test_a_table_in_kql_has_its_columns() -> None:
    rows = "".join(
        f'  datetime(2026-05-01T10:00:01Z), "ns1.corp.aureola.com", "10.1.0.23", "{name}", 3,\n'
        for name in ASKED
    )
    head = "datatable(TimeGenerated:datetime, Computer:string, ClientIP:string, Name:string, "
    found = events_of(f"{head}ResultCode:int)\n[\n{rows}]")
    assert [event["query"] for event in found] == ASKED
    assert {(event["client"], event["rcode"]) for event in found} == {("10.1.0.23", "NXDOMAIN")}
    assert {event["time"].isoformat() for event in found} == {"2026-05-01T10:00:01+00:00"}


def test_a_query_without_names_is_refused_with_a_way_out() -> None:
    with pytest.raises(FeedError, match="export its result as CSV"):
        events_of('let since = ago(7d);\nDnsEvents | where Name has "x"\n')


RULE = "    ----------------------------------------\n"
RECORDS = (
    "    {name}\n" + RULE + "    Record Name . . . . . : {name}\n    Record Type . . . . . : 1\n"
    "    A (Host) Record . . . : 192.0.2.7\n\n\n"
)


@pytest.mark.parametrize(
    ("missing", "no_records", "encoding"),
    [
        ("Name does not exist.", "No records of type AAAA", "utf-8"),
        ("Der Name ist nicht vorhanden.", "Keine Einträge vom Typ AAAA", "cp1252"),
        ("Le nom n’existe pas.", "Aucun enregistrement de type AAAA", "utf-16"),
    ],
)
def test_the_cache_of_windows_tells_the_codes(missing: str, no_records: str, encoding: str) -> None:
    blocks = [
        RECORDS.format(name=ASKED[0]), f"    {ASKED[1]}\n{RULE}    {missing}\n\n\n",
        f"    {ASKED[2]}\n{RULE}    {no_records}\n\n\n", f"    {ASKED[3]}\n{RULE}    {missing}",
    ]  # fmt: skip
    found = events_of("\nWindows IP\n\n" + "".join(blocks), encoding)
    assert [(event["query"], event["rcode"]) for event in found] == list(
        zip(ASKED, ["NOERROR", "NXDOMAIN", "NOERROR", "NXDOMAIN"], strict=True)
    )
    assert found[0]["answers"] == "192.0.2.7"
