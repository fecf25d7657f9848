"""Which column of a log holds what: roles are chosen by name first, then by content.

Columns and sample rows in, a choice with its reason out. The names are in `field_names`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from dga.errors import FeedError
from dga.logs import field_names as names
from dga.logs.client_choice import choose_client
from dga.logs.field_names import ANSWERS, CLIENT, PROCESS, QUERY, RCODE, ROLES, TIME
from dga.logs.paths import (
    MOSTLY,
    NEARLY_ALL,
    SEPARATORS,
    Choice,
    filled_cells,
    is_address,
    named_columns,
    named_in_camel,
    path_endings,
    share_of,
    words_of,
)
from dga.logs.rcodes import is_plain_rcode, message_rcode, told_rcode
from dga.logs.times import are_seconds, are_serial_days, looks_like_time
from dga.names.find import names_in
from dga.tables import domain_share, require_column, shown

SAMPLE_ROWS = 200
_WRAPPED = re.compile(r"^\s*[A-Z][A-Z0-9]{0,9} ?\([^\s()]+\)\s*$")  # Blocky: "A (a.example.)"
_LISTED = re.compile(r"\s*(?:dynamic\()?\[\s*[\"']")  # JSON's and Kusto's lists
_AFTER_HOST = re.compile(r"[/?#:]")
_LABEL_LENGTHS = re.compile(r"^\s*(?:\(\d{1,2}\)[^()]*)+\(0\)\s*$")


def choose_roles(
    columns: Sequence[str], sample: pd.DataFrame, given: Mapping[str, str] | None = None
) -> dict[str, Choice]:
    """Choose the column of each role that a table has.

    `sample` holds the table's first rows as text; `given` names columns that the user has chosen.
    A role that no column has is left out. Raises FeedError for a given column that is not there.

    >>> rows = pd.DataFrame({"Computer": ["ws1.corp.com"] * 2, "QueryName": ["a.com", "b.net"]})
    >>> choose_roles(list(rows), rows)["query"].columns
    ('QueryName',)
    """
    given = dict(given or {})
    for role, column in given.items():
        if role not in ROLES:
            raise FeedError(f"no role {role!r}; there are {', '.join(ROLES)}")
        require_column(tuple(columns), column)
    rows = sample.head(SAMPLE_ROWS)
    chosen: dict[str, Choice] = {}
    for role, choose in _CHOOSERS.items():
        if role in given:
            chosen[role] = Choice((given[role],), "chosen by the user")
        elif choice := choose(_without(columns, chosen, given), rows):
            chosen[role] = choice
    return chosen


def choose_query(columns: Sequence[str], sample: pd.DataFrame) -> Choice:
    """Choose the column of queried names; raises FeedError, naming the columns, if none has any."""
    choice = _query(list(columns), sample.head(SAMPLE_ROWS))
    if choice is None:
        raise no_names(columns)
    return choice


def with_other_layouts(roles: Mapping[str, Choice], columns: Sequence[str]) -> dict[str, Choice]:
    """The roles of files of several layouts in one: every column that is named for a role counts.

    >>> roles = {"client": Choice(("client",), "its name")}
    >>> with_other_layouts(roles, ["client", "id.orig_h"])["client"].columns
    ('client', 'id.orig_h')
    """
    found = dict(roles)
    taken = {column for choice in roles.values() for column in (*choice.columns, choice.clock)}
    for role, dictionary in _DICTIONARIES.items():
        named = [column for column in named_columns(columns, dictionary) if column not in taken]
        if role in found:
            found[role] = replace(found[role], columns=(*found[role].columns, *named))
        elif named:
            found[role] = Choice(tuple(named), f"its name, {named[0]!r}, is one of the role")
        taken |= set(named)
    return found


def no_names(columns: Sequence[str]) -> FeedError:
    """The error of a table in which no column holds domain names."""
    return FeedError(
        f"no column holds domain names; columns are {shown(columns)}: name the right one"
    )


def is_machine_kind(values: Iterable[str]) -> bool:
    """Whether names look like those of machines: many rows, hardly any distinct parent.

    >>> is_machine_kind([f"ws{i}.corp.example.com" for i in range(9)])
    True
    >>> is_machine_kind([f"https://name{i}.com/a.php?b=c.html" for i in range(9)])
    False
    """
    hosts = [_AFTER_HOST.split(value.partition("://")[2] or value)[0] for value in values if value]
    parents = [".".join(host.lower().rstrip(".").split(".")[-2:]) for host in hosts]
    return len(parents) >= 3 and len(set(parents)) * 10 <= max(10, len(parents))


def is_day_first(column: str) -> bool:
    """Whether a column's name is of a language that writes the day before the month.

    >>> is_day_first("Fecha"), is_day_first("Date")
    (True, False)
    """
    return path_endings(column)[0] in names.DAY_FIRST_NAMES


def _without(
    columns: Sequence[str], chosen: Mapping[str, Choice], given: Mapping[str, str]
) -> list[str]:
    taken = {column for choice in chosen.values() for column in (*choice.columns, choice.clock)}
    return [column for column in columns if column not in taken | set(given.values())]


def _name_share(values: Sequence[str]) -> float:
    """The share of cells that hold registered names, `(3)www(7)example(3)com(0)` and lists too."""
    coded = share_of(values, lambda value: bool(_LABEL_LENGTHS.match(value)))
    listed = share_of(values, lambda value: bool(_LISTED.match(value) and names_in(value)))
    return max(coded, listed, domain_share(values))


def _query(columns: list[str], rows: pd.DataFrame) -> Choice | None:
    beside = named_columns(columns, names.BESIDE)
    askable = [column for column in columns if not (_is_answer(column) or column in beside)]
    sure = [c for c in named_in_camel(askable, names.QUERY_SURE) if _could_be_queried(rows[c])]
    if sure:
        also = [
            c
            for c in named_columns(askable, names.QUERY_ALSO)
            if _name_share(filled_cells(rows[c]))
        ]
        reason = f"its name, {sure[0]!r}, is one of a queried name"
        return Choice(tuple(dict.fromkeys([*sure, *also])), reason)
    also = [c for c in named_columns(askable, names.QUERY_ALSO) if _holds_names(rows[c])]
    if also:
        return Choice(tuple(also), f"its name, {also[0]!r}, is one of a contacted name")
    return _query_by_content(askable, rows) or _query_by_name(askable) or _mail(columns, rows)


def _query_by_name(columns: list[str]) -> Choice | None:
    """The column of a name that means domains, though its first rows hold none."""
    named = named_columns(columns, (*names.QUERY_SURE, *names.QUERY_PLAIN))
    named = [c for c in named if not named_columns([c], names.MACHINE)]
    reason = f"its name, {named[0]!r}, is one of domains" if named else ""
    return Choice((named[0],), reason, sure=False) if named else None


def _mail(columns: list[str], rows: pd.DataFrame) -> Choice | None:
    """The column of the most distinct addresses of mail, where no other column holds names."""
    held = [c for c in columns if _holds_mail(rows[c]) and _holds_names(rows[c])]
    if not held:
        return None
    best = max(held, key=lambda c: len({text.rpartition("@")[2] for text in rows[c]}))
    return Choice((best,), "no other column holds names than its addresses of mail", sure=False)


def _could_be_queried(values: pd.Series[str]) -> bool:
    """Whether a column of a sure name holds names, be it single labels or service names."""
    filled = filled_cells(values)
    texts = [value for value in filled if not value.strip().isdigit() and not is_address(value)]
    return bool(filled) and len(texts) * 2 > len(filled)


def _holds_names(values: pd.Series[str]) -> bool:
    return _name_share(filled_cells(values)) >= MOSTLY


def _holds_mail(values: pd.Series[str]) -> bool:
    """Whether a column holds addresses of mail, whose domains nobody asked for."""
    return share_of(filled_cells(values), lambda value: "@" in value) >= MOSTLY


def _is_answer(column: str) -> bool:
    """Whether a column's path leads through the answers of an event."""
    parts = [part for part in SEPARATORS.split(column.lower()) if part]
    return bool(names.ANSWER_PARTS & set(parts[:-1]))


def _query_by_content(columns: list[str], rows: pd.DataFrame) -> Choice | None:
    """Of the columns that hold names: a likely name, then the most distinct; machines never."""
    machines = set(named_columns(columns, names.MACHINE))
    machines |= {c for c in columns if path_endings(c)[0].endswith(names.MACHINE_ENDS)}
    hold = [column for column in columns if _holds_names(rows[column])]
    likely = named_columns(hold, names.QUERY_LIKELY)
    free = [c for c in hold if c not in machines or c in likely]
    varied = [c for c in free if not is_machine_kind(filled_cells(rows[c]))]
    last = set(named_columns(columns, names.LAST)) | {c for c in varied if _holds_mail(rows[c])}
    others = [c for c in varied if c not in machines | last]
    others = others or [c for c in varied if c not in last]
    others = others or [c for c in varied if not _holds_mail(rows[c])] or varied
    ranked = [c for c in likely if c in others]
    if ranked:
        return Choice((ranked[0],), f"its name, {ranked[0]!r}, is a usual one and it holds names")
    if others:
        best = max(
            others,
            key=lambda c: (len(set(filled_cells(rows[c]))), _name_share(filled_cells(rows[c]))),
        )
        return Choice((best,), "it holds more distinct domain names than any other column")
    if among := _among_words(columns, rows):
        return among
    plain = [c for c in free if c not in machines] or (free if len(columns) < 3 else [])
    if plain:
        best = next((c for c in likely if c in plain), plain[0])
        return Choice((best,), "it is the only column that holds domain names", sure=False)
    alone = len(columns) == len(rows.columns) == 1
    return Choice((columns[0],), "it is the only column", sure=False) if alone else None


def _among_words(columns: list[str], rows: pd.DataFrame) -> Choice | None:
    """The column whose cells hold one name among other words, as `A (www.example.com.)`."""
    aside = (*names.MACHINE, *names.ANSWER_NAMES, *names.LAST)
    for column in columns:
        texts = filled_cells(rows[column])
        if _name_share(texts) >= MOSTLY or named_columns([column], aside):
            continue
        found = [held[0] for text in texts if len(held := names_in(text)) == 1]
        if len(found) < NEARLY_ALL * max(1, len(texts)) or is_machine_kind(found):
            continue
        wrapped = share_of(texts, lambda text: bool(_WRAPPED.search(text))) >= NEARLY_ALL
        if wrapped:
            return Choice((column,), "its cells hold domain names behind a query's type")
        if len(set(found)) >= max(2, MOSTLY * len(found)):
            return Choice((column,), "its cells hold a domain name among words", sure=False)
    return None


def _rcode(columns: list[str], rows: pd.DataFrame) -> Choice | None:
    named = named_in_camel(columns, names.RCODE_NAMES)
    for column in sorted(named, key=_is_of_request):
        if share_of(filled_cells(rows[column]), _is_rcode) >= MOSTLY:
            return Choice((column,), f"its name, {column!r}, is one of an answer code")
    for column in [*named_columns(columns, names.RCODE_LIKELY), *columns]:
        if share_of(filled_cells(rows[column]), is_plain_rcode) >= NEARLY_ALL:
            return Choice((column,), "it holds answer codes")
    return _rcode_by_cells(columns, rows)


def _is_of_request(column: str) -> bool:
    """Whether a field is a part of a request, whose code says nothing."""
    return "request" in words_of(column)


def _rcode_by_cells(columns: list[str], rows: pd.DataFrame) -> Choice | None:
    """A column whose cells tell codes by words, beside addresses, or within messages."""
    for column in named_columns(columns, names.RCODE_LIKELY):
        if _tell_codes(filled_cells(rows[column])):
            return Choice((column,), "its words are those of answers, some of them NXDOMAIN")
    for column in columns:
        if _tells_code_or_address(filled_cells(rows[column])):
            return Choice((column,), "it holds the address, or the code of an error")
    for column in named_columns(columns, names.ANSWER_NAMES):
        if share_of(filled_cells(rows[column]), _is_message) >= MOSTLY:
            return Choice((column,), "it holds DNS messages, whose headers tell the code")
    return None


def _is_rcode(text: str) -> bool:
    return told_rcode(text) is not None


def _tell_codes(values: Sequence[str]) -> bool:
    """Whether words stand for answer codes, and at least one of them for a missing name.

    Of numbers, those of Windows alone say what they are: 9003 beside 0.
    """
    codes = [told_rcode(value) for value in values]
    if any(value.strip().isdigit() for value in values) and "9003" not in values:
        return False
    known = sum(code is not None for code in codes)
    return "NXDOMAIN" in codes and known >= NEARLY_ALL * len(codes)


def _tells_code_or_address(values: Sequence[str]) -> bool:
    """Whether cells hold an address where a name resolved, and else the name of an error."""
    coded = [value for value in values if is_plain_rcode(value)]
    addressed = sum(map(is_address, values))
    return bool(coded and addressed) and len(coded) + addressed >= NEARLY_ALL * len(values)


def _is_message(text: str) -> bool:
    return message_rcode(text) is not None


def _time(columns: list[str], rows: pd.DataFrame) -> Choice | None:
    for column in named_in_camel(columns, names.TIME_NAMES):
        filled = filled_cells(rows[column])
        if share_of(filled, looks_like_time) >= MOSTLY or are_serial_days(filled):
            return _with_clock(column, columns, rows)
    for column in columns:
        test = looks_like_time if column.startswith("column_") else _is_written_time
        if share_of(filled_cells(rows[column])[:20], test) >= NEARLY_ALL:
            return _with_clock(column, columns, rows)
    counted = next((column for column in columns if are_seconds(filled_cells(rows[column]))), None)
    return Choice((counted,), "it counts the seconds of a few years") if counted else None


def _is_written_time(text: str) -> bool:
    return not text.strip().isdigit() and looks_like_time(text)


def _with_clock(column: str, columns: list[str], rows: pd.DataFrame) -> Choice:
    """The column of a time; where it holds days alone, the column of the clock beside it too."""
    is_named = bool(named_columns([column], names.TIME_NAMES))
    reason = f"its name, {column!r}, is one of a time" if is_named else "it holds times"
    filled = filled_cells(rows[column])
    if share_of(filled, lambda value: ":" not in value and not _is_number(value)) < NEARLY_ALL:
        return Choice((column,), reason)
    at = columns.index(column)
    for other in [*columns[at + 1 : at + 2], *named_columns(columns, names.CLOCK_NAMES)]:
        if other != column and share_of(filled_cells(rows[other]), _is_clock) >= NEARLY_ALL:
            return Choice((column,), f"{reason}, with the clock in {other!r}", clock=other)
    return Choice((column,), reason)


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "", 1).isdigit()


def _is_clock(text: str) -> bool:
    return bool(re.match(r"^\s*\d{1,2}:\d\d(:\d\d)?", text))


def _answers(columns: list[str], rows: pd.DataFrame) -> Choice | None:
    named = [c for c in named_columns(columns, names.ANSWER_NAMES) if filled_cells(rows[c])]
    return Choice((named[0],), f"its name, {named[0]!r}, is one of answers") if named else None


def _process(columns: list[str], rows: pd.DataFrame) -> Choice | None:
    named = [c for c in named_columns(columns, names.PROCESS_NAMES) if filled_cells(rows[c])]
    return Choice((named[0],), f"its name, {named[0]!r}, is one of a process") if named else None


_CHOOSERS: dict[str, Callable[[list[str], pd.DataFrame], Choice | None]] = {
    QUERY: _query,
    RCODE: _rcode,
    TIME: _time,
    ANSWERS: _answers,
    CLIENT: choose_client,
    PROCESS: _process,
}
# The names of columns that stand for a role in files of other layouts.
_DICTIONARIES = {
    QUERY: names.QUERY_SURE,
    RCODE: names.RCODE_NAMES,
    TIME: names.TIME_NAMES,
    ANSWERS: names.ANSWER_NAMES,
    CLIENT: (*names.CLIENT_NAMES, "=client"),
    PROCESS: names.PROCESS_NAMES,
}
