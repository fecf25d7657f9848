"""Scoring, names in to verdicts out: `python -m benchmarks.scoring [--full] [--names FILE...]`.

Ours (`dga score`, CSV to CSV, its start included) against the notebook's way (Keras
`model.predict` of its network over 75 padded columns, batches of 32), in the same run on the same
host names; then what the network alone takes, how far that is from the machine's limit, and how
well its scores agree with Keras's. The notebook's way is timed on a share of the names.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks import arithmetic, host_names
from dga import devices
from dga.names.parse import parse_many
from dga.runs import store
from dga.scoring import bundle as bundles
from dga.scoring.bundle import ModelBundle
from dga.scoring.calibration import Given

ROOT = Path(__file__).resolve().parent.parent
ROWS = (10_000, 100_000, 1_000_000)
FULL = 10_000_000
NOTEBOOK_NAMES = 10_000
STARTS = 3  # of which the fastest counts
COMPARED = 100_000
COUNTED = 5_000  # names whose arithmetic is counted
BATCH = 1_024  # of Keras, where its speed does not matter


class Timed(NamedTuple):
    """A file scored in a process of its own; `memory`: its peak in MiB."""

    kind: str
    rows: int
    distinct: int
    seconds: float
    memory: float


def main() -> None:
    """Print the table and the sentences under it."""
    options = _options()
    run = store.open_run(options.run) if options.run else store.active_run()
    names = host_names.base(options.names)
    sizes = options.rows or (*ROWS, *([FULL] if options.full else []))
    start = min(_scored(names, 1, run.name, False).seconds for _ in range(STARTS))
    # Ours first: a child counts its parent's memory as its own peak, and Keras takes much.
    timed = [
        _scored(names, rows, run.name, repeated) for rows in sizes for repeated in (True, False)
    ]
    ready = replace(run.bundle(), second_look=None)  # the network and its calibration alone
    whole = [p.registered_name or "" for p in parse_many(list(_hosts(names, COMPARED)))]
    alone = len(whole) / _seconds(lambda: ready.score(whole))
    folder = run.path / store.BUNDLE_FOLDER
    flop = arithmetic.flop_a_name(folder / bundles.ONNX_FILE, ready, whole[:COUNTED])
    rates = {threads: arithmetic.matrix_rate(threads) for threads in (1, ready.threads)}
    theirs = _notebook(list(_hosts(names, NOTEBOOK_NAMES)))
    _print(timed, theirs, start)
    print(f"one name, start included: {start:.2f} s; 'then' is what a name takes after that")
    print(f"the notebook's way: {theirs:,.0f} names/s")
    print(f"the network of {run.name} alone, {ready.threads} threads: {alone:,.0f} names/s")
    _print_limit(flop, rates, alone, timed[-1])
    _print_agreement(folder / bundles.KERAS_FILE, ready, whole)


def _hosts(names: Sequence[str], rows: int) -> list[str]:
    return list(islice(host_names.distinct_hosts(names), rows))


def _scored(names: Sequence[str], rows: int, run: str, repeated: bool) -> Timed:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "names.csv", Path(folder) / "verdicts.csv"
        distinct = host_names.write(source, names, rows, repeated=repeated)
        command = [sys.executable, "-m", "dga", "score", str(source), "-o", str(target)]
        started = time.perf_counter()
        child = os.posix_spawn(sys.executable, [*command, "--run", run], _environment())
        _, status, usage = os.wait4(child, 0)
        seconds = time.perf_counter() - started
        with open(target, "rb") as file:
            written = sum(block.count(b"\n") for block in iter(lambda: file.read(2**20), b"")) - 1
    if status or written != rows:
        raise SystemExit(f"{written:,} of {rows:,} rows were written, status {status}")
    return Timed("repeated" if repeated else "distinct", rows, distinct, seconds,
                 usage.ru_maxrss / 1024)  # fmt: skip


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _notebook(names: list[str]) -> float:
    """Names a second by Keras, everything padded to 75 columns."""
    devices.quiet()
    from dga.networks import architectures
    from dga.networks.architectures import Output
    from dga.scoring.encoder import CharEncoder

    encoder = CharEncoder(side="left")
    model = architectures.build("lstm", encoder, [Output("score", 1, "sigmoid")])
    model.predict(encoder.encode(names[:64]).astype(np.int32), verbose=0)
    codes = encoder.encode(names).astype(np.int32)
    return len(names) / _seconds(lambda: model.predict(codes, verbose=0))


def _print(timed: list[Timed], theirs: float, start: float) -> None:
    print(f"{'rows':>11} {'names':>9} {'distinct':>11} {'names/s':>9} {'us/name':>8} {'then':>6} "
          f"{'MiB':>6} {'ratio':>7}")  # fmt: skip
    for row in timed:
        rate = row.rows / row.seconds
        then = 1e6 * (row.seconds - start) / row.rows
        print(f"{row.rows:>11,} {row.kind:>9} {row.distinct:>11,} {rate:>9,.0f} {1e6 / rate:>8.1f} "
              f"{then:>6.1f} {row.memory:>6.0f} {rate / theirs:>7.1f}")  # fmt: skip


def _print_limit(flop: float, rates: dict[int, float], alone: float, last: Timed) -> None:
    told = ", ".join(f"{rate / 1e9:.0f} GFLOP/s on {n}" for n, rate in rates.items())
    limit = max(rates.values()) / flop
    ours = last.rows / last.seconds
    print(f"arithmetic: {flop / 1e6:.2f} MFLOP a name; matrix products: {told} threads")
    print(
        f"that is {limit:,.0f} names/s at the limit: the network alone reaches {alone / limit:.0%} "
        f"of it, the last row of the table {ours / limit:.0%}"
    )


def _print_agreement(path: Path, ready: ModelBundle, names: list[str]) -> None:
    import keras

    from dga.networks import architectures  # noqa: F401  (registers the layers of ours)

    model = keras.models.load_model(path, compile=False)
    codes = ready.encoder.encode(names).astype(np.int32)
    values = model.predict(codes, batch_size=BATCH, verbose=0)
    expected = ready.calibration.apply(Given.of(values, ready.task))
    worst = float(np.abs(expected - ready.score(names).score).max())
    print(f"scores against Keras on {len(names):,} names: at most {worst:.1e} apart")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.scoring")
    parser.add_argument("--rows", type=int, nargs="*", help="instead of 10,000 to 1,000,000")
    parser.add_argument("--full", action="store_true", help="10,000,000 rows too: minutes")
    parser.add_argument(
        "--names", type=Path, nargs="*", default=[], help="lists whose names are taken, not made up"
    )
    parser.add_argument("--run", help="the run that scores; the active one without")
    return parser.parse_args()


if __name__ == "__main__":
    main()
