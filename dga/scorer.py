"""Texts to verdicts: one path for look-up, bulk, command line and tests. Reads and writes no file.

Texts are taken a column at a time, each distinct name is scored once, and while the network is
busy with one column the next may be parsed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from dga import arrow_texts, domains
from dga.answering import Answerer
from dga.arrow_texts import Places
from dga.bundle import ModelBundle
from dga.columns import (
    BENIGN,
    DGA,
    FAMILY,
    FAMILY_SCORE,
    PROBLEM,
    REGISTERED_NAME,
    SCORE,
    VERDICT,
)
from dga.domains import Parsed
from dga.parsing import ParsedColumn
from dga.remembering import Answers

CACHE_NAMES = 2**21
EVEN = 0.5  # as probably generated as not


@dataclass(frozen=True, slots=True)
class Verdict:
    """One scored domain; score and verdict are None where there is a problem."""

    given: str
    domain: str | None
    registered_name: str | None
    score: float | None
    verdict: str | None
    family: str
    family_score: float | None
    problem: str

    @property
    def looks(self) -> str:
        """The verdict in words; a high score under the threshold is told as such."""
        if self.verdict == DGA:
            return "looks generated"
        if self.score is not None and self.score >= EVEN:
            return "may be generated, but scores under the threshold"
        return "looks chosen by people"

    def to_json(self) -> dict[str, Any]:
        """The fields as plain JSON values."""
        return asdict(self)


class Outcome(NamedTuple):
    """What the model says of one name; a score that is no number where there is none, no family
    of a name that is not taken for generated."""

    score: float
    family: str
    family_score: float  # not a number where the bundle knows no families


UNSCORED = Outcome(math.nan, "", math.nan)


class Scorer:
    """Scores with one bundle at one threshold; remembers the names that it has scored.

    Safe to use from several threads.
    """

    def __init__(
        self, bundle: ModelBundle, threshold: float | None = None, cache: int = CACHE_NAMES
    ) -> None:
        self.bundle = bundle
        self.threshold = bundle.threshold() if threshold is None else threshold
        self._answerer = Answerer(bundle, cache, self.threshold)

    def verdicts(self, texts: Sequence[str]) -> list[Verdict]:
        """A verdict for each text, in order."""
        parsed = domains.parse_many(texts)
        names = [self._name(p) for p in parsed]
        outcomes = self.outcomes(filter(None, names))
        found = [outcomes.get(name, UNSCORED) for name in names]
        return list(map(self._verdict, parsed, found))

    def outcomes(self, names: Iterable[str]) -> dict[str, Outcome]:
        """Score distinct names, those that are not remembered in one go."""
        wanted = list(dict.fromkeys(names))
        with self.pool() as pool:
            answers = self._answerer.ask(arrow_texts.column_of(wanted), pool).answers()
        families = [self._answerer.families[family] for family in answers.family.tolist()]
        told = map(Outcome, answers.score.tolist(), families, answers.share.tolist())
        return dict(zip(wanted, told, strict=True))

    def frame(self, texts: Sequence[str]) -> pd.DataFrame:
        """The verdict columns for texts: a row for each, in order."""
        with self.pool() as pool:
            return self.begin(arrow_texts.column_of(texts), pool).table().to_pandas()

    def pool(self) -> ThreadPoolExecutor:
        """Threads for `begin`: as many as the bundle's batches are scored side by side."""
        return ThreadPoolExecutor(self.bundle.threads, thread_name_prefix="scoring")

    def begin(self, texts: pa.LargeStringArray, pool: Executor | None = None) -> Begun:
        """Parse a column of texts and have its new names scored in `pool`, without waiting."""
        parsed = ParsedColumn(texts)
        names = parsed.domain if self.bundle.scope == "fqdn" else parsed.registered_name
        return Begun(self._answerer, self.threshold, parsed, names.dictionary_encode(), pool)

    def _name(self, parsed: Parsed) -> str:
        """What the model reads of a parsed text; "" where it cannot be scored."""
        name = parsed.domain if self.bundle.scope == "fqdn" else parsed.registered_name
        return "" if parsed.problem else name or ""

    def _verdict(self, parsed: Parsed, found: Outcome) -> Verdict:
        if parsed.problem:
            return Verdict(parsed.given, parsed.domain, None, None, None, "", None, parsed.problem)
        is_dga = found.score >= self.threshold
        named = is_dga and bool(found.family)
        return Verdict(
            given=parsed.given,
            domain=parsed.domain,
            registered_name=parsed.registered_name,
            score=found.score,
            verdict=DGA if is_dga else BENIGN,
            family=found.family if is_dga else "",
            family_score=found.family_score if named else None,
            problem="",
        )


class Begun:
    """A column of texts that is being scored."""

    def __init__(
        self,
        answerer: Answerer,
        threshold: float,
        parsed: ParsedColumn,
        names: pa.DictionaryArray,
        pool: Executor | None,
    ) -> None:
        self._families, self._threshold = answerer.families, threshold
        self._parsed, self._places = parsed, names.indices.to_numpy()
        self._distinct = len(names.dictionary)
        self._named = np.flatnonzero(arrow_texts.lengths_of(names.dictionary))
        self._asked = answerer.ask(names.dictionary.take(pa.array(self._named)), pool)

    def table(self) -> pa.Table:
        """Wait for the verdict columns: a row for each text, in order; a null where no number."""
        answers = Answers.none(self._distinct)
        answers.put(self._named, self._asked.answers())
        answers = answers.of(self._places)
        score = answers.score.astype(np.float64)
        is_dga = score >= self._threshold
        verdict = np.where(answers.missing, 0, 1 + is_dga)
        family = np.where(answers.missing, len(self._families) - 1, answers.family)
        columns = {
            REGISTERED_NAME: self._parsed.registered_name,
            SCORE: pa.array(score, from_pandas=True),
            VERDICT: _taken(["", BENIGN, DGA], verdict),
            FAMILY: _taken(self._families, family),
            FAMILY_SCORE: pa.array(answers.share.astype(np.float64), from_pandas=True),
            PROBLEM: self._parsed.problem,
        }
        return pa.table(columns)


def _taken(texts: list[str], places: Places) -> pa.LargeStringArray:
    return pa.array(texts, pa.large_string()).take(pa.array(places))
