"""How good a detector is where it matters: other lists, rare false positives, unseen families.

    python -m benchmarks.detector --benign TRANCO --other UMBRELLA --dga FAMILIES.csv

Trains each architecture on the one benign list and on the families but those held out (seed 23,
parts disjoint by registered name), beside TF-IDF with logistic regression on the same names, and
prints a row for each. Thresholds are those for 1 % and 0.1 % of the test part's benign names.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga import console, dataset, devices, evaluation, feeds, runs
from dga.columns import DGA, DOMAIN, FAMILY, LABEL, PRED_CLASS, PRED_PROB, TRUE_CLASS
from dga.config import FeedSpec, TrainingConfig, TrainingPlan

# Held out of every training, two or more of each kind; chosen before the first run.
HELD_OUT = {
    "random": ("conficker", "necurs", "qakbot", "ramnit", "tinba"),
    "hash": ("bamital", "dyre", "padcrypt", "murofet"),
    "pronounceable": ("simda", "symmi", "vawtrak", "kraken"),
    "word": ("matsnu", "gozi", "suppobox"),
}
SMALLEST = 100  # families with fewer names stay out of the means

Score = Callable[[Sequence[str]], npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Lists:
    """Names to judge on: `known` (test part), `unseen` (families held out), `other` (benign)."""

    train: pd.DataFrame
    known: pd.DataFrame
    unseen: pd.DataFrame
    other: list[str]


def main() -> None:
    """Train each, then print the table."""
    options = _options()
    devices.quiet()
    with tempfile.TemporaryDirectory() as folder:
        config = TrainingConfig(validation_size=0.05, test_size=0.2)
        seen = _without_held_out(Path(options.dga), Path(folder) / "seen.csv")
        lists = _lists(options, seen, config)
        rows = [_row("tf-idf + logistic regression", _tf_idf(lists.train), lists)]
        for architecture in options.architectures:
            score = _trained(architecture, options, seen, Path(folder))
            rows.append(_row(architecture, score, lists))
            print(pd.DataFrame(rows).T.to_string(header=False), flush=True)


def _without_held_out(source: Path, target: Path) -> Path:
    """Write the families that may be trained on to a file of their own."""
    frame = feeds.read_feed(source, label=DGA).frame
    held = {family for families in HELD_OUT.values() for family in families}
    kept = frame.loc[~frame[FAMILY].isin(held), [DOMAIN, FAMILY]]
    kept.to_csv(target, index=False, quoting=csv.QUOTE_MINIMAL)
    return target


def _lists(options: argparse.Namespace, seen: Path, config: TrainingConfig) -> Lists:
    benign = feeds.read_feed(Path(options.benign), label="benign").frame
    everything = feeds.read_feed(Path(options.dga), label=DGA).frame
    data = dataset.build([benign, feeds.read_feed(seen, label=DGA).frame], config)
    held = {family for families in HELD_OUT.values() for family in families}
    unseen, _ = dataset.named(everything[everything[FAMILY].isin(held)], config.scope)
    other, _ = dataset.named(
        feeds.read_feed(Path(options.other), label="benign").frame, "registered"
    )
    mine = set(data.frame[dataset.NAME])
    return Lists(
        train=data.part(dataset.TRAIN),
        known=data.part(dataset.TEST),
        unseen=unseen.drop_duplicates(dataset.NAME),
        other=[name for name in dict.fromkeys(other[dataset.NAME]) if name not in mine],
    )


def _trained(architecture: str, options: argparse.Namespace, seen: Path, root: Path) -> Score:
    from dga import pipeline

    config = TrainingConfig(
        architecture=architecture, task="both", balance="family", validation_size=0.05
    )
    plan = TrainingPlan(
        name=architecture,
        config=config,
        feeds=(
            FeedSpec(path=options.benign, label="benign"),
            FeedSpec(path=str(seen), label=DGA),
        ),
    )
    work = runs.create(plan.name, root / "models")
    tell = console.training_progress(quiet=True)
    run = pipeline.train(plan, work, on_progress=tell, should_stop=lambda: False)
    bundle = run.bundle()
    return lambda names: bundle.score(names).score


def _tf_idf(train: pd.DataFrame) -> Score:
    """Character 1- to 3-grams, weighed, under logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=5, dtype=np.float32),
        LogisticRegression(solver="saga", max_iter=15, tol=1e-3, class_weight="balanced"),
    )
    model.fit(train[dataset.NAME], train[LABEL] == DGA)
    return lambda names: model.predict_proba(names)[:, 1].astype(np.float32)


def _row(title: str, score: Score, lists: Lists) -> dict[str, str]:
    known = _predictions(lists.known, score)
    unseen = _predictions(lists.unseen, score)
    benign = known.loc[known[TRUE_CLASS] != DGA, PRED_PROB].to_numpy()
    other = score(lists.other)
    row = {
        "": title,
        "known families, 50:50 mean accuracy": f"{evaluation.mean_family_accuracy(known):.4f}",
        "calibration error": f"{evaluation.calibration_error(known):.4f}",
    }
    for fpr in (0.01, 0.001):
        cut = evaluation.threshold_at_fpr(benign, fpr).threshold
        recall = evaluation.macro_recall_at_fpr(known, fpr, minimum=SMALLEST)
        row[f"known families, macro recall at {fpr:.1%}"] = f"{recall:.4f}"
        kinds = {kind: _recall(unseen, families, cut) for kind, families in HELD_OUT.items()}
        everyone = [family for families in HELD_OUT.values() for family in families]
        row[f"families held out, at {fpr:.1%}"] = f"{_recall(unseen, everyone, cut):.4f}"
        row |= {f"  {kind}, at {fpr:.1%}": f"{value:.4f}" for kind, value in kinds.items()}
        row[f"false positives on the other list, at {fpr:.1%}"] = f"{(other >= cut).mean():.3%}"
    return row


def _recall(predictions: pd.DataFrame, families: Sequence[str], cut: float) -> float:
    """The mean over families of the share of their names that reach the threshold."""
    found = predictions[PRED_PROB] >= cut
    shares = found.groupby(predictions[FAMILY]).mean()
    return float(shares.reindex(list(families)).dropna().mean())


def _predictions(frame: pd.DataFrame, score: Score) -> pd.DataFrame:
    scores = score(frame[dataset.NAME].tolist())
    return pd.DataFrame(
        {
            DOMAIN: frame[dataset.NAME].to_numpy(),
            TRUE_CLASS: frame[LABEL].to_numpy(),
            PRED_CLASS: np.where(scores >= 0.5, DGA, "benign"),
            PRED_PROB: scores,
            FAMILY: frame[FAMILY].to_numpy(),
        }
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.detector")
    parser.add_argument("--benign", required=True, help="a benign list to train and test on")
    parser.add_argument("--other", required=True, help="a benign list of another source")
    parser.add_argument("--dga", required=True, help="domain,family")
    parser.add_argument("--architectures", nargs="+", default=["bigram", "hybrid"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
