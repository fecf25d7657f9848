# ruff: noqa: E501  (patterns and sample lines stay as servers write them)
"""Line grammars of name servers and resolvers: rows of `grammars.GRAMMARS`."""

from __future__ import annotations

from typing import Final

from dga.logs import grammar as parts
from dga.logs.grammar import ANSWERED, ASKED, EVENT, NOTE, Grammar, Sample

_IP, _TYPE, _CLASS, _line = parts.IP, parts.TYPE, parts.CLASS, parts.line_pattern

_BIND_CLIENT = rf"client (?:@0x[0-9A-Fa-f]++ )?(?P<client>{_IP})#\d++[^:]{{0,300}}: (?:(?:view [^:]{{1,100}}|[A-Z]{{3}}): )?"

DNSMASQ: Final = Grammar(
    "dnsmasq",
    "dnsmasq and Pi-hole (`log-queries`, also `extra`)",
    (
        _line(r"dnsmasq(?:\[\d++\])?(?:: | (?:\d++|-) \S++ - )(?:(?P<id>\d++) (?:\S++) )?(?:query|auth)\[[^\]]{1,20}\] "
              r"(?P<query>\S++) from (?P<client>\S++)", ASKED),
        _line(r"^(?:(?P<id>\d++) \S++ )?(?:query|auth)\[[^\]]{1,20}\] (?P<query>\S++) from (?P<client>\S++)$", ASKED),
        _line(r"^(?:(?P<id>\d++) (?P<client>[^\s/]++)\S*+ )?(?:reply|cached(?:-stale)?|config) "
              r"(?P<query>\S++) is (?P<answers>[^\s].{0,400})", ANSWERED, "NOERROR"),
        _line(r"dnsmasq(?:\[\d++\])?(?:: | (?:\d++|-) \S++ - )(?:(?P<id>\d++) (?P<client>[^\s/]++)\S*+ )?"
              r"(?:reply|cached(?:-stale)?|config|DHCP|special domain|/\S++) "
              r"(?P<query>\S++) is (?P<answers>[^\s].{0,400})", ANSWERED, "NOERROR"),
        _line(r"dnsmasq(?:\[\d++\])?(?:: | (?:\d++|-) \S++ - )(?:(?P<id>\d++) \S++ )?"
              r"(?:[a-z]++(?: [a-z]++)?? )?(?:blocked|blacklisted|denied|forwarded|validation) "
              r"(?P<query>\S++) (?:is|to) ", NOTE),
        _line(r"dnsmasq(?:\[\d++\])?(?:: | (?:\d++|-) \S++ - )(?:(?P<id>\d++) \S++ )?"
              r"(?:validation result is|dnssec-query\[|dnssec-retry\[|nameserver )", NOTE),
    ),
    (
        Sample(("May  1 10:00:01 dnsmasq[812]: query[A] xkqzvbnt.example from 10.1.0.23",
                "May  1 10:00:01 dnsmasq[812]: forwarded xkqzvbnt.example to 192.0.2.1",
                "May  1 10:00:01 dnsmasq[812]: reply xkqzvbnt.example is NXDOMAIN"),
               "10.1.0.23", "xkqzvbnt.example", "NXDOMAIN", "--05-01T10:00:01"),
        Sample(("<30>1 2026-05-01T10:00:01.123Z gw dnsmasq 812 - - query[A] a.example from 10.1.0.23",),
               "10.1.0.23", "a.example", None, "2026-05-01T10:00:01.123"),
        Sample(("May  1 10:00:01 gw dnsmasq[812]: 42 10.1.0.23/5353 query[A] a.example from 10.1.0.23",
                "May  1 10:00:01 gw dnsmasq[812]: 42 10.1.0.23/5353 cached a.example is 192.0.2.7"),
               "10.1.0.23", "a.example", "NOERROR", "--05-01T10:00:01"),
    ),
    key=("id", "query"),
)  # fmt: skip

BIND: Final = Grammar(
    "bind",
    "BIND `queries`, `responses` and `rpz`, also by Infoblox NIOS, with or without syslog",
    (
        _line(_BIND_CLIENT + rf"query: (?P<query>\S++) {_CLASS} \S++ response: "
              r"(?P<rcode>[A-Z]++)(?: \S++)?(?P<answers>.{0,400})", EVENT),
        _line(_BIND_CLIENT + rf"query: (?P<query>\S++) {_CLASS} ", ASKED),
        _line(_BIND_CLIENT + rf"response: (?P<query>\S++) {_CLASS} \S++ (?P<rcode>[A-Z]++)",
              ANSWERED),
        _line(_BIND_CLIENT + r"query failed \((?P<rcode>[^)]{1,40})\) for (?P<query>[^\s/]++)/",
              ANSWERED),
        _line(_BIND_CLIENT + r"rpz \S++ (?P<rcode>\S++) rewrite (?P<query>[^\s/]++)[/ ]", ANSWERED),
        _line(r"client (?:@0x[0-9A-Fa-f]++ )?(?P<client>[0-9A-Fa-f.:]++)#\d++ ", NOTE),
    ),
    (
        Sample(("01-May-2026 10:00:01.123 queries: info: client @0x7f97e40eb500 10.1.0.23#64727 "
                "(xkqzvbnt.example): query: xkqzvbnt.example IN A +E(0)K (192.0.2.53)",),
               "10.1.0.23", "xkqzvbnt.example", None, "2026-05-01T10:00:01.123"),
        Sample(("<30>May  1 10:00:01 192.0.2.53 named[1234]: 01-May-2026 10:00:01.123 client "
                "10.1.0.23#57398: UDP: query: xkqzvbnt.example IN A response: NXDOMAIN -A",),
               "10.1.0.23", "xkqzvbnt.example", "NXDOMAIN", "2026-05-01T10:00:01.123"),
        Sample(("2026-05-01T10:00:01.123Z client @0x7f1 10.1.0.23#64727 (xkqzvbnt.example): "
                "view internal: query: xkqzvbnt.example IN A + (192.0.2.53)",
                "2026-05-01T10:00:01.126Z client @0x7f1 10.1.0.23#64727 (xkqzvbnt.example): "
                "view internal: response: xkqzvbnt.example IN A NXDOMAIN +"),
               "10.1.0.23", "xkqzvbnt.example", "NXDOMAIN", "2026-05-01T10:00:01.123"),
    ),
    key=("client", "query"),
)  # fmt: skip

UNBOUND: Final = Grammar(
    "unbound",
    "Unbound `log-queries` and `log-replies`, also by pfSense and OPNsense",
    (
        _line(rf"(?:info|query|reply): (?P<client>{_IP}) (?P<query>\S++) {_TYPE} {_CLASS} "
              r"(?P<rcode>[A-Z]++\d*+) [\d.]++ \d", ANSWERED),
        _line(rf"(?:info|query|reply): (?P<client>{_IP}) (?P<query>\S++) {_TYPE} {_CLASS}$", ASKED),
        _line(rf"info: (?:rpz: applied (?:\[[^\]]{{0,100}}\] )?)?\S++ [a-z_-]++ (?P<client>{_IP})@\d++ "
              rf"(?P<query>\S++) {_TYPE} {_CLASS}$", ANSWERED),
        _line(rf"info: (?:resolving|response for|validate\(\w++\):) (?P<query>\S++) {_TYPE} {_CLASS}",
              NOTE),
    ),
    (
        Sample(("[1777629601] unbound[812:0] info: 10.1.0.23 xkqzvbnt.example. A IN",
                "[1777629601] unbound[812:0] info: 10.1.0.23 xkqzvbnt.example. A IN NXDOMAIN "
                "0.012345 0 103"),
               "10.1.0.23", "xkqzvbnt.example.", "NXDOMAIN"),
        Sample(("May  1 10:00:01 fw unbound: [812:0] reply: 10.1.0.23 a.example. A IN NOERROR "
                "0.000000 1 58",), "10.1.0.23", "a.example.", "NOERROR", "--05-01T10:00:01"),
    ),
    key=("client", "query"),
)  # fmt: skip

DNSCRYPT: Final = Grammar(
    "dnscrypt-proxy",
    "dnscrypt-proxy `query_log` (tsv) and `nx_log`",
    (
        _line(rf"\]\t(?P<client>{_IP})\t(?P<query>\S++)\t{_TYPE}\t(?P<rcode>[A-Z_]++)(?:\t|$)"),
        _line(rf"\]\t(?P<client>{_IP})\t(?P<query>\S++)\t{_TYPE}$"),
    ),
    (
        Sample(("[2026-05-01 10:00:01]\t10.1.0.23\txkqzvbnt.example\tA\tNXDOMAIN\t12ms\tquad9",),
               "10.1.0.23", "xkqzvbnt.example", "NXDOMAIN"),
    ),
)  # fmt: skip

COREDNS: Final = Grammar(
    "coredns",
    "CoreDNS `log`",
    (
        _line(rf'(?P<client>(?:\[[^\]\s]{{1,60}}\]|[0-9.]{{7,15}}):\d{{1,5}}) - \d++ "{_TYPE} {_CLASS} '
              r'(?P<query>\S++) [^"]{1,80}" (?P<rcode>[A-Z-]++)'),
    ),
    (
        Sample(('[INFO] 2026-05-01T10:00:01Z 10.1.0.23:40212 - 41217 "A IN xkqzvbnt.example. udp 41 '
                'false 512" NXDOMAIN qr,rd,ra 106 0.012s',),
               "10.1.0.23", "xkqzvbnt.example.", "NXDOMAIN"),
    ),
)  # fmt: skip

POWERDNS: Final = Grammar(
    "powerdns",
    "PowerDNS server and recursor, dnsdist",
    (
        _line(rf"Remote (?P<client>{_IP}) wants '(?P<query>[^'|]++)\|"),
        _line(rf"question for '(?P<query>[^'|]++)\|[^']{{1,20}}' from (?P<client>{_IP})", ASKED),
        _line(r"answer to question '(?P<query>[^'|]++)\|[^']{1,20}'.{0,300} rcode=(?P<rcode>\d++)",
              ANSWERED),
        _line(rf"Packet from (?P<client>{_IP}) for (?P<query>\S++) {_TYPE} with id"),
    ),
    (
        Sample(("May  1 10:00:01 ns pdns[812]: Remote 10.1.0.23 wants 'xkqzvbnt.example|A', do = 0, "
                "bufsize = 512: packetcache MISS",),
               "10.1.0.23", "xkqzvbnt.example", None, "--05-01T10:00:01"),
        Sample(("May  1 10:00:01 ns pdns_recursor[9]: 2 [1/1] question for 'xkqzvbnt.example|A' from "
                "10.1.0.23:5353",
                "May  1 10:00:01 ns pdns_recursor[9]: 2 [1/1] answer to question "
                "'xkqzvbnt.example|A': 0 answers, 1 additional, took 2 packets, rcode=3"),
               "10.1.0.23", "xkqzvbnt.example", "NXDOMAIN", "--05-01T10:00:01"),
    ),
    key=("query",),
)  # fmt: skip

TECHNITIUM: Final = Grammar(
    "technitium",
    "Technitium DNS server query log",
    (
        _line(r"\[(?P<client>[^\]\s]{3,60})\] \[[A-Za-z]{3,5}\] QNAME: (?P<query>[^\s;]++);"
              r"(?:[^;]{1,60};){2} RCODE: (?P<rcode>\w++)"),
    ),
    (
        Sample(("[2026-05-01 10:00:01 UTC] [10.1.0.23:5353] [UDP] QNAME: xkqzvbnt.example; QTYPE: A; "
                "QCLASS: IN; RCODE: NxDomain; ANSWER: []",),
               "10.1.0.23", "xkqzvbnt.example", "NXDOMAIN"),
    ),
)  # fmt: skip

SMARTDNS: Final = Grammar(
    "smartdns",
    "SmartDNS audit log",
    (
        _line(rf"\] (?P<client>{_IP}) query (?P<query>[^\s,]++), type \d++, time \d++ms"
              r"(?:, speed: [\d.-]++ms)?(?:, group [^\s,]++)?, result (?P<answers>.{0,400})"),
    ),
    (
        Sample(("[2026-05-01 10:00:01,123] 10.1.0.23 query a.example, type 1, time 12ms, speed: 1.0ms, "
                "group default, result 192.0.2.7",),
               "10.1.0.23", "a.example", None, "2026-05-01T10:00:01.123"),
    ),
)  # fmt: skip

MIKROTIK: Final = Grammar(
    "mikrotik",
    "MikroTik RouterOS, topic `dns`",
    (
        _line(r"query from (?P<client>[0-9A-Fa-f.:]{3,45}): #(?P<id>\d++) (?P<query>\S++)", ASKED),
        _line(r"done query: #(?P<id>\d++) (?P<rcode>dns name does not exist|dns server failure)",
              ANSWERED),
        _line(r"done query: #(?P<id>\d++) (?P<query>\S++) (?P<answers>\S++)", ANSWERED, "NOERROR"),
        _line(r"answer to question #(?P<id>\d++)", NOTE),
    ),
    (
        Sample(("May  1 10:00:01 router dns: query from 10.1.0.23: #812 xkqzvbnt.example. A",
                "May  1 10:00:01 router dns: done query: #812 dns name does not exist"),
               "10.1.0.23", "xkqzvbnt.example.", "NXDOMAIN", "--05-01T10:00:01"),
    ),
    key=("id",),
)  # fmt: skip

AZURE_FIREWALL: Final = Grammar(
    "azure-firewall",
    "Azure Firewall DNS proxy (`msg`)",
    (
        _line(rf"DNS Request: (?P<client>{_IP}) - \d++ {_TYPE} {_CLASS} (?P<query>\S++) \S++ \d++ \S++ \d++ "
              r"(?P<rcode>[A-Z]++)"),
    ),
    (
        Sample(("2026-05-01T10:00:01Z DNS Request: 10.1.0.23:41197 - 61211 A IN xkqzvbnt.example. udp 67 "
                "false 512 NXDOMAIN qr,rd,ra 106 0.011s",),
               "10.1.0.23", "xkqzvbnt.example.", "NXDOMAIN"),
    ),
)  # fmt: skip

KNOT: Final = Grammar(
    "knot",
    "Knot Resolver and Knot DNS",
    (
        _line(rf"request (?:by|from) (?P<client>{_IP})(?:[@#]\d++)? for (?P<query>\S++) {_TYPE}\b"),
        _line(rf"\] (?P<query>\S++) {_TYPE} from (?P<client>{_IP})[@#]\d++$"),
        _line(rf"\[(?P<query>[^\]\s]++)\] query, (?:from|remote) (?P<client>{_IP})[@#]\d++"),
    ),
    (
        Sample(("May  1 10:00:01 ns kresd[9]: [reqdbg][policy][36025.00] request by 10.1.0.23 for "
                "xkqzvbnt.example. A",),
               "10.1.0.23", "xkqzvbnt.example.", None, "--05-01T10:00:01"),
        Sample(("2026-05-01T10:00:01+0000 debug: [a.example.] query, from 10.1.0.23@5353, type A",),
               "10.1.0.23", "a.example.", None),
    ),
)  # fmt: skip

RESOLVED: Final = Grammar(
    "systemd-resolved",
    "systemd-resolved at the log level `debug`",
    (
        _line(rf"(?:Looking up RR for|Cache miss for|Regular transaction \d++ for <) ?(?P<query>[^\s<>]++) {_CLASS} {_TYPE}\b", ASKED),
        _line(r"Added (?:positive|success) (?:[a-z]++ )*cache entry for (?P<query>[^\s<>]++) ", ANSWERED, "NOERROR"),
        _line(r"Added (?P<rcode>NXDOMAIN|NODATA) cache entry for (?P<query>[^\s<>]++) ", ANSWERED),
        _line(rf"ransaction \d++ for <(?P<query>[^\s<>]++) {_CLASS} {_TYPE}> on scope \S++ on \S++ now complete with <(?P<rcode>[a-z-]++)>", NOTE),
    ),
    (
        Sample(("May  1 10:00:01 ws7 systemd-resolved[812]: Looking up RR for xkqzvbnt.example IN A.",
                "May  1 10:00:01 ws7 systemd-resolved[812]: Added NXDOMAIN cache entry for xkqzvbnt.example IN ANY 900s"),
               "", "xkqzvbnt.example", "NXDOMAIN", "--05-01T10:00:01"),
    ),
    key=("query",),
)  # fmt: skip

RPZ_MESSAGE: Final = Grammar(
    "rpz-message",
    "RPZ hits in messages of Infoblox (CEF `msg`)",
    (
        _line(r"rpz \S++ (?P<rcode>\S++) rewrite (?P<query>[^\s/\[]++)"),
    ),
    (
        Sample(("rpz QNAME NXDOMAIN rewrite xkqzvbnt.example [A] via xkqzvbnt.example.rpz.example",),
               "", "xkqzvbnt.example", "NXDOMAIN", ""),
    ),
)  # fmt: skip
