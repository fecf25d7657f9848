"""The names of formats for pages and messages."""

from __future__ import annotations

from typing import Final

from dga.tables.lists import LISTS

TITLES: Final = {
    "csv": "delimited table",
    "list": "plain list",
    "spaced": "table with spaces between its columns",
    "hosts": "hosts file",
    "zone": "zone file",
    "markdown": "Markdown table",
    "fixed-width": "table of columns of fixed width",
    "text": "text with names in it",
    "zeek": "Zeek DNS log",
    "zeek-json": "Zeek DNS log as JSON",
    "suricata-eve": "Suricata EVE log",
    "json": "JSON array",
    "json-lines": "JSON lines",
    "json-document": "JSON document",
    "json-objects": "JSON objects",
    "stix": "STIX bundle",
    "misp": "MISP event",
    "parquet": "Parquet",
    "several": "several files of different layouts",
    **{kind.name: kind.title for kind in LISTS},
}


def title(format: str) -> str:
    """A format's name in words; its own name if it is not listed.

    >>> title("hosts"), title("dnsmasq")
    ('hosts file', 'dnsmasq')
    """
    return TITLES.get(format, format)
