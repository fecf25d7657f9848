"""DNS events of any log: who asked when for which name, and what the answer was.

    events = read_events("dns.log.gz")
    events.description.columns      # {"query": "query", "client": "id.orig_h", ...}
    for batch in events.batches():  # pyarrow record batches with the columns of SCHEMA
        ...

Every row with a name is an event, in order; nothing is scored here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from dga.logs.clients import client_addresses
from dga.logs.exchanges import JOINED, joined_events
from dga.logs.field_names import ANSWERS, CLIENT, PROCESS, QUERY, RCODE, ROLES, TIME
from dga.logs.fields import is_day_first
from dga.logs.filled import first_filled
from dga.logs.opening import LogTable, open_table
from dga.logs.paths import Choice
from dga.logs.rcodes import rcode_names
from dga.logs.text_log import LINES
from dga.logs.times import TIMESTAMP, day_order, null_times, to_timestamps
from dga.logs.wire_answers import wire_rcodes
from dga.tables.cells import one_name_a_row

LINE = "line"
SCHEMA = pa.schema([
    (TIME, TIMESTAMP), (CLIENT, pa.string()), (QUERY, pa.string()), (RCODE, pa.string()),
    (ANSWERS, pa.string()), (PROCESS, pa.string()), (LINE, pa.int64()),
])  # fmt: skip
_LINE = "\0line"  # no file has such a column
UNKNOWN = ("", "-", "(empty)")

_WORDS = {TIME: "time", CLIENT: "client", RCODE: "answer code", ANSWERS: "answers"}

LogFile = str | Path | BinaryIO


@dataclass(frozen=True)
class Description:
    """What a log is, and which of its columns hold which role."""

    layout: str
    columns: dict[str, str]
    reasons: dict[str, str]
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    """All columns of the log."""

    @property
    def has_client(self) -> bool:
        """Whether the log tells who asked."""
        return CLIENT in self.columns

    @property
    def has_rcode(self) -> bool:
        """Whether the log tells how the server answered."""
        return RCODE in self.columns

    def sentence(self) -> str:
        """All choices in one sentence, for standard error.

        >>> Description("csv", {"query": "q"}, {"query": "it is named so"}).sentence()
        "read as csv; names from column 'q' (it is named so)"
        """
        others = [f"{_WORDS[role]}: {c!r}" for role, c in self.columns.items() if role in _WORDS]
        names = f"names from column {self.columns[QUERY]!r} ({self.reasons[QUERY]})"
        return "; ".join([f"read as {self.layout}", names, ", ".join(others)]).rstrip("; ")

    def choices(self) -> list[str]:
        """The choice of each role as a sentence."""
        return [
            f"{role}: column {self.columns[role]!r}, because {self.reasons[role]}"
            for role in ROLES
            if role in self.columns
        ]

    def sentences(self) -> list[str]:
        """The choices, and the notes, for page and standard error."""
        return [*self.choices(), *self.notes]


@dataclass
class Events:
    """The events of one or several logs; `batches` reads them, once."""

    description: Description
    _log: LogTable
    _stack: ExitStack = field(repr=False)
    _day_first: bool = False

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the events, in order, as record batches with the columns of SCHEMA.

        Rows without a queried name are left out, and one with several names is as many events;
        a query and its answer in rows of their own are one. `line` counts the rows of the log
        from 1.
        """
        with self._stack:
            read = self._read()
            if self._log.exchange is None:
                yield from (batch for batch, _, _ in read)
            else:
                yield from joined_events(read, self._log.quiet)

    def _read(self) -> Iterator[tuple[pa.RecordBatch, list[str], list[str]]]:
        """The events as rows tell them, the kind of each row, and the rows it is joined to."""
        row = 0
        for chunk in self._log.chunks:
            yield _batch(chunk, self._log, row, self._day_first)
            row += len(chunk)

    def share(self) -> float:
        """How much of the source is read, from 0 to 1."""
        return self._log.share()

    @property
    def live(self) -> bool:
        """Whether events come as they are written."""
        return self._log.live

    def close(self) -> None:
        """Close the files of events that are not read to their end."""
        self._stack.close()


def read_events(
    paths: LogFile | Sequence[str | Path],
    *,
    roles: Mapping[str, str] | None = None,
    name: str = "",
    sheet: str = "",
    day_first: bool | None = None,
) -> Events:
    """Open one or several logs (paths, folders or a binary stream) as one stream of events.

    `roles` names the columns of roles ("query", "client", "rcode", "time", "answers", "process")
    that are not to be chosen; `sheet` a workbook's sheet; `day_first` whether dates such as
    1/5/2026 begin with the day, None to see it from the log. Raises FeedError for what is no log
    of names.
    """
    stack = ExitStack()
    try:
        log = stack.enter_context(
            open_table(_source(paths), name=name, roles=roles, sheet=sheet, ahead=True)
        )
        settled = settle_days(log, day_first)
        description = describe(log)
    except BaseException:
        stack.close()
        raise
    return Events(description, log, stack, settled)


def settle_days(log: LogTable, day_first: bool | None = None) -> bool:
    """Whether dates such as 1/5/2026 begin with the day, for the whole log; noted if not sure.

    `day_first` is what the user says; such a choice is noted where the log could be read so.
    """
    choice = log.roles.get(TIME)
    if choice is None:
        return bool(day_first)
    if day_first is not None:
        order = "day/month/year" if day_first else "month/day/year"
        log.notes.append(f"dates such as 1/5/2026 are read as {order}, as chosen by the user")
        return day_first
    if is_day_first(choice.column):
        return True
    first = next(log.chunks, None)
    if first is None:
        return False
    log.chunks = chain([first], log.chunks)
    day_first, note = day_order(pc.unique(first_filled(first, choice.columns)).to_pylist())
    log.notes += [note] if note else []
    return day_first


def describe(log: LogTable) -> Description:
    """What a log is and which columns were chosen; raises FeedError if no column holds names."""
    roles: dict[str, Choice] = {QUERY: log.query, **log.roles}
    columns = {role: choice.column for role, choice in roles.items()}
    reasons = {role: choice.reason for role, choice in roles.items()}
    header = tuple(log.info.columns)
    return Description(log.layout, columns, reasons, tuple(log.notes), header)


def _source(paths: LogFile | Sequence[str | Path]) -> Path | BinaryIO | list[Path]:
    if isinstance(paths, str):
        return Path(paths)
    if isinstance(paths, Sequence):
        return [Path(path) for path in paths]
    return paths


def _batch(
    chunk: pa.Table, log: LogTable, row: int, day_first: bool
) -> tuple[pa.RecordBatch, list[str], list[str]]:
    roles = log.roles
    chunk = chunk.append_column(_LINE, _lines(chunk, row))
    chunk, names = one_name_a_row(chunk, log.names(chunk), log.column)
    known = pc.invert(pc.is_in(names, value_set=pa.array(UNKNOWN, names.type)))
    arrays = [
        event_times(chunk, roles.get(TIME), day_first),
        _text(_clients(chunk, log), len(chunk)),
        names.cast(pa.string()),
        _rcodes(chunk, roles.get(RCODE), answers := _role(chunk, roles.get(ANSWERS))),
        answers,
        _role(chunk, roles.get(PROCESS)),
        chunk[_LINE].combine_chunks(),
    ]
    batch = pa.record_batch(arrays, schema=SCHEMA).filter(known)
    if log.exchange is None:
        return batch, [], []
    chunk = chunk.filter(known)
    return batch, log.exchange.kinds(chunk), chunk[JOINED].to_pylist()


def _clients(chunk: pa.Table, log: LogTable) -> pa.Array | None:
    if log.exchange is not None and log.exchange.crossed:
        return log.exchange.clients(chunk)
    return client_addresses(chunk, log.roles.get(CLIENT))


def _lines(chunk: pa.Table, row: int) -> pa.Array:
    """The first line of each event where the layout tells lines, else the row's number."""
    if LINES in chunk.column_names:
        first = pc.extract_regex(chunk[LINES].combine_chunks(), r"^(?P<line>\d+)")
        return pc.cast(pc.struct_field(first, "line"), pa.int64())
    return pa.array(range(row + 1, row + 1 + len(chunk)), pa.int64())


def _role(chunk: pa.Table, choice: Choice | None) -> pa.Array:
    return _text(first_filled(chunk, choice.columns) if choice else None, len(chunk))


def _text(column: pa.Array | None, rows: int) -> pa.Array:
    if column is None:
        return pa.nulls(rows, pa.string())
    column = column.cast(pa.string())
    blank = pc.is_in(column, value_set=pa.array(UNKNOWN, pa.string()))
    return pc.if_else(blank, pa.scalar(None, pa.string()), column)


def _rcodes(chunk: pa.Table, choice: Choice | None, answers: pa.Array) -> pa.Array:
    return rcode_names(first_filled(chunk, choice.columns)) if choice else wire_rcodes(answers)


def event_times(chunk: pa.Table, choice: Choice | None, day_first: bool) -> pa.Array:
    """The time of each row, as a timestamp in UTC; null where it tells none."""
    if choice is None:
        return null_times(len(chunk))
    texts = first_filled(chunk, choice.columns)
    if choice.clock:
        clock = first_filled(chunk, (choice.clock,))
        texts = pc.binary_join_element_wise(texts, clock, pa.scalar(" ", texts.type))
    return to_timestamps(texts, day_first=day_first)
