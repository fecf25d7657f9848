"""Simulated hosts to the events of a day: visits by popularity, failed look-ups, bursts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from dga.hosts.failed_lookups import OrdinaryNames, Rng
from dga.hosts.simulation import SimulatedHost
from dga.logs.events import SCHEMA

VISITS = 40.0  # names that resolve, on the average host
DISPERSION = 1.5  # of a gamma distribution of it
WAKING = (7, 19)  # hours of the day in which hosts ask
GAP = (0.5, 8.0)  # seconds between two names of a burst
HOST_PREFIXES = ("", "www.", "cdn.", "api.", "mail.", "static.")

Event = tuple[dt.datetime, str, str, str]  # time, client, query, answer code


def client_name(number: int) -> str:
    """The address of a simulated client.

    >>> client_name(300)
    '10.0.1.45'
    """
    return f"10.{number // 65_025}.{number // 255 % 255}.{number % 255}"


def host_events(
    host: SimulatedHost, client: str, names: OrdinaryNames, day: dt.date, rng: Rng
) -> list[Event]:
    """The events of one host on a day, in order."""
    visits = int(rng.poisson(rng.gamma(DISPERSION, VISITS / DISPERSION)))
    places = (len(names.popular) ** rng.random(visits)).astype(int) - 1
    events: list[Event] = []
    for place in places:
        query = f"{rng.choice(HOST_PREFIXES)}{names.popular[place]}"
        events.append((_moment(day, rng), client, query, "NOERROR"))
    events += [(_moment(day, rng), client, query, "NXDOMAIN") for query in host.failed]
    return sorted(events + _burst(host, client, day, rng))


def _burst(host: SimulatedHost, client: str, day: dt.date, rng: Rng) -> list[Event]:
    """The names of a burst one soon after the other; those that resolve come last."""
    time, events = _moment(day, rng), []
    answered = [(query, "NXDOMAIN") for query in host.burst]
    answered += [(query, "NOERROR") for query in host.contacted]
    for query, code in answered:
        events.append((time, client, query, code))
        time += dt.timedelta(seconds=round(float(rng.uniform(*GAP)), 3))
    return events


def _moment(day: dt.date, rng: Rng) -> dt.datetime:
    """A time of the day, to the millisecond."""
    seconds = round(float(rng.uniform(WAKING[0] * 3600, WAKING[1] * 3600)), 3)
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
    return midnight + dt.timedelta(seconds=seconds)


def batch(events: Sequence[Event]) -> pa.RecordBatch:
    """Events as `dga.logs.events` gives them."""
    times, clients, queries, codes = zip(*events, strict=True)
    unknown = pa.nulls(len(events), pa.string())
    return pa.record_batch(
        [
            pa.array(times, SCHEMA.field("time").type),
            pa.array(clients),
            pa.array(queries),
            pa.array(codes),
            unknown,
            unknown,
            pa.array(np.arange(1, len(events) + 1)),
        ],
        schema=SCHEMA,
    )


def csv_text(events: Sequence[Event]) -> str:
    """Events as a CSV log."""
    lines = ["ts,client,query,rcode"]
    for time, client, query, code in events:
        stamp = time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        lines.append(f"{stamp},{client},{query},{code}")
    return "\n".join(lines) + "\n"
