"""Files and frames to verdicts: chunk after chunk, in bounded memory, in their order.

While the network scores one chunk, the next is read and parsed and the one before is written.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import pandas as pd
import pyarrow as pa

from dga import arrow_texts, tables
from dga.columns import BENIGN, DGA, VERDICT, VERDICT_COLUMNS
from dga.errors import FeedError
from dga.progress import OnProgress, Progress, ShouldStop, ignore, never
from dga.scorer import Begun
from dga.scorer import Scorer as Scorer
from dga.scorer import Verdict as Verdict
from dga.tables import Reading
from dga.writers import TableWriter

CHUNK_ROWS = 50_000  # at most; a cancel is seen, and progress told, once a chunk
CHUNK_SECONDS = 0.5  # about; a slow network gets shorter chunks
FIRST_ROWS = 2_000  # and the least of a chunk that is cut
AHEAD = 2  # chunks that are being scored while one is read


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
    with (
        TableWriter(target, stream) as writer,
        tables.reading(source, name=name, chunk_rows=CHUNK_ROWS) as reading,
    ):
        work = _Work(scorer, reading, column, should_stop)
        for scored in work.chunks():
            writer.write(scored)
            progress = work.progress(scored)
            if not work.partial:
                on_progress(progress)
        path = writer.close(work.partial)
    return Summary(
        rows=work.counts.total(),
        dga=work.counts[DGA],
        benign=work.counts[BENIGN],
        problems=work.counts[""],
        seconds=time.perf_counter() - started,
        path=path,
        partial=work.partial,
    )


class _Work:
    """The chunks of a file on their way through a scorer; `counts` their verdicts."""

    def __init__(
        self, scorer: Scorer, reading: Reading, column: str | None, should_stop: ShouldStop
    ) -> None:
        self._scorer, self._reading, self._column = scorer, reading, column
        self._should_stop = should_stop
        self._started, self._read = time.perf_counter(), 0
        self.counts: Counter[str] = Counter()
        self.partial = False

    def chunks(self) -> Iterator[pa.Table]:
        """The scored chunks, in order; at least one, so that the file gets its header."""
        begun: deque[tuple[pa.Table, Begun]] = deque()
        pool = self._scorer.pool()
        try:
            for chunk in self._slices():
                self.partial = self._should_stop()
                begun.append(self._begin(chunk.slice(0, 0) if self.partial else chunk, pool))
                if self.partial:
                    break
                if len(begun) > AHEAD:
                    yield _joined(*begun.popleft())
            while begun:
                yield _joined(*begun.popleft())
        finally:
            pool.shutdown(cancel_futures=True)

    def _slices(self) -> Iterator[pa.Table]:
        """What is read, in chunks of a length that fits the speed so far."""
        for table in self._reading.chunks:
            start = 0
            while start == 0 or start < len(table):
                rows = max(FIRST_ROWS, int(self._rate() * CHUNK_SECONDS))
                yield table.slice(start, rows)
                start += rows

    def _rate(self) -> float:
        return self.counts.total() / max(time.perf_counter() - self._started, 1e-9)

    def _begin(self, chunk: pa.Table, pool: Executor) -> tuple[pa.Table, Begun]:
        if self._column is None:
            sample = chunk.slice(0, tables.SAMPLE_ROWS).to_pandas()
            self._column = tables.guess_column(tuple(chunk.column_names), sample)
        tables.require_column(tuple(chunk.column_names), self._column)
        self._read += len(chunk)
        texts = arrow_texts.column_of(chunk[self._column])
        return chunk, self._scorer.begin(texts, pool)

    def progress(self, scored: pa.Table) -> Progress:
        """Count a chunk that is written, and tell where the work stands."""
        for verdict, rows in zip(*_counted(scored[VERDICT]), strict=True):
            self.counts[verdict] += rows
        rows, elapsed = self.counts.total(), time.perf_counter() - self._started
        share = self._reading.share() * rows / max(1, self._read)
        return Progress(
            phase="scoring",
            batch=rows,
            elapsed=elapsed,
            rate=self._rate(),
            remaining=elapsed * (1 - share) / share if share else None,
        )


def with_verdicts(chunk: pd.DataFrame, column: str, scorer: Scorer) -> pd.DataFrame:
    """A frame's own columns, then the verdict columns; an own column of such a name is kept
    as `given_<name>`."""
    tables.require_column(tuple(chunk.columns), column)
    verdicts = scorer.frame(chunk[column].tolist())
    own = chunk.rename(columns=_renamed(list(chunk.columns))).reset_index(drop=True)
    return pd.concat([own, verdicts], axis=1)


def _joined(chunk: pa.Table, begun: Begun) -> pa.Table:
    """`with_verdicts` of a chunk that is being scored."""
    verdicts = begun.table()
    renamed = _renamed(chunk.column_names)
    names = [renamed.get(name, name) for name in chunk.column_names]
    return pa.table([*chunk.columns, *verdicts.columns], names=[*names, *verdicts.column_names])


def _renamed(columns: list[str]) -> dict[str, str]:
    """New names for the columns that bear a verdict column's name."""
    clashes: dict[str, str] = {}
    for name in filter(VERDICT_COLUMNS.__contains__, columns):
        new = f"given_{name}"
        while new in columns:
            new = f"given_{new}"
        clashes[name] = new
    return clashes


def _counted(verdicts: pa.ChunkedArray) -> tuple[list[str], list[int]]:
    counted = verdicts.value_counts()
    return counted.field("values").to_pylist(), counted.field("counts").to_pylist()
