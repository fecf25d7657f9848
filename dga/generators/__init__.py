"""Generators of DGA families, implemented from published descriptions.

For testing detectors and widening training sets. Never resolves, registers or contacts a name.
`FAMILIES` lists the families, `register_generator` adds one, `generate` makes distinct names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from dga.errors import GeneratorError
from dga.generators import (
    dated,
    fixed,
    hashed,
    intervals,
    keyed,
    kraken,
    mixed,
    pronounceable,
    words,
)
from dga.generators.family import Family, Kind, Names

__all__ = ["FAMILIES", "Family", "Kind", "at_most", "generate", "register_generator"]

LARGEST = 1_000_000
DEFAULT_DATE = dt.date(2026, 1, 1)
PATIENCE = 50_000  # consecutive repeated names after which a list counts as exhausted
LARGEST_SEED = (1 << 32) - 1

FAMILIES: dict[str, Family] = {
    name: family
    for module in (fixed, dated, kraken, mixed, keyed, hashed, intervals, pronounceable, words)
    for name, family in sorted(module.FAMILIES.items())
}


def register_generator(family: Family) -> None:
    """Add a family; its `function(day, seed)` yields the names of a day.

    GeneratorError if the name is taken or the family has no seed.
    """
    if family.name in FAMILIES:
        raise GeneratorError(f"a family {family.name!r} exists already; choose another name")
    if not family.seeds:
        raise GeneratorError(f"{family.name} has no seed; give at least one, such as 0")
    FAMILIES[family.name] = family


def generate(
    family: str, count: int, *, date: dt.date = DEFAULT_DATE, seed: int | None = None
) -> list[str]:
    """Return `count` distinct names of a family: lower case, with suffix, the same on every call.

    Names start at `date` and continue with the following days; a family without dates continues
    with further seeds. Without `seed` the published seeds alternate, name by name.

    GeneratorError for an unknown family or seed, a count out of range, or more names than the
    family has.
    """
    names = at_most(family, count, date=date, seed=seed)
    if len(names) < count:
        raise GeneratorError(
            f"{family} has only {len(names)} distinct names from {date} on; ask for at most that "
            "many"
        )
    return names


def at_most(
    family: str, count: int, *, date: dt.date = DEFAULT_DATE, seed: int | None = None
) -> list[str]:
    """As `generate`, but returns all names if the family has fewer."""
    chosen = _family(family)
    _check(chosen, count, seed)
    names: dict[str, None] = {}
    stale = 0
    for name in _stream(chosen, date, seed):
        stale = stale + 1 if name in names else 0
        names[name] = None
        if len(names) == count or stale == PATIENCE:
            break
    return list(names)


def _family(name: str) -> Family:
    if name not in FAMILIES:
        raise GeneratorError(f"no generator for {name!r}; choose {', '.join(sorted(FAMILIES))}")
    return FAMILIES[name]


def _check(family: Family, count: int, seed: int | None) -> None:
    if not 1 <= count <= LARGEST:
        raise GeneratorError(f"count must be from 1 to {LARGEST}, got {count}")
    if seed is None or seed in family.seeds:
        return
    if not family.open_seeds:
        known = ", ".join(map(str, family.seeds))
        raise GeneratorError(f"{family.name} has no seed {seed}; its seeds are {known}")
    if not 0 <= seed <= LARGEST_SEED:
        raise GeneratorError(f"a seed must be from 0 to {LARGEST_SEED}, got {seed}")


def _stream(family: Family, day: dt.date, seed: int | None) -> Names:
    """All names from a day on, with repetitions, until the calendar or the seeds end."""
    seeds = family.seeds if seed is None else (seed,)
    yield from _in_turn([family.function(day, number) for number in seeds])
    while family.period:
        try:
            day += dt.timedelta(days=family.period)
        except OverflowError:
            return
        yield from _in_turn([family.function(day, number) for number in seeds])
    number = seeds[-1]
    while family.open_seeds:
        number = (69_069 * number + 12_345) & LARGEST_SEED
        yield from family.function(day, number)


def _in_turn(lists: Iterable[Names]) -> Names:
    """Alternate between lists, a name of each in turn, until the last one ends."""
    waiting: list[Iterator[str]] = list(lists)
    while len(waiting) > 1:
        for names in tuple(waiting):
            name = next(names, None)
            if name is None:
                waiting.remove(names)
            else:
                yield name
    for names in waiting:
        yield from names
