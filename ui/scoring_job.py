"""A list being scored in a thread of the server: its progress, its result on disk.

Draws nothing and calls nothing of Streamlit, which no thread but a page's may. The job lies in
the session; its result is a Parquet file in a folder of its own that goes when the job does.
"""

from __future__ import annotations

import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar, cast
from weakref import WeakValueDictionary

from dga import scoring
from dga.progress import Progress
from dga.scoring import Scorer, Summary
from ui import memory, result_counts, results
from ui.given import Table
from ui.result_counts import Overview
from ui.results import Result
from ui.turns import Turns

REMEMBERED = 16  # answers about a result that a job keeps

T = TypeVar("T")
TURNS = Turns(1)  # one list at a time is scored, on all processors
TURN_SECONDS = 3.0  # what a long list gets before others have their turn
_JOBS: WeakValueDictionary[str, ScoringJob] = WeakValueDictionary()


class ScoringJob:
    """Scores a table; `progress`, then `summary`, `result` and `overview`, or `error`, are set by
    its thread, which lets go of the list and of the scorer at its end."""

    def __init__(self, table: Table, column: str, run: str, scorer: Scorer) -> None:
        self.key = secrets.token_urlsafe(16)
        self.name, self.column, self.run = table.name, column, run
        self.threshold = scorer.threshold
        self._scorer: Scorer | None = scorer
        self.progress: Progress | None = None
        self.summary: Summary | None = None
        self.result: Result | None = None
        self.overview: Overview | None = None
        self.error: Exception | None = None
        self.waiting, self.counting = True, False  # before its first turn; after the last row
        self._folder = tempfile.TemporaryDirectory(prefix="dga-scores-")
        self._place = table.info.columns.index(column)
        self._rows = table.rows
        self._source = table.open()
        self._stop = threading.Event()
        self._turn_began = 0.0
        self._answers: dict[Hashable, Any] = {}
        self._thread = threading.Thread(target=self._work, name="scoring", daemon=True)
        _JOBS[self.key] = self

    def start(self) -> ScoringJob:
        """Begin; returns itself."""
        memory.keep_small()
        self._thread.start()
        return self

    @property
    def running(self) -> bool:
        """True while the thread works."""
        return self._thread.is_alive()

    @property
    def cancelling(self) -> bool:
        """True when the job was asked to stop."""
        return self._stop.is_set()

    @property
    def folder(self) -> Path:
        """Where the result lies and downloads are made."""
        return Path(self._folder.name)

    def cancel(self) -> None:
        """Stop after the rows in hand; what is scored so far stays."""
        self._stop.set()

    def discard(self) -> None:
        """Stop, and remove the result as soon as nothing is written any more."""
        self.cancel()
        if not self.running:
            self._folder.cleanup()

    def wait(self) -> ScoringJob:
        """Wait for the end; returns itself."""
        self._thread.join()
        return self

    def share(self) -> float:
        """How much is done, from 0 to 1: by rows, or by time where these are not counted."""
        if self.progress is None or self.counting:
            return float(self.counting)
        if self._rows:
            return min(1.0, self.progress.batch / self._rows)
        left = self.progress.remaining
        return self.progress.elapsed / (self.progress.elapsed + left) if left else 0.0

    def remaining(self) -> float | None:
        """About how many seconds are left; None before the first rows are scored."""
        share = self.share()
        if self.progress is None or not share:
            return None
        return self.progress.elapsed * (1 - share) / share

    def remembered(self, question: Hashable, answer: Callable[[], T]) -> T:
        """What `answer` returned for this question before, else now."""
        if question not in self._answers:
            while len(self._answers) >= REMEMBERED:
                self._answers.pop(next(iter(self._answers)), None)
            self._answers[question] = answer()
        return cast(T, self._answers[question])

    def _work(self) -> None:
        TURNS.take()
        self.waiting, self._turn_began = False, time.monotonic()
        try:
            self._score()
        except Exception as error:  # the page shows a user's error and raises any other
            self.error = error
        finally:
            TURNS.leave()
            self._source.close()
            self._scorer = None
            memory.give_back()

    def _score(self) -> None:
        assert self._scorer is not None
        summary = scoring.score_table(
            self._source,
            self.folder / "scores.parquet",
            self._scorer,
            name=self.name,
            column=self.column,
            on_progress=self._note,
            should_stop=self._stop.is_set,
        )
        self.counting = True
        self.result = results.enrich(summary.path, self._place)
        self.overview = result_counts.overview(self.result)
        self.summary = summary

    def _note(self, progress: Progress) -> None:
        self.progress = progress
        if time.monotonic() - self._turn_began > TURN_SECONDS:
            TURNS.give_way()
            self._turn_began = time.monotonic()


def find(key: str) -> ScoringJob | None:
    """The job of a key, in whichever session it lies: so a reload of the page finds its result."""
    return _JOBS.get(key)
