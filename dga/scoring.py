"""Texts, frames and files to verdicts. One path for look-up, bulk, command line and tests."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

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
from dga.progress import OnProgress, Progress, ShouldStop, ignore, never
from dga.writers import TableWriter

CACHE_NAMES = 500_000
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

    def to_json(self) -> dict[str, Any]:
        """The fields as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the model says of one name."""

    score: float
    family: str
    family_score: float | None


class Scorer:
    """Scores with one bundle at one threshold; remembers the names that it has scored.

    Safe to use from several threads.
    """

    def __init__(
        self, bundle: ModelBundle, threshold: float | None = None, cache: int = CACHE_NAMES
    ) -> None:
        self.bundle = bundle
        self.threshold = bundle.threshold() if threshold is None else threshold
        self._cache: OrderedDict[str, Outcome] = OrderedDict()
        self._limit = cache
        self._lock = threading.Lock()

    def verdicts(self, texts: Sequence[str]) -> list[Verdict]:
        """A verdict for each text, in order."""
        parsed = domains.parse_many(texts)
        outcomes = self.outcomes(self._names(parsed))
        return [self._verdict(p, outcomes) for p in parsed]

    def frame(self, texts: Sequence[str]) -> pd.DataFrame:
        """The verdict columns for texts: a row for each, in order."""
        verdicts = self.verdicts(texts)
        columns = {name: [getattr(v, name) for v in verdicts] for name in VERDICT_COLUMNS}
        frame = pd.DataFrame(columns)
        numbers = {SCORE: "float64", FAMILY_SCORE: "float64"}
        texts_of = {n: "str" for n in (REGISTERED_NAME, VERDICT, FAMILY, PROBLEM)}
        return frame.fillna({n: "" for n in texts_of}).astype({**numbers, **texts_of})

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
        if not self.bundle.families:
            return (Outcome(float(score), "", None) for score in scores.score)
        best = scores.families.argmax(axis=1)
        share = scores.families[np.arange(len(best)), best]
        known = self.bundle.families
        return (
            Outcome(float(s), known[b] if p >= FAMILY_FLOOR else UNKNOWN_FAMILY, float(p))
            for s, b, p in zip(scores.score, best, share, strict=True)
        )

    def _remember(self, scored: dict[str, Outcome]) -> None:
        with self._lock:
            self._cache.update(scored)
            while len(self._cache) > self._limit:
                self._cache.popitem(last=False)

    def _name(self, parsed: Parsed) -> str | None:
        """What the model reads of a parsed text; None where it cannot be scored."""
        if parsed.problem:
            return None
        return parsed.domain if self.bundle.scope == "fqdn" else parsed.registered_name

    def _names(self, parsed: Iterable[Parsed]) -> Iterator[str]:
        return (name for name in map(self._name, parsed) if name)

    def _verdict(self, parsed: Parsed, outcomes: dict[str, Outcome]) -> Verdict:
        name = self._name(parsed)
        if name is None:
            return Verdict(
                parsed.given, parsed.domain, None, None, None, "", None, parsed.problem or ""
            )
        found = outcomes[name]
        is_dga = found.score >= self.threshold
        return Verdict(
            given=parsed.given,
            domain=parsed.domain,
            registered_name=parsed.registered_name,
            score=found.score,
            verdict=DGA if is_dga else BENIGN,
            family=found.family if is_dga else "",
            family_score=found.family_score if is_dga else None,
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
    started = time.perf_counter()
    counts = {DGA: 0, BENIGN: 0, "": 0}
    partial = False
    with TableWriter(target, stream) as writer:
        for chunk in tables.read_chunks(source, name=name):
            if should_stop():
                partial = True
                break
            column = column or tables.guess_column(tuple(chunk.columns), chunk)
            scored = with_verdicts(chunk, column, scorer)
            writer.write(scored)
            for verdict, rows in scored[VERDICT_COLUMNS[2]].value_counts().items():
                counts[str(verdict)] += int(rows)
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
    clashes = {name: f"given_{name}" for name in chunk.columns if name in VERDICT_COLUMNS}
    own = chunk.rename(columns=clashes).reset_index(drop=True)
    return pd.concat([own, verdicts], axis=1)


def _progress(rows: int, started: float) -> Progress:
    elapsed = time.perf_counter() - started
    return Progress(phase="scoring", batch=rows, elapsed=elapsed, rate=rows / max(elapsed, 1e-9))
