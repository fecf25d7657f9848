"""The notebook's experiment again, and the shortcut that it learns.

    python -m benchmarks.notebook --benign TOP_LIST --dga FEED --other REGISTERED_NAMES

Trains the notebook's network with its settings (Woodbridge et al. 2016, arXiv 1611.00791: batches
of 128, RMSprop, 80/20 split with seed 23): on names as they stand, for one epoch and for as many
updates as the notebook made; and on registered names, for as many updates as each of these, both
classes weighing the same, since the list has far fewer registered names than host names.
Prints the test accuracy of each with the two tables, and the share of ordinary registered names of
another list, none of which it was trained on, that each calls generated: at a score of 0.5, and at
the score that 1 % of its own benign test names reach. With --models, runs that
are there already are not trained again.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dga import devices
from dga.cli import console
from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.datasets import dataset, feeds
from dga.evaluation import metrics
from dga.runs import store
from dga.runs.store import Run
from dga.schema import BENIGN, PRED_PROB, TRUE_CLASS

NOTEBOOK_BATCHES = 8_640
ONE_EPOCH = 1_193  # updates: 80 % of the names as they stand, by 128
ROWS_SHOWN = 5
OTHER_NAMES = 50_000
OWN_FPR = 0.01  # the threshold that this share of the run's own benign test names reach

NOTEBOOK: dict[str, Any] = {
    "architecture": "lstm",
    "split": "rows",
    "seed": 23,
    "test_size": 0.2,
    "validation_size": 0.0,
}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "raw-names-one-epoch": {"scope": "fqdn"},
    "registered-names": {"scope": "registered", "max_batches": ONE_EPOCH},
    "raw-names-8640-updates": {"scope": "fqdn", "max_batches": NOTEBOOK_BATCHES},
    "registered-names-8640-updates": {
        "scope": "registered",
        "max_batches": NOTEBOOK_BATCHES,
    },
}


def main() -> None:
    """Train, then print a row a training."""
    options = _options()
    devices.quiet()
    root = Path(options.models or tempfile.mkdtemp(prefix="dga-notebook-"))
    other = _unseen_names(options) if options.other else []
    table = []
    for name, settings in EXPERIMENTS.items():
        if options.skip_long and settings.get("max_batches") == NOTEBOOK_BATCHES:
            continue
        run = _run(name, settings, options, root)
        print(f"\n== {name}: test part of {run.metrics['test']['rows']:,} names\n")
        print(_two_tables(run))
        table.append(_row(run, other))
    print(f"\n{pd.DataFrame(table).to_string(index=False)}\n\nruns in {root}")


def _run(name: str, settings: dict[str, Any], options: argparse.Namespace, root: Path) -> Run:
    """The finished run of that name, trained first where there is none."""
    from dga.training import pipeline

    if (root / name).is_dir():
        return store.open_run(name, root)
    config = TrainingConfig.from_json(NOTEBOOK | settings)
    feeds_of = (
        FeedSpec(path=options.benign, label="benign"),
        FeedSpec(path=options.dga, label="dga"),
    )
    plan = TrainingPlan(name=name, config=config, feeds=feeds_of)
    tell = console.training_progress(quiet=True)
    work = store.create(name, root)
    return pipeline.train(plan, work, on_progress=tell, should_stop=lambda: False)


def _two_tables(run: Run) -> str:
    predictions = run.predictions()
    tables = {
        "correct": metrics.correct(predictions, 0.5),
        "mispredicted": metrics.mispredicted(predictions, 0.5),
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
        predictions = run.predictions()
        benign = predictions.loc[predictions[TRUE_CLASS] == BENIGN, PRED_PROB].to_numpy()
        cut = metrics.threshold_at_fpr(benign, OWN_FPR).threshold
        scores = run.bundle().score(other).score
        row["other list, called generated at 0.5"] = f"{np.mean(scores >= 0.5):.2%}"
        row[f"at its own {OWN_FPR:.0%} FPR"] = f"{np.mean(scores >= cut):.2%}"
    return row


def _unseen_names(options: argparse.Namespace) -> list[str]:
    """Registered names drawn from the other list (seed 23), but those of the list trained on."""
    frames = [
        feeds.read_feed(Path(path), label="benign").frame
        for path in (options.benign, options.other)
    ]
    seen, other = (dataset.named(frame, "registered")[0][dataset.NAME] for frame in frames)
    unseen = other[~other.isin(set(seen))].drop_duplicates()
    return list(unseen.sample(min(OTHER_NAMES, len(unseen)), random_state=23))


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
