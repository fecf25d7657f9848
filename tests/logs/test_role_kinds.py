"""Roles that are chosen by kinds of columns: who asked, what stands beside a name, times."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa
import pytest

from dga.logs.clients import plain_addresses
from dga.logs.fields import choose_roles
from dga.logs.times import are_seconds, to_timestamps

CLIENTS = ["10.1.0.11", "10.1.0.23", "10.1.0.12"]
PUBLIC = ["198.51.100.4", "198.51.100.5", "203.0.113.6"]
ASKED = ["garden-tools.com", "xkqzvbntwq.net", "paper-boats.org"]
MACHINES = ["ws7.corp.aureola.com", "ws8.corp.aureola.com", "ws9.corp.aureola.com"]
ONE_MACHINE = ["ws7.corp.aureola.com"] * 3


@pytest.mark.parametrize(
    ("columns", "client"),
    [
        # what a name resolved to is no client
        ({"domain": ASKED, "ip": PUBLIC}, None),
        ({"Host Name": ASKED, "Query Result": PUBLIC}, None),
        ({"request": ASKED, "ips": PUBLIC}, None),
        ({"DomainName": ASKED, "FirstIP4Record": PUBLIC}, None),
        ({"resolve": ASKED, "value": PUBLIC}, None),
        # but a public address is one where the log tells questions
        ({"QH": ASKED, "QT": ["A"] * 3, "IP": PUBLIC}, "IP"),
        # a private address in a column of another language, or of an unknown name
        ({"domain": ASKED, "computer": ONE_MACHINE, "送信元IP": CLIENTS}, "送信元IP"),
        ({"DOMAIN_NAME": ASKED, "routing.hostname": ONE_MACHINE, "routing.int_ip": CLIENTS},
         "routing.int_ip"),
        # the collector's own address is not that of several machines
        ({"query": ASKED, "computer": MACHINES, "collected.lan_ip": ["10.9.9.9"] * 3}, "computer"),
        # several machines of one parent, in a column that tells them
        ({"asked": ASKED, "Workstation FQDN": MACHINES}, "Workstation FQDN"),
        # a full name is a machine's where all have one parent; else its number stands for it
        ({"Query": ASKED, "ClientId": ["C.1", "C.2", "C.3"], "Fqdn": MACHINES}, "Fqdn"),
        ({"Query": ASKED, "ClientId": ["C.1"] * 3, "Fqdn": ASKED}, "ClientId"),
        ({"DomainName": ASKED, "aid": ["7f", "8f", "9f"], "aip": PUBLIC}, "aid"),
        # the address within the network, not the one that a service on the internet sees
        ({"FQDN": ASKED, "Request Address": PUBLIC[:1] * 3, "Local IP": CLIENTS}, "Local IP"),
        ({"domain": ASKED, "clientIp": PUBLIC, "internalClientIP": CLIENTS}, "internalClientIP"),
        ({"query": ASKED, "client_ip": PUBLIC, "local_ip": ["10.9.9.53"] * 3}, "client_ip"),
        # the machine that was asked is no client
        ({"query": ASKED, "Target Host Name": ONE_MACHINE}, None),
        ({"query": ASKED, "Target Host Name": ONE_MACHINE, "Attacker Address": PUBLIC},
         "Attacker Address"),
        ({"qname": ASKED, "peer": [f"{c}:5353" for c in CLIENTS]}, "peer"),
        # the other end of a proxy
        ({"authority": ASKED, "upstream_host": PUBLIC,
          "downstream_remote_address": [f"{c}:5353" for c in CLIENTS]},
         "downstream_remote_address"),
    ],
)  # fmt: skip
def test_who_asked(columns: dict[str, list[str]], client: str | None) -> None:
    frame = pd.DataFrame(columns)
    choice = choose_roles(list(frame), frame).get("client")
    assert (choice.column if choice else None) == client


@pytest.mark.parametrize(
    "beside",
    [
        {"referer": ["https://www.search-portal.com/"] * 3},
        {"http.http_refer": [f"https://{name}/" for name in reversed(ASKED)]},
        {"QueryNameReversed": ["com.garden-tools", "net.xkqzvbntwq.com", "org.paper-boats.de"]},
        {"id": [f"192.0.2.7{name}" for name in ASKED]},
        {"links.self": [f"https://api.search-portal.com/{at}" for at in range(3)]},
        {"From": ["a@a-post.com", "b@b-post.net", "c@c-post.org"]},
        {"Message-ID": ["<1@m.a-post.com>", "<2@m.b-post.net>", "<3@m.c-post.org>"]},
        {"Sender Address": ["news.a-post.com", "news.b-post.net", "news.c-post.org"]},
    ],
)
@pytest.mark.parametrize("named", ["asked for", "attributes.host_name"])
def test_what_stands_beside_a_name_is_not_asked_for(
    beside: dict[str, list[str]], named: str
) -> None:
    frame = pd.DataFrame({**beside, named: ASKED})
    assert choose_roles(list(frame), frame)["query"].column == named


def test_a_name_among_words_is_read_where_no_column_is_one() -> None:
    threats = [f"Suspicious DNS Query (generic:{name})(4000000)" for name in ASKED]
    frame = pd.DataFrame({"Device": ONE_MACHINE, "Threat/Content Name": threats})
    choice = choose_roles(list(frame), frame)["query"]
    assert choice.column == "Threat/Content Name" and not choice.sure


def test_the_domains_of_mail_are_read_where_there_is_nothing_else() -> None:
    frame = pd.DataFrame({
        "Date": ["2026-05-01"] * 3, "Sender": [f"ana@{name}" for name in ASKED],
        "Recipient": ["ben@aureola.com"] * 3, "Subject": ["Hello"] * 3,
    })  # fmt: skip
    choice = choose_roles(list(frame), frame)["query"]
    assert choice.column == "Sender" and not choice.sure
    assert choose_roles([*frame, "url"], frame.assign(url=ASKED))["query"].column == "url"


def test_a_referer_alone_is_never_scored() -> None:
    frame = pd.DataFrame({"path": ["/a", "/b", "/c"], "referer": ASKED})
    choice = choose_roles(list(frame), frame).get("query")
    assert choice is None or choice.column != "referer"


def test_the_end_of_a_name_in_camel_case_tells_its_role() -> None:
    frame = pd.DataFrame({"VendorDnsQuery": ASKED, "VendorDnsReplyCode": ["0", "3", "0"]})
    roles = choose_roles(list(frame), frame)
    assert {role: choice.column for role, choice in roles.items()} == {
        "query": "VendorDnsQuery", "rcode": "VendorDnsReplyCode",
    }  # fmt: skip


def test_a_column_of_addresses_and_errors_tells_the_code() -> None:
    frame = pd.DataFrame({"query": ASKED, "x": ["192.0.2.7", "NXDOMAIN", "192.0.2.8"]})
    assert choose_roles(list(frame), frame)["rcode"].column == "x"


def test_the_code_of_a_request_is_none_beside_that_of_its_response() -> None:
    frame = pd.DataFrame({
        "query": ASKED, "requestData.rcodeName": ["NoError"] * 3,
        "responseData.rcodeName": ["NoError", "NXDomain", "NoError"],
    })  # fmt: skip
    assert choose_roles(list(frame), frame)["rcode"].column == "responseData.rcodeName"


def test_addresses_lose_what_stands_around_them() -> None:
    texts = [
        "10.1.0.23:5353:X0:ws7", "inside:10.1.0.23/5353", "'10.1.0.23'", "10.1.0.23 (ws7)",
        '["10.1.0.23","fe80::1"]', "::ffff:10.1.0.23", "ws7.10.1",
    ]  # fmt: skip
    found = plain_addresses(pa.array(texts)).to_pylist()
    assert found == ["10.1.0.23"] * 6 + ["ws7.10.1"]


@pytest.mark.parametrize(
    "text",
    ["134221032010000000", "13422103201000000", "639132264010000000", "1777629601,000",
     "/Date(1777629601000)/", "20260501100001", "5/1/2026 10:00:01 AM.000", "5/1/26 10:00:01",
     "2026年5月1日 10:00:01", "Fri, 01 May 2026 12:00:01 +0200", "Fri, 01 May 2026 10:00:01 GMT",
     "1. Mai 2026 10:00:01", "May 01, 2026 10:00:01 AM", "Fri May  1 10:00:01 UTC 2026",
     "20260501T100001.000+0000", "1 May 2026 10:00:01"],
)  # fmt: skip
def test_times_of_other_epochs_and_countries(text: str) -> None:
    (found,) = to_timestamps(pa.array([text]), datetime(2026, 6, 1, tzinfo=UTC)).to_pylist()
    assert found == datetime(2026, 5, 1, 10, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["24. November 2026 10:00:01", "November 24, 2026 10:00:01 AM", "11-24-2026 10:00:01",
     "24-11-2026 10:00:01", "10:00:01 24/11/2026"],
)  # fmt: skip
def test_a_date_is_read_in_the_only_order_that_it_has(text: str) -> None:
    (found,) = to_timestamps(pa.array([text]), datetime(2026, 12, 1, tzinfo=UTC)).to_pylist()
    assert found == datetime(2026, 11, 24, 10, 0, 1, tzinfo=UTC)


def test_a_column_of_seconds_is_told_from_numbers() -> None:
    assert are_seconds(["1777629601", "1777629602.5"])
    assert not are_seconds(["1777629601", "77762960"])
    assert not are_seconds(["1277629601", "1777629602"])
    frame = pd.DataFrame({"qname": ASKED, "s": ["1777629601", "1777629602", "1777629603"]})
    assert choose_roles(list(frame), frame)["time"].column == "s"
