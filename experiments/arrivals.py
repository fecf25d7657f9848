"""Families arrive in batches: a continued run against a training from scratch after each.

    python -m experiments.arrivals --benign TRANCO UMBRELLA MORE --curated CURATED.csv \
        --dga FAMILIES.csv --share 0.05 --out DIR

The first batch trains a base. Each further one is learnt twice: by continuing the last run (the new
families, and what the product replays of the old ones), and by a new run on all that has arrived.
Both are measured on one test part, at thresholds of the curated names in it. No run learns from any
of its names, which is checked by the runs' own hashes. The command prints, and writes a row a run
into --results (experiments/arrivals.csv):

- macro recall at 1 % and 0.1 % over all families that have arrived, the old ones, the new ones;
- `old_loss`: how much lower the recall of the old families is than it was in the run before;
- 50:50 accuracy by family at a score of 0.5, expected of any draw;
- processor time of the whole training, of all threads, and its ratio to the training from scratch.

Finished runs in --out are not trained again, so that the command may be stopped at any time.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.detector import SETTINGS
from benchmarks.figures import cut_at, expected, recalls, scored
from benchmarks.rivals import Ours, setting
from dga.cli import console
from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.datasets import dataset, feeds
from dga.errors import ConfigError, DGAError
from dga.runs import learnt_names, store
from dga.runs.store import Run
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, LABEL, REGISTERED_NAME, SOURCE

RESULTS = Path(__file__).with_name("arrivals.csv")
# Families of one origin, which arrive together: variants, successors, other names of the same.
SIBLINGS = (
    ("alureon", "dnschanger"),
    ("dircrypt", "ramnit"),
    ("emotet", "feodo"),
    ("fobber", "tinba"),
    ("gameover", "gameover_p2p", "murofet"),
    ("gozi", "goznym", "nymaim", "nymaim2"),
    ("pizd", "suppobox"),
    ("sphinx", "zloader"),
    ("ud2", "ud3"),
)
LEAST = 500  # names that are taken of a family where it has as many
TEST_SHARE = 0.2  # of each family
CURATED_TEST = 2 / 3  # of the curated names, on which recall is measured; the rest is for the runs
SMALLEST = 100  # families with fewer test names stay out of the means
RATES = (0.01, 0.001)
SCRATCH, CONTINUED = "scratch", "continued"
TEST_FILE, CURATED_FILE, PLAN_FILE, COST_FILE = "test.csv", "curated.csv", "plan.json", "cost.json"

Train = Callable[[TrainingPlan, Path], Run]


@dataclass(frozen=True)
class Material:
    """The lists that the runs learn from and the test part, as files in one folder.

    `batches`: the families of each batch. `benign`, `curated`, `test`: files; the families of batch
    n are in `batch-n.csv`.
    """

    folder: Path
    batches: list[list[str]]
    benign: list[Path]

    def arrived(self, batch: int) -> tuple[FeedSpec, ...]:
        """The feeds after a batch (from 1)."""
        generated = [self.folder / f"batch-{number}.csv" for number in range(1, batch + 1)]
        return (
            *(FeedSpec(path=str(path), label=BENIGN) for path in self.benign),
            *(FeedSpec(path=str(path), label=DGA) for path in generated),
        )

    def plan(self, kind: str, batch: int, config: TrainingConfig) -> TrainingPlan:
        """The plan of a run on what has arrived."""
        return TrainingPlan(
            name=run_name(kind, batch),
            config=config,
            feeds=self.arrived(batch),
            trial=(FeedSpec(path=str(self.folder / TEST_FILE)),),
            curated=(FeedSpec(path=str(self.folder / CURATED_FILE), label=BENIGN),),
            base=run_name(CONTINUED, batch - 1) if kind == CONTINUED else "",
        )

    def test(self) -> pd.DataFrame:
        """The test part: columns domain, label, family and, as in a dataset, name."""
        frame = pd.read_csv(self.folder / TEST_FILE, dtype=str, keep_default_na=False)
        return frame.assign(**{dataset.NAME: frame[DOMAIN]})


def run_name(kind: str, batch: int) -> str:
    """The run after a batch; the base is the first of both kinds.

    >>> run_name("continued", 3), run_name("continued", 1), run_name("scratch", 1)
    ('continued-3', 'scratch-1', 'scratch-1')
    """
    return f"{SCRATCH if batch == 1 else kind}-{batch}"


def split_families(families: Sequence[str], batches: int, seed: int) -> list[list[str]]:
    """Draw batches of families of about the same size; siblings are in the same batch.

    >>> split_families(["ud3", "ud2", "mirai"], 2, seed=1)
    [['ud2', 'ud3'], ['mirai']]
    """
    origin = {name: siblings[0] for siblings in SIBLINGS for name in siblings}
    groups: dict[str, list[str]] = {}
    for family in sorted(families):
        groups.setdefault(origin.get(family, family), []).append(family)
    order = np.random.default_rng(seed).permutation(len(groups))
    drawn = [list(groups.values())[at] for at in order]
    drawn.sort(key=len, reverse=True)  # stable; large groups first, so that sizes come out even
    found: list[list[str]] = [[] for _ in range(batches)]
    for group in drawn:
        min(found, key=len).extend(group)
    return found


def prepared(options: argparse.Namespace) -> Material:
    """The material in --out, written first where there is none.

    ConfigError if the folder holds that of other lists or options.
    """
    folder = options.out / "lists"
    told = {
        "benign": [str(path) for path in options.benign],
        "curated": str(options.curated),
        "dga": str(options.dga),
        "share": options.share,
        "seed": options.seed,
        "count": options.batches,
    }
    benign = [folder / f"{path.name.partition('.')[0]}.csv" for path in options.benign]
    if (folder / PLAN_FILE).is_file():
        stored = json.loads((folder / PLAN_FILE).read_text(encoding="utf-8"))
        batches = stored.pop("batches")
        if stored != told:
            raise ConfigError(f"{options.out} holds runs of other lists or options; give another")
        return Material(folder, batches, benign)
    folder.mkdir(parents=True, exist_ok=True)
    batches = _write(options, folder, benign)
    store.write_json(folder / PLAN_FILE, {**told, "batches": batches})  # last: then all is there
    return Material(folder, batches, benign)


def _write(options: argparse.Namespace, folder: Path, benign: Sequence[Path]) -> list[list[str]]:
    """Write the lists of the runs and the test part; returns the families of each batch."""
    curated = _read(options.curated, BENIGN).drop_duplicates(REGISTERED_NAME)
    listed: set[str] = set()
    for source, target in zip(options.benign, benign, strict=True):
        rows = _read(source, BENIGN)
        listed |= set(rows[REGISTERED_NAME])
        drawn = chances(rows[REGISTERED_NAME], "share") < options.share
        taken = rows[drawn & ~rows[REGISTERED_NAME].isin(set(curated[REGISTERED_NAME]))]
        taken[[REGISTERED_NAME, SOURCE]].to_csv(target, index=False, header=[DOMAIN, SOURCE])
    generated = _read(options.dga, DGA).drop_duplicates(REGISTERED_NAME)
    aside = listed | set(curated[REGISTERED_NAME])
    generated = generated[~generated[REGISTERED_NAME].isin(aside) & (generated[FAMILY] != "")]
    sizes = generated.groupby(FAMILY)[REGISTERED_NAME].transform("size")
    most = np.maximum(options.share * sizes, np.minimum(sizes, LEAST))
    generated = generated[_rank(generated, "share") < most]
    sizes = generated.groupby(FAMILY)[REGISTERED_NAME].transform("size")
    tested = _rank(generated, "test") < TEST_SHARE * sizes
    measured = chances(curated[REGISTERED_NAME], "test") < CURATED_TEST
    test = pd.concat([curated[measured], generated[tested]])
    columns = [REGISTERED_NAME, LABEL, FAMILY]
    test[columns].to_csv(folder / TEST_FILE, index=False, header=[DOMAIN, LABEL, FAMILY])
    curated[~measured][[REGISTERED_NAME, SOURCE]].to_csv(
        folder / CURATED_FILE, index=False, header=[DOMAIN, SOURCE]
    )
    families = sorted(generated[FAMILY].unique())
    batches = split_families(families, options.batches, options.seed)
    for number, batch in enumerate(batches, start=1):
        rows = generated[~tested & generated[FAMILY].isin(batch)]
        path = folder / f"batch-{number}.csv"
        rows[[REGISTERED_NAME, FAMILY]].to_csv(path, index=False, header=[DOMAIN, FAMILY])
    return batches


def _read(path: Path, label: str) -> pd.DataFrame:
    """The rows of a list that have a registered name."""
    return dataset.named(feeds.read_feed(path, label=label).frame, "registered")[0]


def chances(names: Sequence[str] | pd.Series[str], purpose: str) -> npt.NDArray[np.float64]:
    """A number from 0 to 1 for each name (names,), the same on every call.

    A name that several lists hold is drawn from all of them or from none.

    >>> bool(chances(["a.com"], "test")[0] == chances(["b.com", "a.com"], "test")[1])
    True
    """
    return learnt_names.keys(f"{purpose} {name}" for name in names) / 2.0**32


def _rank(rows: pd.DataFrame, purpose: str) -> pd.Series[float]:
    """The place of each name, from 0, in a random order of its family."""
    drawn = pd.Series(chances(rows[REGISTERED_NAME], purpose), index=rows.index)
    return drawn.groupby(rows[FAMILY]).rank(method="first") - 1


def run_all(options: argparse.Namespace, train: Train) -> list[Run]:
    """The base, then two runs a batch: from scratch and continued; finished ones are opened."""
    material, root = prepared(options), options.out / "runs"
    config = TrainingConfig.from_json(SETTINGS | {"test_size": 0.01} | dict(options.set))
    runs = []
    for batch in range(1, options.batches + 1):
        for kind in (SCRATCH, CONTINUED)[: 1 if batch == 1 else 2]:
            plan = material.plan(kind, batch, config)
            done = (root / plan.name).is_dir()
            runs.append(store.open_run(plan.name, root) if done else train(plan, root))
    return runs


def measured(material: Material, runs: Sequence[Run]) -> list[dict[str, Any]]:
    """A row of figures a run, all on the test names that no run has learnt from."""
    test = material.test()
    known = np.any([learnt_names.seen(run, test[DOMAIN]) for run in runs], axis=0)
    test = test[~known].reset_index(drop=True)
    found: dict[str, dict[float, pd.Series[float]]] = {}
    rows: list[dict[str, Any]] = []
    by_name = {run.name: run for run in runs}
    for run in runs:
        kind, _, number = run.name.partition("-")
        batch = int(number)
        arrived = [family for group in material.batches[:batch] for family in group]
        part = test[(test[LABEL] == BENIGN) | test[FAMILY].isin(arrived)]
        predictions = scored(part, Ours(run.bundle()))
        of = found[run.name] = by_family(predictions)
        new = material.batches[batch - 1]
        old = [family for family in arrived if family not in new]
        row = {"batch": batch, "run": kind if batch > 1 else "base", "families": len(arrived)}
        row |= {f"measured_{what}": int(of[0.01].index.isin(names).sum())
                for what, names in (("old", old), ("new", new))}  # fmt: skip
        for rate in RATES:
            row |= {
                f"recall_{rate:.1%}": _mean(of[rate], arrived),
                f"old_{rate:.1%}": _mean(of[rate], old),
                f"new_{rate:.1%}": _mean(of[rate], new),
            }
            if batch > 1:
                before = found[run_name(kind, batch - 1)]
                row[f"old_loss_{rate:.1%}"] = _mean(before[rate], old) - _mean(of[rate], old)
        row["accuracy_50_50"] = expected(predictions)
        row |= cost_of(run)
        if kind == CONTINUED:
            anew = cost_of(by_name[run_name(SCRATCH, batch)])
            row["time_ratio"] = row["cpu_seconds"] / anew["cpu_seconds"]
            row["fit_ratio"] = row["fit_seconds"] / anew["fit_seconds"]
        row |= {"test_names": len(part), "left_out": int(known.sum())}
        rows.append(row)
    return rows


def by_family(predictions: pd.DataFrame) -> dict[float, pd.Series[float]]:
    """Rate to the recall of each family of at least SMALLEST names, at these rows' threshold."""
    generated = predictions[predictions[FAMILY] != ""]
    sizes = generated[FAMILY].value_counts()
    large = generated[generated[FAMILY].isin(sizes.index[sizes >= SMALLEST])]
    return {rate: recalls(large, cut_at(predictions, rate)) for rate in RATES}


def _mean(of: pd.Series[float], families: Sequence[str]) -> float:
    return float(of[of.index.isin(families)].mean())


def cost_of(run: Run) -> dict[str, float]:
    """The processor time of a training in seconds, and how much of it the epochs took."""
    told: Mapping[str, float] = json.loads((run.path / COST_FILE).read_text(encoding="utf-8"))
    return {name: told[name] for name in ("cpu_seconds", "fit_seconds")}


def trained(plan: TrainingPlan, root: Path) -> Run:
    """Train a run in this process, and note what it cost in its folder."""
    started = time.process_time()
    from dga.training import pipeline

    marks: dict[str, float] = {}
    show = console.training_progress(quiet=True)

    def tell(progress: Any) -> None:
        marks.setdefault(progress.phase, time.process_time())
        show(progress)

    run = pipeline.train(
        plan, store.create(plan.name, root), on_progress=tell, should_stop=lambda: False
    )
    cost = {
        "cpu_seconds": time.process_time() - started,
        "fit_seconds": marks["evaluation"] - marks["training"],
        "seconds": run.config["seconds"],
    }
    store.write_json(run.path / COST_FILE, cost)
    return run


def in_child(plan: TrainingPlan, root: Path) -> Run:
    """Train a run in a process of its own, so that no run inherits what another has loaded."""
    child = multiprocessing.get_context("spawn").Process(target=_quiet, args=(plan, root))
    child.start()
    child.join()
    if child.exitcode:
        raise ConfigError(f"the training of {plan.name} ended with status {child.exitcode}")
    return store.open_run(plan.name, root)


def _quiet(plan: TrainingPlan, root: Path) -> None:
    from dga import devices

    devices.quiet()
    trained(plan, root)


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as Markdown."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [columns, ["---"] * len(columns)]
    lines += [[_told(row.get(name)) for name in columns] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _told(value: Any) -> str:
    if value is None or value != value:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def note(rows: Sequence[Mapping[str, Any]], options: argparse.Namespace) -> None:
    """Write the rows into the results, in place of those of the same share and settings."""
    settings = " ".join(f"{name}={value}" for name, value in options.set)
    fresh = pd.DataFrame(rows).assign(share=options.share, seed=options.seed, settings=settings)
    if options.results.exists():
        kept = pd.read_csv(options.results, keep_default_na=False, dtype={"settings": str})
        same = (kept["share"].astype(float) == options.share) & (kept["settings"] == settings)
        fresh = pd.concat([kept[~same], fresh], ignore_index=True)
    fresh.to_csv(options.results, index=False, float_format="%.4f")


def main() -> None:
    """Train what is missing, measure, print and note it."""
    options = _options(sys.argv[1:])
    runs = run_all(options, in_child)
    rows = measured(prepared(options), runs)
    note(rows, options)
    print(table(rows))


def _options(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("experiments.arrivals")
    add = parser.add_argument
    add("--benign", required=True, nargs="+", type=Path, help="benign lists")
    add("--curated", required=True, type=Path, help="benign names that people wrote down")
    add("--dga", required=True, type=Path, help="domain,family")
    add("--share", type=float, default=0.1, help="of all rows; of a family at least 500 names")
    add("--batches", type=int, default=4)
    add("--seed", type=int, default=23, help="of the families' order")
    add("--set", nargs="+", type=setting, default=[], metavar="SETTING=VALUE", help="of all runs")
    add("--out", required=True, type=Path, help="lists and runs; finished runs are used again")
    add("--results", type=Path, default=RESULTS, help="the table that is written")
    return parser.parse_args(given)


if __name__ == "__main__":
    try:
        main()
    except DGAError as error:
        sys.exit(f"experiments.arrivals: {error}")
