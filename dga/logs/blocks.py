"""Lists of fields as PowerShell's Format-List, YAML and databases write them: a `Name : value` line
a field, a blank line, a dash or a rule between the records. Lines in, the text of each record out,
and its fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from dga.logs.field_names import QUERY_PLAIN, QUERY_SURE
from dga.logs.paths import path_endings

FORMAT: Final = "field-list"
SNIFFED_LINES: Final = 500
LEAST_SHARE: Final = 0.6  # of the lines that are no blank ones
MAX_ABOVE: Final = 50  # fields that are told above a list of records
_SURE = frozenset(name.removeprefix("=") for name in QUERY_SURE)
_PLAIN = frozenset(name.removeprefix("=") for name in QUERY_PLAIN)
_FIELD = re.compile(
    r"^\s{0,60}(?:- {1,8})?([A-Za-z][\w.()/-]{0,60}(?: [\w.()/-]{1,60}){0,4}) *:(?: (.*))?$"
)
_BAR_FIELD = re.compile(r"^([A-Za-z_][\w.-]{0,60}) *\| ?(.*)$")  # psql's, below its rule
_BAR_RULE = "-[ RECORD "
_ITEM = re.compile(r"\s*- ")
# MySQL's \G, psql's \x, YAML's documents.
_RULE = re.compile(r"^(?:\*{5,} \d{1,12}\. row \*{5,}|-\[ RECORD \d{1,12} \][-+]*|---)\s*$")


def is_field_list(lines: Sequence[str]) -> bool:
    """Whether lines are such records: most are fields, and one is that of a queried name."""
    filled = [line for line in lines[:SNIFFED_LINES] if line.strip()]
    sample = [line for line in filled if not _RULE.match(line)]
    ruled = bool(filled) and bool(_RULE.match(filled[0]))
    barred = ruled and filled[0].startswith(_BAR_RULE)
    keys = [field[1] for line in sample if (field := _field(line, barred=barred))]
    if (
        not sample
        or not _field(sample[0], barred=barred)
        or len(keys) < LEAST_SHARE * len(sample)
        or len(set(keys)) < 2
    ):
        return False
    return any(key in _SURE or (ruled and key in _PLAIN) for key in map(_named, set(keys)))


def record_texts(blocks: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    """The text of each record: it ends at a blank line, a rule, or where its first field comes
    again."""
    reader = _Reader()
    for lines in blocks:
        yield [text for line in lines if (text := reader.take(line))]
    last = reader.end()
    yield [last] if last else []


class _Reader:
    """The record that is being read, and what is told above a list of records for each of them."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._first = ""  # the record's first field
        self._above: list[tuple[int, str]] = []  # fields of what holds the list, and how far in
        self._dash = -1  # how far in the record's dash is; -1 for a record without one
        self._barred = False
        self._named = ""  # the field of the record that tells a queried name

    def take(self, line: str) -> str:
        """Take a line; the text of the record that it ends, "" if it ends none."""
        ruled = bool(_RULE.match(line))
        if ruled or not line.strip():
            self._barred = self._barred or line.startswith(_BAR_RULE)
            ended = self.end()
            if ruled or self._dash < 0:
                self._above, self._dash = [], -1
            return ended
        field = _field(line, barred=self._barred)
        inset = len(line) - len(line.lstrip())
        ended = ""
        if _ITEM.match(line) and (not inset or self._is_record(inset, field)):
            ended = self._begin(inset)
            self._dash = inset
        elif field and self._lines and inset < self._dash:
            ended = self._begin(inset)
            self._dash = inset - 1
        elif field and field[1] == self._first:
            ended = self.end()
        self._add(line, field)
        return ended

    def end(self) -> str:
        """The text of the record that is being read, which is at its end."""
        above = [text for _, text in reversed(self._above)] if self._lines else []
        text = "\n".join([*self._lines, *above])
        self._lines, self._first, self._named = [], "", ""
        return text

    def _add(self, line: str, field: re.Match[str] | None) -> None:
        if not self._lines:
            self._first = field[1] if field else ""
        if field and not self._named and _named(field[1]) in _SURE | _PLAIN:
            self._named = _named(field[1])
        self._lines.append(line)

    def _is_record(self, inset: int, field: re.Match[str] | None) -> bool:
        """Whether an item of a list is a record, not a part of one such as an answer."""
        if field is None:
            return False
        within = bool(self._lines) and inset > self._dash
        asks = _named(field[1]) in _SURE | _PLAIN
        return not within or (self._named not in _SURE and (asks or not self._named))

    def _begin(self, inset: int) -> str:
        """Begin a record; what holds it is no record, but told with each that it holds."""
        ended = ""
        if inset > self._dash:
            held = [(at.start(1), line) for line in self._lines if (at := _field(line)) and at[2]]
            self._above = [*self._above, *held][-MAX_ABOVE:]
            self._lines = []
        else:
            ended = self.end()
        self._above = [(at, text) for at, text in self._above if at <= inset]
        self._first = self._named = ""
        return ended


def record_fields(text: str) -> dict[str, str] | None:
    """The fields of a record; a line that is none goes on with the one above.

    >>> record_fields("TimeCreated : 5/1/2026\\nQueryName   : a.example")
    {'TimeCreated': '5/1/2026', 'QueryName': 'a.example'}
    """
    found: dict[str, str] = {}
    last = ""
    lines = text.split("\n")
    barred = not _FIELD.match(lines[0])
    for line in lines:
        if field := _field(line, barred=barred):
            last = field[1]
            found.setdefault(last, _plain((field[2] or "").strip()))
        elif last:
            found[last] = f"{found[last]} {line.strip()}"
        else:
            return None
    return found or None


def _field(line: str, *, barred: bool = False) -> re.Match[str] | None:
    """A line's field; that of a name and a bar only where records are written so."""
    return _FIELD.match(line) or (_BAR_FIELD.match(line) if barred else None)


def _named(key: str) -> str:
    """What a field tells: the end of its name, as `field_names` writes it."""
    return path_endings(key)[0]


def _plain(value: str) -> str:
    """A value without the quotes that YAML puts around it."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
