"""Lines that name their fields, dnstap YAML, Zeek's directives, log lines in cells, and times."""

from __future__ import annotations

import csv
import io
import json
import random
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from dga.errors import FeedError
from dga.logs import open_table, read_events
from dga.logs.dnstap_yaml import SAMPLE
from dga.logs.events import SCHEMA
from dga.logs.grammar import Grammar
from dga.logs.grammars import GRAMMARS
from dga.logs.joining import goes_on
from dga.logs.rcodes import rcode_name, told_rcode
from dga.logs.records import (
    RECORD_LAYOUTS,
    RecordLayout,
    parse_cef,
    parse_pairs,
    parse_prefixed_json,
)
from dga.logs.times import FORMATS, to_timestamps

TIME = datetime(2026, 5, 1, 10, 0, 1, tzinfo=UTC)
PREFIXES = ("", "<134>May  1 10:00:01 gw-1 ", "2026-05-01T10:00:01Z gw-1 app[7]: ")


def events_of(text: str) -> list[dict[str, object]]:
    events = read_events(io.BytesIO(text.encode()))
    found = pa.Table.from_batches(list(events.batches()), SCHEMA)
    return list(found.to_pylist())


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("layout", RECORD_LAYOUTS, ids=lambda layout: layout.name)
def test_roles_of_named_fields(layout: RecordLayout, prefix: str) -> None:
    if layout.name in ("ltsv", "cells") and prefix:
        return  # such a line has no prefix
    other = layout.sample.replace("10.1.0.23", "10.1.0.24").replace("xkqzvbnt", "garden-tools")
    text = f"{prefix}{layout.sample}\n{prefix}{other}\n".replace(".example", ".net")
    first, second = events_of(text)
    assert first["client"] == "10.1.0.23" and second["client"] == "10.1.0.24"
    assert first["query"] == "xkqzvbnt.net" and second["query"] == "garden-tools.net"
    assert first["rcode"] == "NXDOMAIN"
    assert str(first["time"]).startswith("2026-05-01 10:00:01")


@pytest.mark.parametrize(
    ("cell", "query", "rcode"),
    [
        ("query[A] xkqzvbnt.net from 10.1.0.23", "xkqzvbnt.net", None),
        ("reply xkqzvbnt.net is NXDOMAIN", "xkqzvbnt.net", "NXDOMAIN"),
        ("QueryName: xkqzvbnt.net\nQueryStatus: '9003'\nQueryResults: '-'", "xkqzvbnt.net",
         "NXDOMAIN"),
    ],
)  # fmt: skip
def test_messages_in_cells_without_their_program(cell: str, query: str, rcode: str | None) -> None:
    rows = [{"_HOSTNAME": "gw.aureola.com", "MESSAGE": cell}] * 3
    events = events_of("".join(json.dumps(row) + "\n" for row in rows))
    assert [(event["query"], event["rcode"]) for event in events] == [(query, rcode)] * 3


@pytest.mark.parametrize("layout", RECORD_LAYOUTS, ids=lambda layout: layout.name)
def test_no_damaged_line_is_lost_or_raises(layout: RecordLayout) -> None:
    chance = random.Random(layout.name)
    lines = [layout.sample] * 3
    for _ in range(60):
        at = chance.randrange(len(layout.sample))
        lines.append(layout.sample[:at] + chance.choice(['"', "=", "\\", "{", "|", "\t", "é"])
                     + layout.sample[at + chance.randrange(9):])  # fmt: skip
    chance.shuffle(lines)
    with open_table(io.BytesIO(("\n".join([layout.sample] * 200 + lines)).encode())) as log:
        rows = sum(map(len, log.chunks))
    assert rows == 200 + len(lines)


@pytest.mark.parametrize(
    "piece", ['{"a":', "a=", 'a="', "\\", "CEF:0|", "a=b ", '{"a":{', "|", "\t"]
)
def test_parsing_is_linear(piece: str) -> None:
    """Long lines of one piece; a quadratic parser would take minutes."""
    line = "May  1 10:00:01 gw x: " + piece * (60_000 // len(piece))
    for layout in RECORD_LAYOUTS:
        layout.parse(line)


def test_quotes_escapes_and_labels() -> None:
    assert parse_pairs('a="x \\"y\\" z" b=1 c=http://e.com/?q=2') == {
        "a": 'x "y" z', "b": "1", "c": "http://e.com/?q=2"}  # fmt: skip
    cef = parse_cef("CEF:0|A\\|B|P|1|7|n|3|msg=a b\\=c d src=10.1.0.1 cs1=q.com cs1Label=DNS Query")
    assert cef is not None and cef["cef_vendor"] == "A|B" and cef["msg"] == "a b=c d"
    assert cef["DNS Query"] == "q.com" and "cs1Label" not in cef
    assert parse_prefixed_json('x: {"a": {"b": 1.50}} tail') == {"prefix": "x:", "a.b": "1.50"}


@pytest.mark.parametrize(
    "line",
    [
        "<142>May  1 10:00:01 fw1 (2026-05-01T10:00:01) https-proxy[7]: Allow tcp {client} "
        '198.51.100.7 5353 443 msg="HTTPS Request" action="allow" sni="{name}" sent_bytes="512"',
        "May  1 2026 10:00:01 10.9.9.1 Allow {client} 198.51.100.53 dns/udp "
        'proxy_act="DNS" query_type="A" question="{name}"',
        "May  1 2026 10:00:01 fw1 %ASA-4-338002: Filter saw UDP traffic from inside:{client}/5353 "
        "(203.0.113.1/5353), resolved from list: {name}, threat-level: high, category: malware",
    ],
)
def test_a_client_that_stands_between_the_fields(line: str) -> None:
    asked = {"xkqzvbnt.net": "10.1.0.23", "garden-tools.net": "10.1.0.24"}
    events = events_of(
        "".join(line.format(client=client, name=name) + "\n" for name, client in asked.items())
    )
    assert {event["query"]: event["client"] for event in events} == asked
    assert {event["time"] for event in events} == {TIME}


@pytest.mark.parametrize(
    "line",
    [
        "2026-05-01T10:00:01Z box1 query={name} qtype=A computer={host} forwarded to {other}",
        "2026-05-01T10:00:01Z box1 query={name} qtype=A computer={host} -> {other}",
        "2026-05-01T10:00:01Z box1 query={name} qtype=A computer={host} answered by {other}",
        "2026-05-01T10:00:01Z box1 computer={host} query={name} qtype=A answer: {other}",
        "2026-05-01T10:00:01Z box1 qtype=A computer={host} query={name} dst {other}",
        "2026-05-01T10:00:01Z box1 qtype=A computer={host} query={name} resolver ({other})",
        "2026-05-01T10:00:01Z box1 qtype=A computer={host} query={name} via dns-server {other}",
        "May  1 2026 10:00:01 relay1 {other} dns: computer={host} query={name} qtype=A",
        "May  1 2026 10:00:01 box1 {other} named[7]: computer={host} query={name} qtype=A",
    ],
)
def test_an_address_of_a_server_or_an_answer_is_no_client(line: str) -> None:
    asked = {"xkqzvbnt.net": "pc1", "garden-tools.net": "pc2"}
    others = ("10.0.0.53", "10.0.0.54")
    events = events_of(
        "".join(
            line.format(name=name, host=host, other=other) + "\n"
            for (name, host), other in zip(asked.items(), others, strict=True)
        )
    )
    assert {event["query"]: event["client"] for event in events} == asked


def test_the_program_of_a_line_is_no_label() -> None:
    line = "2026-05-01T10:00:01Z dnsproxy: Client: 10.1.0.23; Name: {}; Type: A; Result: NXDOMAIN\n"
    events = events_of("".join(map(line.format, ("xkqzvbnt.net", "garden-tools.net"))))
    assert [event["client"] for event in events] == ["10.1.0.23"] * 2


def test_a_name_that_stands_behind_the_fields() -> None:
    line = (
        "May  1 2026 10:00:01 mx1 alert sid=1:1 priority=1 src={}:5353 message: DNS query for {}\n"
    )
    asked = {"xkqzvbnt.net": "10.1.0.23", "garden-tools.net": "10.1.0.24"}
    events = events_of("".join(line.format(client, name) for name, client in asked.items()))
    assert {event["query"]: event["client"] for event in events} == asked


def test_dnstap_yaml_joins_query_and_answer() -> None:
    query = SAMPLE.replace("CLIENT_RESPONSE", "CLIENT_QUERY").replace("NXDOMAIN", "NOERROR")
    query = query.replace("flags: qr rd ra", "flags: rd").replace(
        "response_message", "query_message"
    )
    resolver = SAMPLE.replace("CLIENT_RESPONSE", "RESOLVER_QUERY").replace("10.1.0.23", "192.0.2.1")
    (event,) = events_of(query + resolver + SAMPLE)
    assert event["client"] == "10.1.0.23" and event["rcode"] == "NXDOMAIN"
    assert event["query"] == "xkqzvbnt.example." and event["time"] == TIME.replace(
        microsecond=123_000
    )


def test_dnstap_yaml_of_bind() -> None:
    text = (
        "type: MESSAGE\nidentity: ns1\nversion: BIND 9.20\nmessage:\n  type: CLIENT_RESPONSE\n"
        '  query_time: !!timestamp 2026-05-01T10:00:01Z\n  query_address: "10.1.0.23"\n'
        "  query_port: 5353\n  response_message_data:\n    opcode: QUERY\n    status: NXDOMAIN\n"
        "    id: 812\n    QUESTION_SECTION:\n      - 'xkqzvbnt.example. IN A'\n"
    )
    (event,) = events_of(text)
    assert event["rcode"] == "NXDOMAIN" and event["query"] == "xkqzvbnt.example."


@pytest.mark.parametrize(("separator", "written"), [("\t", "\\x09"), (",", "\\x2c"), ("|", "|")])
def test_zeeks_directives_are_honoured(separator: str, written: str) -> None:
    def row(*cells: str) -> str:
        return separator.join(cells) + "\n"

    text = (
        f"#separator {written}\n" + row("#unset_field", "NONE") + row("#path", "dns")
        + row("#fields", "ts", "id.orig_h", "query", "rcode_name")
        + row("1777629601.0", "10.1.0.23", "xkqzvbnt.example", "NXDOMAIN")
        + row("1777629602.0", "10.1.0.24", "NONE", "NONE") + row("#close", "x")
        + f"#separator {written}\n" + row("#fields", "query", "ts", "id.orig_h", "new")
        + row("a.example", "1777629603.0", "10.1.0.25", "7")
    )  # fmt: skip
    first, second = events_of(text)
    assert first["client"] == "10.1.0.23" and first["rcode"] == "NXDOMAIN" and first["time"] == TIME
    assert second["query"] == "a.example" and second["client"] == "10.1.0.25"
    with open_table(io.BytesIO(text.encode())) as log:
        rows = [row for chunk in log.chunks for row in chunk.to_pylist()]
    assert len(rows) == 3 and rows[2]["new"] == "7" and rows[1]["query"] == ""


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.name)
@pytest.mark.parametrize("layout", ["csv", "json"])
def test_log_lines_in_cells_are_read(grammar: Grammar, layout: str) -> None:
    sample = grammar.samples[0]
    if grammar.folded and any(map(goes_on, sample.lines)):
        return  # no line of it tells a look-up
    rows = [
        {"@timestamp": "2026-05-01T10:00:01Z", "host": "idx1.corp.aureola.com", "_raw": line}
        for _ in range(3)
        for line in sample.lines
    ]
    text = io.StringIO()
    if layout == "csv":
        writer = csv.DictWriter(text, list(rows[0]), quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
    else:
        text.writelines(json.dumps(row) + "\n" for row in rows)
    with open_table(io.BytesIO(text.getvalue().encode())) as log:
        found = [name for chunk in log.chunks for name in log.names(chunk).to_pylist()]
    assert len(found) == len(rows) and set(found) - {""} == {sample.query}


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.sample)
def test_each_way_to_write_a_time_is_read(known: object) -> None:
    sample = known.sample  # type: ignore[attr-defined]
    now = datetime(2026, 6, 1, tzinfo=UTC)
    (found,) = to_timestamps(pa.array([sample]), now).to_pylist()
    assert found is not None and found.date() == datetime(2026, 5, 1).date()
    assert found.hour in (0, 10)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-01T12:00:01+02:00", TIME), ("2026-05-01 10:00:01,000", TIME),
        ("1777629601", TIME), ("1777629601000", TIME), ("1777629601000000", TIME),
        ("13/05/2026 10:00:01", datetime(2026, 5, 13, 10, 0, 1, tzinfo=UTC)),
        ("Dec 31 23:59:59", datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Feb 29 10:00:01", None), ("nothing", None), ("", None), ("7", None),
    ],
)  # fmt: skip
def test_times_are_utc_and_never_in_the_future(text: str, expected: datetime | None) -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    assert to_timestamps(pa.array([text]), now).to_pylist() == [expected]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NXDOMAIN", "NXDOMAIN"), ("3", "NXDOMAIN"), ("3.0", "NXDOMAIN"), ("9003", "NXDOMAIN"),
        ("nxdomain (3)", "NXDOMAIN"), ("3 (NXDOMAIN)", "NXDOMAIN"), ("1 (A)", None),
        ("0x8183", "NXDOMAIN"), ("No such name", "NXDOMAIN"), ("SERVFAIL", "SERVFAIL"),
        ("9501", "NOERROR"), ("Success", "NOERROR"), ("200", None), ("", None), ("blocked", None),
    ],
)  # fmt: skip
def test_answer_codes_by_name_number_or_word(text: str, code: str | None) -> None:
    assert rcode_name(text) == code


def test_the_code_of_a_message_in_base64() -> None:
    message = "AAGBgwABAAAAAAAADHhrcXp2Ym50d3FwbANuZXQAAAEAAQ=="
    row = {"T": "2026-05-01T10:00:01Z", "QH": "xkqzvbnt.net", "Answer": message, "IP": "10.1.0.23"}
    (event,) = events_of(json.dumps(row) + "\n")
    assert (event["query"], event["client"], event["rcode"]) == (
        "xkqzvbnt.net", "10.1.0.23", "NXDOMAIN",
    )  # fmt: skip
    assert told_rcode("AAEBAAABAAAAAAAA") is None  # a query, no answer


@pytest.mark.parametrize(("column", "month"), [("Fecha", 5), ("Data e ora", 5), ("Time", 1)])
def test_the_day_comes_first_in_some_languages(column: str, month: int) -> None:
    (event,) = events_of(f"{column},Client,Query\n01/05/2026 10:00:01,10.1.0.23,xkqzvbnt.net\n")
    assert event["time"] == datetime(2026, month, 5 if month == 1 else 1, 10, 0, 1, tzinfo=UTC)


def test_a_cell_of_several_names_is_as_many_events() -> None:
    rows = '1777629601,10.1.0.23,"aureola.com, belisar.net"\n1777629602,10.1.0.24,c.de\n'
    found = [
        (event["line"], event["client"], event["query"])
        for event in events_of(f"time,client,query\n{rows}")
    ]
    assert found == [
        (1, "10.1.0.23", "aureola.com"), (1, "10.1.0.23", "belisar.net"), (2, "10.1.0.24", "c.de"),
    ]  # fmt: skip


@pytest.mark.parametrize("delimiter", ["^", "~"])
@pytest.mark.parametrize("header", [True, False])
def test_rare_delimiters(delimiter: str, header: bool) -> None:
    rows = [["time", "client", "server", "query"]] * header
    for second, name in enumerate(["aureola.com", "belisar.net"]):
        rows.append([f"2026-05-01T10:00:0{second}Z", "10.1.0.23", "192.0.2.53", name])
    found = events_of("".join(delimiter.join(row) + "\n" for row in rows))
    assert [event["query"] for event in found] == ["aureola.com", "belisar.net"]


def test_rules_with_carets_stay_a_list() -> None:
    with open_table(io.BytesIO(b"||aureola.com^\n||belisar.net^$third-party\n")) as log:
        assert log.info.format == "adblock"


def test_the_attributes_of_markup_are_no_log() -> None:
    """OpenIOC: the schema's address in an attribute is no name."""
    head = '<?xml version="1.0"?>\n<ioc id="1" a="2" xmlns="http://schemas.aureola.com/2010/ioc">\n'
    item = '<Item id="1" condition="is"><Context search="Network/DNS" type="mir"/>{}</Item>\n'
    items = "".join(item.format(name) for name in ("belisar.net", "calypse.org"))
    found = events_of(f"{head}{items}</ioc>")
    assert [event["query"] for event in found] == ["belisar.net", "calypse.org"]
    rows = '<row time="2026-05-01T10:00:01Z" client="10.1.0.23" query="belisar.net"/>\n' * 3
    assert [event["query"] for event in events_of(rows)] == ["belisar.net"] * 3


def test_dnstap_yaml_that_calls_the_status_rcode() -> None:
    (event,) = events_of(SAMPLE.replace("status: NXDOMAIN", "rcode: NXDOMAIN"))
    assert event["rcode"] == "NXDOMAIN"


@pytest.mark.parametrize(("day_first", "month"), [(True, 2), (False, 1), (None, 1)])
@pytest.mark.parametrize("mark", "/-")
def test_the_order_of_dates_may_be_given(day_first: bool | None, month: int, mark: str) -> None:
    if mark == "-" and day_first is None:
        month = 2  # before a dash the day comes first
    date = mark.join(("01", "02", "2026"))
    log = io.BytesIO(f"time,client,query\n{date} 10:00,10.1.0.23,aureola.com\n".encode())
    events = read_events(log, day_first=day_first)
    assert [event["time"].month for batch in events.batches() for event in batch.to_pylist()] == [
        month
    ]
    given = any("as chosen by the user" in note for note in events.description.notes)
    assert given == (day_first is not None)


def test_yaml_records_tell_no_server_as_a_name() -> None:
    text = "".join(
        f"- time: 2026-05-01T10:00:01Z\n  client: 10.1.0.23\n  query: '{name}'\n"
        "  server: ns1.corp.example.com\n"
        for name in ("aureola.com", "belisar.net")
    )
    found = [(event["query"], event["client"], event["time"]) for event in events_of(text)]
    assert found == [("aureola.com", "10.1.0.23", TIME), ("belisar.net", "10.1.0.23", TIME)]


def test_the_answers_of_a_dns_cache_are_no_clients() -> None:
    text = '"Entry","RecordName","Status","Data"\r\n"aureola.com","aureola.com","0","192.0.2.7"\r\n'
    (event,) = events_of("\ufeff" + text)
    assert (event["query"], event["client"]) == ("aureola.com", None)


def test_the_clients_address_comes_before_its_name() -> None:
    client = {"ipaddr": "10.1.0.23", "name": "ws.corp.example.com"}
    (event,) = events_of(json.dumps({"_source": {"client": client, "qname": "aureola.com"}}) + "\n")
    assert event["client"] == "10.1.0.23"


@pytest.mark.parametrize(
    ("lines", "noted"),
    [
        (["query[A] aureola.com from 10.1.0.23", "reply aureola.com is NXDOMAIN"], True),
        (["query[A] aureola.com from 10.1.0.23", "query[A] belisar.net from 10.1.0.24"], False),
        (['{"query": "aureola.com", "src": "10.1.0.23"}'] * 2, False),
    ],
)
def test_answers_in_other_rows_are_joined_and_noted(lines: list[str], noted: bool) -> None:
    head = "" if lines[0].startswith("{") else "May  1 10:00:01 dnsmasq[812]: "
    out = io.StringIO()
    csv.writer(out).writerows(
        [["id", "host", "message"], *(["7", "pi", head + line] for line in lines * 3)]
    )
    log = read_events(io.BytesIO(out.getvalue().encode()))
    assert any("one look-up" in note for note in log.description.notes) == noted


@pytest.mark.parametrize(
    ("dates", "month", "told"),
    [
        (["01/05/2026", "13/05/2026"], 5, ""),
        (["05/01/2026", "05/13/2026"], 5, ""),
        (["30/04/2026", "01/05/2026"], 4, ""),
        (["01/05/2026", "02/05/2026"], 5, "day/month/year"),
        (["05/01/2026", "05/02/2026"], 5, "month/day/year"),
        (["05/12/2025", "06/12/2025"], 12, "day/month/year"),
        (["01/05/2026", "01/05/2026"], 1, "month/day/year"),
        (["04-30-2026", "05-01-2026", "05-02-2026"], 4, ""),
        (["05-02-2026", "05-01-2026", "04-30-2026"], 5, ""),
        (["01-05-2026", "13-05-2026"], 5, ""),
        (["05-01-2026", "05-02-2026"], 5, "month/day/year"),
        (["01-05-2026", "01-05-2026"], 5, "day/month/year"),
        (["05/05/2026", "05/05/2026"], 5, ""),
        (["0/5/2026", "x"], None, ""),
    ],
)
def test_dates_of_two_readings_are_read_one_way_and_told(
    dates: list[str], month: int | None, told: str
) -> None:
    rows = "".join(f"{date} 10:00:01,10.1.0.23,xkqzvbnt.net\n" for date in dates)
    log = read_events(io.BytesIO(f"Time,Client,Query\n{rows}".encode()))
    notes = [note for note in log.description.notes if "dates such as" in note]
    assert [told in note for note in notes] == [True] * bool(told)
    first = pa.Table.from_batches(log.batches())["time"].to_pylist()[0]
    assert (first and first.month) == month


def test_a_day_far_down_changes_no_date_before_it() -> None:
    dates = ["01/05/2026"] * 60_000 + ["13/05/2026"] * 2
    rows = "".join(f"{date} 10:00:01,10.1.0.23,xkqzvbnt.net\n" for date in dates)
    log = read_events(io.BytesIO(f"Time,Client,Query\n{rows}".encode()))
    times = pa.Table.from_batches(log.batches())["time"].to_pylist()
    assert {time.month for time in times[:60_000]} == {1}
    assert times[-1] == datetime(2026, 5, 13, 10, 0, 1, tzinfo=UTC)


def xml_event(name: str) -> str:
    return (
        "<Event xmlns='urn:events'><System><Provider Name='Sysmon'/><EventID>22</EventID>"
        "<TimeCreated SystemTime='2026-05-01T10:00:01Z'/><Computer>ws1.aureola.com</Computer>"
        f"</System><EventData><Data Name='QueryName'>{name}</Data><Data Name='QueryStatus'>9003"
        "</Data><Data Name='Image'>C:\\a&amp;b.exe</Data></EventData></Event>"
    )


@pytest.mark.parametrize("between", ["", "\n"], ids=["one line", "a line an event"])
@pytest.mark.parametrize("broken", [False, True], ids=["whole elements", "broken lines"])
def test_every_event_of_an_xml_export(between: str, broken: bool) -> None:
    events = between.join(xml_event(f"name{at}.net") for at in range(3))
    text = f"<?xml version='1.0' encoding='utf-8'?><Events>{events}</Events>"
    found = events_of(text.replace("><", ">\n  <") if broken else text)
    assert [event["query"] for event in found] == ["name0.net", "name1.net", "name2.net"]
    assert {event["client"] for event in found} == {"ws1.aureola.com"}
    assert {(event["rcode"], event["process"], event["time"]) for event in found} == {
        ("NXDOMAIN", "C:\\a&b.exe", TIME)
    }


def test_a_damaged_event_of_an_xml_export_is_a_row() -> None:
    damaged = xml_event("lost.net").replace("</Event>", "")
    text = "<Events>" + xml_event("a.net") + damaged + xml_event("b.net") + "</Events>"
    with open_table(io.BytesIO(text.encode())) as log:
        assert sum(map(len, log.chunks)) == 3
    with pytest.raises(FeedError, match="no end"):
        events_of("<Events>" + xml_event("a.net") + damaged)


def test_messages_of_several_lines_in_quotes() -> None:
    message = "Dns query:\r\nUtcTime: 2026-05-01 10:00:01\r\nQueryName: {}\r\nQueryStatus: 9003"
    lines = ["Level,Date and Time,Source,Event ID,Task Category"]  # the message has no header
    lines += [f'Info,5/1/2026 10:00:01 AM,Sysmon,22,Dns,"{message.format(f"a{at}.net")}"'
              for at in range(3)]  # fmt: skip
    found = events_of("\r\n".join(lines) + "\r\n")
    assert [(e["query"], e["rcode"], e["time"]) for e in found] == [
        (f"a{at}.net", "NXDOMAIN", TIME) for at in range(3)
    ]


def test_titles_above_a_header_are_no_rows() -> None:
    text = "DNS report\nby fw1.aureola.com\n\nTime,Client,Domain\n"
    text += "2026-05-01 10:00:01,10.1.0.23,xkqzvbnt.net\n2026-05-01 10:00:01,10.1.0.24,a.net\n"
    found = events_of(text)
    assert [(e["client"], e["query"], e["time"]) for e in found] == [
        ("10.1.0.23", "xkqzvbnt.net", TIME), ("10.1.0.24", "a.net", TIME),
    ]  # fmt: skip


def test_lists_of_fields() -> None:
    record = (
        "TimeCreated : 5/1/2026 10:00:01 AM\nMachineName : dc1.aureola.com\n"
        "Message     : Dns query:\n"
        "              QueryName: {}\n              QueryStatus: 9003\n"
        "              Image: C:\\x.exe\n"
    )
    names = [f"name{at}.net" for at in range(3)]
    found = events_of("\n" + "\n".join(record.format(name) for name in names))
    assert [(e["query"], e["rcode"], e["client"], e["time"]) for e in found] == [
        (name, "NXDOMAIN", "dc1.aureola.com", TIME) for name in names
    ]
    report = "".join(
        f"C2: {name}\nPayload: http://other{at}.net/a\n" for at, name in enumerate(names)
    )
    assert {"name0.net", "http://other0.net/a"} <= {
        str(event["query"]) for event in events_of(report)
    }
