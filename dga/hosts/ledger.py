"""Events to counts by client, window and registered name, in bounded memory.

Reads batches of events as `dga.logs.events` gives them; judges nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dga.hosts.queried_names import bare_names, judged_names
from dga.names import arrow_strings

DAY = 86_400_000_000  # microseconds
NAME_BITS, DAY_BITS = 28, 14
COMPACT_ROWS = 2_000_000  # rows counted a batch at a time before they are added up
NO_TIME, LATEST = np.iinfo(np.int64).min, np.iinfo(np.int64).max
FAILED, RESOLVED, UNKNOWN = 1, 2, 0
UNKNOWN_CLIENT = "(unknown client)"
FAILED_CODES = ("NXDOMAIN", "NX", "NAME_ERROR", "3")
RESOLVED_CODES = ("NOERROR", "0")
BLOCKED_ANSWERS = ("0.0.0.0", "::", "127.0.0.1", "::1")
ADDRESS_OR_NAME = r"[.:]"  # in an answer: a message in base64, or a count, holds neither
LEAST_ANSWERED = 0.05  # of the events: with fewer answers a log counts as one without
MOST_BARE = 1_000_000  # names of one label that are kept

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Counts:
    """Events by client, day and name: one row each, sorted by them.

    `client`, `name` are numbers, `day` counts days since 1970, 0 of events without time;
    `failed`, `resolved`, `events` are counts; `first`, `last` are microseconds, NO_TIME unknown.
    """

    key: Places
    failed: npt.NDArray[np.int32]
    resolved: npt.NDArray[np.int32]
    events: npt.NDArray[np.int32]
    first: Places
    last: Places

    @property
    def client(self) -> Places:
        """The client's number (rows,)."""
        return self.key >> (NAME_BITS + DAY_BITS)

    @property
    def day(self) -> Places:
        """The day (rows,)."""
        return (self.key >> NAME_BITS) & ((1 << DAY_BITS) - 1)

    @property
    def name(self) -> Places:
        """The registered name's number (rows,)."""
        return self.key & ((1 << NAME_BITS) - 1)

    @property
    def one_day(self) -> bool:
        """Whether all events are of one day, or of none that is known."""
        day = (self.key >> NAME_BITS) & ((1 << DAY_BITS) - 1)
        return bool((day == day[0]).all()) if len(day) else True

    def of_client(self, client: int) -> slice:
        """The rows of one client."""
        low = client << (NAME_BITS + DAY_BITS)
        high = (client + 1) << (NAME_BITS + DAY_BITS)
        return slice(*np.searchsorted(self.key, [low, high]).tolist())

    def __len__(self) -> int:
        return len(self.key)

    def take(self, rows: npt.NDArray[Any] | slice) -> Counts:
        """Some rows."""
        return Counts(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def add_up(parts: Iterable[Counts]) -> Counts:
    """Counts of several batches as one, each key once.

    Field by field, so that a long log is held twice at most.
    """
    listed = list(parts)
    if not listed:
        whole, few = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
        return Counts(whole, few, few, few, whole, whole)
    key = np.concatenate([part.key for part in listed])
    if len(listed) == 1 and (key[1:] > key[:-1]).all():
        return listed[0]
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    key = key[starts]

    def ordered(field: str) -> npt.NDArray[Any]:
        joined: npt.NDArray[Any] = np.concatenate([getattr(part, field) for part in listed])
        return joined[order]

    first = ordered("first")
    first[first == NO_TIME] = LATEST
    first = np.minimum.reduceat(first, starts)
    first[first == LATEST] = NO_TIME
    return Counts(
        key,
        np.add.reduceat(ordered("failed"), starts),
        np.add.reduceat(ordered("resolved"), starts),
        np.add.reduceat(ordered("events"), starts),
        first,
        np.maximum.reduceat(ordered("last"), starts),
    )


@dataclass(frozen=True)
class Totals:
    """What a ledger knows of its events beside their counts, as `Ledger` names it."""

    rows: int = 0
    unnamed: int = 0
    answered: int = 0
    coded: int = 0
    timed: int = 0
    bare: frozenset[str] = frozenset()


Kept = tuple[npt.NDArray[Any], ...]  # clients, names, times, statuses of a batch


class Numbers:
    """Texts to numbers, in the order in which they are met."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._places: dict[str, int] = {}

    def of(self, texts: Iterable[str]) -> Places:
        """The number of each text."""
        places, known = self._places, self.texts
        found = []
        for text in texts:
            place = places.get(text)
            if place is None:
                place = places[text] = len(known)
                known.append(text)
            found.append(place)
        return np.array(found, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.texts)


class Ledger:
    """Counts events as they come. `rows`, `unnamed`: events read, and those without a name;
    `answered`, `coded`, `timed`: with an answer, a code of it, a time. `bare`: names of one label.

    With `keep` each event is kept too, in 21 bytes.
    """

    def __init__(self, keep: bool = False) -> None:
        self._kept: list[Kept] | None = [] if keep else None
        self.clients, self.names = Numbers(), Numbers()
        self.rows = self.unnamed = self.answered = self.coded = self.timed = 0
        self.bare: set[str] = set()
        self._parts: list[Counts] = []
        self._waiting = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Count a batch of events."""
        name, known = self._names(batch["query"])
        status = statuses(batch)
        time = times(batch["time"])
        client = self._clients(batch["client"])
        self.rows += len(batch)
        self.unnamed += int((~known).sum())
        self.answered += int((status != UNKNOWN).sum())
        self.coded += len(batch) - batch["rcode"].null_count
        self.timed += int((time != NO_TIME).sum())
        day = np.where(time == NO_TIME, 0, time // DAY) & ((1 << DAY_BITS) - 1)
        key = (((client << DAY_BITS) | day) << NAME_BITS) | name
        ones = np.ones(len(batch), dtype=np.int32)
        failed = (status == FAILED).astype(np.int32)
        resolved = (status == RESOLVED).astype(np.int32)
        part = Counts(key, failed, resolved, ones, time, time).take(known)
        if self._kept is not None:
            chosen = client.astype(np.int32), name.astype(np.int32), time, status
            self._kept.append(tuple(values[known] for values in chosen))
        self._parts.append(add_up([part]))
        self._waiting += len(self._parts[-1])
        if self._waiting > COMPACT_ROWS:
            self._compact()

    @property
    def has_answers(self) -> bool:
        """Whether the log tells often enough how the server answered."""
        return self.answered >= LEAST_ANSWERED * max(self.rows, 1)

    def totals(self) -> Totals:
        """What is known of the events beside their counts."""
        return Totals(
            self.rows, self.unnamed, self.answered, self.coded, self.timed, frozenset(self.bare)
        )

    def take_up(self, counts: Counts, totals: Iterable[Totals]) -> None:
        """Add what others have counted, `counts` under this ledger's numbers."""
        self._parts.append(add_up([counts]))
        for part in totals:
            self.rows += part.rows
            self.unnamed += part.unnamed
            self.answered += part.answered
            self.coded += part.coded
            self.timed += part.timed
            self.bare |= part.bare

    def counted(self) -> Counts:
        """All counts so far, as the events tell them."""
        self._compact()
        return self._parts[0]

    def counts(self) -> Counts:
        """All counts so far; in a log of answers without codes a query without answer failed."""
        counts = self.counted()
        if self.coded or not self.has_answers:
            return counts
        return replace(counts, failed=np.maximum(counts.failed, counts.events - counts.resolved))

    def events_of(self, client: int) -> tuple[Places, Places, Places]:
        """Name, time and status of each kept event of a client, in the order of the log."""
        found = [
            (names[clients == client], times[clients == client], status[clients == client])
            for clients, names, times, status in self._kept or []
        ]
        if not found:
            nothing = np.zeros(0, dtype=np.int64)
            return nothing, nothing, nothing
        name, time, status = (
            np.concatenate(part).astype(np.int64) for part in zip(*found, strict=True)
        )
        return name, time, status

    def _compact(self) -> None:
        self._parts = [add_up(self._parts)]
        self._waiting = 0

    def _names(self, queries: pa.Array) -> tuple[Places, npt.NDArray[np.bool_]]:
        """The number of each query's registered name, and where it has one."""
        coded = arrow_strings.column_of(queries).dictionary_encode()
        registered = judged_names(coded.dictionary)
        if len(self.bare) < MOST_BARE:
            self.bare.update(bare_names(coded.dictionary))
        number = self.names.of(registered)
        has = np.array([bool(name) for name in registered], dtype=bool)
        places = coded.indices.to_numpy(zero_copy_only=False)
        return number[places], has[places]

    def _clients(self, clients: pa.Array) -> Places:
        coded = arrow_strings.column_of(clients).dictionary_encode()
        numbers = self.clients.of(coded.dictionary.to_pylist())
        return np.asarray(numbers[coded.indices.to_numpy(zero_copy_only=False)])


def statuses(batch: pa.RecordBatch) -> npt.NDArray[np.int8]:
    """FAILED, RESOLVED or UNKNOWN for each event; a blocked name counts as failed."""
    code = pc.utf8_upper(batch["rcode"])
    failed = _isin(code, FAILED_CODES)
    resolved = _isin(code, RESOLVED_CODES)
    answers = batch["answers"]
    if answers.null_count < len(answers):
        has = np.asarray(pc.fill_null(pc.match_substring_regex(answers, ADDRESS_OR_NAME), False))
        blocked = _isin(answers, BLOCKED_ANSWERS)
        unsaid = np.asarray(pc.is_null(code))
        resolved = (resolved | (unsaid & has)) & ~blocked
        failed = failed | blocked
    return np.where(failed, FAILED, np.where(resolved, RESOLVED, UNKNOWN)).astype(np.int8)


def _isin(column: pa.Array, values: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    held = pc.is_in(column, value_set=pa.array(values, column.type))
    return np.asarray(held.to_numpy(zero_copy_only=False), dtype=bool)


def times(column: pa.Array) -> Places:
    """Microseconds since 1970 (rows,), NO_TIME where unknown."""
    whole = pc.fill_null(column.cast(pa.int64()), NO_TIME)
    return np.asarray(whole.to_numpy(zero_copy_only=False), dtype=np.int64)


def day_of(microseconds: int) -> dt.date:
    """The day of a time in UTC.

    >>> day_of(0)
    datetime.date(1970, 1, 1)
    """
    return (dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=microseconds)).date()
