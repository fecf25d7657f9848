"""Does a run live by shortcuts: the suffix alone, the length, digits, a hyphen, `www`?

    python -m benchmarks.shortcuts [--run RUN] [--benign LIST ... --dga FAMILIES.csv]

On the run's test predictions, or on the lists where some are given (of a run that was trained on
them, the test part is not told apart; the trial set of the shipped run is). Three tables:

- how well the classes are told by each trait alone (logistic regression, five-fold), beside the
  run, and how the trait alone ranks the names as compared with the run's score (Spearman);
- the run's AUC on names of the same suffix, length or digits, where that trait tells nothing;
- what becomes of its verdicts when the suffix is changed, or `www` is put before the name.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from dga.datasets import dataset, feeds
from dga.names import parse
from dga.runs import store
from dga.schema import BENIGN, DGA, DOMAIN, LABEL, TRUE_CLASS
from dga.scoring.bundle import ModelBundle

NAMES = 20_000  # of each class, at most
LEAST = 200  # names of each class in a stratum
SHORTEST_BANDS = (0, 6, 9, 12, 16, 24, 64)

Float64s = npt.NDArray[np.float64]


def main() -> None:
    """Print the three tables."""
    options = _options()
    run = store.open_run(options.run or store.active_name())
    bundle = run.bundle()
    names = _named(options) if options.benign else _tested(run)
    names = names.assign(score=bundle.score(names[DOMAIN].tolist()).score, **traits(names))
    print(f"run {run.name}: {len(names):,} names, {int(names['is_dga'].sum()):,} of them generated")
    for title, table in (
        ("Each trait alone", alone(names)),
        ("Where the trait is the same for all", within(names)),
        ("Verdicts of names with one thing changed", changed(names, bundle)),
    ):
        print(f"\n{title}\n{table.to_string(index=False)}")


def alone(names: pd.DataFrame) -> pd.DataFrame:
    """AUC of each trait by itself and of all together, beside the run's, and its rank correlation
    with the run's score within each class."""
    inputs: dict[str, Float64s] = {
        "suffix": _one_hot(names["suffix"]),
        "length": _one_hot(names["length"].clip(upper=40)),
        "digits": names[["digits"]].to_numpy(),
        "hyphen": names[["hyphen"]].to_numpy(dtype=np.float64),
    }
    inputs["all four"] = np.hstack(list(inputs.values()))
    rows = []
    for trait, values in inputs.items():
        model = LogisticRegression(max_iter=300)
        guess = cross_val_predict(model, values, names["is_dga"], cv=5, method="predict_proba")
        ranks = [
            _rank(guess[part, 1], names.loc[part, "score"].to_numpy())
            for part in ((~names["is_dga"]).to_numpy(), names["is_dga"].to_numpy())
        ]
        auc = roc_auc_score(names["is_dga"], guess[:, 1])
        rows.append((trait, f"{auc:.4f}", *ranks))
    rows.append(("the run", f"{roc_auc_score(names['is_dga'], names['score']):.4f}", "", ""))
    columns = ["told by", "AUC", "rank with the score, chosen", "generated"]
    return pd.DataFrame(rows, columns=columns)


def within(names: pd.DataFrame) -> pd.DataFrame:
    """The run's AUC over names that share a trait: the mean over its values, and the worst."""
    strata = {
        "suffix": names["suffix"],
        "length": pd.cut(names["length"], SHORTEST_BANDS).astype(str),
        "digits": np.where(names["digits"] > 0, "some", "none"),
        "hyphen": np.where(names["hyphen"], "some", "none"),
    }
    rows = []
    for trait, values in strata.items():
        found = {
            str(value): roc_auc_score(part["is_dga"], part["score"])
            for value, part in names.groupby(values)
            if part["is_dga"].sum() >= LEAST and (~part["is_dga"]).sum() >= LEAST
        }
        if found:
            worst = min(found, key=lambda value: found[value])
            mean = f"{np.mean(list(found.values())):.4f}"
            rows.append((trait, len(found), mean, f"{found[worst]:.4f} ({worst})"))
    return pd.DataFrame(rows, columns=["trait", "values", "mean AUC", "worst"])


def changed(names: pd.DataFrame, bundle: ModelBundle) -> pd.DataFrame:
    """The share called dga of each class, before and after one change."""
    changes: dict[str, Callable[[pd.DataFrame], pd.Series[str]]] = {
        "suffix to com": lambda part: part["label"] + ".com",
        "suffix to another name's": lambda part: (
            part["label"] + "." + part["suffix"].sample(frac=1, random_state=23).to_numpy()
        ),
        "www. before it": lambda part: (
            "www." + part[DOMAIN] if bundle.scope == "fqdn" else part[DOMAIN].map(_behind_www)
        ),
    }
    rows = []
    for what, change in changes.items():
        after = bundle.score(change(names).tolist()).score
        threshold = bundle.threshold()
        told = [
            f"{np.mean(score[part] >= threshold):.2%}"
            for part in ((~names["is_dga"]).to_numpy(), names["is_dga"].to_numpy())
            for score in (names["score"].to_numpy(), after)
        ]
        rank = _rank(names["score"].to_numpy(), after)
        rows.append((what, f"{told[0]} to {told[1]}", f"{told[2]} to {told[3]}", rank))
    columns = ["change", "chosen names called dga", "generated names", "rank kept"]
    return pd.DataFrame(rows, columns=columns)


def _rank(one: Float64s, other: Float64s) -> str:
    """The rank correlation; "" where one of the two never changes."""
    moves = np.ptp(one) > 0 and np.ptp(other) > 0
    return f"{spearmanr(one, other).statistic:.3f}" if moves else ""


def _behind_www(name: str) -> str:
    """What a bundle of registered names reads of a host name."""
    return parse.registered_name(f"www.{name}") or name


def _one_hot(values: pd.Series[str]) -> Float64s:
    common = values.value_counts().index[:200]
    return pd.get_dummies(values.where(values.isin(common))).to_numpy(dtype=np.float64)


def traits(names: pd.DataFrame) -> dict[str, pd.Series[str]]:
    """What can be seen of each name, as columns: suffix, label, length, digits (share), hyphen."""
    split = [parse.split_suffix(name) for name in names[DOMAIN]]
    suffix = pd.Series([suffix or "" for _, suffix in split], names.index, dtype="str")
    label = pd.Series(
        [
            n[: -len(s) - 1] if n and s else d
            for (n, s), d in zip(split, names[DOMAIN], strict=True)
        ],
        names.index,
        dtype="str",
    )
    return {
        "suffix": suffix,
        "label": label,
        "length": label.str.len(),
        "digits": label.str.count("[0-9]") / label.str.len().clip(lower=1),
        "hyphen": label.str.contains("-", regex=False),
    }


def _tested(run: store.Run) -> pd.DataFrame:
    """A run's test names: columns domain, is_dga."""
    frame = run.predictions()
    return _sample(pd.DataFrame({DOMAIN: frame[DOMAIN], "is_dga": frame[TRUE_CLASS] == DGA}))


def _named(options: argparse.Namespace) -> pd.DataFrame:
    """The registered names of the lists: columns domain, is_dga."""
    given = [(path, BENIGN) for path in options.benign] + [(options.dga, DGA)]
    frames = [feeds.read_feed(path, label=label).frame for path, label in given]
    named, _ = dataset.named(pd.concat(frames, ignore_index=True), "registered")
    distinct = named.drop_duplicates(dataset.NAME, keep=False)
    return _sample(pd.DataFrame({DOMAIN: distinct[dataset.NAME], "is_dga": distinct[LABEL] == DGA}))


def _sample(names: pd.DataFrame) -> pd.DataFrame:
    shuffled = names.sample(frac=1, random_state=23)
    return shuffled.groupby("is_dga").head(NAMES).reset_index(drop=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.shortcuts")
    parser.add_argument("--run", help="the run to check; the active one without")
    parser.add_argument(
        "--benign", nargs="+", type=Path, help="benign lists instead of its test part"
    )
    parser.add_argument("--dga", type=Path, help="domain,family, with --benign")
    options = parser.parse_args()
    if bool(options.benign) != bool(options.dga):
        parser.error("--benign and --dga go together")
    return options


if __name__ == "__main__":
    main()
