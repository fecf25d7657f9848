"""A list being scored in a thread of the server: its progress, its result on disk.

Draws nothing and calls nothing of Streamlit, which no thread but a page's may. The job lies in
the session; its result is a Parquet file in a folder of its own that goes when the job does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar, cast

from dga.progress import Progress
from dga.scoring import score_file
from dga.scoring.score_file import Scorer, Summary
from dga.storage import Scratch
from ui.bulk import result_counts, results
from ui.bulk.result_counts import Overview
from ui.bulk.results import Result
from ui.bulk.table import Table
from ui.common.text import counted
from ui.common.thread_job import ThreadJob
from ui.common.turns import Turns

REMEMBERED = 16  # answers about a result that a job keeps

T = TypeVar("T")
TURNS = Turns(1)  # one list at a time is scored, on all processors
TURN_SECONDS = 3.0  # what a long list gets before others have their turn


class ScoringJob(ThreadJob):
    """Scores a table; `progress`, then `summary`, `result` and `overview`, or `error`, are set by
    its thread, which lets go of the list and of the scorer at its end. Cancelled, it keeps what is
    scored so far."""

    def __init__(
        self, table: Table, column: str, run: str, scorer: Scorer, owner: str = ""
    ) -> None:
        super().__init__(table.name, owner)
        self.column, self.run = column, run
        self.roles = table.roles
        self.threshold = scorer.threshold
        self._scorer: Scorer | None = scorer
        self.progress: Progress | None = None
        self.summary: Summary | None = None
        self.result: Result | None = None
        self.overview: Overview | None = None
        self.waiting, self.counting = True, False  # before its first turn; after the last row
        self._folder = Scratch("scores")
        self._place = table.info.columns.index(column)
        self._chosen = column if column != table.column else None
        self._sheet = table.info.sheet
        self._rows, self._exact = table.rows, table.exact
        self._source = table.open()
        self._turn_began = 0.0
        self._answers: dict[Hashable, Any] = {}

    @property
    def folder(self) -> Path:
        """Where the result lies and downloads are made."""
        return self._folder.path

    def discard(self) -> None:
        """Stop, and remove the result as soon as nothing is written any more."""
        self.cancel()
        if not self.running:
            self._folder.cleanup()

    @property
    def total(self) -> str:
        """The number of rows in words; "" if it is unknown before the whole list is read."""
        if self._rows is None:
            return ""
        return f"{self._rows:,}" if self._exact else f"about {self._rows:,}"

    @property
    def about(self) -> str:
        """The progress or the outcome, in words."""
        if self.running:
            return "being scored"
        if self.summary is None:
            return "failed"
        done = self.summary
        if done.partial and self.total:
            rows = f"{done.rows:,} of {self.total} rows"
        else:
            rows = counted(done.rows, "row", "rows")
        return f"{rows}, {done.dga:,} generated, by run {self.run}"

    @property
    def weight(self) -> int:
        """One of so many lists that are kept: a result lies on disk."""
        return 1

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
        finally:
            TURNS.leave()
            self._source.close()
            scorer, self._scorer = self._scorer, None
            if scorer:
                scorer.bundle.release_memory()

    def _score(self) -> None:
        assert self._scorer is not None
        summary = score_file.score_table(
            self._source,
            self.folder / "scores.parquet",
            self._scorer,
            name=self.name,
            column=self._chosen,
            sheet=self._sheet,
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
