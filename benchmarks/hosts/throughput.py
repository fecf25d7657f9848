"""Events a second and memory, of a log of many clients that is made in memory a batch at a time."""

from __future__ import annotations

import datetime as dt
import resource
import time
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from dga.generators import FAMILIES, at_most
from dga.hosts import parameters
from dga.hosts.made_up_names import made_up_names
from dga.hosts.name_evidence import NameEvidence
from dga.hosts.score_hosts import count, judge
from dga.logs.events import SCHEMA
from dga.training.fit_host_tests import run_bundle

BATCH = 65_536
FAILING = 0.05  # of the events
POPULAR, STALE = 50_000, 400_000
INFECTED = 0.01  # of the clients
START = dt.datetime(2026, 3, 3, tzinfo=dt.UTC)


def measure(events: int, clients: int) -> str:
    """Judge so many events of so many clients; what it took, as a line."""
    evidence = NameEvidence(run_bundle(None), parameters.load())
    begin, spent = time.perf_counter(), [0.0]
    ledger = count(_outside(_batches(events, clients), spent))
    result = judge(ledger, evidence)
    seconds = time.perf_counter() - begin - spent[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    infected = int((result.frame["verdict"] == "infected").sum())
    return (
        f"{events:,} events of {len(result.frame):,} clients: {events / seconds:,.0f} events/s, "
        f"{seconds:.1f} s, at most {peak:.2f} GiB; {infected:,} infected"
    )


def _outside(batches: Iterator[pa.RecordBatch], spent: list[float]) -> Iterator[pa.RecordBatch]:
    """Batches, with the time that it takes to make them added up in `spent`."""
    while True:
        begin = time.perf_counter()
        batch = next(batches, None)
        spent[0] += time.perf_counter() - begin
        if batch is None:
            return
        yield batch


def _batches(events: int, clients: int) -> Iterator[pa.RecordBatch]:
    rng = np.random.default_rng(23)
    popular = np.array(made_up_names(POPULAR, 1), dtype=object)
    stale = np.array([f"{n % 977}{name}" for n, name in enumerate(made_up_names(STALE, 2))], object)
    bursts = np.array([name for family in FAMILIES for name in at_most(family, 500)], dtype=object)
    sick = max(int(clients * INFECTED), 1)
    for start in range(0, events, BATCH):
        size = min(BATCH, events - start)
        client = rng.integers(0, clients, size)
        fails = rng.random(size) < FAILING
        query = popular[(len(popular) ** rng.random(size)).astype(int) - 1]
        query[fails] = stale[rng.integers(0, len(stale), int(fails.sum()))]
        ill = np.flatnonzero(fails & (client < sick))
        query[ill] = bursts[(client[ill] * 37 + rng.integers(0, 400, len(ill))) % len(bursts)]
        yield _batch(client, query, fails, start, events)


def _batch(
    client: np.ndarray, query: np.ndarray, fails: np.ndarray, start: int, events: int
) -> pa.RecordBatch:
    micros = (
        int(START.timestamp() * 1e6) + (start + np.arange(len(client))) * 86_000_000_000 // events
    )
    unknown = pa.nulls(len(client), pa.string())
    names = pa.array([f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in client.tolist()])
    codes = pa.array(np.where(fails, "NXDOMAIN", "NOERROR"), pa.string())
    times = pa.array(micros).cast(SCHEMA.field("time").type)
    arrays = [
        times, names, pa.array(query, pa.string()), codes,
        unknown, unknown, pa.array(np.arange(len(client)) + start),
    ]  # fmt: skip
    return pa.record_batch(arrays, schema=SCHEMA)
