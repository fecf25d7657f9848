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
_FIELD = re.compile(
    r"^\s{0,60}(?:- )?([A-Za-z][\w.()/-]{0,60}(?: [\w.()/-]{1,60}){0,4}) *:(?: (.*))?$"
)
_BAR_FIELD = re.compile(r"^([A-Za-z_][\w.-]{0,60}) *\| ?(.*)$")  # psql's, below a rule
# MySQL's \G, psql's \x, YAML's documents.
_RULE = re.compile(r"^(?:\*{5,} \d{1,12}\. row \*{5,}|-\[ RECORD \d{1,12} \][-+]*|---)\s*$")


def is_field_list(lines: Sequence[str]) -> bool:
    """Whether lines are such records: most are fields, and one is that of a queried name."""
    filled = [line for line in lines[:SNIFFED_LINES] if line.strip()]
    sample = [line for line in filled if not _RULE.match(line)]
    ruled = bool(filled) and bool(_RULE.match(filled[0]))
    keys = [field[1] for line in sample if (field := _field(line)) and (ruled or ":" in line)]
    if (
        not sample
        or not _field(sample[0])
        or len(keys) < LEAST_SHARE * len(sample)
        or len(set(keys)) < 2
    ):
        return False
    known = {name.removeprefix("=") for name in (*QUERY_SURE, *(QUERY_PLAIN if ruled else ()))}
    return any(path_endings(key)[0] in known for key in set(keys))


def record_texts(blocks: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    """The text of each record: it ends at a blank line, a rule, or where its first field comes
    again."""
    record: list[str] = []
    first = ""
    for lines in blocks:
        found = []
        for line in lines:
            field = _field(line)
            begins = field is not None and field[1] == first
            ends = not line.strip() or bool(_RULE.match(line))
            if record and (ends or begins or line.startswith("- ")):
                found.append("\n".join(record))
                record = []
            if not ends:
                first = (field[1] if field else "") if not record else first
                record.append(line)
        yield found
    yield ["\n".join(record)] if record else []


def record_fields(text: str) -> dict[str, str] | None:
    """The fields of a record; a line that is none goes on with the one above.

    >>> record_fields("TimeCreated : 5/1/2026\\nQueryName   : a.example")
    {'TimeCreated': '5/1/2026', 'QueryName': 'a.example'}
    """
    found: dict[str, str] = {}
    last = ""
    for line in text.split("\n"):
        if field := _field(line):
            last = field[1]
            found.setdefault(last, _plain((field[2] or "").strip()))
        elif last:
            found[last] = f"{found[last]} {line.strip()}"
        else:
            return None
    return found or None


def _field(line: str) -> re.Match[str] | None:
    return _FIELD.match(line) or _BAR_FIELD.match(line)


def _plain(value: str) -> str:
    """A value without the quotes that YAML puts around it."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
