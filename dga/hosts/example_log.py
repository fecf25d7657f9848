"""The example log that ships: sixty clients of one day, three of them infected.

    python -m dga.hosts.example_log            # writes it anew, the same each time

Made by the project's own generators; its ordinary names are put together of words.
"""

from __future__ import annotations

import datetime as dt
import gzip
import sys
from pathlib import Path

import numpy as np

from dga.generators import generate
from dga.hosts import simulated_log, simulation
from dga.hosts.failed_lookups import OrdinaryNames
from dga.hosts.made_up_names import made_up_names
from dga.hosts.simulation import LogPlan, SimulatedHost

FILE = Path(__file__).with_name("example-dns.csv.gz")
DAY = dt.date(2026, 3, 3)
SEED = 11
CLIENTS = 60
INFECTIONS = {7: ("kraken", 26), 23: ("suppobox", 22), 48: ("bamital", 14)}  # client: family, names
POPULAR, STALE = 300, 600
PLAN = LogPlan(ordinary=CLIENTS, infected=0, failed=3.0, bursts=())


def make() -> str:
    """The log as CSV: columns ts, client, query, rcode."""
    rng = np.random.default_rng(SEED)
    names = OrdinaryNames(made_up_names(POPULAR, SEED), made_up_names(STALE, SEED + 1))
    events = []
    for number in range(CLIENTS):
        failed = simulation.failed_queries(PLAN, names, rng)
        host = _infected(number, failed, rng) or SimulatedHost(failed)
        client = simulated_log.client_name(number + 1)
        events += simulated_log.host_events(host, client, names, DAY, rng)
    return simulated_log.csv_text(sorted(events))


def _infected(
    number: int, failed: tuple[str, ...], rng: np.random.Generator
) -> SimulatedHost | None:
    if number not in INFECTIONS:
        return None
    family, size = INFECTIONS[number]
    pool = generate(family, size, date=DAY)
    return simulation.infected_host(family, pool, size, failed, rng)


def main() -> int:
    """Write the log."""
    FILE.write_bytes(gzip.compress(make().encode(), 9, mtime=0))
    sys.stdout.write(f"{FILE}: {FILE.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
