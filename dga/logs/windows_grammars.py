# ruff: noqa: E501  (patterns and sample lines stay as servers write them)
"""Line grammars of Windows: its DNS server, its DNS client, Sysmon; rows of `grammars.GRAMMARS`."""

from __future__ import annotations

from typing import Final

from dga.logs import grammar as parts
from dga.logs.grammar import ANSWERED, ASKED, NOTE, Grammar, Sample

_line = parts.line_pattern

DEBUG_LOG: Final = Grammar(
    "windows-dns-debug",
    "Windows DNS server debug log",
    (
        _line(r"Rcv (?P<client>\S++) +(?P<id>[0-9A-Fa-f]{4}) {1,4}[QNU?] \[[0-9A-Fa-f]{4} [^\]]{0,40}\]"
              r" \S++ +(?P<query>\S(?:.{0,1200}?\(0\)|.{0,1200}))", ASKED),
        _line(r"Snd (?P<client>\S++) +(?P<id>[0-9A-Fa-f]{4}) {1,4}R {1,4}[QNU?] \[[0-9A-Fa-f]{4} {1,8}"
              r"(?:[A-Z]{1,2} {1,8}){0,4}(?P<rcode>[A-Z]{3,})\] \S++ +(?P<query>\S(?:.{0,1200}?\(0\)|.{0,1200}))",
              ANSWERED),
        _line(r"(?:Snd|Rcv) \S++ +[0-9A-Fa-f]{4} [^\[]{1,8}\[[^\]]{0,40}\] \S++ +(?P<query>\S(?:.{0,1200}?\(0\)|.{0,1200}))",
              NOTE),
        _line(r"^(?:UDP|TCP) (?:question|response) info at [0-9A-Fa-f]{8,}", NOTE),
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
        Sample(("5/1/2026 10:00:01 AM 0E5C PACKET  000000D5C8E4F0A0 UDP Rcv 10.1.0.23       7c0d "
                "  Q [0001   D   NOERROR] A      (1)a(7)example(0)",
                "UDP question info at 000000D5C8E4F0A0",
                "  Message:",
                "    QUESTION SECTION:",
                '    Name      "(1)a(7)example(0)"'),
               "10.1.0.23", "a.example", None),
    ),
    key=("client", "id"),
    preamble=True,
    folded=True,
)  # fmt: skip

ANALYTIC: Final = Grammar(
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

CLIENT: Final = Grammar(
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

HAYABUSA: Final = Grammar(
    "hayabusa",
    "Hayabusa's details of Sysmon event 22",
    (
        _line(r"Query: (?P<query>\S++) ¦ Result: (?P<answers>[^¦]{0,400}) ¦ Proc: (?P<process>[^¦]{0,300}?) ¦"),
    ),
    (
        Sample(("Query: xkqzvbnt.example ¦ Result: - ¦ Proc: C:/x.exe ¦ PID: 8",), "", "xkqzvbnt.example", None, ""),
    ),
)  # fmt: skip

SYSMON: Final = Grammar(
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
