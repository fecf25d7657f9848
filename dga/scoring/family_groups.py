"""Families that cannot be told apart from the name, as groups learnt from the confusion.

Several families draw from the same letters and lengths: which of them a name belongs to is a lucky
guess, that it belongs to one of them is not. Arrays in, groups out; reads no file, and knows no
network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dga.schema import UNKNOWN_FAMILY

LIMIT = 0.11  # two are merged when as many of the names between them go to the wrong one
LEAST_CONFUSED = 3  # fewer confused names may be an accident
KNOWN_LOST = 0.05  # the share of known families' names that the floor leaves unnamed
DEFAULT_FLOOR = 0.25  # of bundles that were written before floors were chosen
BETWEEN = " / "  # between the families of a group's name

Float64s = npt.NDArray[np.float64]
Shares = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Merge:
    """Two groups put together, and why; plain JSON values.

    `confusion`: of the names of either that were answered with one of the two, both weighing the
    same, the share that got the other one. `confused`: how many names that were.
    """

    first: tuple[str, ...]
    second: tuple[str, ...]
    confusion: float
    confused: int


@dataclass(frozen=True)
class Groups:
    """How a bundle answers with families.

    `merged`: the groups of two families and more; every other family is a group of its own.
    `floor`: the share from which a group is named, below it the answer is `unknown`.
    """

    merged: tuple[tuple[str, ...], ...] = ()
    floor: float = DEFAULT_FLOOR

    def of(self, families: Sequence[str]) -> list[str]:
        """The name of the group of each family, such as `locky / tinba`.

        >>> Groups((("tinba", "locky"),)).of(["tinba", "gozi"])
        ['tinba / locky', 'gozi']
        """
        names = {family: BETWEEN.join(group) for group in self.merged for family in group}
        return [names.get(family, family) for family in families]

    def summed(self, shares: Shares, families: Sequence[str]) -> tuple[list[str], Shares]:
        """Families' shares (rows, families) to groups': their names and (rows, groups)."""
        given = self.of(families)
        names = list(dict.fromkeys(given))
        place = {name: at for at, name in enumerate(names)}
        member = np.zeros((len(families), len(names)), dtype=np.float32)
        member[np.arange(len(families)), [place[name] for name in given]] = 1
        return names, np.minimum(shares @ member, np.float32(1))  # sums may round above

    def answers(self, shares: Shares, families: Sequence[str]) -> tuple[list[str], Shares]:
        """The group that each row of shares comes nearest to, and its share (rows,).

        `unknown` where no share reaches the floor, or where that is the nearest.
        """
        names, summed = self.summed(shares, families)
        best = summed.argmax(axis=1)
        top = summed[np.arange(len(best)), best]
        named = (
            names[at] if share >= self.floor else UNKNOWN_FAMILY
            for at, share in zip(best.tolist(), top.tolist(), strict=True)
        )
        return list(named), top

    def to_json(self) -> dict[str, Any]:
        """The groups as plain JSON values."""
        return {"merged": [list(group) for group in self.merged], "floor": self.floor}

    @classmethod
    def from_json(cls, values: Mapping[str, Any], families: Iterable[str]) -> Groups:
        """Make groups of `to_json`'s values; ValueError where they fit no such families."""
        merged = tuple(tuple(map(str, group)) for group in values.get("merged", ()))
        members = [family for group in merged for family in group]
        floor = float(values.get("floor", DEFAULT_FLOOR))
        if len(set(members)) < len(members) or not set(members) <= set(families):
            raise ValueError("groups of families that are not known, or twice in them")
        if not 0 <= floor <= 1:
            raise ValueError("a floor of families outside 0 to 1")
        return cls(merged, floor)


def learn(
    truth: Sequence[str], guessed: Sequence[str], families: Sequence[str], limit: float = LIMIT
) -> tuple[tuple[tuple[str, ...], ...], list[Merge]]:
    """Merge families while two of them (or of their groups) are confused at `limit` or more.

    `truth` and `guessed` are the families of names that were not trained on. Always the two most
    confused are merged next. Returns the groups of two and more, largest first, and the merges in
    their order. `unknown` is merged with nothing.
    """
    counts = _confusion(truth, guessed, families)
    groups = [[family] for family in families]
    merges: list[Merge] = []
    barred = [at for at, family in enumerate(families) if family == UNKNOWN_FAMILY]
    while len(families) > 1:
        rates = _mutual(counts)
        rates[barred] = rates[:, barred] = -1
        first, second = np.unravel_index(int(rates.argmax()), rates.shape)
        if rates[first, second] < limit:
            break
        merges.append(
            Merge(
                tuple(groups[first]),
                tuple(groups[second]),
                round(float(rates[first, second]), 4),
                int(counts[first, second] + counts[second, first]),
            )
        )
        counts[first] += counts[second]
        counts[:, first] += counts[:, second]
        counts[second] = counts[:, second] = 0
        groups[first] += groups[second]
        groups[second] = []
    merged = sorted((tuple(sorted(g)) for g in groups if len(g) > 1), key=lambda g: (-len(g), g))
    return tuple(merged), merges


def floor_of(top_shares: npt.ArrayLike, lost: float = KNOWN_LOST) -> float:
    """The floor under which `lost` of the names of known families fall, from the share of each
    one's nearest group; the default without any."""
    shares = np.asarray(top_shares, dtype=np.float64)
    return round(float(np.quantile(shares, lost)), 4) if len(shares) else DEFAULT_FLOOR


def _confusion(truth: Sequence[str], guessed: Sequence[str], families: Sequence[str]) -> Float64s:
    """How many names of each family (rows) were answered with each (columns)."""
    place = {family: at for at, family in enumerate(families)}
    counts = np.zeros((len(families), len(families)))
    np.add.at(counts, ([place[name] for name in truth], [place[name] for name in guessed]), 1)
    return counts


def _mutual(counts: Float64s) -> Float64s:
    """Of the names that two families keep or swap, the share that is swapped; -1 where that is no
    more than an accident, and of a family with itself."""
    rates = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    swapped, kept = rates + rates.T, np.diag(rates)[:, None] + np.diag(rates)[None, :]
    mutual = np.divide(swapped, swapped + kept, out=np.zeros_like(rates), where=swapped > 0)
    mutual[counts + counts.T < LEAST_CONFUSED] = -1
    np.fill_diagonal(mutual, -1)
    return np.asarray(mutual, dtype=np.float64)
