"""Which column of a log tells who asked: by its name, by private addresses, by a machine's name.

Columns and sample rows in, a choice with its reason out. The names are in `field_names`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import pandas as pd

from dga.logs import field_names as names
from dga.logs.paths import (
    MOSTLY,
    NEARLY_ALL,
    Choice,
    client_address,
    filled_cells,
    is_address,
    named_columns,
    path_endings,
    share_of,
    words_of,
)

_PRIVATE = tuple(map(ipaddress.ip_network, (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
    "fc00::/7", "fe80::/10",
)))  # fmt: skip


def choose_client(columns: list[str], rows: pd.DataFrame) -> Choice | None:
    """Choose the column of who asked; None if no column tells that.

    An address comes before a machine's name, unless it is the same in rows of several machines.
    """
    if choice := _beside_the_server(columns, rows):
        return choice
    if named := [c for c in named_columns(columns, names.CLIENT_NAMES) if _is_client(c, rows)]:
        column = _inner(named[0], columns, rows)
        return Choice((column,), f"its name, {column!r}, is one of a client's address")
    machines = [c for c in named_columns(columns, names.CLIENT_MACHINES) if _is_machine(c, rows)]
    held = [c for c in columns if _could_be_asking(c, rows)]
    least = len(set(filled_cells(rows[machines[0]]))) if machines else 1
    if private := [c for c in held if _tells_clients(c, rows, least)]:
        return Choice((_most_distinct(private, rows),), "it holds the private addresses of clients")
    if machines:
        reason = f"its name, {machines[0]!r}, is one of the machine that asked"
        return Choice((machines[0],), reason)
    if machines := [c for c in columns if _is_workstation(c, rows)]:
        return Choice((machines[0],), f"{machines[0]!r} holds the machines that asked")
    if held := [c for c in held if _is_made_up(c) or names.CLIENT_WORDS & words_of(c)]:
        return Choice((_most_distinct(held, rows),), "it holds the addresses of clients")
    return _remote(columns, rows)


def _is_client(column: str, rows: pd.DataFrame) -> bool:
    """Whether a column that is named for clients holds their addresses."""
    filled = filled_cells(rows[column])
    told = share_of(filled, _is_address) >= MOSTLY and not _is_translated(column, filled)
    return told and not _is_an_answer(column, filled, rows)


def _inner(column: str, columns: list[str], rows: pd.DataFrame) -> str:
    """The address within the network where a client's column tells the one that others see."""
    seen = filled_cells(rows[column])
    if share_of(seen, is_private) >= MOSTLY:
        return column
    for other in columns:
        inner = bool(names.INNER_WORDS & words_of(other)) and _could_be_asking(other, rows)
        if inner and _tells_clients(other, rows, len(set(seen))):
            return other
    return column


def _is_machine(column: str, rows: pd.DataFrame) -> bool:
    """Whether a column that is named for machines tells those that asked; full names have one
    parent."""
    filled = filled_cells(rows[column])
    if names.SERVER_WORDS & words_of(column):
        return False
    parents = {name.partition(".")[2] for name in filled}
    return bool(filled) and (path_endings(column)[0] != "fqdn" or len(parents) == 1)


def _could_be_asking(column: str, rows: pd.DataFrame) -> bool:
    """Whether a column holds addresses that are no answers, no servers and no translated ones."""
    filled = filled_cells(rows[column])
    if share_of(filled, is_address) < NEARLY_ALL or _is_translated(column, filled):
        return False
    return not named_columns([column], names.ANSWER_NAMES + names.PEERS)


def _tells_clients(column: str, rows: pd.DataFrame, least: int) -> bool:
    """Whether a column holds private addresses in nearly all rows, at least so many distinct."""
    filled = filled_cells(rows[column])
    if share_of(filled, is_private) < MOSTLY or len(filled) < NEARLY_ALL * len(rows):
        return False
    distinct = len(set(filled))
    hinted = _is_made_up(column) or bool(names.CLIENT_WORDS & words_of(column))
    return distinct >= least and (hinted or distinct > 1)


def _is_an_answer(column: str, filled: Sequence[str], rows: pd.DataFrame) -> bool:
    """Whether a column that is named `ip` or the like tells what a name resolved to."""
    surer = [name for name in names.CLIENT_NAMES if name not in names.CLIENT_OR_ANSWER]
    if not named_columns([column], names.CLIENT_OR_ANSWER) or named_columns([column], surer):
        return False
    asked = named_columns(list(rows.columns), names.QUERY_TYPES)
    return not asked and share_of(filled, is_private) < MOSTLY


def _is_workstation(column: str, rows: pd.DataFrame) -> bool:
    """Whether a column holds names of several machines of few parents, and is named so."""
    filled = filled_cells(rows[column])
    parents = {name.partition(".")[2] for name in filled}
    alike = len(set(filled)) > 1 and len(parents) == 1 and "." in parents.pop()
    hinted = bool(names.CLIENT_WORDS & words_of(column))
    return hinted and alike and not any("@" in name or "/" in name for name in filled)


def _is_made_up(column: str) -> bool:
    return column.startswith("column_")


def _most_distinct(columns: Sequence[str], rows: pd.DataFrame) -> str:
    return max(columns, key=lambda column: len(set(filled_cells(rows[column]))))


def _remote(columns: list[str], rows: pd.DataFrame) -> Choice | None:
    """The other end of a server's messages, where several private addresses are there."""
    for column in named_columns(columns, names.REMOTE):
        filled = filled_cells(rows[column])
        if len(set(filled)) > 1 and share_of(filled, is_private) >= NEARLY_ALL:
            reason = f"the other end of the server's messages, {column!r}, is private"
            return Choice((column,), reason)
    return None


def _beside_the_server(columns: list[str], rows: pd.DataFrame) -> Choice | None:
    """The other end of a look-up where a column tells the server's own address."""
    server = named_columns(columns, names.SERVER_ADDRESS)
    ends = [c for c in named_columns(columns, names.SERVER_PEERS) if c not in server]
    for column in ends if server else []:
        if share_of(filled_cells(rows[column]), _is_address) >= MOSTLY:
            return Choice((column,), f"{server[0]!r} is the server, {column!r} who asked it")
    return None


def _is_translated(column: str, filled: Sequence[str]) -> bool:
    """Whether a column tells no client: addresses behind a NAT, or of nobody."""
    return bool(named_columns([column], names.TRANSLATED)) or all(map(_is_nowhere, filled))


def _is_nowhere(text: str) -> bool:
    """Whether an address is that of a block list: unspecified or the machine's own."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return False
    return address.is_unspecified or address.is_loopback


def _is_address(text: str) -> bool:
    return is_address(client_address(text))


def is_private(text: str) -> bool:
    """Whether an address is one of a network of its own: private, shared or link-local."""
    try:
        address = ipaddress.ip_address(client_address(text))
    except ValueError:
        return False
    return any(address in network for network in _PRIVATE if network.version == address.version)
