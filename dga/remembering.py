"""The answers of the names that were asked for last, in bounded memory. Knows no network.

A name gets its place when it is first asked for and its answer later, so that whoever asks for it
in between learns that somebody is at it already.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from itertools import islice, repeat

import numpy as np
import numpy.typing as npt

Serials = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Answers:
    """What a model says of names: arrays (names,).

    `score`: not a number where there is none (yet). `family`: a number that the scorer knows.
    `share`: of the family, not a number where the model knows none.
    """

    score: npt.NDArray[np.float32]
    family: npt.NDArray[np.int16]
    share: npt.NDArray[np.float32]

    @classmethod
    def none(cls, names: int) -> Answers:
        """Room for answers that are not there yet."""
        missing = np.full(names, np.nan, dtype=np.float32)
        return cls(missing, np.zeros(names, dtype=np.int16), missing.copy())

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """Which answers are not there (names,)."""
        return np.isnan(self.score)

    def of(self, rows: npt.NDArray[np.generic]) -> Answers:
        """The answers of some rows, or of those under a mask."""
        return Answers(self.score[rows], self.family[rows], self.share[rows])

    def put(self, rows: npt.NDArray[np.generic], others: Answers) -> None:
        """Set the answers of some rows, or of those under a mask."""
        self.score[rows], self.family[rows] = others.score, others.family
        self.share[rows] = others.share


class Memory:
    """The last `limit` names and their answers. Safe to use from several threads.

    Each name has a serial number; its answer lies in a ring, at that number's remainder.
    """

    def __init__(self, limit: int) -> None:
        self._limit = max(1, limit)
        self._serials: dict[str, int] = {}  # oldest first
        self._ring = Answers.none(self._limit)
        self._owners = np.full(self._limit, -1, dtype=np.int64)
        self._next = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._serials)

    def claim(self, names: npt.NDArray[np.object_]) -> tuple[Serials, npt.NDArray[np.bool_]]:
        """The serial number of each of these distinct names, and which of them are new: the
        caller's to answer."""
        with self._lock:
            serials = np.fromiter(
                map(self._serials.get, names.tolist(), repeat(-1)), np.int64, len(names)
            )
            new = serials < 0
            rows = np.flatnonzero(new)
            numbers = range(self._next, self._next + len(rows))
            serials[rows] = numbers
            self._serials.update(zip(names[rows].tolist(), numbers, strict=True))
            self._next = numbers.stop
            self._forget()
            last = serials[rows[-self._limit :]]
            self._owners[last % self._limit] = last
            self._ring.score[last % self._limit] = np.nan
        return serials, new

    def read(self, serials: Serials) -> Answers:
        """The answers so far; none of a name that is forgotten."""
        with self._lock:
            found = self._ring.of(serials % self._limit)
            found.score[self._owners[serials % self._limit] != serials] = np.nan
        return found

    def answer(self, serials: Serials, answers: Answers) -> None:
        """Keep the answers of names that are not forgotten meanwhile."""
        with self._lock:
            kept = self._owners[serials % self._limit] == serials
            self._ring.put(serials[kept] % self._limit, answers.of(kept))

    def _forget(self) -> None:
        for name in list(islice(self._serials, max(0, len(self._serials) - self._limit))):
            del self._serials[name]
