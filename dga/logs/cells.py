"""Log lines in the cells of a table: `_raw` of Splunk, `message` of Kibana, docker and Windows.

A table without a column of names is looked through for a column whose cells a line grammar, a
layout of named fields, or JSON reads; what the cells tell is added as columns. Rows stay as they
are; whether a line is a query or its answer is one of the columns, by which rows are joined.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import pandas as pd
import pyarrow as pa

from dga.logs.field_names import ANSWERS, CLIENT, PROCESS, QUERY, RCODE, TIME
from dga.logs.fields import choose_roles
from dga.logs.grammar import ANSWERED, ASKED, NOTE, Grammar
from dga.logs.grammars import GRAMMARS
from dga.logs.heads import head_client, head_time
from dga.logs.joining import MAX_LINE
from dga.logs.paths import plain_address
from dga.logs.rcodes import rcode_name
from dga.logs.records import (
    PAIRS,
    RECORD_LAYOUTS,
    Fields,
    parse_json,
    record_columns_of,
)

LEAST_SHARE: Final = 0.3  # of the filled cells: a log holds lines of several kinds
SAMPLE_CELLS: Final = 100
MIN_LENGTH: Final = 16  # characters of a log line
ANSWERED_FLAG: Final = "flags.response"  # whether a line is an answer
TRANSACTION: Final = "trans_id"

Parse = Callable[[str], Fields | None]


@dataclass(frozen=True)
class CellReader:
    """Which column holds log lines, how its cells are read, and the columns that this adds.

    `columns` maps what the cells tell to the names of the new columns.
    """

    column: str
    layout: str
    parse: Parse
    columns: dict[str, str]

    def extend(self, chunk: pa.Table) -> pa.Table:
        """A chunk with the columns that its cells tell."""
        found = [self.parse(cell[:MAX_LINE]) or {} for cell in chunk[self.column].to_pylist()]
        for key, name in self.columns.items():
            cells = pa.array([fields.get(key, "") for fields in found], pa.large_string())
            chunk = chunk.append_column(name, cells)
        return chunk


def find_cells(sample: pd.DataFrame) -> CellReader | None:
    """The column of a table whose cells are log lines; None if there is none."""
    for column in sample.columns:
        cells = [cell for cell in sample[column] if len(cell) >= MIN_LENGTH][:SAMPLE_CELLS]
        if found := _reader_of(cells):
            layout, parse, keys = found
            names = _free_names(keys, sample.columns)
            return CellReader(column, layout, parse, names)
    return None


def parse_line(cell: str, grammar: Grammar) -> Fields | None:
    """What one line tells by a grammar; None if it fits none of its patterns."""
    for known in grammar.lines:
        if known.kind == NOTE or not (match := known.pattern.search(cell)):
            continue
        groups, head = match.groupdict(), cell[: match.start()]
        rcode = rcode_name(groups.get("rcode") or groups.get("answers") or "") or known.otherwise
        client = plain_address(groups.get(CLIENT) or head_client(head))
        sent = {}
        if grammar.key and known.kind in (ASKED, ANSWERED):
            sent[ANSWERED_FLAG] = "1" if known.kind == ANSWERED else "0"
            sent[TRANSACTION] = groups.get("id") or ""
        return {
            **sent,
            TIME: head_time(head),
            CLIENT: client,
            QUERY: groups.get(QUERY) or "",
            RCODE: rcode or "",
            ANSWERS: (groups.get(ANSWERS) or "").strip(),
            PROCESS: groups.get(PROCESS) or "",
        }
    return None


# Fields that name themselves come first; but any text has some x=y in it.
_PARSERS: Final[tuple[tuple[str, Parse], ...]] = (
    ("json", parse_json),
    *((known.name, known.parse) for known in RECORD_LAYOUTS if known.name != PAIRS),
    *((grammar.name, partial(parse_line, grammar=grammar)) for grammar in GRAMMARS),
    *((known.name, known.parse) for known in RECORD_LAYOUTS if known.name == PAIRS),
)


def _reader_of(cells: Sequence[str]) -> tuple[str, Parse, list[str]] | None:
    """The layout of some cells, how to read them, and what they tell."""
    if not cells:
        return None
    for layout, parse in _PARSERS:
        found = [fields for cell in cells if (fields := parse(cell[:MAX_LINE]))]
        if len(found) >= max(1, LEAST_SHARE * len(cells)) and _tell_names(found):
            return layout, parse, record_columns_of(found)
    return None


def _tell_names(found: Sequence[Fields]) -> bool:
    """Whether the fields of cells have a column of queried names."""
    frame = pd.DataFrame(found).fillna("")
    choice = choose_roles(list(frame.columns), frame).get(QUERY)
    return choice is not None and choice.sure


def _free_names(keys: Sequence[str], taken: Sequence[str]) -> dict[str, str]:
    """A name for each new column that the table does not have."""
    used = set(taken)
    found: dict[str, str] = {}
    for key in keys:
        name = key
        while name in used:
            name = f"{name}_"
        used.add(name)
        found[key] = name
    return found
