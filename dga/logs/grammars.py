# ruff: noqa: E501  (patterns and sample lines stay as servers write them)
"""Line grammars of servers that write text: one row of GRAMMARS a layout.

A pattern starts with a fixed text, is searched in the line, and names its groups after roles; what
stands before it is the line's head, from which `dga.logs.heads` takes the time. Repeats are
possessive (`++`) or bounded, so that matching is linear in the line. `dga.logs.text_log` reads
with them, docs/formats.md is generated from the samples, and the tests read every sample.
"""

from __future__ import annotations

from typing import Final

from dga.logs import grammar as parts
from dga.logs.appliance_grammars import APPLIANCES
from dga.logs.grammar import ANSWERED, ASKED, EVENT, NOTE, Grammar, LinePattern, Sample

__all__ = ["ANSWERED", "ASKED", "EVENT", "GRAMMARS", "NOTE", "Grammar", "LinePattern", "Sample"]
_IP, _TYPE, _CLASS, _line = parts.IP, parts.TYPE, parts.CLASS, parts.line_pattern
_BIND_CLIENT = rf"client (?:@0x[0-9A-Fa-f]++ )?(?P<client>{_IP})#\d++[^:]{{0,300}}: (?:(?:view [^:]{{1,100}}|[A-Z]{{3}}): )?"

_DNSMASQ = Grammar(
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

_CISCO = Grammar(
    "cisco-asa",
    "Cisco ASA, message 304001",
    (
        _line(r"%ASA-\d-30400\d: (?P<client>[0-9A-Fa-f.:]{3,45}) Accessed (?:JAVA )?URL "
              r"[^\s:]{3,45}:(?P<query>\S++)"),
    ),
    (
        Sample(("May 01 2026 10:00:01 fw1 : %ASA-5-304001: 10.1.0.23 Accessed URL "
                "192.0.2.7:http://a.example/index.html",),
               "10.1.0.23", "http://a.example/index.html", None),
    ),
)  # fmt: skip

_BIND = Grammar(
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

_WINDOWS = Grammar(
    "windows-dns-debug",
    "Windows DNS server debug log",
    (
        _line(r"Rcv (?P<client>\S++) +(?P<id>[0-9A-Fa-f]{4}) {1,4}[QNU?] \[[0-9A-Fa-f]{4} [^\]]{0,40}\]"
              r" \S++ +(?P<query>\S.{0,1200})", ASKED),
        _line(r"Snd (?P<client>\S++) +(?P<id>[0-9A-Fa-f]{4}) {1,4}R {1,4}[QNU?] \[[0-9A-Fa-f]{4} {1,8}"
              r"(?:[A-Z]{1,2} {1,8}){0,4}(?P<rcode>[A-Z]{3,})\] \S++ +(?P<query>\S.{0,1200})",
              ANSWERED),
        _line(r"(?:Snd|Rcv) \S++ +[0-9A-Fa-f]{4} [^\[]{1,8}\[[^\]]{0,40}\] \S++ +(?P<query>\S.{0,1200})",
              NOTE),
    ),
    (
        Sample(("5/1/2026 10:00:01 AM 0E5C PACKET  000000D5C8E4F0A0 UDP Rcv 10.1.0.23       7c0d "
                "  Q [0001   D   NOERROR] A      (8)xkqzvbnt(7)example(0)",
                "5/1/2026 10:00:01 AM 0E5C PACKET  000000D5C8E4F0A0 UDP Snd 10.1.0.23       7c0d "
                "R Q [8385 A DR NXDOMAIN] A      (8)xkqzvbnt(7)example(0)"),
               "10.1.0.23", "xkqzvbnt.example", "NXDOMAIN"),
        Sample(("01.05.2026 10:00:01 0E5C PACKET  000000D5C8E4F0A0 UDP Snd 10.1.0.23       7c0d "
                "R Q [8081   DR  NOERROR] A      (1)a(7)example(0)",),
               "10.1.0.23", "a.example", "NOERROR"),
    ),
    key=("client", "id"),
    preamble=True,
)  # fmt: skip

_UNBOUND = Grammar(
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

_DNSCRYPT = Grammar(
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

_DNSTAP = Grammar(
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

_COREDNS = Grammar(
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

_POWERDNS = Grammar(
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

_TECHNITIUM = Grammar(
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

_TCPDUMP = Grammar(
    "tcpdump",
    "tcpdump's lines of DNS packets",
    (
        _line(r"(?: IP6?|^ {3}) (?P<client>\S{2,200})\.\d{1,5} > \S{2,200}\.(?:53|domain): (?P<id>\d++)[^\s]{0,3}"
              r"(?: \[[^\]]{1,20}\])? [A-Z0-9]{1,10}\? (?P<query>\S++) ", ASKED),
        _line(r"(?: IP6?|^ {3}) \S{2,200}\.(?:53|domain) > (?P<client>\S{2,200})\.\d{1,5}: (?P<id>\d++)[^\s]{0,4} "
              r"(?P<rcode>[A-Z][A-Za-z]{2,12})", ANSWERED),
        _line(r"(?: IP6?|^ {3}) \S{2,200}\.(?:53|domain) > (?P<client>\S{2,200})\.\d{1,5}: (?P<id>\d++)[^\s]{0,4} "
              r"\d++/\d++/\d++(?P<answers>.{0,400})", ANSWERED, "NOERROR"),
    ),
    (
        Sample(("2026-05-01 10:00:01.123456 IP 10.1.0.23.54321 > 192.0.2.53.53: 1234+ A? "
                "xkqzvbnt.example. (32)",
                "2026-05-01 10:00:01.125456 IP 192.0.2.53.53 > 10.1.0.23.54321: 1234 NXDomain 0/1/0 "
                "(110)"),
               "10.1.0.23", "xkqzvbnt.example.", "NXDOMAIN", "2026-05-01T10:00:01.123456"),
    ),
    key=("client", "id"),
)  # fmt: skip

_TSHARK = Grammar(
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

_SURICATA = Grammar(
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

_PASSIVEDNS = Grammar(
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

_MIKROTIK = Grammar(
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

_SQUID = Grammar(
    "squid",
    "Squid `access.log` (native)",
    (
        _line(rf" +\d++ (?P<client>{_IP}) [A-Z_]++/\d{{3}} \d++ [A-Z]++ (?P<query>\S++) "),
    ),
    (
        Sample(("1777629601.123    200 10.1.0.23 TCP_MISS/200 1234 GET http://a.example/index.html - "
                "DIRECT/192.0.2.7 text/html",),
               "10.1.0.23", "http://a.example/index.html", None, "2026-05-01T10:00:01.123"),
        Sample(("1777629601.123   8200 10.1.0.23 TCP_TUNNEL/200 5234 CONNECT a.example:443 - "
                "HIER_DIRECT/192.0.2.7 -",),
               "10.1.0.23", "a.example:443", None, "2026-05-01T10:00:01.123"),
    ),
)  # fmt: skip

_PROXY = Grammar(
    "web-proxy",
    "Common and combined log of a proxy (Apache, nginx, Squid)",
    (
        _line(r'\] "CONNECT (?P<query>[^\s"]++) HTTP/'),
        _line(r'\] "[A-Z]{3,10} (?P<query>[a-z]{3,5}://[^\s"]++) HTTP/'),
    ),
    (
        Sample(('10.1.0.23 - - [01/May/2026:10:00:01 +0000] "GET http://a.example/ HTTP/1.1" 200 512',),
               "10.1.0.23", "http://a.example/", None),
    ),
)  # fmt: skip

_HAPROXY = Grammar(
    "haproxy",
    "HAProxy `httplog` with the captured Host header",
    (
        _line(r"haproxy\[\d++\]: (?P<client>[0-9A-Fa-f.:]{3,45}):\d++ \[[^\]]{10,40}\] [^{]{10,300} "
              r"\{(?P<query>[^|}\s]++)[|}]"),
    ),
    (
        Sample(("May  1 10:00:01 lb1 haproxy[99]: 10.1.0.23:5353 [01/May/2026:10:00:01.123] fe be/s1 0/0/1/2/3 200 99 "
                '- - ---- 1/1/0/0/0 0/0 {a.example} "GET / HTTP/1.1"',),
               "10.1.0.23", "a.example", None, "--05-01T10:00:01"),
    ),
)  # fmt: skip

_SMARTDNS = Grammar(
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

_MERAKI = Grammar(
    "meraki",
    "Cisco Meraki, `urls` events",
    (
        _line(r" urls src=(?P<client>\S++) dst=\S++ (?:mac=\S++ )?(?:agent='[^']{0,300}' )?"
              r"request: \S++ (?P<query>\S++)"),
    ),
    (
        Sample(("1777629601.123 MX84 urls src=10.1.0.23:5353 dst=192.0.2.7:443 mac=00:00:5E:00:53:01 "
                "request: UNKNOWN https://a.example/...",),
               "10.1.0.23", "https://a.example/...", None, "2026-05-01T10:00:01.123"),
    ),
)  # fmt: skip

_AZURE_FIREWALL = Grammar(
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

_KNOT = Grammar(
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

_RESOLVED = Grammar(
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

_WINDOWS_CLIENT = Grammar(
    "windows-dns-client",
    "Windows DNS client events 3006, 3008, 3020 (message text)",
    (
        _line(r"DNS query is completed for the name (?P<query>[^\s,]++), .{0,200}? with status (?P<rcode>\d++)"
              r"(?:\s++Results (?P<answers>.{0,400}+))?"),
        _line(r"DNS Query response for name (?P<query>[^\s,]++), .{0,300}? with status (?P<rcode>\d++)", NOTE),
        _line(r"DNS query is called for the name (?P<query>[^\s,]++), ", NOTE),
    ),
    (
        Sample(("2026-05-01 10:00:01 DNS query is completed for the name xkqzvbnt.example, type 1, query options "
                "1073766400 with status 9003 Results ",),
               "", "xkqzvbnt.example", "NXDOMAIN"),
    ),
)  # fmt: skip

_HAYABUSA = Grammar(
    "hayabusa",
    "Hayabusa's details of Sysmon event 22",
    (
        _line(r"Query: (?P<query>\S++) ¦ Result: (?P<answers>[^¦]{0,400}) ¦ Proc: (?P<process>[^¦]{0,300}?) ¦"),
    ),
    (
        Sample(("Query: xkqzvbnt.example ¦ Result: - ¦ Proc: C:/x.exe ¦ PID: 8",), "", "xkqzvbnt.example", None, ""),
    ),
)  # fmt: skip

_WINDOWS_ANALYTIC = Grammar(
    "windows-dns-analytic",
    "Windows DNS server analytic events (message text)",
    (
        _line(r"QUERY_RECEIVED: .{0,200}?Source=(?P<client>[^\s;]++);.{0,300}? QNAME=(?P<query>[^\s;]++);"
              r".{0,100}? XID=(?P<id>\d++)", ASKED),
        _line(r"RESPONSE_\w++: .{0,200}?Destination=(?P<client>[^\s;]++);.{0,300}? QNAME=(?P<query>[^\s;]++);"
              r".{0,100}? XID=(?P<id>\d++);.{0,100}? RCODE=(?P<rcode>\d++)", ANSWERED),
    ),
    (
        Sample(("2026-05-01 10:00:01 QUERY_RECEIVED: TCP=0; InterfaceIP=192.0.2.53; Source=10.1.0.23; RD=1; "
                "QNAME=xkqzvbnt.example.; QTYPE=1; XID=812; Port=5353; Flags=256",
                "2026-05-01 10:00:01 RESPONSE_FAILURE: TCP=0; InterfaceIP=192.0.2.53; Destination=10.1.0.23; AA=0; "
                "AD=0; QNAME=xkqzvbnt.example.; QTYPE=1; XID=812; DNSSEC=0; RCODE=3; Port=5353"),
               "10.1.0.23", "xkqzvbnt.example.", "NXDOMAIN"),
    ),
    key=("client", "id"),
)  # fmt: skip

_SYSMON = Grammar(
    "sysmon-message",
    "Sysmon event 22 as message text (Event Viewer)",
    (
        _line(r"QueryName: (?P<query>\S++)\s++QueryStatus: '?(?P<rcode>\d++)'?"
              r"(?:\s++QueryResults: (?P<answers>[^\r\n]{0,400}+))?(?:\s++Image: (?P<process>[^\r\n]{0,300}+))?"),
    ),
    (
        Sample(("Dns query: RuleName: - UtcTime: 2026-05-01 10:00:01.000 ProcessId: 8 "
                "QueryName: xkqzvbnt.example QueryStatus: 9003 QueryResults: - ",),
               "", "xkqzvbnt.example", "NXDOMAIN"),
    ),
)  # fmt: skip

_DIG_MESSAGE = Grammar(
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

_RPZ_MESSAGE = Grammar(
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

GRAMMARS: Final = (
    _DNSMASQ, _BIND, _WINDOWS, _UNBOUND, _DNSCRYPT, _DNSTAP, _COREDNS, _POWERDNS, _TECHNITIUM,
    _TCPDUMP, _TSHARK, _SURICATA, _PASSIVEDNS, _MIKROTIK, _SQUID, _PROXY, _CISCO,
    _HAPROXY, _SMARTDNS, _MERAKI, _AZURE_FIREWALL, _KNOT, _RESOLVED, _WINDOWS_ANALYTIC, _WINDOWS_CLIENT, _HAYABUSA, _SYSMON, _DIG_MESSAGE, _RPZ_MESSAGE, *APPLIANCES,
)  # fmt: skip
