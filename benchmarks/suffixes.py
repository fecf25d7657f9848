"""Print what becomes of the same labels under sixty suffixes.

    python -m benchmarks.suffixes [--run RUN] [--fpr 0.01]

Verdicts are those of the run's stored threshold; what is measured stands in
`dga.evaluation.suffixes`.
"""

from __future__ import annotations

import argparse

from dga.evaluation import suffixes
from dga.runs import store


def main() -> None:
    """Print the table by suffix and its summary."""
    parser = argparse.ArgumentParser("benchmarks.suffixes")
    parser.add_argument("--run", help="the active one without")
    parser.add_argument("--fpr", type=float, default=0.01, help="whose stored threshold decides")
    options = parser.parse_args()
    run = store.open_run(options.run or store.active_name())
    bundle = run.bundle()
    found = suffixes.table(bundle, bundle.threshold(options.fpr))
    print(f"run {run.name}, threshold for {options.fpr:g} false positives")
    print(found.to_string(float_format=lambda share: f"{share:.3f}"))
    print(suffixes.summary(found))


if __name__ == "__main__":
    main()
