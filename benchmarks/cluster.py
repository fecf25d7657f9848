"""The cost of a cluster: the same files scored by one process and by local workers.

    python -m benchmarks.cluster [--rows 10000000] [--files 16] [--workers 2] [--distinct]
        [--names LIST...]

Writes rows of clients and queried names in Parquet files: names of our generators and names put
together of words, or those of lists. They are repeated as in traffic, so that two workers score
some names twice that one process scores once; `--distinct` gives each row a name of its own. Then
`dga score` reads them all in one process with as many threads as there are workers, and with
`--cluster local:N`; both figures hold the start of the processes. The results of both are compared
row by row. CPU seconds are summed over all processes, and say more than seconds do on a machine
that others use too.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from time import perf_counter

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks import host_names
from dga.hosts.made_up_names import made_up_names
from dga.schema import SCORE, VERDICT

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 2_000
MADE_UP = 100_000
LOOK_SECONDS = 0.1  # between two looks at the memory


@dataclass(frozen=True)
class Timed:
    """One way: its seconds, those of all its cores, and the largest resident memory in MiB of the
    first process and of those that it started."""

    seconds: float
    cpu: float
    first: float
    started: float


class Memory(threading.Thread):
    """Looks at a process and its children until they end."""

    def __init__(self, process: psutil.Process) -> None:
        super().__init__(daemon=True)
        self._process, self._over = process, threading.Event()
        self.first = self.started = 0

    def run(self) -> None:
        """Keep the largest sizes."""
        while not self._over.wait(LOOK_SECONDS):
            try:
                self.first = max(self.first, self._process.memory_info().rss)
                for child in self._process.children(recursive=True):
                    self.started = max(self.started, _resident(child))
            except psutil.Error:
                return

    def end(self) -> None:
        """Stop looking."""
        self._over.set()
        self.join()


def write(folder: Path, names: Sequence[str], rows: int, files: int, distinct: bool) -> None:
    """Write the rows in as many files, the k-th most frequent name having 1/k of the first's."""
    hosts, dice = host_names.distinct_hosts(names), np.random.default_rng(rows)
    pool = [] if distinct else list(islice(hosts, max(1, rows // host_names.FEW)))
    bounds = np.linspace(0, rows, files + 1).astype(int)
    for number, (start, end) in enumerate(pairwise(bounds)):
        ranks = (len(pool) ** dice.random(end - start)).astype(int) - 1 if pool else ()
        clients = dice.integers(0, CLIENTS, end - start)
        table = pa.table(
            {
                "client": [f"10.0.{client // 250}.{client % 250}" for client in clients.tolist()],
                "query": [pool[rank] for rank in ranks] or list(islice(hosts, end - start)),
            }
        )
        pq.write_table(table, folder / f"part-{number:04}.parquet")


def base(lists: Sequence[Path]) -> list[str]:
    """Distinct registered names, those of lists or our own, half of them generated."""
    names = host_names.base(lists)
    if lists:
        return names
    both = [*names, *dict.fromkeys(made_up_names(MADE_UP, 0))]
    np.random.default_rng(0).shuffle(both)
    return both


def timed(arguments: Sequence[str], threads: int) -> Timed:
    """Run `dga score` in a process of its own; it must end well."""
    command = [sys.executable, "-m", "dga", "score", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    before, started = os.times(), perf_counter()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process.pid, sorted(os.sched_getaffinity(0))[:threads])
    memory = Memory(psutil.Process(process.pid))
    memory.start()
    _, told = process.communicate()
    seconds, after = perf_counter() - started, os.times()
    memory.end()
    if process.returncode:
        raise SystemExit(told)
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return Timed(seconds, cpu, memory.first / 2**20, memory.started / 2**20)


def results(paths: Sequence[Path]) -> pa.Table:
    """Score and verdict of results, one after the other."""
    return pa.concat_tables([pq.read_table(path, columns=[SCORE, VERDICT]) for path in paths])


def measure(names: Sequence[str], rows: int, files: int, workers: int, distinct: bool) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="dga-cluster-") as name:
        folder = Path(name)
        (folder / "in").mkdir()
        write(folder / "in", names, rows, files, distinct)
        sources = [str(path) for path in sorted((folder / "in").iterdir())]
        alone, out = folder / "alone.parquet", folder / "out"
        one = timed([*sources, "-o", str(alone)], workers)
        _print_head()
        _print_row(f"one process, {workers} threads", rows, one, one.first)
        many = timed([*sources, "-o", str(out), "--cluster", f"local:{workers}"], workers)
        _print_row(f"{workers} workers of one thread", rows, many, many.started)
        print(
            f"ratio of rows/s: {one.seconds / many.seconds:.2f}; of CPU: {one.cpu / many.cpu:.2f}"
        )
        print(f"most memory of a worker: {many.started:,.0f} MiB")
        _print_agreement(results([alone]), results(sorted(out.glob("*.parquet"))))


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0  # it has ended meanwhile


def _print_agreement(one: pa.Table, many: pa.Table) -> None:
    apart = np.nan_to_num(np.abs(one[SCORE].to_numpy() - many[SCORE].to_numpy())).max()
    others = pc.sum(pc.not_equal(one[VERDICT], many[VERDICT])).as_py()
    print(f"scores at most {apart:.1e} apart; other verdicts: {others:,} of {len(one):,}")


def _print_head() -> None:
    print(f"{'':28}{'rows/s':>12}{'seconds':>9}{'CPU s':>8}{'rows/CPU s':>12}{'MiB':>8}")


def _print_row(title: str, rows: int, timed: Timed, memory: float) -> None:
    print(
        f"{title:28}{rows / timed.seconds:12,.0f}{timed.seconds:9.1f}{timed.cpu:8.1f}"
        f"{rows / timed.cpu:12,.0f}{memory:8,.0f}",
        flush=True,
    )


def main() -> None:
    """Parse the arguments and measure."""
    parser = argparse.ArgumentParser("benchmarks.cluster", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--files", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--distinct", action="store_true", help="no name comes twice")
    parser.add_argument("--names", type=Path, nargs="*", default=[], help="lists of names")
    options = parser.parse_args()
    measure(base(options.names), options.rows, options.files, options.workers, options.distinct)


if __name__ == "__main__":
    main()
