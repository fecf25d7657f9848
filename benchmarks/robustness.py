"""What a run makes of edited names: the known ways to hide a generated one, and harmless slips.

    python -m benchmarks.robustness [--run RUN] [--chosen LIST --dga FAMILIES.csv]

Offline and with the project's own names: the trial set's chosen names and our generators'. For each
attack of `dga.datasets.perturbations`: the share called dga at the run's default threshold before
and after, and how far the log-odds move. For generated names that share is recall, and should stay;
for chosen names it is the false-positive rate, and should stay as well. `charbot` makes generated
names of chosen ones: what is found of them after is recall.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.rivals import Ours, Rival
from dga.datasets import dataset, feeds
from dga.datasets.perturbations import ATTACKS, Attack, edited
from dga.generators import FAMILIES, at_most
from dga.runs import store
from dga.schema import BENIGN, DGA, FAMILY, LABEL
from dga.scoring.calibration import log_odds

TRIAL = Path(__file__).resolve().parent.parent / "data" / "trial"
NAMES = 4_000  # at most, of each side


def main() -> None:
    """Print the table."""
    options = _options()
    run = store.open_run(options.run or store.active_name())
    bundle = run.bundle()
    names = {"benign": _chosen(options.chosen), "dga": _generated(options.dga)}
    names["hides"] = names["benign"]
    print(
        f"run {run.name}, threshold {bundle.threshold():.6f}; {len(names['benign']):,} benign and "
        f"{len(names['dga']):,} generated names\n"
    )
    rows = [
        measured(title, attack, names[attack.on], Ours(bundle), bundle.threshold())
        for title, attack in ATTACKS.items()
    ]
    print(pd.DataFrame(rows).to_string(index=False))


def measured(
    title: str, attack: Attack, names: list[str], rival: Rival, threshold: float
) -> dict[str, str]:
    """A row: the names that the attack changes, before and after it."""
    pairs = [(a, b) for a, b in zip(names, edited(names, attack), strict=True) if a != b]
    before, after = (rival([pair[side] for pair in pairs]) for side in (0, 1))
    return {
        "attack": title,
        "on": {"dga": "generated", "benign": "benign", "hides": "benign, to disguise"}[attack.on],
        "what": attack.about,
        "names": f"{len(pairs):,}",
        "called dga before": f"{np.mean(before >= threshold):.2%}",
        "after": f"{np.mean(after >= threshold):.2%}",
        "log-odds move by": f"{np.mean(log_odds(after) - log_odds(before)):+.2f}",
    }


def _chosen(path: Path | None) -> list[str]:
    """Registered names of a list that people chose; of the trial set without one."""
    if path is not None:
        frame = feeds.read_feed(path, label=BENIGN).frame
    else:
        frame = pd.concat([feeds.read_feed(one).frame for one in sorted(TRIAL.glob("*.csv"))])
    return _sample(frame[frame[LABEL] == BENIGN])


def _generated(path: Path | None) -> list[str]:
    """Registered names of a file of families, as many of each; of our generators without one."""
    if path is None:
        count = NAMES // len(FAMILIES)
        made = [name for family in FAMILIES for name in at_most(family, count)]
        frame = pd.DataFrame({"domain": made, LABEL: DGA, FAMILY: "", "feed": ""})
    else:
        frame = feeds.read_feed(path, label=DGA).frame
        count = NAMES // frame[FAMILY].nunique()
        frame = frame.sample(frac=1, random_state=23).groupby(FAMILY).head(count)
    return _sample(frame)


def _sample(frame: pd.DataFrame) -> list[str]:
    """At most so many distinct registered names (seed 23)."""
    names = dataset.named(frame, "registered")[0][dataset.NAME].drop_duplicates()
    return list(names.sample(min(NAMES, len(names)), random_state=23))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.robustness")
    parser.add_argument("--run", help="the run to try; the active one without")
    parser.add_argument("--chosen", type=Path, help="a list of chosen names instead of ours")
    parser.add_argument("--dga", type=Path, help="domain,family instead of our generators")
    return parser.parse_args()


if __name__ == "__main__":
    main()
