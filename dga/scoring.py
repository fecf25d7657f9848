"""Texts, frames and files to verdicts. One path for look-up, bulk, command line and tests."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple

import numpy as np
import pandas as pd

from dga import domains, tables
from dga.bundle import ModelBundle
from dga.columns import (
    BENIGN,
    DGA,
    FAMILY,
    FAMILY_SCORE,
    PROBLEM,
    REGISTERED_NAME,
    SCORE,
    UNKNOWN_FAMILY,
    VERDICT,
    VERDICT_COLUMNS,
)
from dga.domains import Parsed
from dga.errors import FeedError
from dga.progress import OnProgress, Progress, ShouldStop, ignore, never
from dga.writers import TableWriter

CACHE_NAMES = 500_000
CHUNK_ROWS = 10_000  # a cancel is seen, and progress told, once a chunk
EVEN = 0.5  # as probably generated as not
FAMILY_FLOOR = 0.25  # below this share no family is named


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
    """What the model says of one name; a score that is no number where there is none."""

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
        self._cache: dict[str, Outcome] = {}  # oldest first
        self._limit = cache
        self._lock = threading.Lock()

    def verdicts(self, texts: Sequence[str]) -> list[Verdict]:
        """A verdict for each text, in order."""
        return list(map(self._verdict, *self._scored(texts)))

    def frame(self, texts: Sequence[str]) -> pd.DataFrame:
        """The verdict columns for texts: a row for each, in order."""
        parsed, found = self._scored(texts)
        scores = np.fromiter((f.score for f in found), np.float64, len(found))
        shares = np.fromiter((f.family_score for f in found), np.float64, len(found))
        is_dga = scores >= self.threshold
        families = [f.family for f in found]
        columns = {
            REGISTERED_NAME: ["" if p.problem else p.registered_name for p in parsed],
            SCORE: scores,
            VERDICT: np.where(np.isnan(scores), "", np.where(is_dga, DGA, BENIGN)),
            FAMILY: np.where(is_dga, np.array(families, dtype=object), ""),
            FAMILY_SCORE: np.where(is_dga, shares, np.nan),
            PROBLEM: [p.problem or "" for p in parsed],
        }
        texts_of = dict.fromkeys((REGISTERED_NAME, VERDICT, FAMILY, PROBLEM), "str")
        return pd.DataFrame(columns).astype(texts_of)

    def _scored(self, texts: Sequence[str]) -> tuple[list[Parsed], list[Outcome]]:
        """Each text parsed, and what the model says of it."""
        parsed = domains.parse_many(texts)
        names = [self._name(p) for p in parsed]
        outcomes = self.outcomes(filter(None, names))
        return parsed, [outcomes.get(name, UNSCORED) for name in names]

    def outcomes(self, names: Iterable[str]) -> dict[str, Outcome]:
        """Score distinct names, those that are not remembered in one go."""
        wanted = dict.fromkeys(names)
        with self._lock:
            known = {name: self._cache[name] for name in wanted if name in self._cache}
        fresh = [name for name in wanted if name not in known]
        if fresh:
            scored = dict(zip(fresh, self._score(fresh), strict=True))
            self._remember(scored)
            known.update(scored)
        return known

    def _score(self, names: list[str]) -> Iterator[Outcome]:
        scores = self.bundle.score(names)
        known = self.bundle.families
        if not known:
            return (Outcome(score, "", math.nan) for score in scores.score.tolist())
        best = scores.families.argmax(axis=1)
        shares = scores.families[np.arange(len(best)), best].tolist()
        families = (
            known[at] if share >= FAMILY_FLOOR else UNKNOWN_FAMILY
            for at, share in zip(best.tolist(), shares, strict=True)
        )
        return map(Outcome, scores.score.tolist(), families, shares)

    def _remember(self, scored: dict[str, Outcome]) -> None:
        with self._lock:
            self._cache.update(scored)
            for name in list(islice(self._cache, max(0, len(self._cache) - self._limit))):
                del self._cache[name]

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


@dataclass(frozen=True)
class Summary:
    """What became of a file's rows, and where the result lies."""

    rows: int
    dga: int
    benign: int
    problems: int
    seconds: float
    path: Path
    partial: bool


def score_table(
    source: Path | BinaryIO,
    target: Path,
    scorer: Scorer,
    *,
    name: str = "",
    column: str | None = None,
    stream: IO[str] | None = None,
    on_progress: OnProgress = ignore,
    should_stop: ShouldStop = never,
) -> Summary:
    """Score every row of a file into another: its columns, then the verdict's, in order."""
    if isinstance(source, Path) and source.exists() and target.exists() and source.samefile(target):
        raise FeedError(f"{target}: the input and the output are one file; write to another")
    started = time.perf_counter()
    counts = {DGA: 0, BENIGN: 0, "": 0}
    partial = False
    with TableWriter(target, stream) as writer:
        for read in tables.read_chunks(source, name=name, chunk_rows=CHUNK_ROWS):
            partial = should_stop()
            chunk = read.head(0) if partial else read  # even then the file gets its header
            column = column or tables.guess_column(tuple(chunk.columns), chunk)
            scored = with_verdicts(chunk, column, scorer)
            writer.write(scored)
            for verdict, rows in scored[VERDICT].value_counts().items():
                counts[str(verdict)] += int(rows)
            if partial:
                break
            on_progress(_progress(sum(counts.values()), started))
        path = writer.close(partial)
    return Summary(
        rows=sum(counts.values()),
        dga=counts[DGA],
        benign=counts[BENIGN],
        problems=counts[""],
        seconds=time.perf_counter() - started,
        path=path,
        partial=partial,
    )


def with_verdicts(chunk: pd.DataFrame, column: str, scorer: Scorer) -> pd.DataFrame:
    """A frame's own columns, then the verdict columns; an own column of such a name is kept
    as `given_<name>`."""
    tables.require_column(tuple(chunk.columns), column)
    verdicts = scorer.frame(chunk[column].tolist())
    own = chunk.rename(columns=_clashes(list(chunk.columns))).reset_index(drop=True)
    return pd.concat([own, verdicts], axis=1)


def _clashes(columns: list[str]) -> dict[str, str]:
    """New names for the columns that bear a verdict column's name."""
    clashes: dict[str, str] = {}
    for name in filter(VERDICT_COLUMNS.__contains__, columns):
        new = f"given_{name}"
        while new in columns:
            new = f"given_{new}"
        clashes[name] = new
    return clashes


def _progress(rows: int, started: float) -> Progress:
    elapsed = time.perf_counter() - started
    return Progress(phase="scoring", batch=rows, elapsed=elapsed, rate=rows / max(elapsed, 1e-9))
