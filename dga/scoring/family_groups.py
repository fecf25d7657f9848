"""Groups of families that cannot be told apart by name, learnt from the confusion matrix.

Several families use the same letters and lengths: that a name belongs to one of them can be known,
but not to which. Arrays in, groups out; reads no file and knows no network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dga.schema import UNKNOWN_FAMILY

LIMIT = 0.11  # confusion from which two families are merged
LEAST_CONFUSED = 3  # fewer confused names may be chance
KNOWN_LOST = 0.05  # share of known families' names that may fall under the floor
DEFAULT_FLOOR = 0.25  # for bundles written before floors were chosen
BETWEEN = " / "  # between the families of a group's name

Float64s = npt.NDArray[np.float64]
Shares = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Merge:
    """Two merged groups, and why; plain JSON values.

    `confusion`: among the names of both groups that were assigned to one of the two, each group
    weighing the same, the share assigned to the wrong one. `confused`: the number of these names.
    """

    first: tuple[str, ...]
    second: tuple[str, ...]
    confusion: float
    confused: int


@dataclass(frozen=True)
class Groups:
    """How a bundle names families.

    `merged`: groups of two or more families; every other family is its own group. `floor`: the
    share from which a group is named; below it the family is `unknown`.
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
        """Sum family shares (rows, families) by group: the groups' names and (rows, groups)."""
        given = self.of(families)
        names = list(dict.fromkeys(given))
        place = {name: at for at, name in enumerate(names)}
        member = np.zeros((len(families), len(names)), dtype=np.float32)
        member[np.arange(len(families)), [place[name] for name in given]] = 1
        return names, np.minimum(shares @ member, np.float32(1))  # sums may round above

    def answers(self, shares: Shares, families: Sequence[str]) -> tuple[list[str], Shares]:
        """The most likely group of each row of shares, and its share (rows,).

        `unknown` if no share reaches the floor or `unknown` itself has the largest share.
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
        """Make groups from `to_json`'s values; ValueError if they do not match the families."""
        merged = tuple(tuple(map(str, group)) for group in values.get("merged", ()))
        members = [family for group in merged for family in group]
        floor = float(values.get("floor", DEFAULT_FLOOR))
        if len(set(members)) < len(members) or not set(members) <= set(families):
            raise ValueError("a group has an unknown family, or one twice")
        if not 0 <= floor <= 1:
            raise ValueError("a family floor outside 0 to 1")
        return cls(merged, floor)


def learn_groups(
    shares: Shares, truth: Sequence[str], families: Sequence[str]
) -> tuple[Groups, list[Merge]]:
    """Groups with their floor, and the merges in order, from the shares (rows, families) of names
    that were not trained on.

    `truth`: the true family of each (rows,); names of a family that is not one of `families` are
    left out. Without any name left there are no groups.
    """
    known = np.array([name in families for name in truth], dtype=bool)
    if not known.any():
        return Groups(), []
    guessed = [families[at] for at in shares[known].argmax(axis=1).tolist()]
    merged, merges = learn([name for name in truth if name in families], guessed, families)
    groups = Groups(merged)
    _, summed = groups.summed(shares[known], families)
    return replace(groups, floor=floor_of(summed.max(axis=1))), merges


def learn(
    truth: Sequence[str], guessed: Sequence[str], families: Sequence[str], limit: float = LIMIT
) -> tuple[tuple[tuple[str, ...], ...], list[Merge]]:
    """Merge families, or their groups, while any two have a confusion of `limit` or more.

    `truth` and `guessed`: the true and predicted families of names that were not trained on. The
    two most confused are merged first. Returns the groups of two or more, largest first, and the
    merges in order. `unknown` is never merged.
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
    """The floor under which a share `lost` of the known families' names falls, from the share of
    each name's most likely group; the default if there are no names."""
    shares = np.asarray(top_shares, dtype=np.float64)
    return round(float(np.quantile(shares, lost)), 4) if len(shares) else DEFAULT_FLOOR


def _confusion(truth: Sequence[str], guessed: Sequence[str], families: Sequence[str]) -> Float64s:
    """How many names of each family (rows) were assigned to each (columns)."""
    place = {family: at for at, family in enumerate(families)}
    counts = np.zeros((len(families), len(families)))
    np.add.at(counts, ([place[name] for name in truth], [place[name] for name in guessed]), 1)
    return counts


def _mutual(counts: Float64s) -> Float64s:
    """Of the names that two families keep or swap, the share that is swapped; -1 if that may be
    chance, and for a family with itself."""
    rates = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    swapped, kept = rates + rates.T, np.diag(rates)[:, None] + np.diag(rates)[None, :]
    mutual = np.divide(swapped, swapped + kept, out=np.zeros_like(rates), where=swapped > 0)
    mutual[counts + counts.T < LEAST_CONFUSED] = -1
    np.fill_diagonal(mutual, -1)
    return np.asarray(mutual, dtype=np.float64)
