"""Do our generators make the names that others collected? A row a family.

    python -m benchmarks.generators --families FILE

FILE is a CSV with the columns domain and family, one row a name; nothing of it is kept. Each
generator runs over its published seeds and over dates from 2010 to 2024, or, to be done within
minutes, over the part of them where names turned up before. An exact hit of a name of ten random
letters is no accident: the algorithm is right. Where none turns up, the samples behind the file
had other seeds, and the shapes of the names are compared instead. Names of few words can meet by
accident: Rovnix's do, and do not count.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import pandas as pd

from dga.generators import FAMILIES, Family

START, END = dt.date(2010, 1, 1), dt.date(2025, 1, 1)
UNDATED = 500_000  # names of each seed of a family that knows no date
SAMPLE = 5_000  # names of ours whose shape is compared

# Where to look: first day, last day, step in days.
SPANS: dict[str, tuple[dt.date, dt.date, int]] = {
    "bamital": (dt.date(2019, 1, 1), dt.date(2019, 12, 31), 1),
    "conficker": (dt.date(2017, 1, 1), dt.date(2019, 12, 31), 1),
    "corebot": (dt.date(2015, 1, 8), dt.date(2015, 12, 31), 28),
    "cryptolocker": (START, END, 4),
    "darkcracks": (dt.date(2024, 1, 1), dt.date(2025, 12, 31), 1),
    "dyre": (dt.date(2014, 6, 1), dt.date(2014, 6, 7), 1),
    "gameover_p2p": (dt.date(2014, 1, 1), dt.date(2014, 12, 31), 1),
    "gozi": (dt.date(1970, 1, 1), dt.date(3384, 12, 31), 3),  # the file's days are any
    "gameover": (dt.date(2014, 7, 1), dt.date(2014, 8, 31), 1),
    "kraken": (START, END, 56),
    "locky": (dt.date(2022, 10, 1), dt.date(2023, 6, 1), 1),
    "monerodownloader": (dt.date(2019, 1, 1), dt.date(2020, 12, 31), 1),
    "murofet": (dt.date(2010, 1, 1), dt.date(2010, 12, 31), 1),
    "mydoom": (dt.date(2018, 1, 1), dt.date(2022, 12, 31), 1),
    "necurs": (dt.date(2018, 4, 1), dt.date(2018, 6, 30), 4),
    "nymaim2": (dt.date(2000, 1, 1), dt.date(2099, 12, 31), 1),
    "pitou": (dt.date(2012, 1, 1), END, 1),
    "proslikefan": (START, END, 12),
    "qakbot": (dt.date(2013, 1, 1), dt.date(2016, 12, 31), 10),
    "qsnatch": (dt.date(2019, 11, 15), dt.date(2020, 1, 7), 1),
    "ranbyus": (dt.date(2015, 1, 1), dt.date(2015, 12, 31), 1),
    "tinynuke": (dt.date(2019, 6, 15), dt.date(2020, 1, 7), 1),
    "unnamed_javascript_dga": (dt.date(2015, 1, 1), dt.date(2016, 12, 31), 1),
    "zloader": (dt.date(2020, 1, 1), dt.date(2021, 12, 31), 1),
}
# Seeds beyond the published ones: a sample of DNSChanger seeds itself with a small number.
SEEDS: dict[str, Iterable[int]] = {
    name: (*family.seeds, *family.guessable_seeds)
    for name, family in FAMILIES.items()
    if family.guessable_seeds
}
ACCIDENTS = frozenset(name for name, family in FAMILIES.items() if not family.exact)


@dataclass
class Found:
    """What a generator made and how much of the file's family that was."""

    family: Family
    rows: int
    made: int = 0
    seconds: float = 0.0  # of the processor
    names: set[str] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    ours: list[str] = field(default_factory=list)


def main() -> None:
    """Print the table of hits, then the shapes of the families without one."""
    parser = argparse.ArgumentParser("benchmarks.generators", description=__doc__)
    parser.add_argument("--families", required=True, help="CSV: domain,family")
    parser.add_argument("--only", nargs="+", choices=sorted(FAMILIES), default=sorted(FAMILIES))
    options = parser.parse_args()
    listed = _listed(options.families)
    results = []
    for number, name in enumerate(options.only, 1):
        result = look(FAMILIES[name], listed.get(name, frozenset()))
        progress = f"{number}/{len(options.only)} {name}: {len(result.names):,} found"
        print(f"{progress}, {result.seconds:.0f} s", file=sys.stderr, flush=True)
        results.append(result)
    hits = sum(bool(result.names) for result in results if result.family.name not in ACCIDENTS)
    print(pd.DataFrame([_row(result) for result in results]).to_string(index=False))
    print(f"\n{hits} of {len(results)} families: exact names of the file\n")
    without = [result for result in results if result.rows and not result.names]
    for result in without:
        print(_shapes(result, listed[result.family.name]))


def look(family: Family, listed: Collection[str]) -> Found:
    """Run a generator over its seeds and days and collect the listed names it makes."""
    result, wanted = Found(family, len(listed)), set(listed)
    started = time.process_time()
    for day in _days(family):
        for seed in SEEDS.get(family.name, family.seeds):
            names = list(islice(family.function(day, seed), UNDATED))
            result.made += len(names)
            result.ours.extend(names[: SAMPLE - len(result.ours)])
            found = wanted.intersection(names)
            if found - result.names:
                result.names |= found
                result.years.add(day.year)
    result.seconds = time.process_time() - started
    return result


def _days(family: Family) -> Iterator[dt.date]:
    first, last, step = SPANS.get(family.name, (START, END, family.period))
    yield first
    while family.period and (first := first + dt.timedelta(days=step)) <= last:
        yield first


def _listed(path: str) -> dict[str, set[str]]:
    """The distinct names of each family of a file; damaged rows fall out."""
    frame = pd.read_csv(path, usecols=["domain", "family"], dtype=str, on_bad_lines="skip").dropna()
    return {str(family): set(part["domain"]) for family, part in frame.groupby("family")}


def _row(result: Found) -> dict[str, object]:
    family, years = result.family, sorted(result.years)
    return {
        "family": family.name,
        "kind": family.kind,
        "in file": f"{result.rows:,}" if result.rows else "no",
        "made": f"{result.made:,}",
        "found": f"{len(result.names):,}",
        "attributed": f"{len(result.names) / result.rows:.1%}" if result.rows else "",
        "dates": f"{years[0]} to {years[-1]}" if years and family.period else "",
        "names/s": f"{result.made / result.seconds:,.0f}",
    }


def _shapes(result: Found, listed: Collection[str]) -> str:
    theirs, ours = _shape(listed), _shape(result.ours)
    suffixes = sum(name.partition(".")[2] in ours[2] for name in listed) / len(listed)
    return (
        f"{result.family.name}: none found. Lengths {theirs[0]}, ours {ours[0]}; characters "
        f"{theirs[1]}, ours {ours[1]}; {suffixes:.0%} of the file's names have a suffix of ours"
    )


def _shape(names: Collection[str]) -> tuple[str, str, set[str]]:
    """(range of label lengths, characters of labels, suffixes) of names."""
    labels, suffixes = zip(*(name.partition(".")[::2] for name in names), strict=True)
    sizes = [len(label) for label in labels]
    return f"{min(sizes)} to {max(sizes)}", _short(set("".join(labels))), set(suffixes)


def _short(characters: set[str]) -> str:
    """Characters in order, runs of letters or digits shortened.

    >>> _short(set("abcdz19"))
    '1 9 a-d z'
    """
    runs: list[str] = []
    for code in sorted(characters):
        if runs and ord(code) == ord(runs[-1][-1]) + 1 and code not in "a0":
            runs[-1] += code
        else:
            runs.append(code)
    return " ".join(run if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


if __name__ == "__main__":
    main()
