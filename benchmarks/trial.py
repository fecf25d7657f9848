"""Write the generated part of the bundled trial set: `python -m benchmarks.trial`.

A number of names of each family that `dga.generators` implements, over a year of dates. The names
that people chose, beside it in `data/trial/`, are written by hand.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from dga.generators import FAMILIES, at_most
from dga.names import parse

TARGET = Path(__file__).resolve().parent.parent / "data" / "trial" / "generated.csv"
NAMES_A_FAMILY = 250
FIRST_DAY = date(2026, 3, 1)


def main() -> None:
    """Write the file and tell how many names of each family it holds."""
    seen: set[str] = set()
    with open(TARGET, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["domain", "family"])
        for family in sorted(FAMILIES):
            names = [n for n in at_most(family, NAMES_A_FAMILY, date=FIRST_DAY) if n not in seen]
            seen.update(names)
            writer.writerows([name, family] for name in names)
            registered = len({parse.registered_name(name) for name in names})
            print(f"{family}: {len(names)} names, {registered} registered names")


if __name__ == "__main__":
    main()
