"""W3C extended logs: columns by `#Fields:` in any order, and what stands beside the name."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pytest

from dga.errors import FeedError
from dga.logs import read_events, w3c
from dga.logs.events import SCHEMA
from dga.logs.opening import open_table

HEAD = "#Software: SGOS 6.7\n#Version: 1.0\n#Date: 2026-05-01 10:00:00\n"
ASKED = ["www.garden-tools.com", "xkqzvbntwq.net", "mail.paper-boats.org"]


def events_of(text: str) -> list[dict[str, Any]]:
    events = read_events(io.BytesIO(text.encode()))
    return pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ("date time c-ip cs-method cs-host cs-uri-path cs(Referer) cs(User-Agent)",
         '2026-05-01 10:00:01 10.1.0.23 GET {} /index.php https://www.search-portal.com/ "M (X)"'),
        ("localtime c-ip cs-uri s-computername",
         "[01/May/2026:10:00:01 +0000] 10.1.0.23 http://{}/index.php proxy.corp.aureola.com"),
        ("time c-ip cs(Referer) cs-host s-ip",
         "10:00:01 10.1.0.23 https://www.search-portal.com/ {} 192.0.2.1"),
        ("c-ip\tcs-username\tdate\ttime\ts-computername\tcs-referred\tr-host\tcs-uri",
         "10.1.0.23\tana b\t2026-05-01\t10:00:01\tproxy.corp.aureola.com\t-\t{}\thttp://www.a.de/"),
    ],
)  # fmt: skip
def test_the_asked_host_is_read_with_client_and_time(fields: str, line: str) -> None:
    text = f"{HEAD}#Fields: {fields}\n" + "".join(line.format(name) + "\r\n" for name in ASKED)
    found = events_of(text)
    hosts = [event["query"].removeprefix("http://").partition("/")[0] for event in found]
    assert hosts == ASKED
    assert {event["client"] for event in found} == {"10.1.0.23"}
    assert {event["time"].isoformat() for event in found} == {"2026-05-01T10:00:01+00:00"}


def test_a_log_of_hosts_alone_needs_neither_client_nor_time() -> None:
    text = HEAD + "#Fields: cs-host sc-status\n" + "".join(f"{name} 200\n" for name in ASKED)
    assert [(e["query"], e["client"], e["time"]) for e in events_of(text)] == [
        (name, None, None) for name in ASKED
    ]


def test_paths_and_referers_alone_are_refused() -> None:
    text = HEAD + "#Fields: date cs-uri-stem cs(Referer)\n2026-05-01 /index.php https://a-b.com/\n"
    with pytest.raises(FeedError, match="no column holds domain names"):
        events_of(text * 3)


def test_every_row_stays_where_the_fields_change() -> None:
    text = (
        "#Fields: date time cs-host\n2026-05-01 10:00:01 garden-tools.com\n"
        "#Fields: c-ip cs-host x-late\n10.1.0.23 xkqzvbntwq.net one two\n"
    )
    with open_table(io.BytesIO(text.encode())) as log:
        rows = pa.concat_tables(log.chunks).to_pylist()
    assert [row["cs-host"] for row in rows] == ["garden-tools.com", "xkqzvbntwq.net"]
    assert rows[1]["c-ip"] == "10.1.0.23"
    assert rows[1]["extra"] == "two"


def test_brackets_that_do_not_end_take_no_long_time() -> None:
    assert w3c.cells_of("[ " * 100_000 + "a.example")[-1] == "a.example"
