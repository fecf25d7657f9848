"""Load on the HTTP service, over the loopback: latency, names a second, errors, memory, restart.

    python -m benchmarks.service [--seconds 60] [--clients 1 16 64]

Starts `dga serve` and asks it from this process: 1, 16 and 64 clients that look up one name after
the other, then batches of 10,000 names, then look-ups while a second service takes over and the
first one is told to end. Host names are made by our generators, and each is asked for once.
CPU ms is what the service computes for a request, on all cores: it says more than the other columns
do on a machine that others use too.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import psutil

from benchmarks import host_names

CLIENTS = (1, 16, 64)
BATCH = 10_000
BATCHES = 30
AROUND = 5.0  # seconds of load before a second service starts, and behind the end of the first
HEAD = f"{'':>24}  requests  requests/s    p50 ms    p99 ms    max ms  CPU ms  errors"


@dataclass
class Load:
    """What came of a load: seconds of each request, and how many failed."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0
    retried: int = 0

    def line(self, what: str, wall: float, cpu: float | None = None) -> str:
        """One row of the table; `cpu`: seconds that the service computed, where one did."""
        told = "" if cpu is None else f"{1000 * cpu / len(self.seconds):.2f}"
        p50, p99 = np.percentile(self.seconds, [50, 99]) * 1000
        return (
            f"{what:>24}  {len(self.seconds):>8,}  {len(self.seconds) / wall:>10,.0f}  "
            f"{p50:>8.1f}  {p99:>8.1f}  {max(self.seconds) * 1000:>8.1f}  "
            f"{told:>6}  {self.errors:>6}"
        )


class Connection:
    """One client's kept connection. Asks as cheaply as it can: it shares the machine's cores."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def get(self, path: str, load: Load) -> dict[str, object]:
        """The JSON answer to a GET; asks once more where a kept connection was closed before
        the answer began, as clients do (RFC 9110, 9.2.2)."""
        kept = self._writer is not None
        try:
            return await self._ask(path)
        except (ConnectionError, asyncio.IncompleteReadError):
            self._writer = None
            if not kept:
                raise
            load.retried += 1
            return await self._ask(path)

    async def _ask(self, path: str) -> dict[str, object]:
        if self._writer is None or self._reader is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0])
        body = await self._reader.readexactly(length)
        if "connection: close" in head:
            self._writer.close()
            self._writer = None
        if not head.startswith("http/1.1 200"):
            raise RuntimeError(head.partition("\r\n")[0])
        return dict(json.loads(body))


async def look_up(port: int, names: Iterator[str], over: Callable[[], bool], load: Load) -> None:
    """One client: a name after the other until it is over."""
    connection = Connection(port)
    while not over():
        name, started = next(names), time.perf_counter()
        try:
            row = await connection.get(f"/v1/lookup/{name}", load)
            load.errors += row["given"] != name
        except (OSError, RuntimeError, asyncio.IncompleteReadError):
            load.errors += 1
        load.seconds.append(time.perf_counter() - started)


async def clients(
    port: int, count: int, seconds: float, names: Iterator[str]
) -> tuple[Load, float]:
    """Several clients at once; what came of it, and how long it took."""
    load, started = Load(), time.perf_counter()
    until = started + seconds
    over = lambda: time.perf_counter() >= until  # noqa: E731
    await asyncio.gather(*(look_up(port, names, over, load) for _ in range(count)))
    return load, time.perf_counter() - started


async def batches(port: int, names: Iterator[str]) -> tuple[Load, float]:
    """Batches of 10,000 names, two at a time."""
    bodies = [
        json.dumps({"domains": [next(names) for _ in range(BATCH)]}).encode()
        for _ in range(BATCHES)
    ]
    load, started = Load(), time.perf_counter()

    async def work(client: httpx.AsyncClient) -> None:
        while bodies:
            body, began = bodies.pop(), time.perf_counter()
            answer = await client.post(f"http://127.0.0.1:{port}/v1/score", content=body)
            load.errors += answer.status_code != 200 or answer.content.count(b'"given"') != BATCH
            load.seconds.append(time.perf_counter() - began)

    async with httpx.AsyncClient(timeout=60) as client:
        await asyncio.gather(work(client), work(client))
    return load, time.perf_counter() - started


@asynccontextmanager
async def service(port: int) -> AsyncIterator[psutil.Process]:
    """A running service; ended at the end."""
    command = [sys.executable, "-m", "dga", "serve", "--port", str(port), "--quiet"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment())
    try:
        await ready(process)
        yield psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


async def ready(process: subprocess.Popen[bytes]) -> None:
    """Wait until the process listens."""
    watched = psutil.Process(process.pid)
    for _ in range(600):
        if any(c.status == psutil.CONN_LISTEN for c in watched.net_connections()):
            await asyncio.sleep(0.5)  # the socket listens a moment before the model is served
            return
        if process.poll() is not None:
            raise SystemExit("the service ended; run 'python -m dga serve' to see why")
        await asyncio.sleep(0.1)
    raise SystemExit("the service does not listen")


def environment() -> dict[str, str]:
    """The environment of the service: this folder's package."""
    root = str(Path(__file__).resolve().parent.parent)
    return os.environ | {"PYTHONPATH": root}


async def restart(port: int, names: Iterator[str], around: float = AROUND) -> tuple[Load, int]:
    """Sixteen clients while one service takes over from another: what came of it, and how many
    requests ended behind the old one's SIGTERM."""
    async with service(port) as old:
        load, over = Load(), asyncio.Event()
        asking = [asyncio.create_task(look_up(port, names, over.is_set, load)) for _ in range(16)]
        await asyncio.sleep(around)
        async with service(port):
            shared = len(load.seconds)
            old.send_signal(signal.SIGTERM)
            await asyncio.sleep(around)
            over.set()
            await asyncio.gather(*asking)
        return load, len(load.seconds) - shared


def computed(process: psutil.Process) -> float:
    """Seconds that a process has computed so far, on all cores."""
    times = process.cpu_times()
    return float(times.user + times.system)


async def measure(seconds: float, counts: Sequence[int]) -> None:
    """Print the table."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    names = host_names.distinct_hosts(host_names.base([]))
    gc.freeze()  # the clients' own collections would count as the service's waits
    print(HEAD)
    async with service(port) as process:
        for count in counts:
            before = computed(process)
            load, wall = await clients(port, count, seconds, names)
            cpu = computed(process) - before
            print(load.line(f"{count} clients, one name", wall, cpu), flush=True)
        memory, before = process.memory_info().rss, computed(process)
        load, wall = await batches(port, names)
        cpu = computed(process) - before
        print(load.line(f"batches of {BATCH:,}", wall, cpu))
        total = BATCHES * BATCH
        print(f"{'':>24}  {total / wall:,.0f} names/s, {total / cpu:,.0f} a CPU second")
        await clients(port, counts[-1], seconds / 2, names)
        after = process.memory_info().rss
        print(
            f"{'memory':>24}  {memory / 2**20:,.0f} MiB before the batches, "
            f"{after / 2**20:,.0f} MiB after them and {seconds / 2:.0f} s more of look-ups"
        )
    started = time.perf_counter()
    load, behind = await restart(port, names)
    print(load.line("restart under load", time.perf_counter() - started))
    print(
        f"{'':>24}  {behind:,} behind the old one's SIGTERM; "
        f"asked again on a new connection: {load.retried}"
    )


def main() -> None:
    """Parse the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each number of clients")
    parser.add_argument("--clients", type=int, nargs="+", default=CLIENTS, help="at once")
    options = parser.parse_args()
    asyncio.run(measure(options.seconds, options.clients))


if __name__ == "__main__":
    main()
