"""A part of the index: sorted hashes of one month's names, or of those independent of dates.

Memory-mapped NumPy arrays in a folder, written atomically and never pickled.
"""

from __future__ import annotations

import calendar
import datetime as dt
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dga.generators.family import DAILY, EPOCH, Family

Hashes = npt.NDArray[np.uint64]
AnyArray = npt.NDArray[Any]
Shape = tuple[str, str, int]  # family, suffix, length of the label

HASH_START = 0x646761  # "dga"
UNDATED = -1  # instead of days since 1970: the date is not used
LONGEST_LIST = 100_000  # names kept of a list, since some are endless
PEEKED = 3  # first names by which two lists are compared
COMPARED = 200  # names by which two distant days show whether a seed uses the date
SAMPLED = 500  # first names of a list, from which its letters are taken
SHAPES_FILE = "shapes.json"
ARRAYS = ("hashes", "families", "seeds", "first", "last")
FAR_DAYS = (dt.date(2011, 5, 17), dt.date(2019, 10, 9))  # to see whether a seed uses the date


def hash_names(names: Sequence[str]) -> Hashes:
    """Return a 64-bit hash of each name, the same in every process and batch.

    Eight bytes at a time are mixed in by the finaliser of SplitMix64 (Steele et al. 2014).

    >>> hash_names(["a.com", "b.com"]).tolist() == hash_names(["b.com", "a.com"])[::-1].tolist()
    True
    """
    codes = np.array([name.encode() for name in names] or [b""], dtype=np.bytes_)
    width = -(-max(codes.dtype.itemsize, 1) // 8) * 8
    words = codes.astype(f"S{width}").view("<u8").reshape(len(codes), width // 8)
    hashes = np.full(len(codes), HASH_START, dtype=np.uint64)
    for word in words.T:  # a row's words after its text are 0 and change nothing
        hashes = np.where(word == 0, hashes, _mixed(hashes ^ word))
    return hashes[: len(names)]


def _mixed(values: Hashes) -> Hashes:
    """Mix the bits of each value."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@dataclass(frozen=True)
class Shard:
    """Entries in the order of their hashes: (rows,) each; days count from `base`, 0 is any day."""

    names: tuple[str, ...]  # of families; `families` holds positions in it
    base: int  # the day before the month, counted from 1970-01-01
    hashes: Hashes
    families: AnyArray  # uint16
    seeds: AnyArray  # uint32
    first: AnyArray  # uint8
    last: AnyArray  # uint8
    shapes: Mapping[Shape, int]  # how many names of a shape
    letters: Mapping[str, int]  # by family: how many distinct characters its labels have

    def days(self, entry: int) -> tuple[int, int] | None:
        """The first and last day of an entry, counted from 1970-01-01; None for any day."""
        first, last = int(self.first[entry]), int(self.last[entry])
        return (self.base + first, self.base + last) if first else None

    def save(self, folder: Path) -> None:
        """Write the arrays into a folder atomically."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
        try:
            for name in ARRAYS:
                np.save(aside / f"{name}.npy", getattr(self, name), allow_pickle=False)
            shapes = [[*shape, count] for shape, count in self.shapes.items()]
            (aside / SHAPES_FILE).write_text(json.dumps(shapes), encoding="utf-8")
            notes = {"names": self.names, "base": self.base, "letters": self.letters}
            (aside / "shard.json").write_text(json.dumps(notes), encoding="utf-8")
            os.replace(aside, folder)
        except OSError:
            shutil.rmtree(aside, ignore_errors=True)
            if not folder.is_dir():  # another process may have built the same shard first
                raise

    @classmethod
    def load(cls, folder: Path) -> Shard:
        """Map a saved shard into memory. Raises OSError or ValueError where it is damaged."""
        notes = json.loads((folder / "shard.json").read_text(encoding="utf-8"))
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in ARRAYS
        }
        if len({len(array) for array in arrays.values()}) != 1:
            raise ValueError(f"{folder}: the index's arrays differ in length")
        names, base = tuple(notes["names"]), int(notes["base"])
        shapes = _SavedShapes(folder / SHAPES_FILE)
        return cls(names, base, shapes=shapes, letters=notes["letters"], **arrays)


class _SavedShapes(Mapping[Shape, int]):
    """The counts of a saved shard, read on first use, since only matches need them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _counts(self) -> dict[Shape, int]:
        rows = json.loads(self._path.read_text(encoding="utf-8"))
        return {(family, suffix, size): count for family, suffix, size, count in rows}

    def __getitem__(self, shape: Shape) -> int:
        return self._counts[shape]

    def __iter__(self) -> Iterator[Shape]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)


@dataclass
class _Collected:
    """Entries of a shard being built: one array per list of names."""

    hashes: list[Hashes] = field(default_factory=list)
    families: list[AnyArray] = field(default_factory=list)
    seeds: list[AnyArray] = field(default_factory=list)
    first: list[AnyArray] = field(default_factory=list)
    last: list[AnyArray] = field(default_factory=list)
    shapes: Counter[Shape] = field(default_factory=Counter)
    letters: dict[str, set[str]] = field(default_factory=dict)

    def add(
        self, place: int, family: str, seeds: AnyArray, names: Sequence[str], days: tuple[int, int]
    ) -> None:
        """Add names that a family makes from the first to the last of two days."""
        rows = len(names)
        self.hashes.append(hash_names(names))
        self.families.append(np.full(rows, place, dtype=np.uint16))
        self.seeds.append(seeds)
        self.first.append(np.full(rows, days[0], dtype=np.int32))
        self.last.append(np.full(rows, days[1], dtype=np.int32))
        letters = self.letters.setdefault(family, set())
        letters.update(*(name.partition(".")[0] for name in names[:SAMPLED]))
        for (suffix, size), count in Counter(map(_shape, names)).items():
            self.shapes[family, suffix, size] += count

    def shard(self, names: tuple[str, ...], base: int) -> Shard:
        """Sort the entries and join those of one name on consecutive days."""
        columns = [
            np.concatenate(getattr(self, name)) if self.hashes else np.empty(0, kind)
            for name, kind in zip(ARRAYS, ("u8", "u2", "u4", "i4", "i4"), strict=True)
        ]
        hashes, families, seeds, first, last = columns
        order = np.argsort(hashes, kind="stable")  # they were added by family, seed and day
        hashes, families, seeds, first, last = (column[order] for column in columns)
        same = (np.diff(hashes) == 0) & (np.diff(families) == 0) & (np.diff(seeds) == 0)
        follows = same & (first[1:] <= last[:-1] + 1)
        starts = np.flatnonzero(np.concatenate(([True], ~follows))) if len(hashes) else order
        ends = np.maximum.reduceat(last, starts) if len(hashes) else last
        counts = {family: len(letters) for family, letters in self.letters.items()}
        return Shard(
            names,
            base,
            hashes[starts],
            families[starts],
            seeds[starts],
            (first[starts] - base).astype(np.uint8),
            (ends - base).astype(np.uint8),
            dict(self.shapes),
            counts,
        )


def build_undated(families: Sequence[Family]) -> Shard:
    """Collect the names that are the same on every day."""
    collected = _Collected()
    for place, family in enumerate(families):
        for seed in family.seeds:
            if is_undated(family, seed):
                names = _listed(family, FAR_DAYS[0], seed)
                seeds = np.full(len(names), seed, dtype=np.uint32)
                collected.add(place, family.name, seeds, names, (UNDATED, UNDATED))
        _add_guessable(collected, place, family)
    return collected.shard(tuple(family.name for family in families), UNDATED)


def _add_guessable(collected: _Collected, place: int, family: Family) -> None:
    lists = [_listed(family, FAR_DAYS[0], seed) for seed in family.guessable_seeds]
    if lists:
        seeds = np.repeat(np.array(family.guessable_seeds, np.uint32), [len(n) for n in lists])
        names = [name for names in lists for name in names]
        collected.add(place, family.name, seeds, names, (UNDATED, UNDATED))


def build_month(families: Sequence[Family], year: int, month: int) -> Shard:
    """Collect the names that change with the date, of every day of a month."""
    collected = _Collected()
    days = _days_of_month(year, month)
    for place, family in enumerate(families):
        for seed in family.seeds:
            if is_undated(family, seed):
                continue
            for names, first, last in _runs(family, seed, days):
                seeds = np.full(len(names), seed, dtype=np.uint32)
                collected.add(place, family.name, seeds, names, (_number(first), _number(last)))
    return collected.shard(tuple(family.name for family in families), _number(days[0]) - 1)


def is_undated(family: Family, seed: int) -> bool:
    """Whether a seed's names are the same on every day."""
    if not family.period:
        return True
    early, late = (list(islice(family.function(day, seed), COMPARED)) for day in FAR_DAYS)
    return early == late


def _runs(
    family: Family, seed: int, days: Sequence[dt.date]
) -> Iterator[tuple[list[str], dt.date, dt.date]]:
    """Each list of names with the first and last of the days that have it."""
    start, peeked = days[0], _peek(family, days[0], seed)
    for day, following in zip(days, [*days[1:], None], strict=True):
        after = _peek(family, following, seed) if following else None
        if after is None or after != peeked or family.period <= DAILY:
            yield _listed(family, day, seed), start, day
            start, peeked = following or day, after


def _peek(family: Family, day: dt.date, seed: int) -> list[str] | None:
    """The first names of a day; None for families whose days all count as different."""
    if family.period <= DAILY:
        return None
    return list(islice(family.function(day, seed), PEEKED))


def names_of_day(family: Family, day: dt.date) -> Iterator[str]:
    """Every name that a family makes on a day, of all its published seeds."""
    for seed in family.seeds:
        yield from _listed(family, day, seed)


def _listed(family: Family, day: dt.date, seed: int) -> list[str]:
    return list(islice(family.function(day, seed), LONGEST_LIST))


def _shape(name: str) -> tuple[str, int]:
    """The suffix, and the length of the label before it."""
    size = name.index(".")
    return name[size + 1 :], size


def _days_of_month(year: int, month: int) -> list[dt.date]:
    return [dt.date(year, month, day + 1) for day in range(calendar.monthrange(year, month)[1])]


def _number(day: dt.date) -> int:
    return (day - EPOCH).days
