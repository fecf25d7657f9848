"""The events of logs: which column is what, and times, clients and answer codes as one."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from dga.errors import FeedError
from dga.logs import read_events
from dga.logs.events import SCHEMA
from dga.logs.paths import client_address

LOG = (
    "ts,client,query,rcode\n"
    "2026-05-01T10:00:00Z,10.1.0.23,xkqzvbnt.example,NXDOMAIN\n"
    "2026-05-01T10:00:01Z,10.1.0.24,www.example.com,NOERROR\n"
    "2026-05-01T10:00:02Z,10.1.0.24,,NOERROR\n"
)


def events_of(content: str, **options: object) -> list[dict[str, object]]:
    events = read_events(io.BytesIO(content.encode()), **options)  # type: ignore[arg-type]
    batches = list(events.batches())
    assert all(batch.schema == SCHEMA for batch in batches)
    return pa.Table.from_batches(batches, SCHEMA).to_pylist()


def test_events_have_time_client_query_and_rcode() -> None:
    first, second = events_of(LOG)
    assert first["client"] == "10.1.0.23" and first["query"] == "xkqzvbnt.example"
    assert first["rcode"] == "NXDOMAIN" and second["rcode"] == "NOERROR"
    assert first["time"] == datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert [first["line"], second["line"]] == [1, 2]


def test_description_says_what_was_chosen_and_why() -> None:
    description = read_events(io.BytesIO(LOG.encode())).description
    assert description.columns["query"] == "query" and description.columns["time"] == "ts"
    assert description.has_client and description.has_rcode and "time" in description.columns
    assert any("'query'" in sentence for sentence in description.sentences())


def test_given_roles_outrank_names() -> None:
    log = "query,other\na.example.com,b.example.org\n"
    assert events_of(log, roles={"query": "other"})[0]["query"] == "b.example.org"
    with pytest.raises(FeedError, match="no column 'nothing'"):
        read_events(io.BytesIO(log.encode()), roles={"client": "nothing"})


def test_a_table_without_names_is_refused() -> None:
    with pytest.raises(
        FeedError, match="no column holds domain names; columns are column_1, column_2"
    ):
        read_events(io.BytesIO(b"1,2\n3,4\n"))


def test_headers_and_answers_in_another_language_are_known() -> None:
    log = (
        "Zeitpunkt;Rechner;Domäne;Ergebnis\n"
        "01.05.2026 10:00:01;ws-017;qzkvxwtr.com;3 (Name existiert nicht)\n"
        "01.05.2026 10:00:03;ws-018;example.com;0 (Kein Fehler)\n"
    )
    first, second = events_of(log)
    assert (first["client"], first["query"]) == ("ws-017", "qzkvxwtr.com")
    assert [first["rcode"], second["rcode"]] == ["NXDOMAIN", "NOERROR"]


@pytest.mark.parametrize(
    "clients",
    [("ws7 (10.1.0.23)", "ws8 (10.1.0.24)"), ("10.1.0.23 (ws7.corp)", "10.1.0.24 (ws8.corp)"),
     ("CORP\\ws7 [10.1.0.23]", "ws-8 <10.1.0.24>")],
)  # fmt: skip
@pytest.mark.parametrize("column", ["client", "src", "computer"])
def test_a_client_beside_its_machine_is_its_address(column: str, clients: tuple[str, str]) -> None:
    log = f"time,{column},query\n1777629601,{clients[0]},a.com\n1777629602,{clients[1]},b.com\n"
    assert [event["client"] for event in events_of(log)] == ["10.1.0.23", "10.1.0.24"]


def test_days_of_a_spreadsheet_are_times_in_a_column_that_is_named_so() -> None:
    log = "{},query\n46143.41667824074,a.com\n46143.5,b.com\n46144,c.com\n"
    first, second, third = (event["time"] for event in events_of(log.format("time")))
    assert first == datetime(2026, 5, 1, 10, 0, 1, tzinfo=UTC)
    assert second == datetime(2026, 5, 1, 12, tzinfo=UTC) and third.day == 2
    assert [event["time"] for event in events_of(log.format("size"))] == [None] * 3


@pytest.mark.parametrize("times", [("12.345678", "46143.25"), ("46143", "46188"), ("99143.5",)])
def test_other_numbers_are_no_days_of_a_spreadsheet(times: tuple[str, ...]) -> None:
    log = "time,query\n" + "".join(f"{time},a.com\n" for time in times)
    assert {event["time"] for event in events_of(log)} == {None}


def test_a_long_word_in_a_client_cell_takes_little_time() -> None:
    started = time.monotonic()
    assert client_address("a" * 500_000) == "a" * 500_000
    assert client_address("a" * 500_000 + " " * 500_000) == "a" * 500_000
    assert time.monotonic() - started < 5
