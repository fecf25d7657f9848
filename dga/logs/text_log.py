"""Text logs of servers: which grammar a file has, and its rows as Arrow tables of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import pyarrow as pa

from dga.logs.field_names import ANSWERS, CLIENT, QUERY, RCODE, TIME
from dga.logs.grammar import Grammar
from dga.logs.grammars import GRAMMARS
from dga.logs.joining import Joiner, Row, event_start, folded, is_part

LINES: Final = "lines"
TEXT: Final = "text"
COLUMNS: Final = (LINES, TIME, CLIENT, QUERY, RCODE, ANSWERS, TEXT)
SNIFFED_LINES: Final = 500
SNIFFED_CHARACTERS: Final = 100_000
LEAST_SHARE: Final = 0.1  # of the lines, where other programs write into the same file


def find_grammar(lines: Sequence[str]) -> Grammar | None:
    """The grammar that most of a file's first lines match; None if no grammar matches enough."""
    sample = [line for line in lines if line.strip()][:SNIFFED_LINES]
    typical = max(1, sum(map(len, sample)) // max(1, len(sample)))
    sample = sample[: max(20, SNIFFED_CHARACTERS // typical)]  # long lines take long
    shares = {
        grammar.name: _share(_folded(sample, grammar) if grammar.folded else sample, grammar)
        for grammar in GRAMMARS
    }
    best = max(GRAMMARS, key=lambda grammar: shares[grammar.name])
    return best if shares[best.name] >= LEAST_SHARE else None


def text_tables(
    blocks: Iterable[Sequence[str]], grammar: Grammar, quiet: Callable[[], bool] | None = None
) -> Iterator[pa.Table]:
    """The rows of a text log, a table a block of lines and one at the end.

    `quiet` says of a live log whether no line comes for a moment: then no row waits for more.
    """
    joiner = Joiner(grammar)
    for lines in blocks:
        joiner.add(lines)
        yield rows_table(joiner.ready(final=quiet is not None and quiet()))
    yield rows_table(joiner.ready(final=True))


def rows_table(rows: Sequence[Row]) -> pa.Table:
    """Rows as a table with the columns of COLUMNS."""
    columns = list(zip(*(row.cells() for row in rows), strict=True)) or [()] * len(COLUMNS)
    arrays = [pa.array(column, pa.large_string()) for column in columns]
    return pa.table(arrays, names=list(COLUMNS))


def _fits(line: str, grammar: Grammar) -> bool:
    """Whether a line is one of a grammar's events, and not a cell of a table."""
    start = event_start(line, grammar)
    return start is not None and _is_head(line[:start])


def _is_head(head: str) -> bool:
    """Whether a text may stand before an event; the cells of a table or JSON before it may not."""
    return head[:1] not in ('"', "{") and head.count(",") < 2 and head.count(";") < 3


def _share(sample: Sequence[str], grammar: Grammar) -> float:
    """How many of the lines are events: of those from the first event on where a file has a header
    of its own."""
    fitting = [_fits(line, grammar) for line in sample]
    if not any(fitting):
        return 0.0
    counted = fitting[fitting.index(True) :] if grammar.preamble else fitting
    return sum(counted) / len(counted)


def _folded(sample: Sequence[str], grammar: Grammar) -> list[str]:
    """The lines of a file, those that go on with one above as part of it."""
    found: list[list[str]] = []
    for line in sample:
        if found and is_part(found[-1], line, grammar):
            found[-1].append(line)
        else:
            found.append([line])
    return [folded(lines) for lines in found]
