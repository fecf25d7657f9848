"""Text logs of servers: which grammar a file has, and its rows as Arrow tables of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import pyarrow as pa

from dga.logs.field_names import ANSWERS, CLIENT, QUERY, RCODE, TIME
from dga.logs.grammar import NOTE, Grammar
from dga.logs.grammars import GRAMMARS
from dga.logs.joining import MAX_LINE, Joiner, Row

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
    counts = {grammar.name: sum(_fits(line, grammar) for line in sample) for grammar in GRAMMARS}
    best = max(GRAMMARS, key=lambda grammar: counts[grammar.name])
    return (
        best if counts[best.name] >= max(1, LEAST_SHARE * _after_preamble(sample, best)) else None
    )


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
    for known in grammar.lines:
        if known.kind != NOTE and (match := known.pattern.search(line[:MAX_LINE])):
            return _is_head(line[: match.start()])
    return False


def _is_head(head: str) -> bool:
    """Whether a text may stand before an event; the cells of a table or JSON before it may not."""
    return head[:1] not in ('"', "{") and head.count(",") < 2 and head.count(";") < 3


def _after_preamble(sample: Sequence[str], grammar: Grammar) -> int:
    """How many lines count: those from the first event on where a file has a header of its own."""
    if not grammar.preamble:
        return len(sample)
    first = next((at for at, line in enumerate(sample) if _fits(line, grammar)), len(sample))
    return len(sample) - first
