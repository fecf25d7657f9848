# ruff: noqa: E501  (patterns and sample lines stay as servers write them)
"""Line grammars of load balancers, sandboxes and small resolvers: rows of `grammars.GRAMMARS`."""

from __future__ import annotations

from typing import Final

from dga.logs.grammar import ANSWERED, ASKED, IP, NOTE, Grammar, Sample, line_pattern

_F5 = Grammar(
    "f5-dns",
    "F5 BIG-IP DNS (query and response logging)",
    (
        line_pattern(rf"qid (?P<id>\d++) from (?P<client>{IP})#\d++: (?:view [^:]{{1,100}}: )?query: (?P<query>\S++) ", ASKED),
        line_pattern(rf"qid (?P<id>\d++) to (?P<client>{IP})#\d++: \[(?P<rcode>[A-Z]++)[^\]]{{0,60}}\] response: (?P<answers>.{{0,400}})", ANSWERED),
    ),
    (
        Sample(("May  1 10:00:01 f5 tmm[812]: 2026-05-01 10:00:01 f5.example qid 812 from 10.1.0.23#5353: view none: query: "
                "xkqzvbnt.example IN A + (192.0.2.53%0)",
                "May  1 10:00:01 f5 tmm[812]: 2026-05-01 10:00:01 f5.example qid 812 to 10.1.0.23#5353: [NXDOMAIN qr,rd,ra] "
                "response: empty"),
               "10.1.0.23", "xkqzvbnt.example", "NXDOMAIN"),
    ),
    key=("client", "id"),
)  # fmt: skip

_INETSIM = Grammar(
    "inetsim",
    "INetSim's DNS service",
    (
        line_pattern(rf"\[dns_\S++ \d++\] \[(?P<client>{IP})(?::\d++)?\] recv: Query Type [^,]{{1,20}}, Class [^,]{{1,9}}, Name (?P<query>\S++)", ASKED),
        line_pattern(rf"\[dns_\S++ \d++\] \[{IP}(?::\d++)?\] (?:connect|disconnect|send: (?P<query>\S++) )", NOTE),
    ),
    (
        Sample(("[2026-05-01 10:00:01] [812] [dns_53_tcp_udp 813] [10.1.0.23] recv: Query Type A, Class IN, Name xkqzvbnt.example",
                "[2026-05-01 10:00:01] [812] [dns_53_tcp_udp 813] [10.1.0.23] send: xkqzvbnt.example 3600 IN A 192.0.2.7"),
               "10.1.0.23", "xkqzvbnt.example", None),
    ),
    key=("query",),
)  # fmt: skip

_MARADNS = Grammar(
    "maradns",
    "MaraDNS and Deadwood (`verbose_level`), the type glued to the name",
    (
        line_pattern(rf"Query from: (?P<client>{IP}) [A-Z](?P<query>[^\sA-Z]++)$"),
    ),
    (
        Sample(("May  1 10:00:01 gw maradns: Query from: 10.1.0.23 Axkqzvbnt.example.",),
               "10.1.0.23", "xkqzvbnt.example.", None, "--05-01T10:00:01"),
    ),
)  # fmt: skip

_MDNS_RESPONDER = Grammar(
    "mdnsresponder",
    "macOS `mDNSResponder`",
    (
        line_pattern(r"mDNSResponder.{0,120}? -- qname: (?P<query>[^\s,]++),"),
        line_pattern(r"mDNSResponder.{0,120}?DNSService\w++\((?P<query>[^\s,]++), \w++\) START"),
    ),
    (
        Sample(("2026-05-01 10:00:01.123456+0000 0x1a2b Default 0x0 312 0 mDNSResponder: [com.apple.mDNSResponder:Default] [R812] "
                "DNSServiceQueryRecord START -- qname: xkqzvbnt.example, qtype: A, flags: 0x1000",),
               "", "xkqzvbnt.example", None, "2026-05-01T10:00:01.123456"),
    ),
)  # fmt: skip

APPLIANCES: Final = (_F5, _INETSIM, _MARADNS, _MDNS_RESPONDER)
