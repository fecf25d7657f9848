"""Distinct names to what the network says of them: remembered, or scored in batches.

Names are columns of texts in the bundle's scope; parses nothing and decides no verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dga import arrow_texts
from dga.arrow_texts import Places
from dga.bundle import Batch, ModelBundle
from dga.calibration import Floats
from dga.columns import UNKNOWN_FAMILY
from dga.remembering import Answers, Memory

Results = list[Callable[[], tuple[Places, Answers]]]


class Answerer:
    """Answers for names with one bundle; remembers about the last `limit`. Safe to share.

    `families`: the names behind the numbers of `Answers.family`; the last one is "", which stands
    for names that score under `least`.
    """

    def __init__(self, bundle: ModelBundle, limit: int, least: float = 0.0) -> None:
        self._bundle, self._least = bundle, least
        self.memory = Memory(limit)
        known = bundle.families
        names, member = bundle.groups.summed(np.eye(len(known), dtype=np.float32), known)
        group = member.argmax(axis=1) if known else np.zeros(0, dtype=np.int64)
        self._by_group = np.argsort(group, kind="stable")  # families, those of a group together
        self._starts = np.searchsorted(group[self._by_group], np.arange(len(names)))
        self.families = [*names, UNKNOWN_FAMILY, ""]

    def ask(self, names: pa.LargeStringArray, pool: Executor | None = None) -> Asked:
        """Have the names scored that are not remembered: at once in `pool`, if there is one."""
        return Asked(self, names, pool)

    def start(self, names: pa.LargeStringArray, pool: Executor | None) -> Results:
        """Begin to score names; each result waits for a batch: its rows, and their answers."""
        batches = self._bundle.batches(*arrow_texts.view(names))
        if pool is None or len(batches) <= 1:
            return [partial(self._answer, batch) for batch in batches]
        return [pool.submit(self._answer, batch).result for batch in batches]

    def _answer(self, batch: Batch) -> tuple[Places, Answers]:
        score, shares = self._bundle.run(self._bundle.encode(batch))
        none = len(self.families) - 1
        family = np.full(len(score), none, dtype=np.int16)
        share = np.full_like(score, np.nan)
        told = np.flatnonzero(score.astype(np.float64) >= self._least)
        if shares.shape[1] and len(told):
            family[told], share[told] = self._family(shares[told])
        return batch.rows, Answers(score, family, share)

    def _family(self, shares: Floats) -> tuple[npt.NDArray[np.int16], Floats]:
        """The likeliest family or group of each row of shares (rows, families), and its share."""
        shares = np.ascontiguousarray(shares.T)  # whole rows are summed many times as fast
        if self._bundle.groups.merged:
            # Not as a matrix product: its threads would wait for those of the other batches.
            shares = np.add.reduceat(shares[self._by_group], self._starts, axis=0)
        best = shares.argmax(axis=0)
        share = np.minimum(shares.max(axis=0), np.float32(1))  # sums may round above
        named = share.astype(np.float64) >= self._bundle.groups.floor
        return np.where(named, best, len(self.families) - 2).astype(np.int16), share


class Asked:
    """Distinct names that are being scored."""

    def __init__(self, asked: Answerer, names: pa.LargeStringArray, pool: Executor | None) -> None:
        self._asked, self._names = asked, names
        self._keys = asked.memory.keys(names)
        self._found, new = asked.memory.claim(self._keys)
        self._new = np.flatnonzero(new)
        self._results = asked.start(self._of(self._new), pool)

    def answers(self) -> Answers:
        """Wait for all answers (names,)."""
        self._take(self._new, self._results)
        late = np.flatnonzero(self._found.missing)  # another has claimed them before
        self._found.put(late, self._asked.memory.read(self._keys[late]))
        late = late[self._found.missing[late]]  # it has not got them, or they are forgotten
        self._take(late, self._asked.start(self._of(late), None))
        return self._found

    def _take(self, rows: Places, results: Results) -> None:
        for result in results:
            places, answers = result()
            self._found.put(rows[places], answers)
        self._asked.memory.answer(self._keys[rows], self._found.of(rows))

    def _of(self, rows: Places) -> pa.LargeStringArray:
        return self._names if len(rows) == len(self._names) else self._names.take(pa.array(rows))
