"""Batches of a training part: their names, order and width. Knows no network.

Seed, epoch and batch number determine a batch, so that a resumed training sees the same batches as
an uninterrupted one.
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

CHUNK_BATCHES = 12  # shuffled batches within which names are sorted by length
WIDTH_STEP = 4  # widths are rounded up to a multiple, so that few shapes occur
AHEAD = 2  # batches prepared while one is trained on

Side = Literal["left", "right"]
Rows = npt.NDArray[np.int64]
Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Batch:
    """The input of one gradient step. `codes` (rows, columns) int32; the others (rows,) float32.

    `family` is the index of a class; `known` is the name's weight, or 0 if it has no class.
    """

    codes: npt.NDArray[np.int32]
    is_dga: Float32s
    weight: Float32s
    family: Float32s
    known: Float32s


@dataclass(frozen=True)
class Order:
    """Divides a training part into batches.

    `trims`: batches contain names of similar length and are cut to the longest. `side`: where the
    padding is.
    """

    part: Examples
    size: int
    seed: int
    trims: bool
    side: Side
    suffix_dropout: float = 0.0

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        return -(-len(self.part) // self.size)

    def epoch(self, number: int, skip: int = 0) -> Iterator[Batch]:
        """The batches of an epoch (from 1), without the first `skip`, prepared in a thread."""
        numbered = islice(enumerate(self._rows(number)), skip, None)
        return ahead(lambda one: self._batch(number, *one), numbered)

    def _rows(self, epoch: int) -> Iterator[Rows]:
        """Shuffled rows in batches; sorted by length within a chunk if batches are cut."""
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
    """The codes of rows, all columns."""
    return part.codes[rows].astype(np.int32)


def cut(part: Examples, rows: Rows, side: Side = "right") -> npt.NDArray[np.int32]:
    """The codes of rows without the columns of padding, up to a multiple of WIDTH_STEP."""
    longest = int(part.widths[rows].max(initial=1))
    width = min(-(-longest // WIDTH_STEP) * WIDTH_STEP, part.codes.shape[1])
    columns = slice(-width, None) if side == "left" else slice(width)
    return part.codes[rows, columns].astype(np.int32)


def ahead(make: Callable[[Given], Made], givens: Iterable[Given]) -> Iterator[Made]:
    """Make items in order in a thread, some in advance, so that the consumer does not wait."""
    with ThreadPoolExecutor(1) as pool:
        waiting = iter(givens)
        begun = [pool.submit(make, given) for given in islice(waiting, AHEAD)]
        while begun:
            made = begun.pop(0).result()
            begun += [pool.submit(make, given) for given in islice(waiting, 1)]
            yield made


def _pieces(rows: Rows, size: int) -> Iterator[Rows]:
    return (rows[at : at + size] for at in range(0, len(rows), size))
