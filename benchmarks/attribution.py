"""Exact attribution: what the index costs, finds, and finds by accident.

    python -m benchmarks.attribution [--benign FILE...] [--families FILE] [--date 2026-06-15]

Builds the indexes of a log (60 days) and of a single name (400 days) in an empty folder; looks
100,000 names up; looks every name of the day up that a generator makes; and looks benign names up
(files of any layout, told by path), of which every match is counted by family and the least
likely to be a coincidence listed. With `--families` (a CSV: domain, family) the names of that file
are looked up too, in the same 400 days: a file of other years matches by accident only, so
`python -m benchmarks.generators --families FILE` is what tells whether the algorithms are right.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pandas as pd

from dga import tables
from dga.generators.attribution import AttributionIndex, Match, odds_text, window_of_name
from dga.generators.attribution.index import exact_families, window_of_log
from dga.generators.attribution.shard import LONGEST_LIST
from dga.names import arrow_strings
from dga.names.parse_columns import ParsedColumn

LOOKED_UP = 100_000
LISTED = 15  # benign matches that are shown


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser("benchmarks.attribution", description=__doc__)
    parser.add_argument("--benign", nargs="+", default=[], metavar="FILE")
    parser.add_argument("--families", metavar="FILE")
    parser.add_argument("--date", type=dt.date.fromisoformat, default=dt.date(2026, 6, 15))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dga-attribution-") as folder:
        _cost(
            "60 days around a log's day", Path(folder), *window_of_log(options.date, options.date)
        )
        index = _cost("400 days of a single name", Path(folder), *window_of_name(options.date))
        _speed(index)
        _own_names(index, options.date)
        if options.benign:
            _benign(index, options.benign)
        if options.families:
            _families(index, options.families)


def _cost(what: str, folder: Path, start: dt.date, end: dt.date) -> AttributionIndex:
    began, worked = time.perf_counter(), time.process_time()
    index = AttributionIndex.build(start, end, folder=folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    seconds = f"{time.process_time() - worked:.1f} s of one processor"
    print(
        f"{what}: {len(index):,} names, {seconds}, {time.perf_counter() - began:.1f} s in all; "
        f"the folder then holds {size / 2**20:,.0f} MiB",
        flush=True,
    )
    began = time.perf_counter()
    AttributionIndex.build(start, end, folder=folder)
    print(f"{what}: opened again in {time.perf_counter() - began:.3f} s")
    return index


def _speed(index: AttributionIndex) -> None:
    names = [f"some-name-{number}.com" for number in range(LOOKED_UP)]
    index.attribute(names[:10])
    began, worked = time.perf_counter(), time.process_time()
    index.attribute(names)
    print(
        f"{LOOKED_UP:,} names looked up in {time.perf_counter() - began:.3f} s "
        f"({time.process_time() - worked:.3f} s of one processor)",
        flush=True,
    )


def _own_names(index: AttributionIndex, day: dt.date) -> None:
    """Every name that a generator makes on a day is attributed to it, on that day."""
    missed: Counter[str] = Counter()
    total = 0
    for name, family in exact_families().items():
        for seed in family.seeds:
            made = list(islice(family.function(day, seed), LONGEST_LIST))
            found = index.attribute(made)
            total += len(made)
            missed[name] += sum(not _has(matches, name, seed, day) for matches in found)
    misses = {name: count for name, count in missed.items() if count}
    print(
        f"{total:,} names of {day} by {len(missed)} families: {sum(misses.values())} not "
        f"attributed to their family, seed and day {misses or ''}"
    )


def _has(matches: Sequence[Match], family: str, seed: int, day: dt.date) -> bool:
    return any(
        (match.family, match.seed) == (family, seed)
        and (match.dates is None or match.dates[0] <= day <= match.dates[1])
        for match in matches
    )


def _benign(index: AttributionIndex, paths: Sequence[str]) -> None:
    names: set[str] = set()
    for path in paths:
        for column in _columns(path):
            names.update(column)
    names.discard("")
    listed = sorted(names)
    began = time.perf_counter()
    found = [match for matches in index.attribute(listed) for match in matches[:1]]
    print(
        f"\n{len(listed):,} distinct registered names of benign lists looked up in "
        f"{time.perf_counter() - began:.1f} s: {len(found)} match, "
        f"{sum(not match.doubtful for match in found)} of them not told as doubtful"
    )
    rows = [
        {
            "family": family,
            "matches": sum(match.family == family for match in found),
            "doubtful": sum(match.family == family and match.doubtful for match in found),
            "expected": f"{_expected(index, listed, family):.1f}",
        }
        for family in sorted({match.family for match in found})
    ]
    print(pd.DataFrame(rows).to_string(index=False) if rows else "")
    print(f"\nthe {LISTED} least likely to be a coincidence:")
    for match in sorted(found, key=lambda match: match.chance)[:LISTED]:
        print(f"  {match.domain}: {match.family}, odds {odds_text(match.chance)}")


def _expected(index: AttributionIndex, names: Sequence[str], family: str) -> float:
    """How many of the names would match a family by accident, by the odds that are told."""
    shapes: dict[tuple[str, int], list[str]] = {}
    for name in names:
        label, _, suffix = name.partition(".")
        shapes.setdefault((suffix, len(label)), []).append(name)
    return sum(len(alike) * index.chance(alike[0], family) for alike in shapes.values())


def _columns(path: str) -> Iterator[list[str]]:
    """The registered names of a file, in parts."""
    column = ""
    with tables.reading(Path(path), name=path) as reading:
        for chunk in reading.chunks:
            sample = chunk.slice(0, tables.SAMPLE_ROWS).to_pandas()
            column = column or tables.guess_column(tuple(chunk.column_names), sample)
            texts = arrow_strings.column_of(chunk[column])
            yield ParsedColumn(texts).registered_name.to_pylist()


def _families(index: AttributionIndex, path: str) -> None:
    frame = pd.read_csv(path, usecols=["domain", "family"], dtype=str, on_bad_lines="skip").dropna()
    rows = []
    for family, part in frame.groupby("family"):
        found = index.attribute(part["domain"].tolist())
        own = sum(any(match.family == family for match in matches) for matches in found)
        rows.append({"family": family, "names": len(part), "own family": own,
                     "any family": sum(map(bool, found))})  # fmt: skip
    print(f"\n{path}, in {index.start} to {index.end}:")
    print(pd.DataFrame(rows).to_string(index=False))


if __name__ == "__main__":
    main()
