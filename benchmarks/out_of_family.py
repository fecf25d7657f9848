"""Networks that have not learnt a part of the families, so that host tests see unseen families.

    python -m benchmarks.out_of_family TWIN --benign TRANCO UMBRELLA MORE --dga FAMILIES.csv \\
        --curated CURATED.csv --share 0.2 --without A,B,... --models DIR

TWIN is the folder of a finished run that has learnt none of the families after --without. Its
families are parted by a seed, those of a group together; for each part a network is trained as TWIN
was, without the part. Prints what `dga.training.fit_host_tests` is given: a network, and the
families that it has not learnt. Networks that stand in DIR are not trained again.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.rivals import Lists, reduced, trained
from dga.errors import DGAError
from dga.runs import store
from dga.schema import UNKNOWN_FAMILY
from dga.scoring.family_groups import Groups

PARTS = 5
SEED = 5


def main() -> None:
    """Train the networks and print the options."""
    options = _options()
    twin = store.open_run(options.twin.name, options.twin.parent)
    bundle = twin.bundle()
    parts = parted(bundle.families, bundle.groups)
    lists = Lists(tuple(options.benign), options.dga, tuple(options.curated))
    for number, part in enumerate(parts[: options.networks]):
        without = [*filter(None, options.without.split(",")), *part]
        folder = options.models / f"lists-{number}"
        seen = reduced(lists, folder, options.share, without=without)
        run = trained(f"fold-{number}", seen, twin.settings, options.models)
        unseen = [family for family in part if family != UNKNOWN_FAMILY]
        print(f"--unseen {run.path / store.BUNDLE_FOLDER} {','.join(unseen)}", flush=True)


def parted(families: Sequence[str], groups: Groups) -> list[list[str]]:
    """The families in PARTS parts of about as many groups; those of a group are in one part."""
    given = groups.of(families)
    names = np.array(list(dict.fromkeys(given)), dtype=object)
    np.random.default_rng(SEED).shuffle(names)
    return [
        [family for family, group in zip(families, given, strict=True) if group in part]
        for part in map(set, np.array_split(names, PARTS))
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.out_of_family")
    add = parser.add_argument
    add("twin", type=Path, help="the folder of a finished run")
    add("--benign", required=True, nargs="+", type=Path)
    add("--dga", required=True, type=Path)
    add("--curated", nargs="*", type=Path, default=[])
    add("--share", type=float, default=1.0, help="of all rows, as TWIN was trained on")
    add("--without", default="", metavar="FAMILIES", help="that TWIN has not learnt")
    add("--networks", type=int, default=3, help=f"of {PARTS} parts, the first so many")
    add("--models", type=Path, required=True, help="where the networks go")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except DGAError as error:
        raise SystemExit(f"benchmarks.out_of_family: {error}") from None
