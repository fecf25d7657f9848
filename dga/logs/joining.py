"""Lines of one look-up joined to one event: the query, what was done, and the answer.

Lines in, rows out, in the order of their first lines and in bounded memory. Every line is part of
a row: a line that fits no pattern is a row of its own, with its text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import accumulate

from dga.logs.grammar import ANSWERED, ASKED, EVENT, NOTE, Grammar, LinePattern
from dga.logs.heads import head_client, head_time, remembering
from dga.logs.paths import plain_address
from dga.logs.rcodes import rcode_name

WINDOW = 20_000  # lines after which a query is let go, answered or still being answered
SETTLED = 1_000  # lines after which an answered one is
MAX_LINE = 8_192  # characters of a line that are looked at
MAX_ANSWERS = 1_000  # characters of an event's answers
MAX_LINES = 32  # lines of an event that are named
MAX_FOLDED = 500  # lines that go on with one
CHAIN = "<CNAME>"
NAMELESS = "error"  # dnsmasq: "reply error is SERVFAIL"


Groups = dict[str, str | None]


class Row:
    """One row of a text log: an event, or a line that is none."""

    __slots__ = (
        "answers", "client", "key", "lines", "query", "rcode", "sent", "text", "time", "waiting",
    )  # fmt: skip

    def __init__(self, lines: Sequence[int], text: str = "") -> None:
        self.lines = list(lines)
        self.time = self.client = self.query = self.rcode = self.answers = ""
        self.text = text
        self.key: object = None
        self.waiting: Row | None = None  # an older row that waits for the same answer
        self.sent = False

    def cells(self) -> tuple[str, str, str, str, str, str, str]:
        """The row as text, in the order of `dga.logs.text_log.COLUMNS`."""
        return (
            line_ranges(self.lines), self.time, self.client, self.query, self.rcode, self.answers,
            self.text,
        )  # fmt: skip


class Joiner:
    """Takes the lines of one log by one grammar, and gives its rows."""

    def __init__(self, grammar: Grammar, first_line: int = 1) -> None:
        self._grammar = grammar
        self._patterns = [(p.pattern.search, p) for p in grammar.lines]
        self._folds = grammar.folded
        self._held: list[str] = []  # a line and those that go on with it
        self._joins = bool(grammar.key)
        self._by_client = "client" in grammar.key
        self._rows: deque[Row] = deque()
        self._open: dict[object, Row] = {}
        self._by_query: dict[str, Row] = {}
        self._last: Row | None = None
        self._line = first_line - 1
        self._numbers: list[int] = []  # of the lines that are one with this line
        self._started = not grammar.preamble
        self._time = remembering(head_time)
        self._client = remembering(head_client)

    def add(self, lines: Iterable[str]) -> None:
        """Take the next lines."""
        for text in lines:
            if self._folds:
                self._fold(text)
            else:
                self._add(text, 1, text)

    def ready(self, *, final: bool = False) -> list[Row]:
        """The rows, in order, to which no more lines are expected; all that are left if `final`."""
        if final:
            self._unfold()
        found: list[Row] = []
        rows, line = self._rows, self._line
        while rows:
            row = rows[0]
            patience = SETTLED if row.rcode or row.text else WINDOW
            waits = line - row.lines[-1] < patience and line - row.lines[0] < WINDOW
            if waits and self._joins and not final:
                break
            row.sent = True
            self._forget(row)
            found.append(rows.popleft())
        return found

    def _add(self, text: str, count: int, looked_at: str) -> None:
        """Take a line, or so many that are one, by the part of it that is looked at."""
        self._numbers = list(range(self._line + 1, self._line + 1 + count))
        self._line += count
        if len(looked_at) <= MAX_LINE:
            for search, known in self._patterns:
                if match := search(looked_at):
                    self._matched(match, known, text)
                    return
        self._other(text)

    def _fold(self, text: str) -> None:
        """Hold a line until the next one that does not go on with it."""
        held = self._held
        whole = len(held) >= MAX_FOLDED or not text.strip()
        if held and (whole or not is_part(held, text, self._grammar)):
            self._unfold()
        self._held.append(text)

    def _unfold(self) -> None:
        """Take the lines that are held."""
        if self._held:
            held = self._held
            self._add(folded(held), len(held), folded(held[: _looked_at(held)]))
            self._held.clear()

    def _other(self, text: str) -> None:
        """A line that no pattern fits."""
        if not self._started or not text.strip():
            return
        last = self._last
        if text[0] in " \t" and last is not None and not last.sent and not last.text:
            last.lines += self._numbers  # goes on with the line above
            return
        self._rows.append(Row(self._numbers, text))

    def take(self, groups: Groups, known: LinePattern, time: str, text: str = "") -> None:
        """Take a line or packet whose groups are known."""
        if known.kind == NOTE:
            self._note(groups, text)
            return
        row = self._answered(groups, known) if known.kind == ANSWERED else None
        if row is None:
            row = self._event(groups, known, time, text)
            if self._joins and known.kind != EVENT:
                self._remember(row, groups)
        self._last = row

    def packet(self, number: int, groups: Groups, known: LinePattern, time: str) -> None:
        """Take a packet, whose number stands for the line."""
        self._line, self._numbers = number, [number]
        self.take(groups, known, time)

    def _matched(self, match: re.Match[str], known: LinePattern, text: str) -> None:
        self._started = True
        groups, head = match.groupdict(), text[: match.start()]
        if known.kind == EVENT and not groups.get("client"):
            groups["client"] = self._client(head)
        self.take(groups, known, self._time(head) if known.kind != NOTE else "", text)

    def _event(self, groups: Groups, known: LinePattern, time: str, text: str) -> Row:
        """Make a new row of a line."""
        row = Row(self._numbers)
        row.time = time
        row.client = plain_address(groups.get("client") or "")
        row.query = groups.get("query") or ""
        if known.kind != ASKED:
            _answer(row, groups, known)
        if not row.query:
            row.text = text
        self._rows.append(row)
        return row

    def _answered(self, groups: Groups, known: LinePattern) -> Row | None:
        """Complete the row of an answer's query; None if the query is not in the log."""
        row = self._row_of(groups)
        if row is None:
            return None
        row.lines += self._numbers
        _answer(row, groups, known)
        for older in _released(row):
            older.lines += self._numbers
            _answer(older, groups, known)
        return row

    def _row_of(self, groups: Groups) -> Row | None:
        query = groups.get("query") or ""
        row = self._open.get(self._key(groups, query))
        if row is not None and (not query or _same(query, row.query)):
            return row
        last = self._last
        if last is None or last.sent:
            return None
        return last if query == NAMELESS or last.answers.endswith(CHAIN) else None

    def _note(self, groups: Groups, text: str) -> None:
        """Add what a line says about an earlier event."""
        query = groups.get("query") or ""
        row = self._open.get(self._key(groups, query)) or self._by_query.get(_plain(query))
        if row is None and not query and self._last is not None and not self._last.text:
            row = self._last
        if row is None or row.sent:
            self._rows.append(Row(self._numbers, text))
            return
        row.lines += self._numbers
        code = rcode_name(groups.get("rcode") or "")
        row.rcode = row.rcode or code or ""

    def _key(self, groups: Groups, query: str) -> object:
        what = groups.get("id") or _plain(query)
        return (groups.get("client"), what) if self._by_client else what

    def _remember(self, row: Row, groups: Groups) -> None:
        row.key = self._key(groups, row.query)
        older = self._open.get(row.key)
        if older is not None and not older.rcode and _same(older.query, row.query):
            row.waiting = older
        self._open[row.key] = row
        self._by_query[_plain(row.query)] = row

    def _forget(self, row: Row) -> None:
        row.waiting = None
        if self._open.get(row.key) is row:
            del self._open[row.key]
        if self._by_query.get(query := _plain(row.query)) is row:
            del self._by_query[query]


def goes_on(line: str) -> bool:
    """Whether a line goes on with the one above: it begins with a blank."""
    return line[:1] in (" ", "\t")


def event_start(line: str, grammar: Grammar) -> int | None:
    """Where an event of a grammar begins in a line; None if the line is none."""
    for known in grammar.lines:
        if known.kind != NOTE and (match := known.pattern.search(line[:MAX_LINE])):
            return match.start()
    return None


def is_part(lines: Sequence[str], line: str, grammar: Grammar) -> bool:
    """Whether a line goes on with those above: it does not where it has a time of its own, or is
    an event that those above do not need."""
    if not goes_on(line):
        return False
    text = line.lstrip()
    time = head_time(text)
    if time and text.startswith(time):
        return False
    if event_start(line, grammar) is None:
        return True
    alone, joined = (event_start(folded(part), grammar) for part in (lines, [*lines, line]))
    return alone is None and joined is not None


def _looked_at(lines: Sequence[str]) -> int:
    """How many of the lines that are one are looked at: the first, and those that fit with it."""
    lengths = list(accumulate(len(line) + 1 for line in lines))
    return max(1, bisect_right(lengths, MAX_LINE))


def folded(lines: Sequence[str]) -> str:
    """A line and those that go on with it, as one.

    >>> folded(["a IP (ttl 64)", "    10.1.0.23.5353 > "])
    'a IP (ttl 64) 10.1.0.23.5353 >'
    """
    return lines[0] + "".join(f" {text}" for line in lines[1:] if (text := line.strip()))


def line_ranges(lines: list[int]) -> str:
    """Line numbers as text.

    >>> line_ranges([7]), line_ranges([1, 2, 3]), line_ranges([1, 2, 9])
    ('7', '1-3', '1-2,9')
    """
    first, last = lines[0], lines[-1]
    if first == last:
        return str(first)
    if last - first + 1 == len(lines):
        return f"{first}-{last}"
    ranges: list[list[int]] = []
    for line in lines[:MAX_LINES]:
        if ranges and line == ranges[-1][-1] + 1:
            ranges[-1] = [ranges[-1][0], line]
        else:
            ranges.append([line])
    shown = ",".join("-".join(map(str, part)) for part in ranges)
    return shown if len(lines) <= MAX_LINES else f"{shown} and {len(lines) - MAX_LINES} more"


def _released(row: Row) -> list[Row]:
    """The older rows that waited for the same answer, which do so no longer."""
    found: list[Row] = []
    older, row.waiting = row.waiting, None
    while older is not None and not older.sent:
        found.append(older)
        following, older.waiting = older.waiting, None
        older = following
    return found


def _same(one: str, other: str) -> bool:
    return one == other or not other or _plain(one) == _plain(other)


def _plain(query: str) -> str:
    return query.lower().removesuffix(".")


def _answer(row: Row, groups: Groups, known: LinePattern) -> None:
    """Add a line's answer to a row; an error code replaces NOERROR."""
    answers = (groups.get("answers") or "").strip()
    told = groups.get("rcode")
    code = rcode_name(told if told is not None else answers)
    if code is None and told is None:
        code = known.otherwise or None
        if answers and len(row.answers) < MAX_ANSWERS:
            row.answers = f"{row.answers},{answers}" if row.answers else answers
    elif told is not None and answers:
        row.answers = row.answers or answers
    if code and (not row.rcode or code != "NOERROR"):
        row.rcode = code
    row.query = row.query or groups.get("query") or ""
