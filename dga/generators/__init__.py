"""Names of DGA families, made by our own code from published descriptions.

To try the detector and to widen training sets. Never resolves, registers or contacts a name.
`FAMILIES` lists what there is, `register_generator` adds to it; `generate` makes distinct names
of one family.
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
PATIENCE = 50_000  # names in a row without a new one: the list is exhausted
LARGEST_SEED = (1 << 32) - 1

FAMILIES: dict[str, Family] = {
    name: family
    for module in (fixed, dated, kraken, mixed, keyed, hashed, intervals, pronounceable, words)
    for name, family in sorted(module.FAMILIES.items())
}


def register_generator(family: Family) -> None:
    """Add a family; its `function(day, seed)` yields the names of a day.

    Raises GeneratorError where the name is taken or the family has no seed.
    """
    if family.name in FAMILIES:
        raise GeneratorError(f"there is a family {family.name!r} already; choose another name")
    if not family.seeds:
        raise GeneratorError(f"{family.name} has no seed; give at least one, such as 0")
    FAMILIES[family.name] = family


def generate(
    family: str, count: int, *, date: dt.date = DEFAULT_DATE, seed: int | None = None
) -> list[str]:
    """Return `count` distinct names of a family: lower case, with suffix, the same on every call.

    Names start at `date` and go on over the days after it; a family that knows no date goes on
    over further seeds. Without `seed` the published seeds take turns, name by name.

    Raises GeneratorError for an unknown family or seed, a count out of range, or more names
    than the family has.
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
    """As `generate`, but all names that the family has where these are fewer."""
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
        raise GeneratorError(f"no generator for {name!r}; there are {', '.join(sorted(FAMILIES))}")
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
    """All names from a day on, repetitions included; ends with the calendar or the seeds."""
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
    """One name of each list, again and again, until the last list ends."""
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
