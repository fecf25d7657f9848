"""SQL dumps: the rows of `INSERT INTO ... VALUES` or `SET`, and of PostgreSQL's `COPY`.

Columns have the names that the statement gives, else those of the dump's CREATE TABLE. Dumps are
streamed and nothing is executed; the rows of all their tables are rows of one.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import pyarrow as pa

from dga.errors import FeedError
from dga.tables import TableInfo
from dga.tables.encodings import one_line
from dga.tables.sniff import MAX_COLUMNS
from dga.tables.texttable import text_table
from dga.tables.unpack import Payload

FORMAT: Final = "sql"
TABLE: Final = "table"  # the column of the table's name, where a dump fills several
EXTRA: Final = "extra"
UNREAD: Final = ("problem",)  # the only column of statements that are not read
SNIFFED_LINES: Final = 500
MAX_SNIFFED: Final = 4_000  # characters of a line
MAX_ROW: Final = 2**21  # characters of a row
MAX_STATEMENT: Final = 2**16  # characters of a statement without its rows
ROWS_AT_ONCE: Final = 1_000
_PART = r'(?:`[^`\n]{1,128}`|"[^"\n]{1,128}"|\[[^\]\n]{1,128}\]|[\w$]{1,128})'
_NAME = rf"{_PART}(?:\.{_PART}){{0,3}}"
_DOUBLE_QUOTED = r'"(?:[^"\\]|\\.|"")*+"'
_UPDATE = r"(?i:\s*+ON\s+DUPLICATE\s+KEY\b)"  # what follows belongs to rows that are there
_UPDATED = re.compile(rf"{_UPDATE}.*", re.DOTALL)
_REST_OF_LINE = re.compile(r"[^;\n]*+")
_COMMENT = r"--[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/"
_COMMENTS = re.compile(rf"('[^']*+'|\"[^\"]*+\"|`[^`]*+`)|{_COMMENT}")
_GAP = rf"(?:\s++|{_COMMENT}|#[^\n]*+)*+"
_DEFINITIONS = (
    rf"(?:[^()'\"/-]++|{_COMMENT}|[/-]|'[^']*+'|\"[^\"]*+\""
    r"|\((?:[^()']++|'[^']*+'|\([^()]*+\))*+\))*+"
)
_STATEMENT = re.compile(
    r"(?:^|(?<=;))[ \t]*"  # several may be on a line
    r"(?:(?:INSERT|REPLACE)(?:\s+(?:IGNORE|DELAYED|LOW_PRIORITY|OR\s+\w+))?(?:\s+INTO)?\s+"
    rf"(?P<filled>{_NAME}){_GAP}(?:\((?P<listed>[^()]*)\){_GAP})?(?:OVERRIDING\s+\w+\s+VALUE\s*)?"
    rf"(?:VALUES\b|(?P<set>SET)\b(?=\s*{_NAME}\s*=)|(?P<unread>(?:\(\s*)?SELECT|WITH|TABLE|EXEC)\b)"
    rf"|COPY\s+(?P<copied>{_NAME})\s*(?:\((?P<heads>[^()]*)\)\s*)?FROM\s+stdin\b[^;\n]*;[^\n]*\n"
    rf"|CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<made>{_NAME})\s*"
    rf"\((?P<definitions>{_DEFINITIONS})\))",
    re.IGNORECASE | re.MULTILINE,
)
_AFTER_ROWS = re.compile(  # what ends the rows of a statement
    rf"{_GAP}(?:[;/]|\Z|(?:ON|AS|RETURNING|GO|INSERT|REPLACE|SET|CREATE|COMMIT|END|UPDATE|DELETE|ALTER"
    r"|DROP|PRINT|USE|COPY|SELECT|IF|WITH|DECLARE|EXEC|PROMPT|REM|UNLOCK|BEGIN)\b)",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"(?:\s++|--[^\n]*+|#[^\n]*+|\\[^\n]*+|/\*.*?(?:\*/;?|\Z))*+", re.DOTALL)
_ENDS = r"[ \t]*(?:;[ \t]*(?:$|--|/\*|(?=[A-Z]+[ \t]+[A-Z]+[ \t]))|$\s*^[ \t]*GO[ \t]*$)"
_FILLS = (
    rf"(?:(?:INSERT|REPLACE)\s+(?:\w+\s+){{0,3}}?(?:INTO\s+{_NAME}|{_NAME}\s*\([^()]*\)\s*VALUES\b"
    rf"|{_NAME}\s+(?:VALUES\s*\(|SET\s))|COPY\s+{_NAME}\s*(?:\([^()]*\)\s*)?FROM\s+stdin\b"
    r"|CREATE\s+TABLE\s)"
)
_STARTS = re.compile(rf"(?:^|;)[ \t]*{_FILLS}", re.IGNORECASE | re.MULTILINE)
_FIRST = re.compile(  # a whole statement: a table's head may begin with such a word
    rf"{_FILLS}|SET\s+\w+(?:\s+{_NAME})?\s+(?:ON|OFF)[ \t]*;?[ \t]*$|GO[ \t]*$|SET\s+@"
    rf"|(?:BEGIN|START\s+TRANSACTION|SET|PRAGMA|USE|COMMIT)\b[^,;|\t\n]*{_ENDS}"
    r"|(?:CREATE|DROP|ALTER|LOCK|TRUNCATE|DELETE)\s+(?:OR\s+REPLACE\s+|GLOBAL\s+|TEMP\w*\s+)?"
    r"(?:TABLES?|DATABASE|SCHEMA|SEQUENCE|EXTENSION|TYPE|VIEW|INDEX|FUNCTION|PROCEDURE|USER|ROLE"
    r"|FROM)\s+\S|SELECT\s+[\w.]+\(",
    re.IGNORECASE | re.MULTILINE,
)
_DEFINED = re.compile(
    rf"\s*({_PART})(?:[^,()'\"]++|'[^']*+'|\"[^\"]*+\"|\((?:[^()]++|\([^()]*+\))*+\))*+,?"
)
_NO_COLUMN = re.compile(
    r"(?:PRIMARY|KEY|UNIQUE|CONSTRAINT|INDEX|FOREIGN|CHECK|FULLTEXT|SPATIAL|EXCLUDE|LIKE)$", re.I
)
_LINE = re.compile(r"([^\n]*+)\n?")
_COPY_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
_BACKSLASHED = re.compile(
    r"(?:INTO|TABLE) `|(?:MySQL|MariaDB) dump|\\'[^',)\s]"
)  # where \' ends no text


@dataclass(frozen=True)
class _Dialect:
    """How rows are written: a row, a value or comma in it, and a column's value behind SET."""

    row: re.Pattern[str]
    token: re.Pattern[str]
    assigned: re.Pattern[str]


def _dialect(text: str) -> _Dialect:
    quoted = rf"'((?:{text}|'')*+)'"
    plain = quoted.replace("((", "(?:(", 1)
    nested = rf"\((?:[^()']++|{plain}|\((?:[^()']++|{plain})*+\))*+\)"
    return _Dialect(
        re.compile(rf"{_GAP},?{_GAP}(?:(?i:ROW)\s*+)?\(((?:[^()']++|{plain}|{nested})*+)\)"),
        re.compile(rf"{quoted}|({nested})|(,)|([^,()']++)"),
        re.compile(
            rf"\s*+,?\s*+({_NAME})\s*+=[ \t]*+"
            rf"({_DOUBLE_QUOTED}|(?:[^(),;'\n]++|{plain}|{nested})++)({_UPDATE})?"
        ),
    )


_STANDARD = _dialect(r"[^']")
_WITH_BACKSLASHES = _dialect(r"[^'\\]|\\.|\\\n")


@dataclass(frozen=True)
class _Row:
    """A row of a table, and the names of its cells."""

    table: str
    names: tuple[str, ...]
    cells: list[str]

    def fields(self) -> dict[str, str]:
        """The cells by their names; made-up ones for those without."""
        made_up = (f"column_{at}" for at in range(len(self.names) + 1, len(self.cells) + 1))
        return dict(zip((*self.names, *made_up), self.cells, strict=False))


class _DamagedError(FeedError):
    """A statement whose rows cannot be read on, with `left` characters that are not read."""

    def __init__(self, message: str, left: int) -> None:
        super().__init__(message)
        self.left = left


class _Text:
    """The text of a dump, of which what is read is dropped."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._text, self._at = "", 0

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Read what fits a pattern at this place; None if nothing does."""
        found = pattern.match(self._text, self._at)
        while (found is None or found.end() == len(self._text)) and self._more(MAX_ROW):
            found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return found

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Read up to the end of what fits a pattern; None if nothing does."""
        found = pattern.search(self._text, self._at)
        while found is None or found.end() == len(self._text):
            if found is None:
                self._at = max(self._at, len(self._text) - MAX_STATEMENT)
            if not self._more(2 * MAX_ROW):
                break
            found = pattern.search(self._text, self._at)
        self._at = found.end() if found else len(self._text)
        return found

    def follows(self, pattern: re.Pattern[str]) -> bool:
        """Whether a pattern fits at this place."""
        return bool(pattern.match(self._text, self._at))

    def rest(self) -> str:
        """The next characters that are no blanks."""
        return self._text[self._at : self._at + 60].strip()

    def damage(self, name: str) -> _DamagedError:
        """The error for what stands at this place of a file."""
        message = f"{name}: damaged SQL, near {one_line(self.rest())!r}; mend it"
        return _DamagedError(message, len(self._text) - self._at)

    def _more(self, most: int) -> bool:
        piece = next(self._pieces, b"") if len(self._text) - self._at <= most else b""
        if piece:
            self._text, self._at = self._text[self._at :] + self._decoder.decode(piece), 0
        return bool(piece)


def is_sql(lines: Sequence[str]) -> bool:
    """Whether lines begin an SQL dump that has rows or says which columns they have.

    >>> is_sql(["-- dump", "INSERT INTO `dns` VALUES (1,'a.com');"])
    True
    """
    text = "\n".join(line[:MAX_SNIFFED] for line in lines[:SNIFFED_LINES])
    begins = _ASIDE.match(text)
    return bool(begins and _FIRST.match(text, begins.end()) and _STARTS.search(text))


def sql_tables(payload: Payload, blank: TableInfo) -> tuple[TableInfo, Iterator[pa.Table]] | None:
    """The layout and the rows of a dump; None where its head has no rows."""
    dialect, sample = _read_best(payload)
    if all(row.names == UNREAD for row in sample):
        return None
    several = (TABLE,) if len({row.table for row in sample}) > 1 else ()
    columns = (*dict.fromkeys(name for row in sample for name in row.fields()), *several)
    columns = (*columns, EXTRA) if payload.goes_on else columns
    info = replace(blank, format=FORMAT, columns=columns, header=True, surplus=payload.goes_on)
    return info, _tables(_rows(payload, dialect), info)


def _read_best(payload: Payload) -> tuple[_Dialect, list[_Row]]:
    """The dialect in which a dump's head can be read, and the head's rows."""
    head = next(payload.sample.pieces(), b"").decode("latin-1")
    likely = [_STANDARD, _WITH_BACKSLASHES]
    best: list[tuple[_Dialect, list[_Row]]] = []
    for dialect in reversed(likely) if _BACKSLASHED.search(head) else likely:
        rows: list[_Row] = []
        best.append((dialect, rows))
        try:
            rows.extend(_rows(payload.sample, dialect))
        except _DamagedError as error:
            if payload.goes_on and error.left <= MAX_STATEMENT:  # the head may end within a row
                return dialect, rows
        else:
            return dialect, rows
    return max(best, key=lambda found: len(found[1]))


def _tables(rows: Iterator[_Row], info: TableInfo) -> Iterator[pa.Table]:
    known = dict.fromkeys(info.columns[:-1] if info.surplus else info.columns)
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        yield text_table([_cells(row, known) for row in batch], info)


def _cells(row: _Row, known: Collection[str]) -> list[str]:
    """The cells of the known columns, then those of others with their names."""
    told = row.fields()
    fields = {TABLE: row.table, **told}
    others = [f"{name}={told[name]}" for name in told if name not in known]
    return [*(fields.get(name, "") for name in known), *others]


def _rows(payload: Payload, dialect: _Dialect) -> Iterator[_Row]:
    """The rows of a dump in order; raises FeedError where they cannot be read or are too wide."""
    text = _Text(payload.pieces())
    defined: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    names: tuple[str, ...] = ()
    while statement := text.find(_STATEMENT):
        if statement["made"]:
            defined[_plain(statement["made"])] = _defined_columns(statement["definitions"])
            continue
        for row in _statement_rows(payload.name, text, statement, defined, dialect):
            if row.names is not names:
                names = row.names
                seen.update(names)
            if (width := max(len(seen), len(row.cells))) > MAX_COLUMNS:
                raise FeedError(
                    f"{payload.name}: {width:,} columns; give a table with 1 to {MAX_COLUMNS:,}"
                )
            yield row


def _statement_rows(
    file: str, text: _Text, statement: re.Match[str],
    defined: Mapping[str, tuple[str, ...]], dialect: _Dialect,
) -> Iterator[_Row]:  # fmt: skip
    """The rows of a statement that fills a table; one that says so if they are not in it."""
    table = _plain(statement["filled"] or statement["copied"])
    listed = _without_comments(statement["listed"] or statement["heads"] or "")
    names = tuple(map(_plain, listed.split(","))) if listed else defined.get(table, ())
    if statement["copied"]:
        yield from _copied_rows(text, table, names)
        return
    if statement["set"]:
        assigned = _assigned_row(text, table, dialect)
        if not assigned or text.rest()[:1] in ("(", ","):
            raise text.damage(file)
        yield assigned
        return
    rows = 0
    while not statement["unread"] and (row := text.take(dialect.row)):
        yield _Row(table, names, _values(row[1], dialect))
        rows += 1
    if text.rest()[:1] in ("(", ",") or (rows and not text.follows(_AFTER_ROWS)):
        raise text.damage(file)
    if not rows:
        yield _Row(table, UNREAD, ["an INSERT whose rows are not in the file is not read"])


def _assigned_row(text: _Text, table: str, dialect: _Dialect) -> _Row | None:
    """The row behind SET: columns and their values, up to what updates other rows."""
    fields: dict[str, str] = {}
    while found := text.take(dialect.assigned):
        told = _UPDATED.sub("", found[2])
        if told[:1] == '"':
            value = _unescaped(told[1:-1].replace('""', '"'), dialect)
        else:
            value = _values(told, dialect)[0]
        fields[_plain(found[1])] = value
        if told != found[2] or found[3]:
            text.take(_REST_OF_LINE)
            break
    return _Row(table, tuple(fields), list(fields.values())) if fields else None


def _copied_rows(text: _Text, table: str, names: tuple[str, ...]) -> Iterator[_Row]:
    """The lines behind a COPY, up to the one that ends it."""
    while (line := text.take(_LINE)) and line[0] and line[1].rstrip("\r") != "\\.":
        cells = [
            "" if cell == "\\N" else _copied(cell) for cell in line[1].rstrip("\r").split("\t")
        ]
        yield _Row(table, names, cells)


def _copied(cell: str) -> str:
    if "\\" not in cell:
        return cell
    return re.sub(r"\\.", lambda pair: _COPY_ESCAPES.get(pair[0], pair[0][1:]), cell)


def _values(text: str, dialect: _Dialect) -> list[str]:
    """The values of a row: texts without quotes, the first text within a function, "" for NULL."""
    cells = [""]
    told = False  # whether the cell's text is known
    for token in dialect.token.finditer(text):
        quoted, nested, comma, word = token.groups()
        if comma:
            cells.append("")
            told = False
        elif not told and quoted is not None:
            cells[-1], told = _unescaped(quoted, dialect), True
        elif not told and nested and (inner := dialect.token.search(nested, nested.find("'"))):
            cells[-1], told = _unescaped(inner[1] or nested, dialect), True
        elif not told and word:
            cells[-1] = "" if word.strip().upper() == "NULL" else word.strip()
    return cells


def _unescaped(text: str, dialect: _Dialect) -> str:
    text = text.replace("''", "'")
    return re.sub(r"\\(.)", r"\1", text) if dialect is _WITH_BACKSLASHES else text


def _defined_columns(definitions: str) -> tuple[str, ...]:
    """The names of the columns that a CREATE TABLE defines."""
    bare = _without_comments(definitions)
    names = [found[1] for found in _DEFINED.finditer(bare)]
    return tuple(_plain(name) for name in names if not _NO_COLUMN.match(name))


def _without_comments(text: str) -> str:
    return _COMMENTS.sub(lambda found: found[1] or " ", text)


def _plain(name: str) -> str:
    """A name without quotes and without the database's."""
    return re.split(r"\.(?=[^.]+$)", name.strip())[-1].strip('`"[] \t\r\n')
