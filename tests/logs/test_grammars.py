"""Line grammars: each reads its samples, joins their lines, and no line is lost or slow."""

from __future__ import annotations

import io
import random

import pyarrow as pa
import pytest

from dga.logs import open_table, read_events
from dga.logs.events import SCHEMA
from dga.logs.grammar import Grammar, Sample
from dga.logs.grammars import GRAMMARS
from dga.logs.joining import WINDOW, Joiner, goes_on, line_ranges
from dga.logs.text_log import COLUMNS, find_grammar, text_tables

CASES = [(grammar, sample) for grammar in GRAMMARS for sample in grammar.samples]
IDS = [f"{grammar.name}-{at}" for grammar, _ in CASES for at in [CASES.index((grammar, _))]]
PREFIXES = ("", "<30>May  1 10:00:01 gw-1 ", "2026-05-01T10:00:01.123456+00:00 gw-1 ")


def rows_of(lines: list[str], grammar: Grammar) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = pa.concat_tables(text_tables([lines], grammar)).to_pylist()
    return rows


@pytest.mark.parametrize(("grammar", "sample"), CASES, ids=IDS)
def test_a_sample_is_one_event_of_its_client_with_code_and_time(
    grammar: Grammar, sample: Sample
) -> None:
    events = read_events(io.BytesIO("\n".join(sample.lines).encode()))
    (event,) = pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()
    assert events.description.layout == grammar.name
    assert (event["client"] or "") == sample.client
    assert event["query"] == sample.query and event["rcode"] == sample.rcode
    if sample.time:
        known = sample.time.removeprefix("-")
        assert event["time"].isoformat()[-len(known) - 6 :].startswith(known[:-1]) or (
            event["time"].isoformat().startswith(sample.time)
        )


@pytest.mark.parametrize(("grammar", "sample"), CASES, ids=IDS)
def test_joined_lines_are_told(grammar: Grammar, sample: Sample) -> None:
    (row,) = rows_of(list(sample.lines), grammar)
    assert row["lines"] == line_ranges(list(range(1, len(sample.lines) + 1)))


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("grammar", "sample"), CASES, ids=IDS)
def test_a_syslog_prefix_changes_nothing(grammar: Grammar, sample: Sample, prefix: str) -> None:
    lines = [prefix + line for line in sample.lines]
    if sample.client and grammar.name == "web-proxy":
        return  # its client is what the line begins with
    if grammar.folded and any(map(goes_on, sample.lines)):
        return  # its lines begin with the blanks by which they are joined
    found = find_grammar(lines)
    assert found is grammar
    rows = rows_of(lines, grammar)
    assert [row["client"] for row in rows if row["query"]] == [sample.client]


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.name)
def test_every_line_is_part_of_a_row_in_order(grammar: Grammar) -> None:
    chance = random.Random(grammar.name)
    own = [line for sample in grammar.samples for line in sample.lines]
    others = ["", "started, version 2.85", "\tindented", '{"a": 1}', "x" * 9_000, "query[A]  from"]
    lines = [own[0]] + [chance.choice(own + others + [own[0][: chance.randrange(40)]])
                        for _ in range(400)]  # fmt: skip
    rows = rows_of(lines, grammar)
    firsts = [int(row["lines"].split("-")[0].split(",")[0]) for row in rows]
    assert firsts == sorted(firsts)
    told = sum(len(numbers(row["lines"])) + more(row["lines"]) for row in rows)
    assert told >= sum(bool(line.strip()) for line in lines)
    assert all(row["text"] or row["query"] for row in rows)


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.name)
def test_damaged_lines_neither_raise_nor_hang(grammar: Grammar) -> None:
    chance = random.Random(grammar.name)
    own = [line for sample in grammar.samples for line in sample.lines]
    own = [line for line in own if not (grammar.folded and goes_on(line))]
    for _ in range(300):
        line = chance.choice(own)
        at = chance.randrange(len(line))
        piece = line[at : at + chance.randrange(1, 30)]
        damaged = line[:at] + piece * chance.choice((0, 2, 300)) + chance.choice("\0\t \"'[(:é🦊")
        joiner = Joiner(grammar)
        joiner.add([damaged, line, damaged + line])
        assert joiner.ready(final=True)


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.name)
def test_matching_is_linear(grammar: Grammar) -> None:
    """Lines as long as they are looked at, of repeated pieces; a slow pattern would take hours."""
    for sample in grammar.samples:
        for line in sample.lines:
            for width in (1, 3, 7, 15, 31, 63):
                for at in range(0, len(line), 16):
                    piece = line[at : at + width] or " "
                    long = line[:at] + piece * (8_000 // len(piece))
                    for known in grammar.lines:
                        known.pattern.search(long[:8_192])


def test_dnsmasq_answers_go_to_each_client_that_waits() -> None:
    lines = [
        "May  1 10:00:01 dnsmasq[812]: query[A] a.example from 10.1.0.1",
        "May  1 10:00:01 dnsmasq[812]: query[A] a.example from 10.1.0.2",
        "May  1 10:00:01 dnsmasq[812]: forwarded a.example to 192.0.2.1",
        "May  1 10:00:02 dnsmasq[812]: reply a.example is <CNAME>",
        "May  1 10:00:02 dnsmasq[812]: reply b.example is 192.0.2.7",
    ]
    first, second = rows_of(lines, GRAMMARS[0])
    assert first["rcode"] == second["rcode"] == "NOERROR"
    assert second["answers"] == "<CNAME>,192.0.2.7"
    assert first["client"] == "10.1.0.1" and second["lines"] == "2-5"


def test_a_later_answer_of_another_name_does_not_join() -> None:
    lines = [
        "May  1 10:00:01 dnsmasq[812]: query[A] a.example from 10.1.0.1",
        "May  1 10:00:02 dnsmasq[812]: reply b.example is NXDOMAIN",
    ]
    first, second = rows_of(lines, GRAMMARS[0])
    assert first["rcode"] == "" and second["query"] == "b.example" and second["client"] == ""


def test_lines_of_other_programs_are_rows_with_their_text() -> None:
    lines = [
        "May  1 10:00:01 pi dnsmasq[812]: query[A] a.example from 10.1.0.1",
        "May  1 10:00:01 pi dnsmasq-dhcp[812]: DHCPACK(eth0) 10.1.0.9 00:00:5e:00:53:01 laptop",
    ]
    _, other = rows_of(lines, GRAMMARS[0])
    assert other["text"] == lines[1] and other["query"] == "" and other["lines"] == "2"


def test_a_windows_log_has_its_preamble_left_out() -> None:
    (grammar,) = [known for known in GRAMMARS if known.name == "windows-dns-debug"]
    lines = ["DNS Server log file creation at 5/1/2026", "", "\tField #  Information", ""]
    rows = rows_of(
        lines + list(grammar.samples[0].lines) + ["   UDP response info at 00D5"], grammar
    )
    assert [row["lines"] for row in rows] == ["5-7"]


def test_text_columns_are_fixed() -> None:
    with open_table(io.BytesIO(GRAMMARS[0].samples[0].lines[0].encode())) as log:
        assert log.info.columns == COLUMNS


def numbers(ranges: str) -> list[int]:
    found: list[int] = []
    for part in ranges.partition(" and ")[0].split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def more(ranges: str) -> int:
    return int(ranges.partition(" and ")[2].removesuffix(" more") or 0)


def test_an_event_that_is_answered_again_and_again_holds_nothing_back() -> None:
    grammar = next(one for one in GRAMMARS if one.name == "dnsmasq")
    head = "May  1 10:00:01 dnsmasq[7]:"
    asked = [f"{head} query[A] river.org from 10.1.0.23", f"{head} forwarded river.org to 8.8.8.8"]
    joiner = Joiner(grammar)
    joiner.add(asked)
    held = 0
    for part in range(60):
        joiner.add([f"{head} query[A] n{part}x{n}.org from 10.1.0.24" for n in range(900)])
        joiner.add([f"{head} reply river.org is 192.0.2.{part}"])
        joiner.ready()
        held = max(held, len(joiner._rows))
    assert held < 2 * WINDOW


FOLDED = {
    "tcpdump": (
        "10:00:0{n}.123456 IP 10.1.0.{n}.5353 > 192.0.2.53.53: {n}+ A? river{n}.org. (34)",
        "10:00:0{n}.223456 IP 192.0.2.53.53 > 10.1.0.{n}.5353: {n} NXDomain 0/1/0 (110)",
    ),
    "windows-dns-debug": (
        "5/1/2026 10:00:0{n} AM 0E5C PACKET  00D5C8E4F0A0 UDP Rcv 10.1.0.{n}       7c0{n} "
        "  Q [0001   D   NOERROR] A      (6)river{n}(3)org(0)",
        "5/1/2026 10:00:0{n} AM 0E5C PACKET  00D5C8E4F0A0 UDP Snd 10.1.0.{n}       7c0{n} "
        "R Q [8385 A DR NXDOMAIN] A      (6)river{n}(3)org(0)",
    ),
}


@pytest.mark.parametrize("inset", ["", "  ", "\t", "every other"])
@pytest.mark.parametrize("details", [0, 130, 600])
@pytest.mark.parametrize("name", FOLDED)
def test_lines_that_are_events_go_on_with_no_other(name: str, details: int, inset: str) -> None:
    lines: list[str] = []
    for n in range(6):
        for line in FOLDED[name]:
            begin = "  " * (n % 2) if inset == "every other" else inset
            lines.append(begin + line.format(n=n))
            lines += [
                "\t0x0000:  4500 003e 0001 0000 4011 0000 0a01 0017  E..>....@......."
            ] * details
    grammar = find_grammar(lines)
    assert grammar is not None and grammar.name == name
    rows = [row for row in rows_of(lines, grammar) if row["query"]]
    assert [(row["client"], row["rcode"]) for row in rows] == [
        (f"10.1.0.{n}", "NXDOMAIN") for n in range(6)
    ]


def test_packets_below_a_line_of_another_kind_are_events_each() -> None:
    lines = ["from eth0"]
    lines += [f"    10.1.0.{n}.5353 > 192.0.2.53.53: {n}+ A? river{n}.org. (34)" for n in range(6)]
    grammar = find_grammar(lines)
    assert grammar is not None and grammar.name == "tcpdump"
    assert len([row for row in rows_of(lines, grammar) if row["query"]]) == 6
