"""Block lists, configurations, zones, reports and odd tables: the names in them, and no others."""

from __future__ import annotations

import contextlib
import io
import time

import pyarrow as pa
import pytest

from dga import tables
from dga.errors import FeedError
from dga.names.find import names_in
from dga.tables.lists import LISTS, find_list

NAMES = ["one.example.com", "two.example.org", "xkqzvbnt.net"]


def read(text: str) -> tuple[tables.TableInfo, pa.Table]:
    with tables.reading(io.BytesIO(text.encode()), name="given") as reading:
        return reading.info, pa.concat_tables(reading.chunks)


def domains(text: str) -> list[str]:
    info, rows = read(text)
    column = tables.guess_column(info.columns, rows.slice(0, 200).to_pandas())
    return rows[column].to_pylist()


def each(template: str) -> str:
    return "".join(template.replace("§", name) for name in NAMES)


# format, text, the domains that come out
LAYOUTS = {
    "adblock": ("adblock", "[Adblock Plus]\n! Title: x\n" + each("||§^\n"), NAMES),
    "adblock with options": (
        "adblock", "! x\n" + each("||§^$third-party,domain=~a.com|b.com\n"), NAMES,
    ),
    "adblock exceptions and others": (
        "adblock", each("||§^\n") + "@@||good.example.net^\n##.banner\n/ad[0-9]/\n",
        [*NAMES, "good.example.net", "##.banner", "/ad[0-9]/"],
    ),
    "hosts": ("hosts", "# x\n" + each("0.0.0.0 § # why\n"), NAMES),
    "hosts of several": ("hosts", f"0.0.0.0 {' '.join(NAMES)}\n# c\n\n127.0.0.1\ta.example.net\n",
                         [*NAMES, "", "a.example.net"]),
    "dnsmasq": ("dnsmasq-config", "# x\n" + each("address=/§/0.0.0.0\n"), NAMES),
    "dnsmasq of several": (
        "dnsmasq-config", f"address=/{'/'.join(NAMES)}/\nlocal=/xn--p1ai.net/\nport=53\n",
        [*NAMES, "xn--p1ai.net", "port=53"],
    ),
    "unbound": (
        "unbound-config", "server:\n" + each('  local-zone: "§." always_nxdomain\n'), NAMES,
    ),
    "unbound data": ("unbound-config", each('local-data: "§ A 0.0.0.0"\n'), NAMES),
    "bind": ("named-config", each('zone "§" { type master; file "x"; };\n'), NAMES),
    "clash": ("clash", "payload:\n" + each("  - '+.§'\n"), NAMES),
    "clash rules": ("clash", "rules:\n" + each("  - DOMAIN-SUFFIX,§,REJECT\n"), NAMES),
    "surge": ("rule-set", each("DOMAIN-SUFFIX,§,REJECT\n") + "IP-CIDR,192.0.2.0/24,REJECT\n",
              [*NAMES, "IP-CIDR,192.0.2.0/24,REJECT"]),
    "quantumult": ("rule-set", each("HOST-SUFFIX,§,reject\n"), NAMES),
    "v2ray": ("domain-list", each("full:§ @ads\n"), NAMES),
    "suricata rules": (
        "detection-rules",
        each('alert dns any any -> any any (msg:"x"; dns.query; content:"§"; '
             'reference:url,ref.example.net/a; sid:1;)\n'),
        NAMES,
    ),
    "snort rules in hex": (
        "detection-rules",
        'alert udp any any -> any 53 (content:"|08|xkqzvbnt|03|net|00|"; sid:1;)\n', NAMES[2:],
    ),
    "rpz": (
        "zone", "$TTL 2h\n@ IN SOA localhost. root.localhost. (1 6h\n 1h 1w 2h)\n  IN NS a.\n; c\n"
        + each("§ CNAME .\n*.§ CNAME .\n"), [name for name in NAMES for _ in "ab"],
    ),
    "rpz with origin": (
        "zone", "$ORIGIN rpz.local.\n" + each("§.rpz.local. 60 IN CNAME rpz-drop.\n"), NAMES,
    ),
    "zone of hosts": (
        "zone", "$ORIGIN example.com.\n@ 60 IN SOA a. b. 1 2 3 4 5\none 60 IN A 192.0.2.1\n",
        ["one.example.com"],
    ),
    "dig": ("zone", ";; ANSWER SECTION:\n" + each("§.\t300\tIN\tA\t192.0.2.1\n"), NAMES),
    "markdown": (
        "markdown", "| Domain | Role |\n|:---|---:|\n" + each("| `§` | C2 |\n"), NAMES,
    ),
    "report": (
        "text", "The sample asked hxxps://one.example[.]com/gate.php, then two[.]example[.]org.\n"
        "It dropped winlogon.exe and v1.2.3 (192.0.2.7).\nLast: xkqzvbnt(dot)net.\n", NAMES,
    ),
    "several in a line": ("text", "one.example.com, two.example.org\nxkqzvbnt.net\n", NAMES),
    "a list of a program": (
        "text", 'var bad = ["one.example.com", "two.example.org", "xkqzvbnt.net"];', NAMES,
    ),
    "several in each line": ("text", "one.example.com; two.example.org\n" * 2, NAMES[:2] * 2),
    "spaces": (
        "spaced", each("2026-05-01 10:00:00 10.9.0.1 § A NOERROR\n"), NAMES,
    ),
    "spaces with a header": (
        "spaced", "time client query\n" + each('1 10.9.0.1 §\n'), NAMES,
    ),
    "sep": ("csv", "sep=;\nWann;Wer;Domäne\n" + each("1;10.9.0.1;§\n"), NAMES),
    "sep against the look": ("csv", "sep=|\na,b|domain\n" + each("x,y|§\n"), NAMES),
    "one quoted column": ("csv", '"domain"\n' + each('"§"\n'), NAMES),
    "one quoted column, no header": ("csv", each('"§"\n'), NAMES),
    "header behind comments": ("csv", "# a\n# b, c\ndomain,family\n" + each("§,x\n"), NAMES),
    "header in a comment": (
        "csv", "####\n# abuse\n#\n# id,dateadded,url,status\n" + each('"1","2026","http://§/a","x"\n'),
        [f"http://{name}/a" for name in NAMES],
    ),
    "quoted header in a comment": (
        "csv", '# "first_seen_utc","ioc_id","ioc_value"\n' + each('"2026", "1", "§"\n'),
        NAMES,
    ),
    "dotted header": ("csv", "ip.src,dns.qry.name\n" + each("10.9.0.1,§\n"), NAMES),
    "dotted header of one": ("list", "dns.qry.name\n" + each("§\n"), NAMES),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_names_of_a_layout_come_out_in_order(layout: str) -> None:
    format, text, expected = LAYOUTS[layout]
    info, _ = read(text)
    assert info.format == format
    assert [name.strip() for name in domains(text)] == expected


def test_the_header_in_a_comment_names_the_columns() -> None:
    assert read(LAYOUTS["header in a comment"][1])[0].columns == (
        "id", "dateadded", "url", "status",
    )  # fmt: skip


def test_no_first_row_of_data_is_taken_for_a_header() -> None:
    for text in ("foo.name,1\nbar.name,2\n", "one.example.com,x\ntwo.example.org,y\n"):
        assert not read(text)[0].header


@pytest.mark.parametrize("kind", LISTS, ids=lambda kind: kind.name)
def test_each_kind_of_list_recognises_its_sample(kind) -> None:
    assert find_list([kind.sample]) is kind
    assert kind.names(kind.sample) == ["xkqzvbnt.net"]


@pytest.mark.parametrize(
    "line",
    [
        " " * 100_000 + "x", "a" * 100_000, "|" * 50_000 + "a.com", "-" * 100_000 + "|",
        "a." * 50_000, "(" * 100_000, "a IN (" * 20_000, "content:\"|" * 20_000, "- " * 50_000,
        'alert ' * 20_000, "a-" * 50_000 + ":", "[" * 50_000 + "." * 50_000,
        "||" + "a" * 100_000, "a" * 29 + " " * 29 + "CNAME",
    ],
    ids=range(14),
)  # fmt: skip
def test_no_line_takes_long(line: str) -> None:
    start = time.process_time()
    find_list([line] * 3)
    names_in(line)
    with contextlib.suppress(FeedError):
        read(f"{line}\n" * 3)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a.example.com, b.example.net", ["a.example.com", "b.example.net"]),
        ("C2: evil.com:443", ["evil.com"]),
        ("mail to user@evil.com", ["evil.com"]),
        ("domain=evil.com; ip=192.0.2.7", ["evil.com"]),
        ("http://evil.com/a/b.zip?u=c.com", ["evil.com"]),
        ("[evil.com](http://evil.com)", ["evil.com"]),
        ("evil[.]sh and uzekimaq[.]bazar", ["evil.sh", "uzekimaq.bazar"]),
        ("run setup.py, see README.md", []),
        ("ends here.The next", []),
        ("version 1.2.3, 192.0.2.7, e.g. this", []),
        ("EVIL.COM", ["evil.com"]),
    ],
)
def test_names_are_found_in_text(text: str, names: list[str]) -> None:
    assert names_in(text) == names
