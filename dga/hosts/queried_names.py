"""Queries to the names that hosts are judged by: registered names, and names of other roots."""

from __future__ import annotations

import pyarrow.compute as pc

from dga.names import arrow_strings
from dga.names.arrow_strings import Texts
from dga.names.parse_columns import ParsedColumn
from dga.names.top_levels import ALTERNATIVE_ROOTS

BARE = r"^[a-z0-9-]{1,63}$"


def judged_names(queries: Texts) -> list[str]:
    """The name that each query is judged by, "" where it has none.

    That is the registered name. Names under alternative roots that malware uses, which nobody
    registers in the public DNS, are evidence too: their last two labels.

    >>> judged_names(["www.abc.co.uk", "x.ybkgtjtj.bazar", "1.0.0.127.in-addr.arpa"])
    ['abc.co.uk', 'ybkgtjtj.bazar', '']
    """
    parsed = ParsedColumn(arrow_strings.column_of(queries))
    names: list[str] = parsed.registered_name.to_pylist()
    if all(names):
        return names
    hosts = parsed.host.to_pylist()
    return [name or _of_other_root(host) for name, host in zip(names, hosts, strict=True)]


def bare_names(queries: Texts) -> list[str]:
    """The queries of one label alone: a browser's probes, and hosts of a search suffix.

    >>> bare_names(["XQJWKZVB", "wpad.", "www.example.com"])
    ['xqjwkzvb', 'wpad']
    """
    column = arrow_strings.column_of(queries)
    labels = pc.utf8_lower(pc.utf8_rtrim(column, "."))
    return [
        str(label) for label in labels.filter(pc.match_substring_regex(labels, BARE)).to_pylist()
    ]


def _of_other_root(host: str) -> str:
    labels = host.rsplit(".", 2)
    if len(labels) < 2 or labels[-1] not in ALTERNATIVE_ROOTS:
        return ""
    return ".".join(labels[-2:])
