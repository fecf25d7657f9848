"""Exports and documents of products: client, queried name, answer code and time are recognised.

A product more is a row of `dga.logs.products.PRODUCTS`.
"""

from __future__ import annotations

import io
import json
import random
from datetime import datetime

import pandas as pd
import pyarrow as pa
import pytest

from dga.errors import FeedError
from dga.logs import read_events
from dga.logs.events import SCHEMA
from dga.logs.fields import choose_roles, is_machine_kind
from dga.logs.products import CODES, PRODUCTS, ROWS, content_of

TIME = "2026-05-01T10:00:01+00:00"


@pytest.mark.parametrize("product", PRODUCTS)
def test_roles_of_a_product(product: str) -> None:
    layout, fields, untold = PRODUCTS[product]
    events = read_events(io.BytesIO(content_of(layout, fields).encode()))
    found = pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()
    names = [event["query"].removeprefix("https://").removesuffix("/p") for event in found]
    assert [name.rstrip(".") for name in names] == [query for _, query, _ in ROWS]
    if "client" not in untold:
        assert [event["client"] for event in found] == [client for client, _, _ in ROWS]
    if "code" not in untold:
        assert [event["rcode"] for event in found] == [CODES[code][0] for _, _, code in ROWS]
    if "time" not in untold and product != "Suricata in Filebeat":
        assert {event["time"] for event in found} == {datetime.fromisoformat(TIME)}


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        ({"host": [f"ws{i}.corp.aureola.com" for i in range(9)], "text": ["x"] * 9}, None),
        ({"host": [f"name{i}.com" for i in range(9)], "score": ["1"] * 9}, "host"),
        ({"Computer": [f"pc{i}.net" for i in range(9)], "x": ["1"] * 9}, None),
        ({"domain": ["a.com", "b.net"], "url": ["http://a.com/", "http://b.net/"]}, "domain"),
        ({"user.domain": ["corp.com"] * 4, "q": ["a.com", "b.net", "c.org", "d.de"]}, "q"),
        ({"answers": ["a.com", "b.net"], "question": ["c.org", "d.de"]}, "question"),
        ({"dns.answers.rrname": ["a.com"] * 3, "dns.rrname": ["b.net", "c.org", "d.de"]},
         "dns.rrname"),
        ({"RemoteDeviceName": ["a.corp.com", "b.corp.com"], "AccountDomain": ["corp.com"] * 2},
         None),
        ({"empty": ["", ""], "domain": ["a.com", "b.net"]}, "domain"),
        ({"query": ["", ""], "name": ["a.com", "b.net"]}, "name"),
    ],
)  # fmt: skip
def test_machines_answers_and_blanks_are_not_what_was_asked(
    columns: dict[str, list[str]], chosen: str | None
) -> None:
    frame = pd.DataFrame(columns)
    choice = choose_roles(list(frame), frame).get("query")
    assert (choice.column if choice and choice.sure else None) == chosen


def test_machine_kind_is_few_parents_of_many_rows() -> None:
    assert is_machine_kind([f"ws{i}.corp.aureola.com" for i in range(30)])
    assert not is_machine_kind([f"name{i}.com" for i in range(30)])


def test_an_answer_is_told_from_its_receiver() -> None:
    rows = [
        {"event_type": "dns", "src_ip": "10.1.0.23", "src_port": 5353, "dest_ip": "192.0.2.53",
         "dest_port": 53, "dns": {"type": "query", "rrname": "a.com"}},
        {"event_type": "dns", "src_ip": "192.0.2.53", "src_port": 53, "dest_ip": "10.1.0.23",
         "dest_port": 5353, "dns": {"type": "answer", "rrname": "a.com", "rcode": "NXDOMAIN"}},
        {"event_type": "dns", "src_ip": "10.1.0.23", "src_port": 5353, "dest_ip": "192.0.2.53",
         "dns": {"version": 3, "type": "request", "queries": [{"rrname": "b.com"}]}},
        {"event_type": "tls", "src_ip": "10.1.0.23", "tls": {"sni": "c.com"}},
    ]  # fmt: skip
    text = "\n".join(json.dumps(row) for row in rows)
    events = read_events(io.BytesIO(text.encode()))
    found = pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()
    assert [event["client"] for event in found] == ["10.1.0.23"] * 3
    assert [event["query"] for event in found] == ["a.com", "b.com", "c.com"]
    assert [event["rcode"] for event in found] == ["NXDOMAIN", None, None]


@pytest.mark.parametrize("port", ["sport", "src_port", "spt"])
def test_an_answer_s_receiver_is_told_by_any_port_of_its_sender(port: str) -> None:
    text = f"ts,src,{port},dst,qname,rcode\n" + "".join(
        f"2026-05-01T10:00:01Z,192.0.2.53,53,{client},{query},{CODES[code][0]}\n"
        for client, query, code in ROWS
    )
    events = read_events(io.BytesIO(text.encode()))
    found = pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()
    assert [event["client"] for event in found] == [client for client, _, _ in ROWS]


def test_questions_with_their_type_are_no_zone() -> None:
    text = "ts,client,question\n" + "".join(
        f"2026-05-01T10:00:01Z,{client},{query}. IN A\n" for client, query, _ in ROWS
    )
    events = read_events(io.BytesIO(text.encode()))
    found = pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()
    assert [(event["client"], event["query"].partition(" ")[0].rstrip(".")) for event in found] == [
        (client, query) for client, query, _ in ROWS
    ]


def test_wireshark_s_table_tells_the_client_of_answers_too() -> None:
    text = (
        '"No.","Time","Source","Destination","Protocol","Length","Info"\n'
        '"1","0.0","10.1.0.23","192.0.2.53","DNS","74","Standard query 0x0001 A a.com"\n'
        '"2","0.1","192.0.2.53","10.1.0.23","DNS","74","Standard query response 0x0001 '
        'No such name A a.com"\n'
    )
    events = read_events(io.BytesIO(text.encode()))
    found = pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()
    assert [(event["client"], event["rcode"]) for event in found] == [("10.1.0.23", "NXDOMAIN")]


def test_names_behind_their_type_come_before_machines() -> None:
    """Blocky writes its log without a header, `A (name.)` for a question."""
    rows = [
        f"2026-05-01 10:00:0{n}\t{client}\tws{n}.corp.aureola.com\t12\tRESOLVED\tA ({query}.)\t"
        f"A (192.0.2.7)\t{CODES[code][0]}\tRESOLVED\tA\tns1.corp.aureola.com\n"
        for n, (client, query, code) in enumerate(ROWS)
    ]
    events = read_events(io.BytesIO("".join(rows).encode()))
    found = pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()
    read = [(event["client"], event["query"].rstrip("."), event["rcode"]) for event in found]
    assert read == [(client, query, CODES[code][0]) for client, query, code in ROWS]


def test_the_remote_end_of_a_servers_messages_is_the_client() -> None:
    frame = pd.DataFrame({
        "QuestionName": ["a.com", "b.net"], "RemoteIP": ["10.1.0.11", "10.1.0.23"],
        "ResponseCode": ["NOERROR", "NXDOMAIN"],
    })  # fmt: skip
    assert choose_roles(list(frame), frame)["client"].column == "RemoteIP"
    public = frame.assign(RemoteIP=["9.9.9.9", "8.8.8.8"])
    assert "client" not in choose_roles(list(public), public)


@pytest.mark.parametrize("column", ["action", "status", "result", "response"])
def test_words_that_are_no_answer_codes_are_none(column: str) -> None:
    frame = pd.DataFrame({"query": ["a.com", "b.net"], column: ["pass", "success"]})
    assert "rcode" not in choose_roles(list(frame), frame)


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_damaged_export_is_read_or_refused_in_a_sentence(product: str) -> None:
    chance = random.Random(product)
    layout, fields, _ = PRODUCTS[product]
    whole = content_of(layout, fields)
    for _ in range(6):
        at = chance.randrange(len(whole))
        piece = chance.choice(['"', "\n", "{", "[", ",", "\0", "</Event>", "---- ----\n", ""])
        text = whole[:at] + piece + whole[at + chance.randrange(40) :]
        try:
            for batch in read_events(io.BytesIO(text.encode())).batches():
                assert batch.schema == SCHEMA
        except FeedError as error:
            assert str(error)
