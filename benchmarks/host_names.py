"""Files of host names to score: all registered names distinct, or repeated as DNS traffic is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path

import numpy as np

from dga import tables
from dga.generators import FAMILIES, at_most
from dga.names.parse import parse_many

FEW = 10  # rows a distinct name, on the average of repeated ones
GENERATED = 100_000
BLOCK = 100_000


def base(lists: Sequence[Path]) -> list[str]:
    """Distinct registered names to make host names of: those of lists, or of our generators."""
    found = [name for path in lists for name in _listed(path)]
    if not lists:
        share = -(-GENERATED // len(FAMILIES))
        found = [name for family in FAMILIES for name in at_most(family, share)]
    distinct = dict.fromkeys(p.registered_name for p in parse_many(found) if p.registered_name)
    shuffled = np.array(list(distinct), dtype=object)
    np.random.default_rng(0).shuffle(shuffled)
    return list(shuffled)


def _listed(path: Path) -> Iterator[str]:
    column = ""
    for chunk in tables.read_chunks(path):
        column = column or tables.guess_column(tuple(chunk.columns), chunk)
        yield from chunk[column].tolist()


def distinct_hosts(names: Sequence[str]) -> Iterator[str]:
    """Host names without end, each of a registered name of its own."""
    for number in count():
        turn, at = divmod(number, len(names))
        label, _, suffix = names[at].partition(".")
        yield f"h{number:x}.{label}-{turn:x}.{suffix}" if turn else f"h{number:x}.{names[at]}"


def write(path: Path, names: Sequence[str], rows: int, *, repeated: bool) -> int:
    """Write a CSV file of host names; returns how many are distinct.

    Repeated ones follow Zipf's law with exponent 1: the k-th most frequent has 1/k of the rows of
    the first.
    """
    hosts = distinct_hosts(names)
    pool = list(islice(hosts, rows // FEW)) if repeated else []
    dice = np.random.default_rng(rows)
    seen: set[int] = set()
    with open(path, "w", encoding="utf-8") as file:
        file.write("domain\n")
        for start in range(0, rows, BLOCK):
            size = min(BLOCK, rows - start)
            if repeated:
                ranks = (len(pool) ** dice.random(size)).astype(int) - 1
                seen.update(ranks.tolist())
                block = [pool[rank] for rank in ranks]
            else:
                block = list(islice(hosts, size))
            file.write("\n".join(block) + "\n")
    return len(seen) if repeated else rows
