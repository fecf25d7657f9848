"""Names that machines look up but nobody registers: services, reverse addresses, block lists.

Takes normalised host names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dga.names import public_suffix, top_levels

# Transport labels of RFC 6763 and RFC 8552, and the labels of Active Directory.
SERVICE = r"(?:^|\.)_(?:tcp|udp|sctp|dccp|tls|quic|msdcs)\."
_SERVICE = re.compile(SERVICE)
ADDRESS_LABELS = 6  # at least: those of an address, and a zone of two
# An address backwards under a zone that is named as block lists are.
ADDRESS_QUERY = (
    r"^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){4}(?:[a-z0-9_-]+\.)*"
    r"(?:[a-z0-9]*(?:dns[bw]l|rbl|uribl|surbl)[a-z0-9-]*|[bwxsp]bl\d*|zen|spam|blacklist|blocklist)\."
)
_ADDRESS_QUERY = re.compile(ADDRESS_QUERY)


def why_unregistered(labels: Sequence[str]) -> str:
    """The reason why nobody registers a name with these labels; "" if someone could.

    >>> why_unregistered(["_vlmcs", "_tcp"])
    'a service name (_vlmcs._tcp), which clients look up to find a server'
    >>> why_unregistered("2.0.0.127.zen.spamhaus.org".split("."))
    'a block-list look-up (zen.spamhaus.org), which asks about what stands in front'
    """
    if service := _service(labels):
        return f"a service name ({service}), which clients look up to find a server"
    top = labels[-1]
    if top == "arpa":
        return "a reverse look-up or infrastructure name (.arpa), which nobody registers"
    if not top_levels.is_registrable(top):
        return top_levels.why_not_registrable(top)
    if zone := _blocklist(labels):
        return f"a block-list look-up ({zone}), which asks about what stands in front"
    return ""


def _service(labels: Sequence[str]) -> str:
    """The labels that name a service; "" if there are none."""
    if labels[-1].startswith("_") or _SERVICE.search(".".join(labels)):
        named = [label for label in labels if label.startswith("_")]
        return ".".join(named[:3])
    return ""


def _blocklist(labels: Sequence[str]) -> str:
    """The block-list zone that a name queries; "" if it queries none."""
    zones = public_suffix.blocklist_zones()
    for start in range(len(labels) - 1):
        if (zone := ".".join(labels[start:])) in zones:
            return zone
    if len(labels) >= ADDRESS_LABELS and _ADDRESS_QUERY.match(".".join(labels)):
        return ".".join(labels[4:])
    return ""
