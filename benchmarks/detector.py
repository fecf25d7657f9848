"""How good a detector is where it matters: rare false alarms, unseen families, other lists.

    python -m benchmarks.detector --benign TRANCO UMBRELLA MORE --dga FAMILIES.csv \
        --curated CURATED.csv --cases NAMES.csv [--run RUN]

Prints a table a part, TF-IDF with logistic regression on the same names beside each (parts disjoint
by registered name, seed 23):

- `known`: the test part of the lists. Measured is RUN, whose training must have read these files,
  or without --run a network that is trained for it.
- `curated`: the same families at thresholds of benign names that people wrote down (--curated), of
  which the network has learnt none, and the false alarms at the stored thresholds by source.
- `held-out`: families of every kind that are never trained on, by kind, at thresholds of the
  curated names where there are some.
- `suffixes`: the same random and ordinary labels under sixty suffixes (`benchmarks.suffixes`).
- `cases`: with --cases, single names with the right verdict (columns domain, expect).
- `other-list`: false alarms on a benign list of which no name was trained on, each list in turn.
- `notebook`: with --notebook TOP_LIST FEED, the notebook's experiment: names as they stand.

--only runs some of them, --share takes a part of all rows, --set changes settings of the training,
and with --models runs that are there already are not trained again.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.figures import SMALLEST, Table, cut_at, expected, on_feed, recalls, scored
from benchmarks.rivals import (
    Lists,
    Ours,
    Rival,
    parts,
    parts_of_run,
    reduced,
    setting,
    tf_idf,
    trained,
)
from dga import devices
from dga.datasets import dataset, feeds
from dga.errors import DGAError
from dga.evaluation import evaluate, metrics
from dga.evaluation import suffixes as suffix_table
from dga.runs import store
from dga.schema import DGA, FAMILY, LABEL, PRED_PROB, VERDICTS
from dga.scoring.bundle import ModelBundle
from dga.scoring.scorer import Scorer

OURS, TF_IDF = "ours", "TF-IDF + LR"
# Held out of every training, three or more of each kind; chosen before the first run.
HELD_OUT = {
    "random": ("conficker", "kraken", "necurs", "qakbot", "ramnit", "tinba"),
    "hash": ("bamital", "dyre", "padcrypt", "murofet"),
    "pronounceable": ("simda", "symmi", "vawtrak"),
    "word": ("matsnu", "gozi", "suppobox"),
}
PARTS = ("known", "curated", "held-out", "suffixes", "cases", "other-list", "notebook")
BARS = {  # rate: the bars of known families and of families never seen, on curated names
    0.01: (">= 0.92", ">= 0.70"),
    0.001: (">= 0.84", ">= 0.48"),
    0.0001: (">= 0.73", ">= 0.33"),
}
KIND_BARS = {"hash": ">= 0.98", "random": ">= 0.93", "pronounceable": ">= 0.68", "word": ""}
SETTINGS: dict[str, Any] = {
    "architecture": "hybrid",
    "task": "both",
    "balance": "family",
    "test_size": 0.1,
    "validation_size": 0.1,
}
NOTEBOOK: dict[str, Any] = {
    "task": "binary",
    "scope": "fqdn",
    "split": "rows",
    "test_size": 0.2,
    "validation_size": 0.0,
    "balance": "none",
    "suffix_dropout": 0.0,
    "invented_share": 0.0,
    "hosted_share": 0.0,
    "composed_share": 0.0,
    "generated_share": 0.0,
    "resuffixed_share": 0.0,
    "cleaning": False,
}


def main() -> None:
    """Measure each part that is asked for and print its table."""
    options = _options()
    devices.quiet()
    with tempfile.TemporaryDirectory(prefix="dga-detector-") as folder:
        root = Path(options.models or folder)
        for part in options.only or PARTS:
            if all(getattr(options, given) for given in NEEDS.get(part, ())):
                print(MEASURES[part](options, root, Path(folder) / part).text(), flush=True)


def known(options: argparse.Namespace, root: Path, folder: Path) -> Table:
    """The test part of the lists."""
    run, data, lists = _measured(options, root, folder)
    test, bundle = data.part(dataset.TEST), run.bundle()
    first, second = (path.name for path in (*lists.benign, lists.benign[0])[:2])
    table = Table(f"known: run {run.name}, test part of {len(test):,} names")
    predictions = {
        title: scored(test, rival) for title, rival in _rivals(bundle, data, options).items()
    }
    on_first, on_second = (on_feed(predictions, test, feed) for feed in (first, second))
    table.add(
        "mean accuracy by family at 0.5, 50:50 with the first list",
        {k: metrics.mean_family_accuracy(p, minimum=SMALLEST) for k, p in on_first.items()},
        ">= 0.955",
    )
    table.add("the same, expected of any draw", {k: expected(p) for k, p in on_first.items()})
    for where, part, fpr, bar in (
        (first, on_first, 0.01, ">= 0.90"),
        (first, on_first, 0.001, ">= 0.50"),
        (second, on_second, 0.001, "told"),
    ):
        table.add(
            f"macro recall at {fpr:.1%} of {where}",
            {k: metrics.macro_recall_at_fpr(p, fpr, SMALLEST) for k, p in part.items()},
            bar,
        )
    _families(table, data, test, bundle)
    table.add(
        "calibration error",
        {k: metrics.calibration_error(p) for k, p in predictions.items()},
        "<= 0.01",
    )
    for row in evaluate.by_benign_feed(predictions[OURS], test, bundle):
        what = f"false alarms on {row['feed']} ({row['names']:,}), nominal {row['fpr_target']:g}"
        table.add(what, {OURS: row["fpr"]}, f"<= {2 * row['fpr_target']:g}")
    return table


def _measured(
    options: argparse.Namespace, root: Path, folder: Path
) -> tuple[store.Run, dataset.Dataset, Lists]:
    """The run that is measured, its dataset and the lists; read once."""
    if options.measured:
        return options.measured
    lists = Lists(options.benign, options.dga, options.curated)
    if options.run:
        run = store.open_run(options.run)
        data = parts_of_run(run, lists, options.trial)
    else:
        lists = reduced(lists, folder, options.share)
        run = trained("known", lists, options.settings, root)
        data = parts(lists, options.settings)
    options.measured = (run, data, lists)
    return options.measured


def curated(options: argparse.Namespace, root: Path, folder: Path) -> Table:
    """Known families at thresholds of curated names, and false alarms among these by source."""
    run, data, _ = _measured(options, root, folder)
    test, bundle = data.part(dataset.TEST), run.bundle()
    generated = test[test[LABEL] == DGA]
    apart = data.curated_part(dataset.TEST)
    table = Table(f"curated: run {run.name}, its thresholds, {len(apart):,} names apart from them")
    found = scored(generated, Ours(bundle))
    for fpr, (bar, _) in BARS.items():
        recall = recalls(found, bundle.threshold(fpr))[_large(found)].mean()
        table.add(f"known families, macro recall at {fpr:.2%}", {OURS: float(recall)}, bar)
    whole = pd.concat([found, scored(apart, Ours(bundle))])
    accuracy = metrics.mean_family_accuracy(whole, minimum=SMALLEST)
    table.add("50:50 accuracy by family at 0.5", {OURS: accuracy}, ">= 0.962")
    table.add("the same, expected of any draw", {OURS: expected(whole)})
    predictions = scored(test, Ours(bundle))
    scores = bundle.score(apart[dataset.NAME].tolist()).score
    for row in evaluate.on_curated(predictions, apart, scores, bundle.thresholds)["sources"]:
        rate = row["fpr_target"]
        what = f"false alarms on {row['feed']}, test third ({row['names']:,}), nominal {rate:g}"
        table.add(what, {OURS: row["fpr"]}, f"{rate / 2:g} to {1.5 * rate:g}")
    return table


def _large(predictions: pd.DataFrame) -> list[str]:
    """The families of which there are enough names for a mean."""
    sizes = predictions[FAMILY].value_counts()
    return sorted(sizes.index[sizes >= SMALLEST])


def suffixes(options: argparse.Namespace, root: Path, folder: Path) -> Table:
    """The same labels under sixty suffixes, at the stored threshold for 1 %."""
    bundle = _bundle(options, root, folder)
    found = suffix_table.summary(suffix_table.table(bundle, bundle.threshold(0.01)))
    table = Table(f"suffixes: run {bundle.name}, {len(suffix_table.SUFFIXES)} suffixes")
    table.add("random labels found, mean", {OURS: found.mean}, ">= 0.95")
    table.add(f"the same, worst (.{found.worst_suffix})", {OURS: found.worst}, ">= 0.80")
    table.add("ordinary labels flagged, mean", {OURS: found.alarms}, "<= 0.02")
    most = f"the same, most (.{found.most_alarms_suffix})"
    table.add(most, {OURS: found.most_alarms}, "<= 0.30")
    return table


def cases(options: argparse.Namespace, root: Path, folder: Path) -> Table:
    """Single names whose verdict is known; rows that expect no verdict are left out."""
    bundle = _bundle(options, root, folder)
    rows = pd.read_csv(options.cases, dtype=str)
    allowed = rows["expect"].str.split(" or ")
    rows = rows[allowed.map(lambda words: set(words) <= set(VERDICTS))]
    told = Scorer(bundle).verdicts(rows["domain"].tolist())
    right = [t.verdict in w.split(" or ") for t, w in zip(told, rows["expect"], strict=True)]
    table = Table(f"cases: run {bundle.name}, {options.cases.name}")
    table.add(f"verdicts right, of {len(rows)}", {OURS: sum(right)})
    for row, verdict, is_right in zip(rows.to_dict("records"), told, right, strict=True):
        if not is_right:
            what = f"{row['domain']}: {verdict.verdict}, not {row['expect']}"
            table.add(what, {OURS: verdict.score})
    return table


def _bundle(options: argparse.Namespace, root: Path, folder: Path) -> ModelBundle:
    if options.run:
        return store.open_run(options.run).bundle()
    return _measured(options, root, folder)[0].bundle()


def held_out(options: argparse.Namespace, root: Path, folder: Path) -> Table:
    """Families that the training never saw, at thresholds of the test part's benign names."""
    held = {family: kind for kind, families in HELD_OUT.items() for family in families}
    lists = Lists(options.benign, options.dga, options.curated)
    seen = reduced(lists, folder, options.share, without=held)
    run = trained("held-out", seen, options.settings, root)
    data, bundle = parts(seen, options.settings), run.bundle()
    unseen = feeds.read_feed(options.dga, label=DGA).frame
    unseen, _ = dataset.named(unseen[unseen[FAMILY].isin(held)], "registered")
    unseen = unseen.drop_duplicates(dataset.NAME)
    test = data.part(dataset.TEST)
    table = Table(f"held-out: {len(held)} families, {len(unseen):,} names never trained on")
    rivals = _rivals(bundle, data, options)
    by_rival = {title: scored(unseen, rival) for title, rival in rivals.items()}
    benign = test if data.curated.empty else data.curated_part(dataset.TEST)
    on_benign = {title: scored(benign, rival) for title, rival in rivals.items()}
    for fpr, (_, bar) in BARS.items():
        cuts = {title: cut_at(rows, fpr) for title, rows in on_benign.items()}
        cuts[OURS] = bundle.threshold(fpr)  # chosen on names that its trees have not seen either
        found = {k: recalls(apart, cuts[k]) for k, apart in by_rival.items()}
        table.add(f"macro recall at {fpr:.2%}", {k: float(r.mean()) for k, r in found.items()}, bar)
        for kind, families in HELD_OUT.items():
            of_kind = {k: float(r.reindex(list(families)).mean()) for k, r in found.items()}
            table.add(
                f"{kind}: {', '.join(families)}", of_kind, KIND_BARS[kind] if fpr == 0.01 else ""
            )
        passed = {k: float((rows[PRED_PROB] >= cuts[k]).mean()) for k, rows in on_benign.items()}
        table.add(f"false alarms there, {len(benign):,} benign names apart", passed)
    for what, rows in (("held out", unseen), ("known", test[test[LABEL] == DGA])):
        shares = bundle.score(rows[dataset.NAME].tolist()).families
        answers = bundle.groups.answers(shares, bundle.families)[0]
        unnamed = np.mean([answer == "unknown" for answer in answers])
        table.add(f"answered with no family: names of families {what}", {OURS: float(unnamed)})
    return table


def other_list(options: argparse.Namespace, root: Path, folder: Path) -> Table:
    """Trained with one benign list, thresholds of its own validation or test part, the others'
    names that it does not hold."""
    table = Table("other-list: false alarms on a list that was not trained on")
    for path in options.benign:
        mine = reduced(Lists((path,), options.dga), folder / path.stem, options.share)
        run = trained(f"only-{path.name.partition('.')[0]}", mine, options.settings, root)
        data, bundle = parts(mine, options.settings), run.bundle()
        own = set(data.frame[dataset.NAME])
        rivals = _rivals(bundle, data, options)
        validation = data.part(dataset.VALIDATION)
        chosen = {title: scored(validation, r) for title, r in rivals.items()}
        for other in options.benign:
            if other == path:
                continue
            frame, _ = dataset.named(feeds.read_feed(other, label="benign").frame, "registered")
            names = [n for n in dict.fromkeys(frame[dataset.NAME]) if n not in own]
            scores = {title: rival(names) for title, rival in rivals.items()}
            for fpr in (0.01, 0.001):
                rates = {k: float((s >= cut_at(chosen[k], fpr)).mean()) for k, s in scores.items()}
                what = f"{path.name} to {len(names):,} names of {other.name}, nominal {fpr:g}"
                table.add(what, rates, f"<= {2 * fpr:g}")
    return table


def notebook(options: argparse.Namespace, root: Path, folder: Path) -> Table:
    """The notebook's experiment with our architecture: 80 % of the names as they stand, seed 23."""
    top_list, feed = options.notebook
    lists = reduced(Lists((top_list,), feed), folder, options.share)
    settings = SETTINGS | NOTEBOOK | options.chosen
    run = trained("notebook", lists, settings, root)
    data = parts(lists, settings)
    test = data.part(dataset.TEST)
    table = Table(f"notebook: names as they stand, test part of {len(test):,}")
    predictions = {k: scored(test, r) for k, r in _rivals(run.bundle(), data, options).items()}
    accuracy = {k: metrics.confusion(p, 0.5).accuracy for k, p in predictions.items()}
    table.add("test accuracy", accuracy, ">= 0.9861")
    return table


NEEDS = {"notebook": ("notebook",), "cases": ("cases",), "curated": ("curated",)}
MEASURES: dict[str, Callable[[argparse.Namespace, Path, Path], Table]] = {
    "known": known,
    "curated": curated,
    "held-out": held_out,
    "suffixes": suffixes,
    "cases": cases,
    "other-list": other_list,
    "notebook": notebook,
}


def _rivals(
    bundle: ModelBundle, data: dataset.Dataset, options: argparse.Namespace
) -> dict[str, Rival]:
    """Our run, and TF-IDF trained on the same training part unless it is left out."""
    ours: dict[str, Rival] = {OURS: Ours(bundle)}
    return ours if options.alone else ours | {TF_IDF: tf_idf(data.part(dataset.TRAIN))}


def _families(table: Table, data: dataset.Dataset, test: pd.DataFrame, bundle: ModelBundle) -> None:
    """Add how well families are told one by one and by group."""
    dga = test[test[LABEL] == DGA]
    shares = bundle.score(dga[dataset.NAME].tolist()).families
    large = evaluate.large_families(data.frame)
    found = evaluate.family_figures(dga[FAMILY], shares, bundle, large)
    for key, what, bar in (
        ("family_macro_f1_large", f"family macro F1, {len(large)} families of 1,000 names", "0.72"),
        ("grouped_macro_f1_large", "the same by group", "0.85"),
        ("groups", "groups left", "35"),
        ("known_unnamed", "names of known families answered with none", ""),
        ("strange_unnamed", "names of families too small to learn answered with none", ""),
    ):
        if key in found:
            table.add(what, {OURS: found[key]}, bar and f">= {bar}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.detector")
    add = parser.add_argument
    add("--benign", required=True, nargs="+", type=Path, help="benign lists, Tranco's first")
    add("--dga", required=True, type=Path, help="domain,family")
    add("--run", help="the run that `known` measures; its training must have read these files")
    trial = Path(__file__).resolve().parent.parent / "data" / "trial"
    add("--trial", nargs="*", type=Path, default=sorted(trial.glob("*.csv")), help="kept out of it")
    add("--curated", nargs="*", type=Path, default=(), help="benign names that people wrote down")
    add("--cases", type=Path, help="domain,expect: single names with the right verdict")
    add("--notebook", nargs=2, type=Path, metavar=("TOP_LIST", "FEED"), help="its two lists")
    add("--only", nargs="+", choices=PARTS)
    add("--alone", action="store_true", help="leave TF-IDF out")
    add("--share", type=float, default=1.0, help="of all rows, from 0 to 1")
    add("--set", nargs="+", type=setting, default=[], metavar="SETTING=VALUE")
    add("--models", help="where the runs go; a temporary folder without")
    options = parser.parse_args()
    options.measured = None
    options.chosen = dict(options.set)
    options.settings = SETTINGS | options.chosen
    options.benign, options.curated = tuple(options.benign), tuple(options.curated)
    return options


if __name__ == "__main__":
    try:
        main()
    except DGAError as error:
        raise SystemExit(f"benchmarks.detector: {error}") from None
