"""Which names make a batch, in which order, how wide, and what they should give. Knows no network.

Seed, epoch and batch number decide everything, so that a resumed training sees the same batches
as an uninterrupted one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

from dga.training.examples import Examples, Float32s, drop_suffixes

CHUNK_BATCHES = 12  # names are sorted by length within so many shuffled batches
WIDTH_STEP = 4  # widths are rounded up to it, so that few shapes occur
AHEAD = 2  # batches that are made ready while one is learnt from

Side = Literal["left", "right"]
Rows = npt.NDArray[np.int64]
Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Batch:
    """What one update sees. `codes` (rows, columns) int32; the others (rows,) float32.

    `family` holds the index of a class, `known` is 0 where a name has none and else its weight.
    """

    codes: npt.NDArray[np.int32]
    is_dga: Float32s
    weight: Float32s
    family: Float32s
    known: Float32s


@dataclass(frozen=True)
class Order:
    """How the names of a training part come in batches.

    `trims`: batches hold names of about a length and are cut to the longest; `side` is where the
    padding stands.
    """

    part: Examples
    size: int
    seed: int
    trims: bool
    side: Side
    suffix_dropout: float = 0.0

    def __len__(self) -> int:
        """Batches an epoch."""
        return -(-len(self.part) // self.size)

    def epoch(self, number: int, skip: int = 0) -> Iterator[Batch]:
        """The batches of an epoch, counted from 1, behind the first `skip`, made ahead of use."""
        numbered = islice(enumerate(self._rows(number)), skip, None)
        return ahead(lambda one: self._batch(number, *one), numbered)

    def _rows(self, epoch: int) -> Iterator[Rows]:
        """Shuffled rows in batches, sorted by length within a chunk where columns are cut."""
        dice = np.random.default_rng([self.seed, epoch])
        order = dice.permutation(len(self.part))
        if not self.trims:
            yield from _pieces(order, self.size)
            return
        for chunk in _pieces(order, self.size * CHUNK_BATCHES):
            by_length = chunk[np.argsort(self.part.widths[chunk], kind="stable")]
            batches = list(_pieces(by_length, self.size))
            yield from (batches[at] for at in dice.permutation(len(batches)))

    def _batch(self, epoch: int, place: int, rows: Rows) -> Batch:
        codes = cut(self.part, rows, self.side) if self.trims else whole(self.part, rows)
        if self.suffix_dropout and self.side == "right":
            dice = np.random.default_rng([self.seed, epoch, place])
            codes = drop_suffixes(codes, self.part.label_widths[rows], self.suffix_dropout, dice)
        family, weight = self.part.family[rows], self.part.weights[rows]
        return Batch(
            codes=codes,
            is_dga=self.part.is_dga[rows],
            weight=weight,
            family=np.maximum(family, 0).astype(np.float32),
            known=(weight * (family >= 0)).astype(np.float32),
        )


def whole(part: Examples, rows: Rows) -> npt.NDArray[np.int32]:
    """The codes of some rows, all columns."""
    return part.codes[rows].astype(np.int32)


def cut(part: Examples, rows: Rows, side: Side = "right") -> npt.NDArray[np.int32]:
    """The codes of some rows without the columns that hold padding alone, up to WIDTH_STEP."""
    longest = int(part.widths[rows].max(initial=1))
    width = min(-(-longest // WIDTH_STEP) * WIDTH_STEP, part.codes.shape[1])
    columns = slice(-width, None) if side == "left" else slice(width)
    return part.codes[rows, columns].astype(np.int32)


def ahead(make: Callable[[Given], Made], givens: Iterable[Given]) -> Iterator[Made]:
    """Make things in their order, some ahead in a thread, so that who takes them never waits."""
    with ThreadPoolExecutor(1) as pool:
        waiting = iter(givens)
        begun = [pool.submit(make, given) for given in islice(waiting, AHEAD)]
        while begun:
            made = begun.pop(0).result()
            begun += [pool.submit(make, given) for given in islice(waiting, 1)]
            yield made


def _pieces(rows: Rows, size: int) -> Iterator[Rows]:
    return (rows[at : at + size] for at in range(0, len(rows), size))
