"""Tables in which a query and its answer are rows of their own: which rows are one look-up.

`find_exchange` looks at a table's first rows, `Exchange.pair` adds a column that names the earlier
row of the same look-up, and `joined_events` makes one event of both. Rows are never left out.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from dga.logs.clients import client_addresses, has_other_end
from dga.logs.field_names import (
    ANSWERS,
    CLIENT,
    EXCHANGE_IDS,
    MESSAGE_EVENTS,
    MESSAGE_FLAGS,
    PROCESS,
    QUERY,
    RCODE,
    TIME,
)
from dga.logs.filled import first_filled
from dga.logs.joining import SETTLED, WINDOW
from dga.logs.label_lengths import decode_label_lengths
from dga.logs.paths import Choice, named_columns
from dga.logs.rcodes import rcode_names

JOINED: Final = "joined_row"
ASK: Final = "query"
REPLY: Final = "answer"
SAMPLE: Final = 2_000  # rows that are looked at
SNIFFED: Final = 50  # cells of a column, before it is looked at whole
VOCABULARY: Final = 0.9  # of a column's filled cells are words for queries and answers
AGREE: Final = 0.9  # of the pairs, before a column counts as one in which they agree
MAX_OPEN: Final = 32  # queries that one answer answers
_SAYS_NOTHING: Final = ("", "-", "(empty)")
_ASK = re.compile(
    r"(?:dns|client|auth|stub|resolver|forwarder|tool|standard)*(?:query|request|question)"
    r"(?:received|recv|type|event|name)*|[castufr]?q"
)
_REPLY = re.compile(
    r"(?:dns|client|auth|stub|resolver|forwarder|tool|standard|query)*(?:answer|response|reply)"
    r"(?:success|failure|sent|type|event|name)*|[castufr]?r"
)
_TRUTHS: Final = {"1": REPLY, "true": REPLY, "t": REPLY, "0": ASK, "false": ASK, "f": ASK}


@dataclass(frozen=True)
class Exchange:
    """How a table tells queries from answers, and in what two rows of a look-up agree.

    `kind` is the column that tells, "" where the rows without an answer code are the queries.
    `newest_first` says that an answer stands above its query, `crossed` that its sender is the
    server.
    """

    kind: str
    query: Choice
    rcode: Choice | None
    client: Choice | None
    keys: tuple[str, ...] = ()
    newest_first: bool = False
    crossed: bool = False

    def kinds(self, chunk: pa.Table) -> list[str]:
        """ASK, REPLY or "" for each row."""
        if self.kind:
            coded = _texts(chunk, self.kind).dictionary_encode()
            words = _words_of(self.kind, coded.dictionary.to_pylist())
            return [words[code] for code in coded.indices.to_pylist()]
        if self.rcode is None:
            return [""] * len(chunk)
        blank = pc.is_in(first_filled(chunk, self.rcode.columns), value_set=_nothing())
        return [ASK if empty else REPLY for empty in blank.to_pylist()]

    def clients(self, chunk: pa.Table) -> pa.Array | None:
        """Who asked, a row each."""
        replies = None
        if self.crossed:
            replies = pa.array([kind == REPLY for kind in self.kinds(chunk)])
        return client_addresses(chunk, self.client, replies)

    def pair(self, chunks: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """The tables with the column JOINED: the earlier rows of the same look-up, from 1."""
        pairing = _Pairing(self.newest_first)
        row = 0
        for chunk in chunks:
            kinds, keys = self.kinds(chunk), self._keys(chunk)
            cells = [
                pairing.take(kind, key, row + at)
                for at, (kind, key) in enumerate(zip(kinds, keys, strict=True), 1)
            ]
            row += len(chunk)
            yield chunk.append_column(JOINED, pa.array(cells, pa.large_string()))

    def note(self) -> str:
        """What is joined by what, in a sentence."""
        told = f"column {self.kind!r} tells" if self.kind else "queries have no answer code"
        agree = ["name", *(["client"] if self.client else []), *map(repr, self.keys)]
        return (
            f"queries and answers are rows of their own ({told}); those with the same "
            f"{', '.join(agree)} are one look-up, and {JOINED!r} names its earlier row"
        )

    def _keys(self, chunk: pa.Table) -> list[tuple[str, ...]]:
        columns = [_names(chunk, self.query)]
        clients = self.clients(chunk)
        columns += [clients.to_pylist()] if clients is not None else []
        columns += [_texts(chunk, key).to_pylist() for key in self.keys]
        return list(zip(*columns, strict=True))


class _Pairing:
    """Row after row, which earlier rows each belongs to; in bounded memory."""

    def __init__(self, newest_first: bool) -> None:
        self._opens = REPLY if newest_first else ASK
        self._groups: dict[tuple[str, ...], tuple[list[int], bool]] = {}

    def take(self, kind: str, key: tuple[str, ...], row: int) -> str:
        """The earlier rows of a row's look-up, "" where it is the first or has none."""
        if not kind or not key[0]:
            return ""
        if len(self._groups) > WINDOW:
            self._forget(row)
        rows, closed = self._groups.get(key, ([], False))
        if rows and row - rows[0] > (SETTLED if closed else WINDOW):
            rows, closed = [], False
        if kind == self._opens:
            self._groups[key] = ([*rows[-MAX_OPEN:], row] if not closed else [row], False)
            return ""
        if rows:
            self._groups[key] = (rows, True)
        return ",".join(map(str, rows))

    def _forget(self, row: int) -> None:
        self._groups = {
            key: group for key, group in self._groups.items() if row - group[0][-1] < WINDOW // 2
        }


def find_exchange(first: pa.Table, roles: Mapping[str, Choice]) -> Exchange | None:
    """How the first rows of a table tell queries from answers; None if they do not."""
    query = roles.get(QUERY)
    if query is None:
        return None
    first = first.slice(0, SAMPLE)
    found = Exchange("", query, roles.get(RCODE), roles.get(CLIENT))
    for column in _kind_columns(first, roles):
        told = replace(found, kind=column)
        if _only_asked(first, told):
            return _settled(first, told, least=0.0)
    return _settled(first, found, least=0.5) if found.rcode else None


def joined_events(
    batches: Iterable[tuple[pa.RecordBatch, Sequence[str], Sequence[str]]],
    quiet: Callable[[], bool],
) -> Iterator[pa.RecordBatch]:
    """One event for the rows of a look-up, in the order of their first rows.

    Each batch comes with the kind of its rows and with their cells of JOINED. `quiet` says of a
    live log whether nothing comes for a moment: then no query waits for its answer.
    """
    held: deque[_Held] = deque()
    by_row: dict[int, tuple[_Held, int]] = {}
    for batch, kinds, joined in batches:
        held.append(_Held(batch))
        _join(held[-1], kinds, joined, by_row)
        rows, waits = sum(len(one.batch) for one in held), not quiet()
        while held and (rows - len(held[0].batch) >= WINDOW or not waits):
            rows -= len(held[0].batch)
            yield _let_go(held.popleft(), by_row)
    while held:
        yield _let_go(held.popleft(), by_row)


@dataclass
class _Held:
    """Events that may still be completed."""

    batch: pa.RecordBatch
    told: dict[int, dict[str, Any]] = field(default_factory=dict)  # by place, what was added
    gone: set[int] = field(default_factory=set)  # places of rows that are part of another event


def _join(
    held: _Held,
    kinds: Sequence[str],
    joined: Sequence[str],
    by_row: dict[int, tuple[_Held, int]],
) -> None:
    lines = held.batch.column("line").to_pylist()
    for at, (kind, rows) in enumerate(zip(kinds, joined, strict=True)):
        if kind == ASK:
            held.told[at] = {RCODE: None}  # the code of a query is none
        partners = (
            [by_row[row] for row in map(int, rows.split(",")) if row in by_row] if rows else []
        )
        for other, place in partners:
            _complete(other, place, held, at, kind)
        if partners:
            held.gone.add(at)
        elif kind:
            by_row[lines[at]] = (held, at)


def _complete(other: _Held, place: int, held: _Held, at: int, kind: str) -> None:
    """Add to an earlier row what a later one of the same look-up tells."""
    told = other.told.setdefault(place, {})
    own = {name: held.batch.column(name)[at].as_py() for name in (TIME, CLIENT, RCODE, ANSWERS)}
    if kind == ASK:  # the newest first: the query tells when and who
        told.update({name: own[name] for name in (TIME, CLIENT) if own[name] is not None})
        return
    code = told.get(RCODE)
    if own[RCODE] and (not code or own[RCODE] != "NOERROR"):
        told[RCODE] = own[RCODE]
    if own[ANSWERS] and not told.get(ANSWERS):
        told[ANSWERS] = own[ANSWERS]


def _let_go(held: _Held, by_row: dict[int, tuple[_Held, int]]) -> pa.RecordBatch:
    """The events of a batch with what was added to them."""
    for at, line in enumerate(held.batch.column("line").to_pylist()):
        if by_row.get(line, (None, 0)) == (held, at):
            del by_row[line]
    arrays = []
    for name in held.batch.schema.names:
        cells = held.batch.column(name)
        changed = {at: told[name] for at, told in held.told.items() if name in told}
        if changed and name in (TIME, CLIENT, RCODE, ANSWERS, PROCESS):
            values = cells.to_pylist()
            for at, value in changed.items():
                values[at] = value
            cells = pa.array(values, cells.type)
        arrays.append(cells)
    batch = pa.record_batch(arrays, schema=held.batch.schema)
    if not held.gone:
        return batch
    kept = [at not in held.gone for at in range(len(batch))]
    return batch.filter(pa.array(kept))


def _kind_columns(first: pa.Table, roles: Mapping[str, Choice]) -> list[str]:
    """The columns whose cells are words for queries and answers, flags by their name."""
    taken = {column for choice in roles.values() for column in choice.columns}
    free = [column for column in first.column_names if column not in taken]
    named = named_columns(free, (*MESSAGE_FLAGS, *MESSAGE_EVENTS))
    return [column for column in (*named, *free) if _tells_kinds(first, column)]


def _tells_kinds(first: pa.Table, column: str) -> bool:
    cells = [cell for cell in _texts(first, column).to_pylist() if cell not in _SAYS_NOTHING]
    is_event = bool(named_columns([column], MESSAGE_EVENTS))
    if not cells or not (is_event or any(_words_of(column, cells[:SNIFFED]))):
        return False
    kinds = _words_of(column, cells)
    known = sum(map(bool, kinds))
    return set(kinds) >= {ASK, REPLY} and (is_event or known >= VOCABULARY * len(kinds))


def _words_of(column: str, cells: Sequence[str]) -> list[str]:
    """What each cell of a column of kinds says."""
    if named_columns([column], MESSAGE_EVENTS):
        numbers = {**dict.fromkeys(("256", "3006"), ASK), **dict.fromkeys(
            ("257", "258", "3008", "3020"), REPLY)}  # fmt: skip
        return [numbers.get(cell.strip(), "") for cell in cells]
    if named_columns([column], MESSAGE_FLAGS):
        return [_TRUTHS.get(cell.strip().lower(), "") or _kind_of(cell) for cell in cells]
    return [_kind_of(cell) for cell in cells]


def _kind_of(cell: str) -> str:
    """What a word says; "" for none, and for several.

    >>> [_kind_of(word) for word in ("CLIENT_QUERY", "DNSResponseType", '["QUERY","RESPONSE"]')]
    ['query', 'answer', '']
    """
    if len(cell) > 40 or "," in cell:
        return ""
    letters = re.sub(r"[^a-z]", "", cell.lower())
    if _ASK.fullmatch(letters):
        return ASK
    return REPLY if _REPLY.fullmatch(letters) else ""


def _only_asked(first: pa.Table, exchange: Exchange) -> bool:
    """Whether the rows of queries tell no errors: else they are whole look-ups."""
    if exchange.rcode is None:
        return True
    codes = rcode_names(first_filled(first, exchange.rcode.columns)).to_pylist()
    asked = [code for code, kind in zip(codes, exchange.kinds(first), strict=True) if kind == ASK]
    told = [code for code in asked if code]
    return not told or all(code == "NOERROR" for code in told)


def _settled(first: pa.Table, exchange: Exchange, least: float) -> Exchange | None:
    """An exchange with its order, keys and ends; None where too few rows are pairs."""
    kinds, names = exchange.kinds(first), _names(first, exchange.query)
    asked = sum(kind == ASK and bool(name) for kind, name in zip(kinds, names, strict=True))
    replied = sum(kind == REPLY and bool(name) for kind, name in zip(kinds, names, strict=True))
    below, above = (_pairs(kinds, names, order) for order in ((ASK, REPLY), (REPLY, ASK)))
    newest_first = len(above) > len(below)
    pairs = [(later, earlier) for earlier, later in above] if newest_first else below
    if least and (len(pairs) < 2 or len(pairs) < least * min(asked, replied)):
        return None
    if least and asked < 0.2 * (asked + replied):
        return None
    found = replace(exchange, newest_first=newest_first, keys=_agreeing(first, exchange, pairs))
    return _with_ends(first, found, pairs)


def _pairs(
    kinds: Sequence[str], names: Sequence[str], order: tuple[str, str]
) -> list[tuple[int, int]]:
    """The places of rows with the same name, one of each kind, in an order."""
    opens, closes = order
    waiting: dict[str, int] = {}
    found = []
    for at, (kind, name) in enumerate(zip(kinds, names, strict=True)):
        if kind == opens and name:
            waiting.setdefault(name, at)
        elif kind == closes and name in waiting:
            found.append((waiting.pop(name), at))
    return found


def _agreeing(
    first: pa.Table, exchange: Exchange, pairs: Sequence[tuple[int, int]]
) -> tuple[str, ...]:
    """The columns of numbers and types in which the two rows of look-ups agree."""
    found = []
    for column in named_columns(first.column_names, EXCHANGE_IDS):
        if column in (*exchange.query.columns, exchange.kind) or not pairs:
            continue
        cells = _texts(first, column).to_pylist()
        same = [
            cells[ask] == cells[reply] and cells[ask] not in _SAYS_NOTHING for ask, reply in pairs
        ]
        if sum(same) >= AGREE * len(same):
            found.append(column)
    return tuple(found)


def _with_ends(first: pa.Table, exchange: Exchange, pairs: Sequence[tuple[int, int]]) -> Exchange:
    """Whether an answer's sender is the server, and whether rows agree in the client at all."""
    if exchange.client is None or not pairs:
        return replace(exchange, client=exchange.client if pairs else None)
    plain = _agree_in_client(first, exchange, pairs)
    if plain < AGREE and has_other_end(first, exchange.client):
        crossed = replace(exchange, crossed=True)
        if _agree_in_client(first, crossed, pairs) > plain:
            return crossed
    return exchange if plain >= AGREE else replace(exchange, client=None)


def _agree_in_client(
    first: pa.Table, exchange: Exchange, pairs: Sequence[tuple[int, int]]
) -> float:
    clients = exchange.clients(first)
    if clients is None:
        return 0.0
    told: list[str] = clients.to_pylist()
    agreeing = [pair for pair in pairs if told[pair[0]] == told[pair[1]]]
    return len(agreeing) / len(pairs)


def _names(chunk: pa.Table, query: Choice) -> list[str]:
    names = decode_label_lengths(first_filled(chunk, query.columns))
    return [name.lower().removesuffix(".") for name in names.to_pylist()]


def _texts(chunk: pa.Table, column: str) -> pa.LargeStringArray:
    return first_filled(chunk, (column,))


def _nothing() -> pa.Array:
    return pa.array(_SAYS_NOTHING, pa.large_string())
