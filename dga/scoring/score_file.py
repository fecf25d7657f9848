"""Score files chunk by chunk, in bounded memory, keeping the order of rows.

While the network scores one chunk, the next is read and parsed and the previous one is written.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, cast

import pandas as pd
import pyarrow as pa

from dga.errors import FeedError
from dga.logs import LogTable, describe, open_table
from dga.logs.field_names import QUERY
from dga.progress import OnProgress, Progress, ShouldStop, ignore, never
from dga.schema import ALLOWED, BENIGN, DGA, SUSPICIOUS, VERDICT, VERDICT_COLUMNS
from dga.scoring.attribution import with_attribution
from dga.scoring.outcome import ProblemCounts, shortage
from dga.scoring.scorer import PendingVerdicts
from dga.scoring.scorer import Scorer as Scorer
from dga.scoring.scorer import Verdict as Verdict
from dga.tables import require_column, source_name
from dga.tables.cells import one_name_a_row
from dga.tables.titles import title
from dga.tables.writers import TableWriter

if TYPE_CHECKING:
    from dga.generators.attribution.index import AttributionIndex

CHUNK_ROWS = 50_000  # at most; cancelling and progress happen once per chunk
CHUNK_SECONDS = 0.5  # intended duration of a chunk; a slow network gets shorter chunks
FIRST_ROWS = 2_000  # rows of the first chunk, and the minimum of shortened ones
AHEAD = 2  # chunks being scored while another is read


@dataclass(frozen=True)
class Summary:
    """The result of scoring a file: counts of verdicts and the path written."""

    rows: int
    dga: int
    suspicious: int
    benign: int
    problems: int
    seconds: float
    path: Path
    partial: bool
    allowed: int = 0
    shortage: str = ""
    """A warning if few rows, or none, could be scored."""
    read: tuple[str, ...] = ()
    """How the file was read, which column was scored and why, and other notes."""

    @property
    def nothing_scored(self) -> bool:
        """Whether there are rows and none could be scored."""
        return 0 < self.rows == self.problems and not self.partial


def score_table(
    source: Path | BinaryIO | Sequence[Path],
    target: Path,
    scorer: Scorer,
    *,
    name: str = "",
    column: str | None = None,
    stream: IO[str] | None = None,
    sheet: str = "",
    attribution: AttributionIndex | None = None,
    on_progress: OnProgress = ignore,
    should_stop: ShouldStop = never,
) -> Summary:
    """Score every row of a file into another: its columns, then the verdict's, in order.

    Several paths are read as one stream; `sheet` chooses the sheet of a workbook. With
    `attribution`, a column of known generators precedes the verdict columns.
    """
    paths = [source] if isinstance(source, Path) else source if isinstance(source, Sequence) else []
    if target.exists() and any(path.exists() and path.samefile(target) for path in paths):
        raise FeedError(f"{target}: input and output are the same file; write to another file")
    with (
        TableWriter(target, stream) as writer,
        open_table(
            source,
            name=name,
            chunk_rows=CHUNK_ROWS,
            should_stop=should_stop,
            roles={QUERY: column} if column else None,
            sheet=sheet,
            ahead=True,
        ) as log,
    ):
        description = describe(log)
        work = _Work(scorer, log, should_stop)
        for scored in work.chunks():
            writer.write(with_attribution(scored, attribution) if attribution else scored)
            if log.live and stream is not None:
                stream.flush()
            progress = work.progress(scored)
            if not work.partial:
                on_progress(progress)
        path = writer.close(work.partial)
    read = (description.sentence(), *description.notes)
    short = work.shortage(name or source_name(paths[0] if paths else cast(BinaryIO, source)))
    return work.summary(path, short, read)


class _Work:
    """Passes the chunks of a file through a scorer and counts their verdicts."""

    def __init__(self, scorer: Scorer, log: LogTable, should_stop: ShouldStop) -> None:
        self._scorer, self._log = scorer, log
        self._should_stop = should_stop
        self._started, self._read = time.perf_counter(), 0
        self.counts: Counter[str] = Counter()
        self.problems = ProblemCounts()
        self.partial = False

    def chunks(self) -> Iterator[pa.Table]:
        """The scored chunks in order; at least one, so that the file gets its header."""
        begun: deque[tuple[pa.Table, PendingVerdicts]] = deque()
        pool = self._scorer.pool()
        try:
            for chunk in self._slices():
                self.partial = self._should_stop()
                begun.append(self._begin(chunk.slice(0, 0) if self.partial else chunk, pool))
                if self.partial:
                    break
                while len(begun) > AHEAD or (begun and self._log.quiet()):
                    yield joined(*begun.popleft())
            self.partial = self.partial or (self._log.live and self._should_stop())
            while begun:
                yield joined(*begun.popleft())
        finally:
            pool.shutdown(cancel_futures=True)

    def _slices(self) -> Iterator[pa.Table]:
        """The input, in chunks sized by the speed so far."""
        for table in self._log.chunks:
            start = 0
            while start == 0 or start < len(table):
                rows = max(FIRST_ROWS, int(self._rate() * CHUNK_SECONDS))
                yield table.slice(start, rows)
                start += rows

    def _rate(self) -> float:
        return self.counts.total() / max(time.perf_counter() - self._started, 1e-9)

    def _begin(self, chunk: pa.Table, pool: Executor) -> tuple[pa.Table, PendingVerdicts]:
        chunk, names = one_name_a_row(chunk, self._log.names(chunk), self._log.column)
        self._read += len(chunk)
        return chunk, self._scorer.begin(names, pool)

    def shortage(self, name: str) -> str:
        """A warning if few rows could be scored."""
        layout, column = title(self._log.layout), self._log.column
        rows, unscored = self.counts.total(), self.counts[""]
        return shortage(name, rows, unscored, self.problems, layout, column)

    def summary(self, path: Path, shortage: str, read: tuple[str, ...]) -> Summary:
        """What came of the file that was written to `path`."""
        return Summary(
            rows=self.counts.total(),
            dga=self.counts[DGA],
            suspicious=self.counts[SUSPICIOUS],
            benign=self.counts[BENIGN],
            problems=self.counts[""],
            seconds=time.perf_counter() - self._started,
            path=path,
            partial=self.partial,
            allowed=self.counts[ALLOWED],
            shortage=shortage,
            read=read,
        )

    def progress(self, scored: pa.Table) -> Progress:
        """Count a written chunk and report progress."""
        for verdict, rows in zip(*_counted(scored[VERDICT]), strict=True):
            self.counts[verdict] += rows
        self.problems.add(scored)
        rows, elapsed = self.counts.total(), time.perf_counter() - self._started
        share = self._log.share() * rows / max(1, self._read)
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
    require_column(tuple(chunk.columns), column)
    verdicts = scorer.frame(chunk[column].tolist())
    own = chunk.rename(columns=_renamed(list(chunk.columns))).reset_index(drop=True)
    return pd.concat([own, verdicts], axis=1)


def joined(chunk: pa.Table, begun: PendingVerdicts) -> pa.Table:
    """`with_verdicts` of a chunk that is being scored."""
    verdicts = begun.table()
    renamed = _renamed(chunk.column_names)
    names = [renamed.get(name, name) for name in chunk.column_names]
    return pa.table([*chunk.columns, *verdicts.columns], names=[*names, *verdicts.column_names])


def _renamed(columns: list[str]) -> dict[str, str]:
    """New names for the columns that have a verdict column's name."""
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
