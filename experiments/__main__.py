"""Train what was tried and note what it brought.

    python -m experiments NAME... --benign TRANCO UMBRELLA --dga FAMILIES.csv [--share 0.25]

Each variant is trained without the families that `benchmarks.detector` holds out, and measured on
the test part (the other families) and on those families; thresholds are those of the first list's
test names. A row a variant goes into --results (experiments/results.csv), in place of an older one
of the same name and share.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.detector import HELD_OUT, SETTINGS
from benchmarks.figures import SMALLEST, cut_at, expected, on_feed, recalls, scored
from benchmarks.rivals import Lists, Ours, parts, reduced, trained
from dga import config, devices
from dga.datasets import dataset, feeds
from dga.errors import DGAError
from dga.evaluation import metrics
from dga.networks import architectures
from dga.schema import DGA, FAMILY
from experiments.variants import VARIANTS, Variant

RESULTS = Path(__file__).with_name("results.csv")
ARCHITECTURE = "tried"  # under this name a variant's network is built


def main() -> None:
    """Train, measure and note each variant that was named."""
    options = _options()
    devices.quiet()
    held = {family for families in HELD_OUT.values() for family in families}
    with tempfile.TemporaryDirectory(prefix="dga-experiments-") as folder:
        lists = Lists(tuple(options.benign), options.dga)
        seen = reduced(lists, Path(folder) / "lists", options.share, without=held)
        unseen = feeds.read_feed(options.dga, label=DGA).frame
        unseen, _ = dataset.named(unseen[unseen[FAMILY].isin(held)], "registered")
        for name in options.name:
            row = _measured(name, VARIANTS[name], seen, unseen, Path(folder))
            _note({"variant": name, "share": options.share, **row}, options.results)


def _measured(
    name: str, variant: Variant, lists: Lists, unseen: pd.DataFrame, root: Path
) -> dict[str, Any]:
    """Train a variant and return its figures."""
    architectures.BUILDERS[ARCHITECTURE] = variant.builder
    own = config.ARCHITECTURES["hybrid"]
    config.ARCHITECTURES[ARCHITECTURE] = replace(own, about=variant.about, **variant.traits)
    settings = SETTINGS | {"keep": "last"} | dict(variant.settings)
    settings |= {"architecture": ARCHITECTURE}
    run = trained(name, lists, settings, root)
    rival = Ours(run.bundle())
    test = parts(lists, settings).part(dataset.TEST)
    predictions = {name: scored(test, rival)}
    on_list = on_feed(predictions, test, lists.benign[0].name)[name]
    held_out = recalls(scored(unseen, rival), cut_at(on_list, 0.01))
    return {
        "accuracy_50_50": expected(on_list),
        "recall_1%": metrics.macro_recall_at_fpr(on_list, 0.01, SMALLEST),
        "recall_0.1%": metrics.macro_recall_at_fpr(on_list, 0.001, SMALLEST),
        "held_out_recall_1%": float(held_out.mean()),
        "calibration_error": metrics.calibration_error(predictions[name]),
        "family_macro_f1": run.metrics["test"].get("family_macro_f1"),
        "parameters": run.config["parameters"],
        "about": variant.about,
        "outcome": variant.outcome,
    }


def _note(row: dict[str, Any], path: Path) -> None:
    """Put a row into the table, and print it."""
    kept = pd.read_csv(path) if path.exists() else pd.DataFrame()
    if len(kept):
        kept = kept[(kept["variant"] != row["variant"]) | (kept["share"] != row["share"])]
    table = pd.concat([kept, pd.DataFrame([row])], ignore_index=True)
    table.to_csv(path, index=False, float_format="%.4f")
    told = (f"{k} {v:.4f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items())
    print("; ".join(told), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("experiments")
    add = parser.add_argument
    add("name", nargs="+", choices=tuple(VARIANTS), help="what to train")
    add("--benign", required=True, nargs="+", type=Path, help="benign lists, Tranco's first")
    add("--dga", required=True, type=Path, help="domain,family")
    add("--share", type=float, default=1.0, help="of all rows, from 0 to 1")
    add("--results", type=Path, default=RESULTS, help="the table that is written")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except DGAError as error:
        sys.exit(f"experiments: {error}")
