"""Score distinct names in batches, reusing cached outputs of the network.

Names are columns of texts in the bundle's scope; parses nothing and decides no verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dga.names import arrow_strings
from dga.names.byte_slices import Places
from dga.schema import UNKNOWN_FAMILY
from dga.scoring.bundle import Batch, ModelBundle
from dga.scoring.calibration import Float32s
from dga.scoring.score_cache import NetworkOutputs, ScoreCache

Results = list[Callable[[], list[tuple[Places, NetworkOutputs]]]]


class BatchScorer:
    """Scores names with one bundle and caches about the last `limit` (0: none). Thread-safe.

    `families`: what the numbers in `NetworkOutputs.family` mean; the last one is "", for names that
    score under `least`.
    """

    def __init__(self, bundle: ModelBundle, limit: int, least: float = 0.0) -> None:
        self._bundle, self._least = bundle, least
        self.cache = ScoreCache(limit) if limit else None
        known = bundle.families
        names, member = bundle.groups.summed(np.eye(len(known), dtype=np.float32), known)
        self._group = member.argmax(axis=1) if known else np.zeros(0, dtype=np.int64)
        self._merged = [np.flatnonzero(families) for families in member.T if families.sum() > 1]
        self.families = [*names, UNKNOWN_FAMILY, ""]

    def ask(self, names: pa.LargeStringArray, pool: Executor | None = None) -> PendingScores:
        """Start scoring the names that are not cached, in `pool` if given."""
        return PendingScores(self, names, pool)

    def start(self, names: pa.LargeStringArray, pool: Executor | None) -> Results:
        """Start scoring names; each result, when called, waits for the rows and outputs of some
        batches."""
        together = self._bundle.together(self._bundle.batches(*arrow_strings.view(names)))
        if pool is None or len(together) <= 1:
            return [partial(self._answers, batches) for batches in together]
        return [pool.submit(self._answers, batches).result for batches in together]

    def _answers(self, batches: Sequence[Batch]) -> list[tuple[Places, NetworkOutputs]]:
        results = self._bundle.run(list(map(self._bundle.encode, batches)))
        return [
            (batch.rows, self._outputs(*result))
            for batch, result in zip(batches, results, strict=True)
        ]

    def _outputs(self, score: Float32s, shares: Float32s) -> NetworkOutputs:
        none = len(self.families) - 1
        family = np.full(len(score), none, dtype=np.int16)
        share = np.full_like(score, np.nan)
        reported = np.flatnonzero(score.astype(np.float64) >= self._least)
        if shares.shape[1] and len(reported):
            family[reported], share[reported] = self._family(shares[reported])
        return NetworkOutputs(score, family, share)

    def _family(self, shares: Float32s) -> tuple[npt.NDArray[np.int16], Float32s]:
        """The likeliest family or group of each row of shares (rows, families), and its share."""
        # Whole columns are summed, and rows searched, many times as fast where they lie together.
        # Not a matrix product: its threads would wait for those of the other batches.
        columns = np.array(shares.T, order="C")
        for first, *others in self._merged:
            for other in others:
                columns[first] += columns[other]
                columns[other] = 0
        best = np.ascontiguousarray(columns.T).argmax(axis=1)
        share = np.minimum(columns.max(axis=0), np.float32(1))  # sums may round above
        named = share.astype(np.float64) >= self._bundle.groups.floor
        return np.where(named, self._group[best], len(self.families) - 2).astype(np.int16), share


class PendingScores:
    """Distinct names that are being scored."""

    def __init__(
        self, scorer: BatchScorer, names: pa.LargeStringArray, pool: Executor | None
    ) -> None:
        self._scorer, self._names, self._cache = scorer, names, scorer.cache
        if self._cache is None:
            self._found, self._new = NetworkOutputs.none(len(names)), np.arange(len(names))
        else:
            self._keys = self._cache.keys(names)
            self._found, new = self._cache.claim(self._keys)
            self._new = np.flatnonzero(new)
        self._results = scorer.start(self._of(self._new), pool)

    def answers(self) -> NetworkOutputs:
        """Wait for the outputs of all names (names,)."""
        self._take(self._new, self._results)
        if self._cache is None:
            return self._found
        late = np.flatnonzero(self._found.missing)  # claimed by another thread
        self._found.put(late, self._cache.read(self._keys[late]))
        late = late[self._found.missing[late]]  # not there yet, or dropped from the cache
        if len(late):
            self._take(late, self._scorer.start(self._of(late), None))
        return self._found

    def _take(self, rows: Places, results: Results) -> None:
        for result in results:
            for places, answers in result():
                self._found.put(rows[places], answers)
        if self._cache is not None:
            self._cache.answer(self._keys[rows], self._found.of(rows))

    def _of(self, rows: Places) -> pa.LargeStringArray:
        return (
            self._names
            if len(rows) == len(self._names)
            else self._names.take(arrow_strings.numbers_of(rows))
        )
