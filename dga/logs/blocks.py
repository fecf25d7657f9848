"""Lists of fields as PowerShell's Format-List and YAML write them: a `Name : value` line a field,
a blank line or a dash between the records. Lines in, the text of each record out, and its fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from dga.logs.field_names import QUERY_SURE
from dga.logs.paths import path_endings

FORMAT: Final = "field-list"
SNIFFED_LINES: Final = 500
LEAST_SHARE: Final = 0.6  # of the lines that are no blank ones
_FIELD = re.compile(
    r"^\s{0,60}(?:- )?([A-Za-z][\w.()/-]{0,60}(?: [\w.()/-]{1,60}){0,4}) *:(?: (.*))?$"
)


def is_field_list(lines: Sequence[str]) -> bool:
    """Whether lines are such records: most are fields, and one is that of a queried name."""
    sample = [line for line in lines[:SNIFFED_LINES] if line.strip()]
    keys = [field[1] for line in sample if (field := _FIELD.match(line))]
    if (
        not sample
        or not _FIELD.match(sample[0])
        or len(keys) < LEAST_SHARE * len(sample)
        or len(set(keys)) < 2
    ):
        return False
    return any(path_endings(key)[0] in QUERY_SURE for key in set(keys))


def record_texts(blocks: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    """The text of each record: it ends at a blank line, or where its first field comes again."""
    record: list[str] = []
    first = ""
    for lines in blocks:
        found = []
        for line in lines:
            field = _FIELD.match(line)
            begins = field is not None and field[1] == first
            if record and (not line.strip() or begins or line.startswith("- ")):
                found.append("\n".join(record))
                record = []
            if line.strip():
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
        if field := _FIELD.match(line):
            last = field[1]
            found.setdefault(last, _plain((field[2] or "").strip()))
        elif last:
            found[last] = f"{found[last]} {line.strip()}"
        else:
            return None
    return found or None


def _plain(value: str) -> str:
    """A value without the quotes that YAML puts around it."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
