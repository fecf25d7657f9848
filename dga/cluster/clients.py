"""Make a Dask client for `--cluster`: a local cluster of processes, or a remote scheduler."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import dask
import psutil
from distributed import Client, LocalCluster

from dga.devices import threads
from dga.errors import ClusterError

TIMEOUT = "20s"
# By default Dask returns freed memory at once, samples each worker's stack a hundred times a
# second, and checks loops, memory and load of its processes fifty, ten and two times a second,
# which costs a third more processor time for small partitions.
_SETTINGS = {
    "distributed.nanny.pre-spawn-environ": {"OMP_NUM_THREADS": 1},
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.tick.interval": "500ms",
}
_LOCAL = re.compile(r"local(?::(\d{1,3}))?")


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of the cluster at `address`, closed at the end.

    `address`: `local` (a worker process per core), `local:N`, or a scheduler such as
    `tcp://scheduler:8786`. ClusterError for any other text, or if no scheduler answers.
    """
    if local := _LOCAL.fullmatch(address):
        workers = int(local[1]) if local[1] else threads()
        if not workers:
            raise ClusterError("a local cluster needs at least one worker: --cluster local:1")
        with dask.config.set(_SETTINGS), _local(workers) as cluster, Client(cluster) as client:
            yield client
        return
    if not re.match(r"(tcp|tls|ucx|ws|wss)://[^/\s]+$", address):
        raise ClusterError(
            f"{address!r} names no cluster; give local, local:N or tcp://SCHEDULER:PORT"
        )
    try:
        client = Client(address, timeout=TIMEOUT)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(
            f"no scheduler answers at {address} ({error}); start one with 'dask scheduler'"
        ) from None
    with client:
        yield client


def _local(workers: int) -> LocalCluster:
    """Worker processes on this machine, each with one task at a time, reachable from this machine
    only."""
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        memory_limit=int(psutil.virtual_memory().total / workers),
        silence_logs="ERROR",
    )
