"""The names of a labelled, scored set nearest to a name by edit distance. Reads no file.

An edit inserts, deletes or changes a character, or swaps two neighbours (optimal string alignment).
Labels are compared: of registered names the part before the first dot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, PRED_PROB, TRUE_CLASS, Scope

Flags = npt.NDArray[np.bool_]
LONGEST = 255  # edits are counted in one byte; no domain is longer


@dataclass(frozen=True)
class Neighbour:
    """A known name near another: its class, family ("" for benign), score and distance.

    `likeness`: 1 minus the edits as a share of the longer label; 1 is the same label.
    """

    name: str
    label: str
    family: str
    score: float
    edits: int
    likeness: float


class NameIndex:
    """A set of known names, searched linearly: about 30 ms for 300,000 names."""

    def __init__(self, predictions: pd.DataFrame, scope: Scope = "registered") -> None:
        """Index the names of a predictions frame, which is not changed."""
        self._scope = scope
        self._names: list[str] = predictions[DOMAIN].astype(str).tolist()
        self._compared = [self._part(name) for name in self._names]
        self._lengths = np.fromiter(map(len, self._compared), np.int64, len(self._compared))
        self._is_dga = (predictions[TRUE_CLASS] == DGA).to_numpy(np.bool_)
        self._scores = predictions[PRED_PROB].to_numpy(np.float64)
        families = predictions[FAMILY].astype("str").fillna("")
        self._family, self._families = pd.factorize(families)

    def __len__(self) -> int:
        return len(self._names)

    def nearest(self, name: str, count: int = 5) -> dict[str, list[Neighbour]]:
        """The known names of each class nearest to a name, nearest first.

        Equal numbers of edits are nearer in longer names; ties go to the same suffix.
        """
        edits, likeness = self._compare(name)
        return {
            label: self._best(name, rows, edits, likeness, count)
            for label, rows in ((BENIGN, ~self._is_dga), (DGA, self._is_dga))
        }

    def of_families(self, name: str, families: list[str], count: int = 3) -> dict[str, list[str]]:
        """The names of each family nearest to a name; [] if the family has none here."""
        edits, likeness = self._compare(name)
        return {
            family: [
                near.name for near in self._best(name, self._of(family), edits, likeness, count)
            ]
            for family in families
        }

    def find(self, name: str) -> Neighbour | None:
        """The known name equal to a name; None if there is none."""
        try:
            return self._neighbour(self._names.index(name), 0, 1.0)
        except ValueError:
            return None

    def _compare(self, name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Edits and likeness of each known name (names,)."""
        part = self._part(name)[:LONGEST]
        edits = process.cdist([part], self._compared, scorer=OSA.distance, dtype=np.uint8)[0]
        longer = np.maximum(np.maximum(self._lengths, len(part)), 1)
        return edits.astype(np.int64), 1 - edits / longer

    def _best(
        self,
        name: str,
        among: Flags,
        edits: npt.NDArray[np.int64],
        likeness: npt.NDArray[np.float64],
        count: int,
    ) -> list[Neighbour]:
        rows = np.flatnonzero(among)
        if len(rows) > count:
            least = np.partition(likeness[rows], -count)[-count]
            rows = rows[likeness[rows] >= least]
        suffix = name[len(self._part(name)) :]
        others = [not self._names[row].endswith(suffix) for row in rows]
        order = sorted(range(len(rows)), key=lambda at: (-likeness[rows[at]], others[at], at))
        chosen = (int(rows[at]) for at in order[:count])
        return [self._neighbour(row, int(edits[row]), float(likeness[row])) for row in chosen]

    def _neighbour(self, row: int, edits: int, likeness: float) -> Neighbour:
        return Neighbour(
            name=self._names[row],
            label=DGA if self._is_dga[row] else BENIGN,
            family=str(self._families[self._family[row]]),
            score=float(self._scores[row]),
            edits=edits,
            likeness=likeness,
        )

    def _of(self, family: str) -> Flags:
        """Which names are a family's (names,)."""
        return np.isin(self._family, np.flatnonzero(self._families == family))

    def _part(self, name: str) -> str:
        return name if self._scope == "fqdn" else name.partition(".")[0]
