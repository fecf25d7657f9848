"""GRAMMARS: every line grammar of servers that write text, in the order in which they are tried.

A pattern starts with a fixed text, is searched in the line, and names its groups after roles; what
stands before it is the line's head, from which `dga.logs.heads` takes the time. Repeats are
possessive (`++`) or bounded, so that matching is linear in the line. `dga.logs.text_log` reads
with them, docs/formats.md is generated from the samples, and the tests read every sample.
"""

from __future__ import annotations

from typing import Final

from dga.logs import packet_grammars as packets
from dga.logs import proxy_grammars as proxies
from dga.logs import resolver_grammars as resolvers
from dga.logs import windows_grammars as windows
from dga.logs.appliance_grammars import APPLIANCES
from dga.logs.grammar import Grammar

GRAMMARS: Final[tuple[Grammar, ...]] = (
    resolvers.DNSMASQ, resolvers.BIND, windows.DEBUG_LOG, resolvers.UNBOUND, resolvers.DNSCRYPT,
    packets.DNSTAP, resolvers.COREDNS, resolvers.POWERDNS, resolvers.TECHNITIUM, packets.TCPDUMP,
    packets.DNSCAP, packets.TSHARK, packets.SURICATA, packets.PASSIVEDNS, resolvers.MIKROTIK,
    proxies.SQUID, proxies.WEB_PROXY, proxies.CISCO_ASA, proxies.HAPROXY, resolvers.SMARTDNS,
    proxies.MERAKI, resolvers.AZURE_FIREWALL, resolvers.KNOT, resolvers.RESOLVED, windows.ANALYTIC,
    windows.CLIENT, windows.HAYABUSA, windows.SYSMON, packets.DIG_MESSAGE, resolvers.RPZ_MESSAGE,
    *APPLIANCES,
)  # fmt: skip
