# ruff: noqa: E501  (patterns and sample lines stay as servers write them)
"""Line grammars of programs that see packets and write DNS messages as text: rows of
`grammars.GRAMMARS`. Binary captures are read in `captures`."""

from __future__ import annotations

from typing import Final

from dga.logs import grammar as parts
from dga.logs.grammar import ANSWERED, ASKED, EVENT, NOTE, Grammar, Sample

_IP, _TYPE, _CLASS, _line = parts.IP, parts.TYPE, parts.CLASS, parts.line_pattern

DNSTAP: Final = Grammar(
    "dnstap",
    "dnstap as text: `dnstap-read`, `dnstap -q`, DNS-collector",
    (
        _line(rf" [CASTU]Q (?P<client>{_IP}) (?:-> \S++ )?[A-Z]{{3,5}} \d++b "
              r'"?(?P<query>[^\s/"]++)"?[/ ]', ASKED),
        _line(rf" [CASTU]R (?P<client>{_IP}) (?:<- \S++ )?[A-Z]{{3,5}} \d++b "
              r'"?(?P<query>[^\s/"]++)"?[/ ]'
              rf"(?:{_CLASS}[/ ]{_TYPE}(?: (?P<rcode>[A-Z]{{4,9}}))?)?", ANSWERED),
        _line(r" [RF][QR] \S++ (?:<-|->) \S++ [A-Z]{3,5} \d++b (?P<query>[^\s/]++)/", NOTE),
        _line(rf" (?:CLIENT|AUTH|STUB)_QUERY (?:[A-Z]{{4,9}}|-) (?P<client>{_IP}) (?:\d++|-) \S++ \S++ "
              r"\d++b (?P<query>\S++) ", ASKED),
        _line(rf" (?:CLIENT|AUTH|STUB)_RESPONSE (?P<rcode>[A-Z]{{4,9}}) (?P<client>{_IP}) (?:\d++|-) "
              r"\S++ \S++ \d++b (?P<query>\S++) ", ANSWERED),
    ),
    (
        Sample(("01-May-2026 10:00:01.123 CQ 10.1.0.23:5353 -> 192.0.2.53:53 UDP 40b "
                "xkqzvbnt.example/IN/A",),
               "10.1.0.23", "xkqzvbnt.example", None, "2026-05-01T10:00:01.123"),
        Sample(("2026-05-01T10:00:01.123Z ns1 CLIENT_QUERY NOERROR 10.1.0.23 5353 IPv4 UDP 40b "
                "xkqzvbnt.example A 0.000",
                "2026-05-01T10:00:01.126Z ns1 CLIENT_RESPONSE NXDOMAIN 10.1.0.23 5353 IPv4 UDP 40b "
                "xkqzvbnt.example A 0.003"),
               "10.1.0.23", "xkqzvbnt.example", "NXDOMAIN", "2026-05-01T10:00:01.123"),
    ),
    key=("client", "query"),
)  # fmt: skip

# Before the ends of a packet: with -v its header, in a line of its own; with -vv its checksum.
_TCPDUMP = r"(?: IP6?(?: \((?:[^()]++|\([^()]*+\))*+\))?|^ {3}) "
_SUM = r"(?:\[[^\]]{1,60}\] )?"

TCPDUMP: Final = Grammar(
    "tcpdump",
    "tcpdump's lines of DNS packets",
    (
        _line(rf"{_TCPDUMP}(?P<client>\S{{2,200}})\.\d{{1,5}} > \S{{2,200}}\.(?:53|domain): {_SUM}(?P<id>\d++)[^\s]{{0,3}}"
              r"(?: \[[^\]]{1,20}\])? [A-Z0-9]{1,10}\? (?P<query>\S++) ", ASKED),
        _line(rf"{_TCPDUMP}\S{{2,200}}\.(?:53|domain) > (?P<client>\S{{2,200}})\.\d{{1,5}}: {_SUM}(?P<id>\d++)[^\s]{{0,4}} "
              r"(?P<rcode>[A-Z][A-Za-z]{2,12})", ANSWERED),
        _line(rf"{_TCPDUMP}\S{{2,200}}\.(?:53|domain) > (?P<client>\S{{2,200}})\.\d{{1,5}}: {_SUM}(?P<id>\d++)[^\s]{{0,4}} "
              r"(?:q: [A-Z0-9]{1,10}\? (?P<query>\S++) )?\d++/\d++/\d++(?P<answers>.{0,400})", ANSWERED, "NOERROR"),
    ),
    (
        Sample(("2026-05-01 10:00:01.123456 IP 10.1.0.23.54321 > 192.0.2.53.53: 1234+ A? "
                "xkqzvbnt.example. (32)",
                "2026-05-01 10:00:01.125456 IP 192.0.2.53.53 > 10.1.0.23.54321: 1234 NXDomain 0/1/0 "
                "(110)"),
               "10.1.0.23", "xkqzvbnt.example.", "NXDOMAIN", "2026-05-01T10:00:01.123456"),
        Sample(("2026-05-01 10:00:01.123456 IP (tos 0x0, ttl 64, id 7, proto UDP (17), length 62)",
                "    10.1.0.23.54321 > 192.0.2.53.53: [udp sum ok] 1234+ A? a.example. (34)",
                "2026-05-01 10:00:01.125456 IP (tos 0x0, ttl 64, id 8, proto UDP (17), length 78)",
                "    192.0.2.53.53 > 10.1.0.23.54321: 1234 q: A? a.example. 1/0/0 a.example. A 192.0.2.7 (50)"),
               "10.1.0.23", "a.example.", "NOERROR", "2026-05-01T10:00:01.123456"),
    ),
    key=("client", "id"),
    folded=True,
)  # fmt: skip

DNSCAP: Final = Grammar(
    "dnscap",
    "dnscap's text (`-g`)",
    (
        _line(rf"\[(?P<client>{_IP})\]\.\d++ \[{_IP}\]\.53 +\\? ?dns QUERY,NOERROR,(?P<id>\d++)(?:,rd|,cd|,ad|\|rd|\|cd|\|ad)*+,? "
              r"\\ 1 (?P<query>[^\s,]++),", ASKED),
        _line(rf"\[{_IP}\]\.53 \[(?P<client>{_IP})\]\.\d++ +\\? ?dns QUERY,(?P<rcode>[A-Z]++),(?P<id>\d++),qr\S* "
              r"\\ 1 (?P<query>[^\s,]++),", ANSWERED),
    ),
    (
        Sample(("[60] 2026-05-01 10:00:01.123456 [#7 eth0 0] \\",
                "\t[10.1.0.23].5353 [192.0.2.53].53  \\",
                "\tdns QUERY,NOERROR,812,rd \\",
                "\t1 xkqzvbnt.example,IN,A 0 0 0",
                "[60] 2026-05-01 10:00:01.125456 [#8 eth0 0] \\",
                "\t[192.0.2.53].53 [10.1.0.23].5353  \\",
                "\tdns QUERY,NXDOMAIN,812,qr|rd|ra \\",
                "\t1 xkqzvbnt.example,IN,A 0 0 0"),
               "10.1.0.23", "xkqzvbnt.example", "NXDOMAIN", "2026-05-01T10:00:01.123456"),
    ),
    key=("client", "id"),
    folded=True,
)  # fmt: skip

TSHARK: Final = Grammar(
    "tshark-summary",
    "tshark's and Wireshark's summary lines",
    (
        _line(r"(?:(?P<client>[0-9A-Fa-f.:]{3,40}) (?:→|->) \S++ DNS \d++ )?"
              rf"Standard query 0x(?P<id>[0-9a-f]{{4}}) {_TYPE} (?P<query>\S++)", ASKED),
        _line(r"(?:\S++ (?:→|->) (?P<client>[0-9A-Fa-f.:]{3,40}) DNS \d++ )?"
              r"Standard query response 0x(?P<id>[0-9a-f]{4}) (?P<rcode>No such name|Server failure|"
              rf"Refused|Format error|Not implemented)?(?: ?{_TYPE} (?P<query>\S++))"
              r"(?P<answers>.{0,400})", ANSWERED, "NOERROR"),
    ),
    (
        Sample(("    1 2026-05-01 10:00:01.123456 10.1.0.23 → 192.0.2.53 DNS 74 Standard query 0x0001 "
                "A xkqzvbnt.example",
                "    2 2026-05-01 10:00:01.125456 192.0.2.53 → 10.1.0.23 DNS 74 Standard query "
                "response 0x0001 No such name A xkqzvbnt.example SOA a.example"),
               "10.1.0.23", "xkqzvbnt.example", "NXDOMAIN", "2026-05-01T10:00:01.123456"),
    ),
    key=("client", "id"),
)  # fmt: skip

SURICATA: Final = Grammar(
    "suricata-dns-log",
    "Suricata's old `dns.log`",
    (
        _line(r"\[\*\*\] Query TX \S++ \[\*\*\] (?P<query>\S++) \[\*\*\] [^\[]{1,30} \[\*\*\] "
              r"(?P<client>\S++) -> ", ASKED),
        _line(r"\[\*\*\] Response TX \S++ \[\*\*\] (?P<query>\S++) \[\*\*\] (?:[^\[]{1,40}"
              r"\[\*\*\] ){0,3}\S++ -> (?P<client>\S++)", NOTE),
        _line(r"\[\*\*\] Response TX \S++ \[\*\*\] (?P<rcode>[A-Za-z][A-Za-z ]{3,30}) \[\*\*\] ", NOTE),
    ),
    (
        Sample(("05/01/2026-10:00:01.123456 [**] Query TX 04d2 [**] xkqzvbnt.example [**] A [**] "
                "10.1.0.23:5353 -> 192.0.2.53:53",),
               "10.1.0.23", "xkqzvbnt.example", None, "2026-05-01T10:00:01.123456"),
    ),
    key=("query",),
)  # fmt: skip

PASSIVEDNS: Final = Grammar(
    "passivedns",
    "PassiveDNS (gamelinux)",
    (
        _line(rf"\|\|(?P<client>{_IP})\|\|{_IP}\|\|{_CLASS}\|\|(?P<query>[^|\s]++)\|\|"
              r"[A-Z0-9]{1,10}\|\|(?P<answers>[^|]*+)\|\|", EVENT, "NOERROR"),
    ),
    (
        Sample(("1777629601.123||10.1.0.23||192.0.2.53||IN||a.example.||A||192.0.2.7||300||1",),
               "10.1.0.23", "a.example.", "NOERROR", "2026-05-01T10:00:01.123"),
    ),
)  # fmt: skip

DIG_MESSAGE: Final = Grammar(
    "dns-message",
    "A DNS message as dig writes it (dnstap JSON's `query_message`, `response_message`)",
    (
        _line(r"status: (?P<rcode>[A-Z]{4,9}), id: \d{1,5}\s{1,4};; flags: qr[^;]{0,40};[^;]{0,200};"
              r"; QUESTION SECTION:\s{1,4};(?P<query>\S++)\s"),
        _line(r"; QUESTION SECTION:\s{1,4};(?P<query>\S++)\s"),
    ),
    (
        Sample((";; opcode: QUERY, status: NXDOMAIN, id: 812 ;; flags: qr rd ra; QUERY: 1, ANSWER: 0, "
                "AUTHORITY: 0, ADDITIONAL: 0 ;; QUESTION SECTION: ;xkqzvbnt.example. IN A",),
               "", "xkqzvbnt.example.", "NXDOMAIN", ""),
    ),
)  # fmt: skip
