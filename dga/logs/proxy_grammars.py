# ruff: noqa: E501  (patterns and sample lines stay as servers write them)
"""Line grammars of proxies and firewalls, which name a URL or host: rows of `grammars.GRAMMARS`."""

from __future__ import annotations

from typing import Final

from dga.logs import grammar as parts
from dga.logs.grammar import Grammar, Sample

_IP, _line = parts.IP, parts.line_pattern

SQUID: Final = Grammar(
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

WEB_PROXY: Final = Grammar(
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

CISCO_ASA: Final = Grammar(
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

HAPROXY: Final = Grammar(
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

MERAKI: Final = Grammar(
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
