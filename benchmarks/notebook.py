"""The notebook's experiment again, and the shortcut that it learns.

    python -m benchmarks.notebook --benign TOP_LIST --dga FEED --other REGISTERED_NAMES

Trains the notebook's network with its settings (Woodbridge et al. 2016, arXiv 1611.00791: one
epoch, batches of 128, RMSprop, 80/20 split with seed 23) three times: on names as they stand for
one epoch, the same for as many updates as the notebook made, and on registered names. Prints the
test accuracy of each with the two tables, and how many registered names of another list, which no
part of the training had, each calls generated.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from dga import console, dataset, evaluation, feeds, runs
from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.runs import Run

NOTEBOOK_BATCHES = 8_640
ROWS_SHOWN = 5


def main() -> None:
    """Train, then print a row a training."""
    options = _options()
    from dga import training

    training.quiet()
    root = Path(options.models or tempfile.mkdtemp(prefix="dga-notebook-"))
    other = _registered_names(options.other) if options.other else []
    table = []
    for name, scope, batches in _experiments(options.skip_long):
        run = _train(name, scope, batches, options, root)
        print(f"\n== {name}: test part of {run.metrics['test']['rows']:,} names\n")
        print(_two_tables(run))
        table.append(_row(run, other))
    print(f"\n{pd.DataFrame(table).to_string(index=False)}\n\nruns in {root}")


def _experiments(skip_long: bool) -> list[tuple[str, str, int | None]]:
    """Name, scope, number of updates (None: one epoch)."""
    found: list[tuple[str, str, int | None]] = [
        ("raw-names-one-epoch", "fqdn", None),
        ("registered-names-one-epoch", "registered", None),
        ("raw-names-8640-updates", "fqdn", NOTEBOOK_BATCHES),
    ]
    return found[:2] if skip_long else found


def _train(
    name: str, scope: str, batches: int | None, options: argparse.Namespace, root: Path
) -> Run:
    from dga import pipeline

    config = TrainingConfig.from_json(
        {
            "architecture": "lstm",
            "scope": scope,
            "split": "rows",
            "seed": 23,
            "test_size": 0.2,
            "validation_size": 0.0,
            "max_batches": batches,
        }
    )
    plan = TrainingPlan(
        name=name,
        config=config,
        feeds=(
            FeedSpec(path=options.benign, label="benign"),
            FeedSpec(path=options.dga, label="dga"),
        ),
    )
    work = runs.create(name, root)
    return pipeline.train(
        plan, work, on_progress=console.training_progress(quiet=True), should_stop=lambda: False
    )


def _two_tables(run: Run) -> str:
    predictions = run.predictions()
    tables = {
        "correct": evaluation.correct(predictions, 0.5),
        "mispredicted": evaluation.mispredicted(predictions, 0.5),
    }
    return "\n\n".join(
        f"{title}: {len(rows):,}\n{rows.head(ROWS_SHOWN).to_string(index=False)}"
        for title, rows in tables.items()
    )


def _row(run: Run, other: list[str]) -> dict[str, str]:
    row = {
        "training": run.name,
        "updates": f"{run.config['batches']:,}",
        "test accuracy": f"{run.metrics['test']['accuracy']:.4%}",
        "seconds": f"{run.config['seconds']:,.0f}",
    }
    if other:
        started = time.perf_counter()
        called = float(np.mean(run.bundle().score(other).score >= 0.5))
        row["other list called generated"] = f"{called:.2%} of {len(other):,}"
        row["names/s scored"] = f"{len(other) / (time.perf_counter() - started):,.0f}"
    return row


def _registered_names(path: str) -> list[str]:
    frame, _ = dataset.named(feeds.read_feed(Path(path), label="benign").frame, "registered")
    return list(dict.fromkeys(frame[dataset.NAME]))[:50_000]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.notebook", description=__doc__.splitlines()[0])
    parser.add_argument("--benign", required=True, help="a top list of host names")
    parser.add_argument("--dga", required=True, help="a feed of generated names")
    parser.add_argument("--other", help="another benign list, of registered names")
    parser.add_argument("--models", help="where the runs go; a temporary folder without")
    parser.add_argument("--skip-long", action="store_true", help="leave out the 8,640 updates")
    return parser.parse_args()


if __name__ == "__main__":
    main()
