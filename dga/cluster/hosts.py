"""Count the events of logs by host on a cluster: each file in a worker, then a shuffle by client.

One worker adds up all counts of a client. The caller receives the sums, a row per client, day and
name, and tests the hosts.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from distributed import Client, Future, as_completed

from dga.cluster import partitions
from dga.cluster.files import RETRIES
from dga.cluster.partitions import Partition
from dga.cluster.sources import opened
from dga.errors import DGAError, FeedError, told
from dga.hosts import shards
from dga.hosts.ledger import Ledger, Totals
from dga.hosts.score_hosts import count
from dga.logs.events import read_events
from dga.progress import ShouldStop, never

SHARDS_A_WORKER = 2
MOST_SHARDS = 64


@dataclass(frozen=True)
class CountedFile:
    """A summary of one log; `problem` is "" if it could be read."""

    source: str
    totals: Totals = field(default_factory=Totals)
    has_client: bool = False
    read_as: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class CountedLogs:
    """The counts of all readable logs, and each log's summary, in the order of the files."""

    ledger: Ledger
    files: tuple[CountedFile, ...]

    @property
    def failed(self) -> list[CountedFile]:
        """The logs that could not be read."""
        return [file for file in self.files if file.problem]

    @property
    def has_client(self) -> bool:
        """Whether any log has clients."""
        return any(file.has_client for file in self.files)


def count_logs(
    client: Client,
    sources: Iterable[str],
    *,
    roles: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    on_file: Callable[[int, int], None] = lambda done, total: None,
    should_stop: ShouldStop = never,
) -> CountedLogs:
    """Count the events of logs by client, day and registered name.

    `sources`: paths, folders, patterns and URLs, as `score_files` takes them. A log that cannot be
    read is told in the result and fails nobody else; FeedError where none can. `day_first`: whether
    dates such as 1/5/2026 begin with the day, None to see it from each log. `on_file`: how many are
    counted, and of how many.
    """
    found = partitions.find(sources, "")
    buckets = min(MOST_SHARDS, SHARDS_A_WORKER * len(client.nthreads()))
    counted = [
        client.submit(
            count_file,
            part,
            number,
            dict(roles or {}),
            buckets,
            day_first,
            pure=False,
            retries=RETRIES,
        )
        for number, part in enumerate(found)
    ]
    for done, _ in enumerate(as_completed(counted), 1):
        on_file(done, len(found))
        if should_stop():
            client.cancel(counted)
            raise KeyboardInterrupt
    files = tuple(_told(client, future, part) for future, part in zip(counted, found, strict=True))
    readable = [future for future, file in zip(counted, files, strict=True) if not file.problem]
    if not readable:
        raise FeedError(f"none of {len(files):,} files could be read; {files[0].problem}")
    return CountedLogs(_ledger(client, readable, buckets, files), files)


def count_file(
    part: Partition,
    number: int,
    roles: Mapping[str, str],
    buckets: int,
    day_first: bool | None = None,
) -> tuple[CountedFile | shards.Shard, ...]:
    """Count one log, in a worker: its summary, then its shards; a problem with the log becomes its
    summary, not an error."""
    try:
        with opened(part.source) as source:
            events = read_events(source, roles=roles, name=part.source, day_first=day_first)
            ledger = count(events.batches())
    except DGAError as error:
        return (CountedFile(part.source, problem=str(error)),)
    except OSError as error:
        return (CountedFile(part.source, problem=told(error)),)
    file = CountedFile(
        part.source,
        ledger.totals(),
        events.description.has_client,
        tuple(events.description.sentences()),
    )
    return (file, *shards.split(ledger, number, buckets))


def _told(client: Client, counted: Future[Any], part: Partition) -> CountedFile:
    """The summary of a counted file."""
    first = client.submit(operator.getitem, counted, 0, pure=False)
    if (error := first.exception()) is None:
        return cast(CountedFile, first.result())
    problem = f"{type(error).__name__}: {error}"
    return CountedFile(part.source, problem=problem.splitlines()[0][:500])


def _ledger(
    client: Client, counted: Sequence[Future[Any]], buckets: int, files: Iterable[CountedFile]
) -> Ledger:
    """Add up each client's counts in one worker, and fetch the sums."""
    added_up: list[Any] = []
    for bucket in range(1, buckets + 1):
        parts = [client.submit(operator.getitem, one, bucket, pure=False) for one in counted]
        added_up.append(client.submit(shards.added_up, parts, pure=False))
    return shards.ledger_of(client.gather(added_up), (file.totals for file in files))
