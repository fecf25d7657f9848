"""Pi-hole's long-term database (`pihole-FTL.db`, SQLite), opened read-only."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pyarrow as pa

from dga.errors import FeedError
from dga.logs.field_names import CLIENT, QUERY, RCODE, TIME
from dga.tables.unpack import Payload

FORMAT: Final = "pihole-database"
MAGIC: Final = b"SQLite format 3\0"
COLUMNS: Final = ("id", TIME, CLIENT, QUERY, RCODE, "type", "status")
ROWS: Final = 20_000
MAX_STEPS: Final = 5_000  # of 100,000 operations each, before the first row and between two reads
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
# What holds the queries: a table up to FTL 5.14, a view since; the tables under it if it is gone.
_SOURCES = (
    ("queries", "queries q", "q.domain", "q.client"),
    (
        "query_storage",
        "query_storage q LEFT JOIN domain_by_id d ON q.domain = d.id "
        "LEFT JOIN client_by_id c ON q.client = c.id",
        "coalesce(d.domain, q.domain)",
        "coalesce(c.ip, q.client)",
    ),
)


def is_database(head: bytes) -> bool:
    """Whether a file is an SQLite database."""
    return head.startswith(MAGIC)


def database_tables(payload: Payload) -> Iterator[pa.Table]:
    """The queries of the database, in order; raises FeedError when it is none of Pi-hole's."""
    with ExitStack() as stack:
        connection = stack.enter_context(closing(_connect(payload, stack)))
        try:
            rows = connection.execute(_statement(connection, payload.name))
            while some := rows.fetchmany(ROWS):
                yield _table(some)
        except sqlite3.Error as error:
            raise FeedError(
                f"{payload.name}: the database cannot be read ({error}); copy it again while "
                "Pi-hole is stopped"
            ) from None


def _connect(payload: Payload, stack: ExitStack) -> sqlite3.Connection:
    """A connection that can neither write, nor load, nor run without end."""
    path = _path(payload, stack).resolve()
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2**20)
    steps = iter(range(MAX_STEPS))
    connection.set_progress_handler(lambda: next(steps, None) is None, 100_000)
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
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master LIMIT 10000")}
    for table, source, domain, client in _SOURCES:
        if table in names:
            known = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            if {"timestamp", "domain", "client"} <= known:
                key = "q.id" if "id" in known else "q.rowid"
                more = (f"q.{c}" if c in known else "NULL" for c in _MORE)
                columns = ", ".join((key, "q.timestamp", client, domain, *more))
                return f"SELECT {columns} FROM {source}"
    raise FeedError(
        f"{name}: an SQLite database without Pi-hole's table of queries; export its table as CSV"
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
