"""Pi-hole's long-term database (`pihole-FTL.db`, SQLite), opened read-only."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pyarrow as pa

from dga.errors import FeedError
from dga.logs.field_names import CLIENT, QUERY, RCODE, TIME
from dga.tables.unpack import MAX_BYTES, MAX_LINE, MAX_RATIO, RATIO_FREE_BYTES, Budget, Payload

FORMAT: Final = "pihole-database"
MAGIC: Final = b"SQLite format 3\0"
COLUMNS: Final = ("id", TIME, CLIENT, QUERY, RCODE, "type", "status")
ROWS: Final = 20_000
STEP: Final = 1_000  # operations between two looks at the clock
SECONDS: Final = 20.0  # of the processor that any database may take to be read
BYTES_A_SECOND: Final = 2**20  # a larger one may take longer; it gives some ten times as much
MAX_CELL: Final = 2**20
MAX_TABLES: Final = 10_000
HEAP_BYTES: Final = 2**28  # that SQLite may take in this process, schemas of any size included
COMPUTED: Final = (2, 3)  # how SQLite marks columns that it computes
_TYPES = (
    "", "A", "AAAA", "ANY", "SRV", "SOA", "PTR", "TXT", "NAPTR", "MX", "DS", "RRSIG", "DNSKEY",
    "NS", "OTHER", "SVCB", "HTTPS",
)  # fmt: skip
_REPLIES = {
    1: "NOERROR", 2: "NXDOMAIN", 3: "NOERROR", 4: "NOERROR", 5: "NOERROR", 6: "NOERROR",
    7: "SERVFAIL", 8: "REFUSED", 9: "NOTIMP", 13: "NOERROR",
}  # fmt: skip
_STATUSES = (
    "unknown", "gravity", "forwarded", "cache", "regex", "denylist", "external-ip",
    "external-null", "external-nxra", "gravity-cname", "regex-cname", "denylist-cname", "retried",
    "retried-dnssec", "in-progress", "dbbusy", "special", "cache-stale", "external-ede15",
)  # fmt: skip
_MORE = ("reply_type", "type", "status")
# What holds the queries: a table up to FTL 5.14; since then tables under a view, which is somebody
# else's program and is not run.
_SOURCES = (
    (("queries",), "queries q", "q.domain", "q.client"),
    (
        ("query_storage", "domain_by_id", "client_by_id"),
        "query_storage q "
        "LEFT JOIN domain_by_id d ON typeof(q.domain) = 'integer' AND q.domain = d.id "
        "LEFT JOIN client_by_id c ON typeof(q.client) = 'integer' AND q.client = c.id",
        "coalesce(d.domain, q.domain)",
        "coalesce(c.ip, q.client)",
    ),
    (("query_storage",), "query_storage q", "q.domain", "q.client"),
)


def is_database(head: bytes) -> bool:
    """Whether a file is an SQLite database."""
    return head.startswith(MAGIC)


def database_tables(payload: Payload) -> Iterator[pa.Table]:
    """The queries of the database, in order; raises FeedError when it is none of Pi-hole's."""
    with ExitStack() as stack:
        connection = stack.enter_context(closing(_connect(payload, stack)))
        clock = _Clock(SECONDS + payload.size / BYTES_A_SECOND)
        connection.set_progress_handler(clock.over, STEP)
        budget = Budget(min(MAX_BYTES, max(RATIO_FREE_BYTES, MAX_RATIO * payload.size)))
        try:
            with clock:
                rows = connection.execute(_statement(connection, payload.name))
            while some := _some(rows, clock, budget, payload.name):
                yield _table(some)
        except (sqlite3.Error, MemoryError) as error:
            told = str(error) or f"it takes over {HEAP_BYTES >> 20} MiB of memory"
            raise FeedError(
                f"{payload.name}: the database cannot be read ({told}); copy it again while "
                "Pi-hole is stopped"
            ) from None


class _Clock:
    """Processor time that SQLite takes of this thread, counted while the context is entered."""

    def __init__(self, seconds: float) -> None:
        self._left, self._started = seconds, 0.0

    def __enter__(self) -> None:
        self._started = time.thread_time()

    def __exit__(self, *_: object) -> None:
        self._left -= time.thread_time() - self._started

    def over(self) -> bool:
        """Whether it has had its time."""
        return time.thread_time() - self._started > self._left


def _some(
    rows: sqlite3.Cursor, clock: _Clock, budget: Budget, name: str
) -> list[tuple[object, ...]]:
    """The next rows, as many as fit into a block of memory."""
    found, size = [], 0
    with clock:
        for row in rows:
            found.append(row)
            taken = sum(len(cell) if isinstance(cell, str | bytes) else 8 for cell in row)
            budget.take(taken, name)
            size += taken
            if len(found) == ROWS or size > MAX_LINE:
                break
    return found


def _connect(payload: Payload, stack: ExitStack) -> sqlite3.Connection:
    """A connection that can neither write, nor load, nor run without end."""
    path = _path(payload, stack).resolve()
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute(f"PRAGMA hard_heap_limit = {HEAP_BYTES}")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL)
    return connection


def _path(payload: Payload, stack: ExitStack) -> Path:
    """The file itself, or an unpacked copy."""
    name = getattr(payload.raw, "name", None)
    if payload.compression == "none" and isinstance(name, str) and Path(name).is_file():
        return Path(name)
    copy = stack.enter_context(tempfile.NamedTemporaryFile())  # noqa: SIM115
    copy.write(payload.head)
    copy.writelines(payload.rest())
    copy.flush()
    return Path(copy.name)


def _statement(connection: sqlite3.Connection, name: str) -> str:
    tables = connection.execute("PRAGMA table_list").fetchmany(MAX_TABLES)
    names = {row[1] for row in tables if row[0] == "main" and row[2] == "table"}
    for needed, source, domain, client in _SOURCES:
        if names.issuperset(needed):
            for table in needed:
                _refuse_computed(connection, table, name)
            known = {row[1] for row in connection.execute(f"PRAGMA table_info({needed[0]})")}
            if {"timestamp", "domain", "client"} <= known:
                key = "q.id" if "id" in known else "q.rowid"
                more = (f"q.{c}" if c in known else "NULL" for c in _MORE)
                columns = ", ".join((key, "q.timestamp", client, domain, *more))
                return f"SELECT {columns} FROM {source}"
    raise FeedError(
        f"{name}: an SQLite database without Pi-hole's table of queries; export its table as CSV"
    )


def _refuse_computed(connection: sqlite3.Connection, table: str, name: str) -> None:
    """FeedError for columns that are computed: one call of a function may take hours, unasked."""
    if any(row[6] in COMPUTED for row in connection.execute(f"PRAGMA table_xinfo({table})")):
        raise FeedError(
            f"{name}: the table {table} has computed columns, which Pi-hole's has not; export it "
            "as CSV"
        )


def _table(rows: list[tuple[object, ...]]) -> pa.Table:
    cells = (
        (
            _text(key), _text(time), _text(client), _text(domain), _rcode(reply),
            _name(kind, _TYPES), _name(status, _STATUSES),
        )
        for key, time, client, domain, reply, kind, status in rows
    )  # fmt: skip
    columns = list(zip(*cells, strict=True))
    return pa.table([pa.array(c, pa.large_string()) for c in columns], names=list(COLUMNS))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _rcode(reply: object) -> str:
    return _REPLIES.get(reply, "") if isinstance(reply, int) else ""


def _name(number: object, names: tuple[str, ...]) -> str:
    if isinstance(number, int) and 0 <= number < len(names):
        return names[number]
    return _text(number)
