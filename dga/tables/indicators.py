"""Convert STIX objects and MISP attributes to rows, one per name.

Other indicators (hashes, files, addresses) become rows too, with their own type.
"""

from __future__ import annotations

import re
from typing import Any

from dga.names.find import names_in
from dga.tables.jsonrows import record, scalar

DOMAIN = "domain"
_CONNECTORS = re.compile(r"\b(?:AND|OR|FOLLOWEDBY)\b|\]")
_NAMING = re.compile(r"[\s\[(]*(?:domain-name|url|hostname|email-addr|x-[\w-]+|network-traffic):")
_OBSERVABLES = frozenset((
    "domain-name", "email-addr", "file", "hostname", "ipv4-addr", "ipv6-addr", "network-traffic",
    "url", "x-hostname", "x-opencti-hostname",
))  # fmt: skip
_STIX_COLUMNS = ("type", "id", "name", "created", "valid_from", "confidence", "labels")
# Types of MISP attributes whose values are names or contain one.
_NAMED_TYPES = frozenset((
    "domain", "domain|ip", "hostname", "hostname|port", "url", "uri", "email", "email-src",
    "email-dst", "dns-soa-email", "whois-registrant-email", "ip-dst", "ip-src", "ip-dst|port",
    "ip-src|port",
))  # fmt: skip


def stix_rows(item: Any) -> list[dict[str, str]]:
    """The rows of an object in a STIX bundle: an indicator, an observable or observed data.

    >>> stix_rows({"type": "domain-name", "id": "1", "value": "a.com"})
    [{'domain': 'a.com', 'type': 'domain-name', 'id': '1'}]
    """
    if not isinstance(item, dict):
        return []
    about = {key: scalar(item[key]) for key in _STIX_COLUMNS if item.get(key)}
    kind = item.get("type")
    if kind == "indicator":
        pattern = scalar(item.get("pattern"))
        return [{DOMAIN: name, **about, "pattern": pattern} for name in _pattern_names(pattern)]
    if kind == "observed-data" and isinstance(item.get("objects"), dict):
        return [row for inner in item["objects"].values() for row in stix_rows(inner)]
    if kind in _OBSERVABLES:
        value = scalar(item.get("value", item.get("name")))
        return [{DOMAIN: name, **about} for name in names_in(value) or [value]]
    return []


def attribute_rows(item: Any) -> list[dict[str, str]]:
    """The rows of a MISP attribute; the domain is blank if it names no host."""
    if not isinstance(item, dict):
        return []
    fields = record(item)
    fields.pop(DOMAIN, None)
    value, kind = fields.get("value", ""), fields.get("type", "")
    names = names_in(value) or [value] if kind in _NAMED_TYPES else [""]
    return [{DOMAIN: name, **fields} for name in names]


def _pattern_names(pattern: str) -> list[str]:
    """The names in a STIX pattern; the pattern itself if it has none."""
    parts = (part for part in _CONNECTORS.split(pattern) if _NAMING.match(part))
    names = [name for part in parts for name in names_in(part.partition(":")[2])]
    return list(dict.fromkeys(names)) or [pattern]
