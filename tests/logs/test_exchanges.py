"""Queries and answers in rows of their own: joined to one event, and every row kept."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dga.logs import open_table, read_events
from dga.logs.exchanges import JOINED, WINDOW

CLIENTS = ("10.1.0.11", "10.1.0.23")
LOOK_UPS = (
    ("10.1.0.11", "www.garden-tools.com", "NOERROR", "192.0.2.7"),
    ("10.1.0.23", "xkqzvbntwq.net", "NXDOMAIN", ""),
    ("10.1.0.12", "mail.paper-boats.org", "NOERROR", "192.0.2.8"),
    ("10.1.0.23", "qpzmvbtrwx.info", "NXDOMAIN", ""),
)
NUMBERS = {"NOERROR": "0", "NXDOMAIN": "3"}
Row = dict[str, Any]


def tshark(n: int, client: str, name: str, code: str, data: str) -> list[Row]:
    asked = {
        "frame.time_epoch": f"{1777629600 + n}.1", "ip.src": client, "ip.dst": "192.0.2.53",
        "dns.id": f"0x{n:04x}", "dns.flags.response": "0", "dns.qry.name": name,
        "dns.qry.type": "1", "dns.flags.rcode": "", "dns.a": "",
    }  # fmt: skip
    return [asked, {
        **asked, "ip.src": "192.0.2.53", "ip.dst": client, "dns.flags.response": "1",
        "dns.flags.rcode": NUMBERS[code], "dns.a": data,
    }]  # fmt: skip


def suricata(n: int, client: str, name: str, code: str, data: str) -> list[Row]:
    return [
        {"timestamp": f"2026-05-01T10:00:0{n}.1+0000", "event_type": "dns", "src_ip": client,
         "dest_ip": "192.0.2.53", "host": "sensor-1.corp.aureola.com",
         "dns": {"type": kind, "id": n, "rrname": name, "rrtype": "A", **more}}
        for kind, more in (("query", {}), ("answer", {"rcode": code, "rdata": data}))
    ]  # fmt: skip


def collector(n: int, client: str, name: str, code: str, data: str) -> list[Row]:
    """The query's row tells a code, which is none of the look-up's."""
    return [
        {"timestamp": f"2026-05-01T10:00:0{n}Z", "query-ip": client, "operation": kind,
         "qname": name, "rcode": rcode, "identity": "ns1.corp.aureola.com"}
        for kind, rcode in (("CLIENT_QUERY", "NOERROR"), ("CLIENT_RESPONSE", code))
    ]  # fmt: skip


def crossed(n: int, client: str, name: str, code: str, data: str) -> list[Row]:
    """An answer names its sender first, and no port tells who that is."""
    time = f"2026-05-01T10:00:0{n}Z"
    return [
        {"time": time, "src": client, "dst": "192.0.2.53", "type": "request", "query": name,
         "rcode": ""},
        {"time": time, "src": "192.0.2.53", "dst": client, "type": "response", "query": name,
         "rcode": code},
    ]  # fmt: skip


def unmarked(n: int, client: str, name: str, code: str, data: str) -> list[Row]:
    """No column tells which is which, but the queries have no code."""
    row = {"time": f"2026-05-01T10:00:0{n}Z", "client": client, "id": str(n), "query": name}
    return [{**row, "rcode": ""}, {**row, "rcode": code}]


def windows(n: int, client: str, name: str, code: str, data: str) -> list[Row]:
    row = {"TimeCreated": f"2026-05-01T10:00:0{n}Z", "Computer": client, "QueryName": name}
    status = {"NOERROR": "0", "NXDOMAIN": "9003"}[code]
    return [{**row, "EventID": "3006", "QueryStatus": ""},
            {**row, "EventID": "3008", "QueryStatus": status}]  # fmt: skip


LAYOUTS = (tshark, suricata, collector, crossed, unmarked, windows)


def rows_of(layout: Any) -> list[Row]:
    return [row for n, look_up in enumerate(LOOK_UPS) for row in layout(n, *look_up)]


def written(rows: list[Row], path: Path) -> Path:
    if any(isinstance(value, dict) for value in rows[0].values()):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def events_of(path: Path) -> list[Row]:
    return [event for batch in read_events(path).batches() for event in batch.to_pylist()]


def joined_cells(path: Path) -> list[str]:
    with open_table(path) as log:
        table = pa.concat_tables(list(log.chunks))
    return list(table[JOINED].to_pylist())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_query_and_its_answer_are_one_event(layout: Any, tmp_path: Path) -> None:
    path = written(rows_of(layout), tmp_path / "log")
    events = events_of(path)
    found = [(event["client"], event["query"], event["rcode"]) for event in events]
    assert found == [look_up[:3] for look_up in LOOK_UPS]
    assert [event["line"] for event in events] == [1, 3, 5, 7]
    assert all(event["time"] for event in events)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_row_stays_and_the_answers_name_their_queries(layout: Any, tmp_path: Path) -> None:
    path = written(rows_of(layout), tmp_path / "log")
    assert joined_cells(path) == ["", "1", "", "3", "", "5", "", "7"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_exports_with_the_newest_row_first_are_joined(layout: Any, tmp_path: Path) -> None:
    path = written(rows_of(layout)[::-1], tmp_path / "log")
    found = [(event["client"], event["query"], event["rcode"]) for event in events_of(path)]
    assert found == [look_up[:3] for look_up in LOOK_UPS[::-1]]


def test_the_joining_is_told(tmp_path: Path) -> None:
    events = read_events(written(rows_of(tshark), tmp_path / "log"))
    told = " ".join(events.description.sentences())
    events.close()
    assert "'dns.flags.response' tells" in told
    assert "same name, client, 'dns.id', 'dns.qry.type' are one look-up" in told


def test_an_answer_counts_for_the_same_question_asked_twice(tmp_path: Path) -> None:
    rows = rows_of(tshark)
    events = events_of(written([*rows[:2], rows[2], rows[2], rows[3], *rows[4:]], tmp_path / "log"))
    assert [event["rcode"] for event in events] == ["NOERROR", "NXDOMAIN", "NXDOMAIN", "NOERROR",
                                                    "NXDOMAIN"]  # fmt: skip


def test_queries_without_answers_and_answers_without_queries_stay(tmp_path: Path) -> None:
    rows = rows_of(tshark)
    events = events_of(written([*rows[:2], rows[2], rows[5], *rows[6:]], tmp_path / "log"))
    assert [(event["client"], event["rcode"]) for event in events] == [
        ("10.1.0.11", "NOERROR"), ("10.1.0.23", None), ("10.1.0.12", "NOERROR"),
        ("10.1.0.23", "NXDOMAIN"),
    ]  # fmt: skip


def test_an_answer_that_comes_after_very_many_rows_is_an_event_of_its_own(tmp_path: Path) -> None:
    rows = rows_of(unmarked)
    others = [
        row for n in range(WINDOW) for row in unmarked(9, "10.1.0.9", f"n{n}.com", "NOERROR", "")
    ]
    events = events_of(written([*rows[:4], rows[4], *others, rows[5]], tmp_path / "log"))
    assert len(events) == 2 + 1 + WINDOW + 1
    assert [events[2]["rcode"], events[-1]["rcode"]] == [None, "NOERROR"]


def test_look_ups_that_time_out_are_no_queries_of_other_rows(tmp_path: Path) -> None:
    rows = [row for row in rows_of(unmarked) if row["rcode"]]
    rows += [{**rows[0], "query": f"slow{n}.com", "rcode": ""} for n in range(4)]
    path = written(rows, tmp_path / "log")
    assert len(events_of(path)) == len(rows)
    with open_table(path) as log:
        assert log.exchange is None


def test_whole_look_ups_of_two_kinds_are_not_joined(tmp_path: Path) -> None:
    """A column of words for queries and answers, but each row has its own code."""
    rows = [
        {"client": client, "query": name, "rcode": code, "kind": kind}
        for client, name, code, _ in LOOK_UPS
        for kind in ("query", "response")
    ]
    assert len(events_of(written(rows, tmp_path / "log"))) == len(rows)


def test_lines_in_cells_are_joined_by_what_they_tell(tmp_path: Path) -> None:
    rows = []
    for _, name, code, data in LOOK_UPS:
        rows.append({"ts": "2026-05-01T10:00:01Z", "MESSAGE": f"query[A] {name} from 10.1.0.23"})
        answer = code if code == "NXDOMAIN" else data
        rows.append({"ts": "2026-05-01T10:00:01Z", "MESSAGE": f"reply {name} is {answer}"})
    found = [(event["client"], event["query"], event["rcode"])
             for event in events_of(written(rows, tmp_path / "log"))]  # fmt: skip
    assert found == [("10.1.0.23", name, code) for _, name, code, _ in LOOK_UPS]
