"""A list being scored in a thread of the server: its table, its progress, its result on disk.

Draws nothing and calls nothing of Streamlit, which no thread but a page's may. The job lies in
the session; its result is a Parquet file in a folder of its own that goes when the job does.
"""

from __future__ import annotations

import io
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dga import scoring, tables
from dga.columns import VERDICT_COLUMNS
from dga.errors import FeedError
from dga.progress import Progress
from dga.scoring import Scorer, Summary
from dga.tables import TableInfo
from ui import results
from ui.results import Overview

PREVIEW_ROWS = 200
NOT_BY_LINE = ("json", "parquet")  # formats whose rows are no lines


@dataclass(frozen=True)
class Table:
    """A list that was uploaded or pasted. `column`: where the domains are, "" where unclear."""

    name: str
    data: bytes
    info: TableInfo
    head: pd.DataFrame
    column: str


def open_table(name: str, data: bytes) -> Table:
    """Sniff a list and read its first rows; FeedError says why it is none."""
    info = tables.sniff(io.BytesIO(data), name)
    head = next(tables.read_chunks(io.BytesIO(data), name=name, chunk_rows=PREVIEW_ROWS))
    try:
        column = tables.guess_column(info.columns, head)
    except FeedError:
        column = ""
    return Table(name, data, info, head, column)


class ScoringJob:
    """Scores a table; `progress`, `summary` and `error` are set by its thread."""

    def __init__(self, table: Table, column: str, run: str, scorer: Scorer) -> None:
        self.table, self.column, self.run, self.scorer = table, column, run, scorer
        self.progress: Progress | None = None
        self.summary: Summary | None = None
        self.overview: Overview | None = None
        self.error: Exception | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="dga-scores-")
        self._source = io.BytesIO(table.data)
        by_line = table.info.compression == "none" and table.info.format not in NOT_BY_LINE
        self._lines = table.data.count(b"\n") if by_line else 0
        self._stop = threading.Event()
        self._started = time.monotonic()
        self._thread = threading.Thread(target=self._work, name="scoring", daemon=True)

    @property
    def key(self) -> str:
        """A name of its own, for the keys of widgets."""
        return self.folder.name

    def start(self) -> ScoringJob:
        """Begin; returns itself."""
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
    def shown_column(self) -> str:
        """The name of the scored column in the result."""
        return f"given_{self.column}" if self.column in VERDICT_COLUMNS else self.column

    @property
    def folder(self) -> Path:
        """Where the result lies and downloads are made."""
        return Path(self._folder.name)

    def cancel(self) -> None:
        """Stop after the rows in hand; what is scored so far stays."""
        self._stop.set()

    def wait(self) -> ScoringJob:
        """Wait for the end; returns itself."""
        self._thread.join()
        return self

    def share(self) -> float:
        """How much is done, from 0 to 1: by lines, or by what is read of a packed file."""
        rows = self.progress.batch if self.progress else 0
        if self._lines:
            return min(1.0, rows / self._lines)
        return min(1.0, self._source.tell() / max(1, len(self.table.data))) if rows else 0.0

    def remaining(self) -> float | None:
        """About how many seconds are left; None before the first rows are scored."""
        share = self.share()
        if self.progress is None or share <= 0:
            return None
        return (time.monotonic() - self._started) * (1 - share) / share

    def _work(self) -> None:
        try:
            self.summary = scoring.score_table(
                self._source,
                self.folder / "scores.parquet",
                self.scorer,
                name=self.table.name,
                column=self.column,
                on_progress=self._note,
                should_stop=self._stop.is_set,
            )
            self.overview = results.overview(self.summary.path)
        except Exception as error:  # the page shows a user's error and raises any other
            self.error = error

    def _note(self, progress: Progress) -> None:
        self.progress = progress
