"""Scoring, names in to verdicts out: `python -m benchmarks.scoring [--rows N]`.

Ours (`dga score`, CSV to CSV) against the notebook's way (Keras `model.predict` over 75 padded
columns, batches of 32, the same network as the notebook's) on the same distinct host names in the
same run. The notebook's way is timed on a share of the rows and told as names a second.
"""

from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from dga import devices
from dga.generators import FAMILIES, generate

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK_ROWS = 20_000


def main() -> None:
    """Print a row a way: names a second, peak memory of the process, the ratio."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "names.csv", Path(folder) / "verdicts.csv"
        names = _write(source, options.rows)
        ours, memory = _ours(source, target)
        with open(target, newline="", encoding="utf-8") as file:
            rows = sum(1 for _ in csv.reader(file)) - 1
    theirs = _notebook(names[: min(NOTEBOOK_ROWS, options.rows)])
    print(f"ours, end to end: {rows:,} rows, {rows / ours:,.0f} names/s, {memory:.0f} MiB at most")
    print(f"the notebook's way: {theirs:,.0f} names/s")
    print(f"ratio: {rows / ours / theirs:.1f}")


def _write(path: Path, rows: int) -> list[str]:
    """Distinct host names of our generators' families, each under a label of its own."""
    share = -(-rows // len(FAMILIES))
    made = [f"h{i:x}.{n}" for f in FAMILIES for i, n in enumerate(generate(f, share))][:rows]
    np.random.default_rng(0).shuffle(made)
    path.write_text("domain\n" + "\n".join(made) + "\n", encoding="utf-8")
    return made


def _ours(source: Path, target: Path) -> tuple[float, float]:
    """Seconds and MiB of `dga score` in a process of its own, its start included."""
    command = [sys.executable, "-m", "dga", "score", str(source), "-o", str(target)]
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True)
    seconds = time.perf_counter() - started
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _notebook(names: list[str]) -> float:
    """Names a second by Keras, everything padded to 75 columns."""
    devices.quiet()
    from dga import architectures
    from dga.architectures import Output
    from dga.encoding import CharEncoder

    encoder = CharEncoder(side="left")
    model = architectures.build("lstm", encoder, [Output("score", 1, "sigmoid")])
    model.predict(encoder.encode(names[:64]).astype(np.int32), verbose=0)
    started = time.perf_counter()
    model.predict(encoder.encode(names).astype(np.int32), verbose=0)
    return len(names) / (time.perf_counter() - started)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.scoring")
    parser.add_argument("--rows", type=int, default=100_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
