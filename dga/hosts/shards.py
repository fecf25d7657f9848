"""Counts of events in parts by client, which other processes add up: the shuffle of a cluster.

Each client's counts of all sources come together in one shard. Texts keep the rank of their first
appearance, so that the ledger in the end is the one that a single process would have counted.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dga.hosts.ledger import DAY_BITS, NAME_BITS, Counts, Ledger, Numbers, Totals, add_up

Places = npt.NDArray[np.int64]
SOURCE_BITS = 32  # of a rank lie behind the number of its source


@dataclass(frozen=True)
class Shard:
    """Counts whose clients and names are places in `clients` and `names`; `client_rank`,
    `name_rank` say where each was met first, source before source."""

    clients: Sequence[str]
    client_rank: Places
    names: Sequence[str]
    name_rank: Places
    counts: Counts


def split(ledger: Ledger, source: int, shards: int) -> list[Shard]:
    """A source's counts in so many shards; `source` is its number in the order of all."""
    counts, clients = ledger.counted(), ledger.clients.texts
    shard_of = np.array([_shard(client, shards) for client in clients], dtype=np.int64)
    return [_part(ledger, counts, shard_of, number, source) for number in range(shards)]


def added_up(shards: Iterable[Shard]) -> Shard:
    """Shards of the same clients, from several sources, as one."""
    clients, names, parts = Numbers(), Numbers(), []
    ranks: tuple[list[Places], list[Places]] = [], []
    for shard in shards:
        client, name = clients.of(shard.clients), names.of(shard.names)
        parts.append(_numbered(shard.counts, client, name))
        ranks[0].append(np.stack([client, shard.client_rank]))
        ranks[1].append(np.stack([name, shard.name_rank]))
    first = (_first(ranks[0], len(clients)), _first(ranks[1], len(names)))
    return Shard(clients.texts, first[0], names.texts, first[1], add_up(parts))


def ledger_of(shards: Iterable[Shard], totals: Iterable[Totals]) -> Ledger:
    """All shards, and the totals of all sources, as one ledger; its clients and names are in the
    order in which they were met."""
    whole = added_up(shards)
    ledger = Ledger()
    client, name = (np.argsort(rank) for rank in (whole.client_rank, whole.name_rank))
    ledger.clients.of([whole.clients[place] for place in client.tolist()])
    ledger.names.of([whole.names[place] for place in name.tolist()])
    ledger.take_up(_numbered(whole.counts, np.argsort(client), np.argsort(name)), totals)
    return ledger


def _shard(client: str, shards: int) -> int:
    return zlib.crc32(client.encode("utf-8", "surrogatepass")) % shards


def _part(ledger: Ledger, counts: Counts, shard_of: Places, number: int, source: int) -> Shard:
    """The clients of one shard with their counts."""
    clients = np.flatnonzero(shard_of == number)
    rows = counts.take(np.flatnonzero(shard_of[counts.client] == number))
    names = np.unique(rows.name)
    places = (np.zeros(len(shard_of), np.int64), np.zeros(len(ledger.names), np.int64))
    places[0][clients], places[1][names] = np.arange(len(clients)), np.arange(len(names))
    return Shard(
        [ledger.clients.texts[place] for place in clients.tolist()],
        (source << SOURCE_BITS) | clients,
        [ledger.names.texts[place] for place in names.tolist()],
        (source << SOURCE_BITS) | names,
        _numbered(rows, *places),
    )


def _numbered(counts: Counts, client: Places, name: Places) -> Counts:
    """Counts under other numbers: `client` and `name` give the new one of each."""
    key = (((client[counts.client] << DAY_BITS) | counts.day) << NAME_BITS) | name[counts.name]
    return replace(counts, key=key)


def _first(ranks: Sequence[npt.NDArray[Any]], texts: int) -> Places:
    """The smallest rank of each text."""
    found = np.full(texts, np.iinfo(np.int64).max)
    for place, rank in ranks:
        np.minimum.at(found, place, rank)
    return found
