"""`ipconfig /displaydns`: a block a look-up, in any language of Windows.

A name, a line of dashes, and the records; or a sentence where there are none. One that names a
type of records says that the name exists without such; any other says that it does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pyarrow as pa

from dga.logs.field_names import ANSWERS, QUERY, RCODE

FORMAT: Final = "displaydns"
TEXT: Final = "text"
COLUMNS: Final = (QUERY, RCODE, ANSWERS, TEXT)
SNIFFED_LINES: Final = 60
_RULE = re.compile(r"\s{2,}-{20,}\s*$")
_NAME = re.compile(r"\s{2,}(\S{1,255})\s*$")
_RECORD = re.compile(r"\s{2,}(\S.{0,60}?)[ .]*\. ?:\s?(.*)$")
_TYPE = re.compile(r"\b(?:A|AAAA|CNAME|MX|NS|PTR|SOA|SRV|TXT|HTTPS|SVCB|ANY)\b")
_ADDRESS = re.compile(r"[0-9.]{7,15}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*")
MAX_ANSWERS: Final = 400  # characters


def is_dns_cache(lines: Sequence[str]) -> bool:
    """Whether lines are such blocks: a name over dashes, and records or a sentence under them."""
    sample = lines[:SNIFFED_LINES]
    rules = [at for at, line in enumerate(sample) if at and _RULE.match(line)]
    named = [at for at in rules if _NAME.match(sample[at - 1])]
    return bool(named) and len(named) == len(rules)


def cache_tables(blocks: Iterable[Sequence[str]]) -> Iterator[pa.Table]:
    """The look-ups of a cache, a row a block, with the columns of COLUMNS."""
    last = ""
    row: list[str] | None = None
    for lines in blocks:
        rows: list[list[str]] = []
        for line in lines:
            name = _NAME.match(last) if _RULE.match(line) else None
            if name:
                rows += [row[:]] if row else []
                row = [name[1], "", "", ""]
            elif row is not None and last.strip() and not _RULE.match(last):
                _add(row, last)
            last = line
        yield _table(rows)
    if row is not None:
        _add(row, last)
    yield _table([row] if row else [])


def _add(row: list[str], line: str) -> None:
    """Add to a look-up what one of its lines tells."""
    if record := _RECORD.match(line):
        row[1] = "NOERROR"
        if _ADDRESS.fullmatch(record[2].strip()) and len(row[2]) < MAX_ANSWERS:
            row[2] = f"{row[2]},{record[2].strip()}".lstrip(",")
    elif line.strip() and not row[1]:
        row[1] = "NOERROR" if _TYPE.search(line) else "NXDOMAIN"
        row[3] = line.strip()


def _table(rows: Sequence[Sequence[str]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    return pa.table([pa.array(c, pa.large_string()) for c in columns], names=list(COLUMNS))
