"""Logs of servers that no grammar knows: names, clients and times by their places."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pytest

from dga.errors import FeedError
from dga.logs import read_events
from dga.logs.events import SCHEMA
from dga.logs.opening import open_table

ASKED = {"www.garden-tools.com": "10.1.0.11", "xkqzvbntwq.net": "10.1.0.23",
         "mail.paper-boats.org": "10.1.0.12", "qpzmvbtrwx.info": "10.1.0.23"}  # fmt: skip


def events_of(text: str) -> list[dict[str, Any]]:
    events = read_events(io.BytesIO(text.encode()))
    return pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()


LINES = (
    "<13>2026-05-01 10:00:01 va1 resolver: {client} query {name} A upstream 192.0.2.53",
    "[2026-05-01 10:00:01] DNS: Incoming UDP query (id#100) from {client} name {name} type A",
    "2026/05/01 10:00:01 from {client}:5353 accepted tcp:{name}:443 [direct]",
    "2026-05-01 10:00:01 | queries | I | query [1234] {{+---}} {name}. IN A ({client}#5353)",
    "2026-05-01T10:00:01Z lb.corp.aureola.com relayd[9]: Got query for {name}.|A from "
    "{client}:5353, relayed to 192.0.2.53:53",
    '[01/May/2026:10:00:01 +0000] "ana" {client} 192.0.2.7 200 '
    '"GET https://{name}/a.php HTTP/1.1" "IT" "https://www.search-portal.com/"',
    '{name} {client} - - [01/May/2026:10:00:01 +0000] "GET /a.php HTTP/1.1" 200 9 '
    '"https://www.search-portal.com/" "Mozilla/5.0"',
    '{name}:443 {client} - - [01/May/2026:10:00:01 +0000] "GET /a.php HTTP/1.1" 200 9',
    "2026-05-01 10:00:01 box1 filter: category blocked, user ana, address {client}, site {name}, "
    "server proxy.corp.aureola.com",
)


@pytest.mark.parametrize("line", LINES)
def test_name_client_and_time_are_told_by_their_places(line: str) -> None:
    text = "".join(line.format(name=name, client=client) + "\n" for name, client in ASKED.items())
    found = events_of(text)
    names = [event["query"].rstrip(".").removeprefix("https://") for event in found]
    assert [name.partition("/")[0] for name in names] == list(ASKED)
    assert [event["client"] for event in found] == list(ASKED.values())
    assert {event["time"].isoformat() for event in found} == {"2026-05-01T10:00:01+00:00"}


def test_a_code_in_the_line_is_the_answer() -> None:
    text = "".join(
        f"2026-05-01 10:00:01 lookup of {name} by {client} gave {code}\n"
        for (name, client), code in zip(
            ASKED.items(), ["noerror", "NXDOMAIN", "(No Error)", "(Non-Existent domain)"],
            strict=True,
        )
    )  # fmt: skip
    assert [event["rcode"] for event in events_of(text)] == ["NOERROR", "NXDOMAIN"] * 2


def test_a_client_and_a_name_a_line_are_no_hosts_file() -> None:
    text = "".join(f"{client} {name}\n" for name, client in ASKED.items())
    assert {event["query"]: event["client"] for event in events_of(text)} == ASKED


def test_every_line_is_a_row() -> None:
    lines = [f"2026-05-01 10:00:01 lookup of {name} by {c}" for name, c in ASKED.items()]
    lines.insert(2, "2026-05-01 10:00:01 started on ns1.corp.aureola.com")
    with open_table(io.BytesIO("\n".join(lines).encode())) as log:
        rows = pa.concat_tables(log.chunks).to_pylist()
    assert [row["text"] for row in rows] == lines
    assert rows[2]["query"] == ""


def test_a_web_servers_own_paths_and_referers_are_refused() -> None:
    line = '10.1.0.23 - - [01/May/2026:10:00:01 +0000] "GET /a.php HTTP/1.1" 200 9 "https://{}/"\n'
    with pytest.raises(FeedError, match="a web server's log, whose requests name no host"):
        events_of("".join(map(line.format, ASKED)))
