"""SQL dumps: the rows of INSERT and COPY, with the columns of the statement or of its table."""

from __future__ import annotations

import io
import time
from typing import Any

import pyarrow as pa
import pytest

from dga.errors import FeedError
from dga.logs import open_table, read_events
from dga.logs.events import SCHEMA

ASKED = {"www.garden-tools.com": ("10.1.0.11", "NOERROR"),
         "xkqzvbntwq.net": ("10.1.0.23", "NXDOMAIN"),
         "mail.paper-boats.org": ("10.1.0.12", "NOERROR")}  # fmt: skip
DEFINED = (
    "CREATE TABLE {quote}dns{quote} (\n  {quote}id{quote} int(11) NOT NULL,\n  {quote}ts{quote} "
    "datetime DEFAULT '2026-01-01, (x)',\n  {quote}client_ip{quote} varchar(45),\n  {quote}qname"
    "{quote} varchar(255),\n  {quote}note{quote} text,\n  {quote}rcode{quote} text,\n"
    "  PRIMARY KEY ({quote}id{quote})\n);\n"
)
MYSQL = "-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\n" + DEFINED.format(quote="`")


def row(name: str, note: str = "'it''s (a; b), c'", time: str = "'2026-05-01 10:00:01'") -> str:
    client, code = ASKED[name]
    return f"(7,{time},'{client}','{name}',{note},'{code}')"


def events_of(data: bytes) -> list[dict[str, Any]]:
    events = read_events(io.BytesIO(data))
    return pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()


def inserts(before: str, after: str = ";\n", **values: str) -> str:
    """A statement for each row."""
    return "".join(f"{before} VALUES {row(name, **values)}{after}" for name in ASKED)


NAMED = "(id, ts, client_ip, qname, note, rcode)"
BRACKETED = "INSERT [dbo].[dns] ([id], [ts], [client_ip], [qname], [note], [rcode])"
DUMPS = {
    "one statement": f"{MYSQL}INSERT INTO `dns` VALUES {','.join(map(row, ASKED))};\n",
    "a quote mark behind a backslash": MYSQL + inserts("INSERT INTO `dns`", note=r"'it\'s (a'"),
    "a statement a row": "BEGIN;\n" + DEFINED.format(quote="") + inserts("INSERT INTO dns"),
    "a backslash that is a letter": DEFINED.format(quote='"')
    + inserts("INSERT INTO dns", note=r"'C:\'"),
    "columns in the statement": f"INSERT INTO logs.dns {NAMED}\nVALUES\n  "
    + ",\n  ".join(map(row, ASKED))
    + ";\n",
    "functions around values": "SET IDENTITY_INSERT [dbo].[dns] ON\nGO\n"
    + inserts(BRACKETED, "\nGO\n", note="N'x'", time="CAST(N'2026-05-01T10:00:01' AS DateTime)"),
    "statements on one line": inserts(f"INSERT INTO dns {NAMED}", ";"),
    "comments between rows": f"INSERT INTO dns {NAMED} VALUES -- it's asked\n"
    + " /* it's (next) */, /* one */ ".join(map(row, ASKED))
    + ";\n",
    "rows by their name": f"INSERT INTO dns {NAMED} VALUES ROW"
    + ", ROW".join(map(row, ASKED))
    + ";",
    "backslashes and no other sign of MySQL": f"INSERT INTO dns {NAMED} VALUES "
    + ",".join(row(name, note=r"'it\'s (a'") for name in ASKED)
    + ";\n",
    "backslashes only before the end of a text": f"INSERT INTO dns {NAMED} VALUES "
    + ", ".join(row(name, note=r"'it is a\'' ") for name in ASKED)
    + ";\n",
    "backslashes as letters in what looks like MySQL": "-- see INTO `x`\n"
    + inserts(f"INSERT INTO dns {NAMED}", note=r"'C:\'"),
    "comments before the rows": inserts(
        "INSERT INTO dns (id, ts, -- asked, at\n client_ip, qname, note, rcode) /* (a) */\n# next\n"
    ),
    "statements without an end": "SET NOCOUNT ON\n" + inserts(BRACKETED, "\n"),
    "comments among columns": DEFINED.format(quote="").replace(
        "int(11) NOT NULL,", "int(11) NOT NULL, -- it's the key, of a row\n /* client's, too */"
    )
    + inserts("INSERT INTO dns"),
    "columns set one by one": "".join(
        f"INSERT INTO `dns` SET\n  id=7, ts='2026-05-01 10:00:01', client_ip = \"{client}\",\n"
        f"  qname='{name}', note='it\\'s, a=(b);', rcode={code} "
        "ON DUPLICATE KEY UPDATE id=8, n=9;\n"
        for name, (client, code) in ASKED.items()
    ),
    "columns set without ends": "".join(
        f"REPLACE INTO dns SET ts='2026-05-01 10:00:01', client_ip='{client}', qname='{name}',"
        f" rcode='{code}'\n"
        for name, (client, code) in ASKED.items()
    ),
    "copied lines": f"--\n-- PostgreSQL database dump\n--\nCOPY public.dns {NAMED} FROM stdin;\n"
    + "".join(
        f"7\t2026-05-01 10:00:01\t{client}\t{name}\t\\N\t{code}\n"
        for name, (client, code) in ASKED.items()
    )
    + "\\.\n\nSELECT 1;\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", DUMPS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_roles_of_a_dump(kind: str, encoding: str) -> None:
    found = events_of(DUMPS[kind].encode(encoding))
    assert {event["query"]: (event["client"], event["rcode"]) for event in found} == ASKED
    assert {event["time"].isoformat() for event in found} == {"2026-05-01T10:00:01+00:00"}


def test_the_rows_of_all_tables_come_out_with_their_table() -> None:
    text = (
        MYSQL + f"INSERT INTO `dns` VALUES {row('xkqzvbntwq.net')};\nINSERT INTO `users` (`who`) "
    )
    with open_table(io.BytesIO((text + "VALUES ('ana'),('ben');\n").encode())) as log:
        rows = pa.concat_tables(log.chunks).to_pylist()
        assert log.column == "qname"
    assert [(row["table"], row["qname"], row["who"]) for row in rows] == [
        ("dns", "xkqzvbntwq.net", ""), ("users", "", "ana"), ("users", "", "ben")]  # fmt: skip


def test_a_dump_longer_than_its_head_keeps_every_row() -> None:
    values = ",".join(f"(7,'10.1.0.23','name{at}.com','{'x' * 250}')" for at in range(6_000))
    text = f"INSERT INTO dns (id, client, qname, note) VALUES {values};\n"
    assert len(events_of(text.encode())) == 6_000


@pytest.mark.parametrize("end", [",(7,'a", " what is this", ") ;"])
def test_damage_is_told(end: str) -> None:
    rows = f"INSERT INTO `dns` VALUES {row('xkqzvbntwq.net')}{end}"
    with pytest.raises(FeedError, match="damaged SQL, near"):
        events_of((MYSQL + rows).encode())


def test_statements_whose_rows_are_not_in_the_file_are_told() -> None:
    text = f"INSERT INTO dns {NAMED} SELECT * FROM old;\n" + inserts(f"INSERT INTO dns {NAMED}")
    with open_table(io.BytesIO(text.encode())) as log:
        rows = pa.concat_tables(log.chunks).to_pylist()
        assert log.column == "qname"
    assert [bool(row["problem"]) for row in rows] == [True, False, False, False]


def test_a_dash_in_a_default_is_no_comment() -> None:
    made = DEFINED.format(quote="").replace("2026-01-01, (x)", "--, /*")
    assert {
        event["query"] for event in events_of((made + inserts("INSERT INTO dns")).encode())
    } == {*ASKED}


@pytest.mark.parametrize(
    "part",
    [
        "INSERT INTO a (",
        "INSERT INTO a VALUES (",
        "CREATE TABLE a (",
        "(",
        "'",
        "COPY a ",
        "INSERT INTO a SET b=c",
    ],
)
def test_what_does_not_end_takes_little_time(part: str) -> None:
    text = f"INSERT INTO a (q) VALUES ('xkqzvbntwq.net');\n{part}" + f"{part}\n" * 200_000
    start = time.monotonic()
    with pytest.raises(FeedError, match="damaged") if part.endswith("VALUES (") else io.BytesIO():
        events_of(text.encode())
    assert time.monotonic() - start < 10


def test_the_end_of_a_copy_is_known_by_windows_line_ends_too() -> None:
    copy = "COPY dns (client, query) FROM stdin;\r\n10.1.0.11\t{}\r\n\\.\r\n"
    users = "COPY users (name, home) FROM stdin;\r\nbob\tcorp.example.com\r\n\\.\r\n"
    data = copy.format("river.org") + users + copy.format("garden.net")
    with open_table(io.BytesIO(data.encode())) as log:
        assert "home" in log.info.columns
        names = pa.concat_arrays([log.names(chunk) for chunk in log.chunks]).to_pylist()
    assert names == ["river.org", "", "garden.net"]


@pytest.mark.parametrize(
    "head",
    [
        "#time,{}",
        "Start,{}",
        "Set time,{}",
        "start;{}",
        "Drop reason,{}",
        "Insert time,{}",
        "GO,{}",
    ],
)
def test_a_statement_in_a_cell_makes_no_dump_of_a_csv(head: str) -> None:
    data = (
        head.format("client,agent,query") + '\n1,10.1.0.1,"Mozilla; \n'
        "INSERT INTO x VALUES (1,'benign.com')\",xkqzvbnt.net\n2,10.1.0.2,x,garden.org\n"
    )
    data = data.replace(",", ";") if ";" in head else data
    with open_table(io.BytesIO(data.encode())) as log:
        assert log.info.format == "csv"


@pytest.mark.parametrize(
    "first",
    ["SET NAMES utf8;", "USE [logs]\nGO", "SET ANSI_NULLS ON", "BEGIN TRANSACTION;", "BEGIN;",
     "PRAGMA foreign_keys=OFF;", "\\restrict x\n\nSET statement_timeout = 0;", "GO", "-- x, y",
     "SELECT pg_catalog.set_config('search_path', '', false);", "DROP TABLE IF EXISTS `dns`;",
     "SET @OLD_TIME_ZONE=@@TIME_ZONE, x=1;", "LOCK TABLES `dns` WRITE;", "/* a\n'b */;",
     "START TRANSACTION; SET x = 1;", "CREATE DATABASE logs;", "DELETE FROM dns;"],
)  # fmt: skip
@pytest.mark.parametrize("between", ["\n", " "])
def test_what_a_dump_may_begin_with(first: str, between: str) -> None:
    ends = between if first.endswith(";") else "\n"
    data = f"{first}{ends}{inserts(f'INSERT INTO dns {NAMED}')}"
    with open_table(io.BytesIO(data.encode())) as log:
        assert (log.info.format, log.column) == ("sql", "qname")


@pytest.mark.parametrize(
    "data",
    [
        "COPY dns FROM stdin;\n" + "a.com\t" * 3_000 + "\n\\.\n",
        "".join(f"INSERT INTO dns (c{at}) VALUES ('a.com');\n" for at in range(3_000)),
        "INSERT INTO dns (qname) VALUES "
        + "('xkqzvbntwq.net')," * 80_000
        + f"({','.join('1' * 3_000)});\n",
    ],
)
def test_a_dump_of_too_many_columns_is_refused(data: str) -> None:
    with (
        pytest.raises(FeedError, match="columns; give a table"),
        open_table(io.BytesIO(data.encode())) as log,
    ):
        list(log.chunks)
