"""The index over a window of dates: build or load its shards, look up names, estimate chance."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from dga.errors import GeneratorError
from dga.generators.attribution.match import Match
from dga.generators.attribution.shard import (
    Hashes,
    Shape,
    Shard,
    build_month,
    build_undated,
    hash_names,
)
from dga.generators.family import EPOCH, Family
from dga.storage.files import remove_tree
from dga.storage.folders import cache_folder

FORMAT = 3  # of the shards; raise it when their layout changes
LOG_MARGIN = 30  # days before and after a log's own
NAME_WINDOW = (365, 34)  # days before and after today that a single name is looked up in
LONGEST_WINDOW = 3_660  # days
HASHES = 1 << 64
COMMON_WORDS = 20_000  # words from which people compose names

OnBuild = Callable[[str, int, int], None]  # (shard, its number from 1, of how many)


def window_of_log(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """Return the dates to search for a log that spans the given days.

    >>> window_of_log(dt.date(2026, 3, 31), dt.date(2026, 3, 31))
    (datetime.date(2026, 3, 1), datetime.date(2026, 4, 30))
    """
    margin = dt.timedelta(days=LOG_MARGIN)
    return first - margin, last + margin


def window_of_name(today: dt.date | None = None) -> tuple[dt.date, dt.date]:
    """Return the 400 dates to search for a single name: a year back, a month ahead."""
    today = today or dt.datetime.now(dt.UTC).date()
    before, after = NAME_WINDOW
    return today - dt.timedelta(days=before), today + dt.timedelta(days=after)


class AttributionIndex:
    """Hashes of every name that the exact generators make from `start` to `end`."""

    def __init__(
        self,
        start: dt.date,
        end: dt.date,
        shards: Sequence[Shard],
        families: Iterable[str] | None = None,
    ) -> None:
        self.start, self.end = start, end
        self._shards = tuple(shards)
        self._days = (start - EPOCH).days, (end - EPOCH).days
        self._table = exact_families()
        self._wanted = frozenset(self._table if families is None else families)
        self._chances: dict[Shape, float] = {}

    @classmethod
    def build(
        cls,
        start: dt.date,
        end: dt.date,
        families: Iterable[str] | None = None,
        *,
        folder: Path | None = None,
        on_build: OnBuild | None = None,
    ) -> AttributionIndex:
        """Load the index of a window of dates; build and store missing parts.

        `families` limits the matches, and what is built, to these. `folder`: where parts are
        stored, by default the cache folder; if it cannot be written, the index stays in memory.
        `on_build` is called before each part is built.

        GeneratorError for a window that ends before it starts or is longer than ten years, and for
        an unknown family.
        """
        _check(start, end, families)
        built = exact_families()
        if families is not None and not cls.stands(start, end, folder=folder):
            families = sorted(set(families))
            built = {name: built[name] for name in families}
        root = _version_folder(folder, built)
        missing = [name for name in _shard_names(start, end) if not (root / name).is_dir()]
        shards = []
        for name in _shard_names(start, end):
            if on_build and name in missing:
                on_build(name, missing.index(name) + 1, len(missing))
            shards.append(_shard(root / name, built))
        return cls(start, end, shards, families)

    @classmethod
    def stands(cls, start: dt.date, end: dt.date, *, folder: Path | None = None) -> bool:
        """Whether all parts of a window's index are in the cache folder."""
        root = _version_folder(folder, exact_families())
        return all((root / name).is_dir() for name in _shard_names(start, end))

    def __len__(self) -> int:
        """The number of entries, including those outside the window."""
        return sum(len(shard.hashes) for shard in self._shards)

    def attribute(self, names: Sequence[str]) -> list[tuple[Match, ...]]:
        """Return the matches of each name, the least likely by chance first; () if there are none.

        Names are normalised domains as the generators make them: registered names, or hosts under
        a zone such as `ddns.net`.
        """
        found: dict[int, list[Match]] = {}
        hashes = hash_names(names)
        order = np.argsort(hashes, kind="stable")
        for shard in self._shards:
            for row, entry in _hits(shard.hashes, hashes, order):
                match = self._match(names[row], shard, entry)
                if match is not None:
                    found.setdefault(row, []).append(match)
        return [_joined(found[row]) if row in found else () for row in range(len(names))]

    def _match(self, name: str, shard: Shard, entry: int) -> Match | None:
        """An entry of a shard as a match; None outside the window or the families."""
        family = shard.names[shard.families[entry]]
        days = shard.days(entry)
        if family not in self._wanted:
            return None
        if days and (days[0] > self._days[1] or days[1] < self._days[0]):
            return None
        dates = None
        if days:
            dates = _date(max(days[0], self._days[0])), _date(min(days[1], self._days[1]))
        return Match(name, family, int(shard.seeds[entry]), dates, self.chance(name, family))

    def chance(self, name: str, family: str) -> float:
        """Return the probability that an unrelated name of this shape matches the family.

        It is the number of the family's names with that length and suffix in the index, divided by
        the number of possible names with its letters. Names made of words are compared with names
        of as many common words. It is never below the probability of a hash collision.
        """
        label, _, suffix = name.partition(".")
        size = 0 if self._table[family].words else len(label)
        shape = family, suffix, size
        if shape not in self._chances:
            self._chances[shape] = self._chance(shape)
        return self._chances[shape]

    def _chance(self, shape: Shape) -> float:
        family, suffix, size = shape
        settings = self._table[family]
        if settings.words:
            made, space = self._under[family, suffix], float(COMMON_WORDS) ** settings.words
        else:
            made = sum(shard.shapes.get(shape, 0) for shard in self._shards)
            letters = max(shard.letters.get(family, 1) for shard in self._shards)
            space = float(settings.choices or letters) ** size
        return min(1.0, made / space + len(self) / HASHES)

    @cached_property
    def _under(self) -> Counter[tuple[str, str]]:
        """How many names of a family under a suffix are in the index."""
        made: Counter[tuple[str, str]] = Counter()
        for shard in self._shards:
            for (family, suffix, _), count in shard.shapes.items():
                made[family, suffix] += count
        return made


def exact_families() -> dict[str, Family]:
    """Return the families with an exact generator, by name."""
    from dga.generators import FAMILIES

    return {name: FAMILIES[name] for name in sorted(FAMILIES) if FAMILIES[name].exact}


def _check(start: dt.date, end: dt.date, families: Iterable[str] | None) -> None:
    if end < start:
        raise GeneratorError(f"the window must not end before it starts, got {start} to {end}")
    if (end - start).days >= LONGEST_WINDOW:
        raise GeneratorError(f"the window must be at most ten years, got {start} to {end}")
    known = exact_families()
    unknown = sorted(set(families or ()) - set(known))
    if unknown:
        raise GeneratorError(f"no exact generator for {unknown[0]!r}; choose {', '.join(known)}")


def _version_folder(folder: Path | None, families: Mapping[str, Family]) -> Path:
    return (folder or cache_folder() / "attribution") / _fingerprint(families)


def _fingerprint(families: Mapping[str, Family]) -> str:
    """A version that depends on the generators, including registered ones, and the shard layout."""
    digest = hashlib.sha256(_shipped())
    for name, family in families.items():
        code = family.function.__code__
        about = name, family.seeds, family.period, code.co_code.hex(), code.co_names
        digest.update(repr(about).encode())
    return digest.hexdigest()[:16]


@cache
def _shipped() -> bytes:
    """A digest of this package's files: code and word lists."""
    digest = hashlib.sha256(f"{FORMAT} {np.__version__}".encode())
    for path in sorted(Path(__file__).parents[1].rglob("*")):
        if path.suffix in (".py", ".txt"):
            digest.update(path.read_bytes())
    return digest.digest()


def _shard_names(start: dt.date, end: dt.date) -> list[str]:
    """The names of the shards of a window's index.

    >>> _shard_names(dt.date(2025, 12, 31), dt.date(2026, 1, 1))
    ['undated', '2025-12', '2026-01']
    """
    first, last = 12 * start.year + start.month - 1, 12 * end.year + end.month - 1
    months = [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(first, last + 1)]
    return ["undated", *months]


def _shard(folder: Path, families: Mapping[str, Family]) -> Shard:
    """Load a shard; build and store it if it is missing or damaged."""
    try:
        return Shard.load(folder)
    except (OSError, ValueError, KeyError, TypeError):
        shard = _built(folder.name, list(families.values()))
    try:
        remove_tree(folder)
        shard.save(folder)
        return Shard.load(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return shard


def _built(name: str, families: Sequence[Family]) -> Shard:
    if name == "undated":
        return build_undated(families)
    year, month = map(int, name.split("-"))
    return build_month(families, year, month)


def _hits(
    entries: Hashes, hashes: Hashes, order: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> Iterator[tuple[int, int]]:
    """(row of `hashes`, position in `entries`) for each pair of equal hashes."""
    if not len(entries):
        return
    asked = hashes[order]
    low = np.searchsorted(entries, asked)
    found = entries[np.minimum(low, len(entries) - 1)] == asked
    for place in np.flatnonzero(found).tolist():
        entry, wanted = int(low[place]), asked[place]
        while entry < len(entries) and entries[entry] == wanted:
            yield int(order[place]), entry
            entry += 1


def _joined(matches: list[Match]) -> tuple[Match, ...]:
    """Matches of one name, the least likely by chance first; adjoining months are joined."""
    joined: dict[tuple[str, int], list[Match]] = {}
    for match in sorted(matches, key=lambda match: match.dates or (dt.date.min,) * 2):
        known = joined.setdefault((match.family, match.seed), [])
        if known and _adjoin(known[-1], match):
            match = _spanning(known.pop(), match)
        known.append(match)
    flat = [match for group in joined.values() for match in group]
    return tuple(sorted(flat, key=lambda match: (match.chance, match.family, match.seed)))


def _adjoin(earlier: Match, later: Match) -> bool:
    if earlier.dates is None or later.dates is None:
        return earlier.dates == later.dates
    return (later.dates[0] - earlier.dates[1]).days <= 1


def _spanning(earlier: Match, later: Match) -> Match:
    if earlier.dates is None or later.dates is None:
        return earlier
    dates = earlier.dates[0], max(earlier.dates[1], later.dates[1])
    return Match(earlier.domain, earlier.family, earlier.seed, dates, earlier.chance)


def _date(days: int) -> dt.date:
    return EPOCH + dt.timedelta(days=days)
