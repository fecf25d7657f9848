"""Texts to verdicts: the one path for look-up, files, command line and API. Reads no file.

Texts are processed a column at a time; each distinct name is scored once, and while the network
scores one column the next can be parsed.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dga.names import allow_list, arrow_strings, look_alikes, remarks
from dga.names.allow_list import AllowList
from dga.names.byte_slices import Places
from dga.names.given_texts import GivenTexts
from dga.names.parse_columns import ParsedColumn
from dga.schema import (
    ALLOWED,
    BENIGN,
    DGA,
    DOMAIN,
    FAMILY,
    FAMILY_SCORE,
    GIVEN,
    PROBLEM,
    REGISTERED_NAME,
    REMARK,
    SCORE,
    SUSPICIOUS,
    VERDICT,
    VERDICT_COLUMNS,
)
from dga.scoring.batch_scorer import BatchScorer
from dga.scoring.bundle import ModelBundle
from dga.scoring.score_cache import NetworkOutputs

if TYPE_CHECKING:
    import pandas as pd

CACHE_NAMES = 2**21
ALLOWED_PLACE = 4  # after no verdict, benign, suspicious and dga
EVEN = 0.5  # as likely generated as benign


@dataclass(frozen=True, slots=True)
class Verdict:
    """One scored domain; score and verdict are None if there is a problem."""

    given: str
    domain: str | None
    registered_name: str | None
    score: float | None
    verdict: str | None
    family: str
    family_score: float | None
    problem: str
    remark: str = ""

    @property
    def looks(self) -> str:
        """The verdict in words."""
        if self.verdict == DGA:
            return "looks generated"
        if self.verdict == ALLOWED:
            return "allowed"
        if self.verdict == SUSPICIOUS:
            return "suspicious: more likely generated than not, but under the threshold"
        return "looks benign"

    def to_json(self) -> dict[str, Any]:
        """The fields as plain JSON values."""
        return asdict(self)


def verdicts_at(scores: npt.ArrayLike, threshold: float) -> npt.NDArray[np.object_]:
    """The verdicts of scores (rows,) at a threshold: the one rule of all pages and files.

    >>> verdicts_at([0.2, 0.7, 0.95], 0.9).tolist()
    ['benign', 'suspicious', 'dga']
    >>> verdicts_at([0.2, 0.7], 0.1).tolist()
    ['dga', 'dga']
    """
    return np.array([BENIGN, SUSPICIOUS, DGA], dtype=object)[_ranks(scores, threshold)]


def verdict_at(score: float, threshold: float) -> str:
    """The verdict of one score at a threshold."""
    return str(verdicts_at([score], threshold)[0])


def _ranks(scores: npt.ArrayLike, threshold: float) -> npt.NDArray[np.int64]:
    """0 benign, 1 suspicious, 2 dga, for each score (rows,)."""
    scores = np.asarray(scores, dtype=np.float64)
    return np.where(scores >= threshold, 2, np.where(scores >= EVEN, 1, 0))


class Scorer:
    """Scores with one bundle at one threshold; caches scored names. Thread-safe."""

    def __init__(
        self,
        bundle: ModelBundle,
        threshold: float | None = None,
        cache: int = CACHE_NAMES,
        allow: AllowList | None = None,
    ) -> None:
        """`allow`: names whose verdict is `allowed`; by default the workbench's allow list."""
        self.bundle = bundle
        self._allow = allow
        self.threshold = bundle.threshold() if threshold is None else threshold
        self._batch_scorer = BatchScorer(bundle, cache, self.threshold)

    def verdicts(self, texts: Iterable[object]) -> list[Verdict]:
        """A verdict for each text, in order: the rows of `table`."""
        return [_verdict(row) for row in self.table(texts).to_pylist()]

    def frame(self, texts: Iterable[object]) -> pd.DataFrame:
        """The verdict columns of `table` as a pandas frame."""
        return self.table(texts).select(VERDICT_COLUMNS).to_pandas()

    def table(self, texts: Iterable[object]) -> pa.Table:
        """`given`, `domain` and the verdict columns: a row for each text, in order.

        A missing number is null, a missing text "". A value that is not text (bytes, None, a
        number) gets a row with a problem. TypeError for a single string.
        """
        given = GivenTexts.of(texts)
        with self.pool() as pool:
            pending = self.begin(given.texts, pool)
            table = pending.table()
        table = table.set_column(
            table.column_names.index(PROBLEM), PROBLEM, given.with_problems(table[PROBLEM])
        )
        return table.add_column(0, DOMAIN, pending.domain).add_column(0, GIVEN, given.shown)

    def pool(self) -> ThreadPoolExecutor:
        """Threads for `begin`: as many as batches are scored in parallel."""
        return ThreadPoolExecutor(self.bundle.threads, thread_name_prefix="scoring")

    def begin(self, texts: pa.LargeStringArray, pool: Executor | None = None) -> PendingVerdicts:
        """Parse a column of texts and start scoring its new names in `pool`, without waiting."""
        parsed = ParsedColumn(texts)
        names = parsed.domain if self.bundle.scope == "fqdn" else parsed.registered_name
        allow = allow_list.stored() if self._allow is None else self._allow
        return PendingVerdicts(
            self._batch_scorer, self.threshold, parsed, names.dictionary_encode(), pool, allow
        )


class PendingVerdicts:
    """A column of texts that is being scored."""

    def __init__(
        self,
        batch_scorer: BatchScorer,
        threshold: float,
        parsed: ParsedColumn,
        names: pa.DictionaryArray,
        pool: Executor | None,
        allow: AllowList,
    ) -> None:
        self._allow = allow
        self._families, self._threshold = batch_scorer.families, threshold
        self._parsed, self._places = parsed, arrow_strings.integers_of(names.indices)
        self._distinct = len(names.dictionary)
        self._names = names.dictionary
        self._named = np.flatnonzero(arrow_strings.lengths_of(names.dictionary))
        judged = remarks.judged_names(names.dictionary)
        self._pending = batch_scorer.ask(judged.take(arrow_strings.numbers_of(self._named)), pool)

    @property
    def domain(self) -> pa.LargeStringArray:
        """The normalised host names, also of names that cannot be registered; "" for none."""
        return self._parsed.host

    def table(self) -> pa.Table:
        """Wait for the verdict columns: a row for each text, in order."""
        answers = NetworkOutputs.none(self._distinct)
        answers.put(self._named, self._pending.answers())
        answers = answers.of(self._places)
        score = answers.score.astype(np.float64)
        verdict = np.where(answers.missing, 0, 1 + _ranks(score, self._threshold))
        allowed, by = self._allow.notes(self._parsed.domain, self._parsed.registered_name)
        verdict[allowed] = ALLOWED_PLACE
        family = np.where(answers.missing, len(self._families) - 1, answers.family)
        columns = {
            REGISTERED_NAME: self._parsed.registered_name,
            SCORE: arrow_strings.numbers_of(score),
            VERDICT: _taken(["", BENIGN, SUSPICIOUS, DGA, ALLOWED], verdict),
            FAMILY: _taken(self._families, family),
            FAMILY_SCORE: arrow_strings.numbers_of(answers.share.astype(np.float64)),
            PROBLEM: self._parsed.problem,
            REMARK: self._remarks(score < self._threshold, allowed, by),
        }
        return pa.table(columns)

    def _remarks(
        self, quiet: npt.NDArray[np.bool_], allowed: Places, by: list[str]
    ) -> pa.LargeStringArray:
        """The remark of each row; remarks on subdomains only in the `quiet` rows, which are not
        called generated. `by`: the allow-list entries of the `allowed` rows."""
        of_names = remarks.joined(
            remarks.name_remarks(self._names), look_alikes.remarks(self._names)
        ).take(arrow_strings.numbers_of(self._places))
        parsed = self._parsed
        under = remarks.subdomain_remarks(parsed.domain, parsed.registered_name, quiet)
        if not len(allowed):
            return remarks.joined(of_names, under)
        told = np.full(len(quiet), "", dtype=object)
        told[allowed] = by
        return remarks.joined(arrow_strings.column_of(told.tolist()), of_names, under)


def _verdict(row: dict[str, Any]) -> Verdict:
    """A row of `Scorer.table` as an object; empty values become None, except the family."""
    empty = {name: row[name] or None for name in (DOMAIN, REGISTERED_NAME, VERDICT)}
    return Verdict(**{**row, **empty})


def _taken(texts: list[str], places: Places) -> pa.LargeStringArray:
    return arrow_strings.column_of(texts).take(arrow_strings.numbers_of(places))
