"""DNS logs for the tests of hosts: rows of our own, in CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

START = dt.datetime(2026, 3, 3, 8, tzinfo=dt.UTC)
ORDINARY = (
    "shop-of-tea.example.com", "www.gardenworld.com", "mail.riverbank.org", "news.cityhall.de",
    "cdn.blueharbour.net", "static.littlebakery.co.uk", "www.oldbridge.fr", "api.weathernow.io",
)  # fmt: skip
TYPOS = ("gardenwrld.com", "riverbnak.org", "oldbrigde.fr")

Row = tuple[str, str, str]  # client, query, rcode


def ordinary_rows(clients: int) -> list[Row]:
    """Clients that ask for the same few sites, and mistype one."""
    rows = []
    for number in range(clients):
        client = f"10.0.0.{number + 1}"
        rows += [(client, name, "NOERROR") for name in ORDINARY]
        rows.append((client, TYPOS[number % len(TYPOS)], "NXDOMAIN"))
    return rows


def burst(client: str, names: Sequence[str], resolved: int = 1) -> list[Row]:
    """A client that asks for generated names, of which the last ones resolve."""
    last = len(names) - resolved
    return [
        (client, name, "NXDOMAIN" if place < last else "NOERROR")
        for place, name in enumerate(names)
    ]


def write(path: Path, rows: Iterable[Row], header: str = "ts,client,query,rcode") -> Path:
    """Write rows a second apart, with the columns that the header names."""
    lines = [header]
    for place, (client, query, rcode) in enumerate(rows):
        time = (START + dt.timedelta(seconds=place)).strftime("%Y-%m-%dT%H:%M:%SZ")
        values = {"ts": time, "client": client, "query": query, "rcode": rcode}
        lines.append(",".join(values[name] for name in header.split(",")))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
