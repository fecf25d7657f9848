"""Write the probable label errors of a run's lists to a CSV file, to look through.

    python -m benchmarks.suspects RUN --benign TRANCO UMBRELLA --dga FAMILIES.csv --output FILE.csv

RUN's training must have read these files. Listed are the names that stand on both sides, and of the
validation and the test part, which the network has not seen, those scored against their label:
benign from the threshold for 0.1 % false positives on, DGA at most as the median benign name. The
file holds rows of the lists, so it is written where asked and never into the run.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from benchmarks.rivals import Lists, parts_of_run
from dga.datasets import dataset, label_errors
from dga.errors import DGAError
from dga.evaluation import metrics
from dga.runs import store
from dga.schema import BENIGN, LABEL
from dga.tables.writers import to_csv

FPR = 0.001


def main() -> None:
    """Write the file and tell how many of each kind it holds."""
    options = _options()
    run = store.open_run(options.run)
    lists = Lists(tuple(options.benign), options.dga)
    data = parts_of_run(run, lists, options.trial)
    rows = pd.concat([data.part(dataset.VALIDATION), data.part(dataset.TEST)], ignore_index=True)
    scores = run.bundle().score(rows[dataset.NAME].tolist()).score
    benign = scores[(rows[LABEL] == BENIGN).to_numpy()]
    threshold = metrics.threshold_at_fpr(benign, FPR).threshold
    found = label_errors.suspects(rows, scores, data.conflicts, threshold)
    options.output.write_text(to_csv(found), encoding="utf-8")
    print(f"{options.output}: {len(found):,} of {len(rows):,} names")
    for (why, feed), names in found.groupby([label_errors.WHY, "feed"]).size().items():
        print(f"  {why} ({feed}): {names:,}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.suspects")
    add = parser.add_argument
    add("run", help="the run whose scores speak against labels")
    add("--benign", required=True, nargs="+", type=Path, help="the benign lists of its training")
    add("--dga", required=True, type=Path, help="the families of its training")
    trial = Path(__file__).resolve().parent.parent / "data" / "trial"
    add("--trial", nargs="*", type=Path, default=sorted(trial.glob("*.csv")), help="kept out of it")
    add("--output", required=True, type=Path, help="a CSV file to write")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except DGAError as error:
        raise SystemExit(f"benchmarks.suspects: {error}") from None
