"""Find the domain column and the header row of a table, and name its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from dga.errors import FeedError
from dga.names.parse import parse
from dga.names.top_levels import ALTERNATIVE_ROOTS
from dga.tables.encodings import one_line, shown

# Names of the domain column in exports, logs and feeds, the most reliable first.
DOMAIN_COLUMNS = (
    "domain", "query", "rrname", "fqdn", "hostname", "host", "dns_query", "qname", "domain_name",
    "domainname", "domains", "site", "url", "name", "indicator", "ioc", "value", "given",
)  # fmt: skip
_OTHER_HEADERS = frozenset((
    "rank", "globalrank", "tldrank", "family", "label", "class", "type", "date", "reference",
    "malware", "subclass", "count", "first_seen", "timestamp", "id", "tld", "source", "feed",
    "description", "score",
))  # fmt: skip
_EDGE = "\"' \ufeff"
_OTHER_ROOTS = frozenset((*ALTERNATIVE_ROOTS, "onion", "i2p", "local", "lan", "internal"))
# Paths of fields whose last part is also a top-level domain.
_FIELD_PATH = re.compile(
    r"(?:_source\.)?(?:dns|tls|ssl|http|url|question|query)\.(?:\w+\.)*\w+"
    r"|(?:\w+\.){0,4}(?:host|agent|observer|source|destination|client|server|user|process|device"
    r"|event|result|log|winlog|beat|endpoint|principal|sensor)\.(?:\w+\.){0,2}(?:name|host|id|group"
    r"|domains|email|network|zone)"
)
_FIELD_END = re.compile(r"\.(?:name|host|id|email|domains|network|zone)$")
_WORD = re.compile(r"[A-Za-z_@][\w .:/()-]{0,60}")
SAMPLE_ROWS = 200  # in which the domain column is looked for


def guess_column(columns: Sequence[str], sample: pd.DataFrame) -> str:
    """Return the domain column: by its name, else the column whose texts parse as domains.

    Raises FeedError, listing the columns, if there is none.

    >>> guess_column(["id", "where"], pd.DataFrame({"id": ["1"], "where": ["example.com"]}))
    'where'
    """
    if len(columns) == 1:
        return columns[0]
    rows = sample.head(SAMPLE_ROWS)
    shares = {column: domain_share(rows[column]) for column in columns}
    plain = {column: column.lower().rpartition(".")[2].strip(" #") for column in columns}
    known = [c for wanted in DOMAIN_COLUMNS for c in columns if plain[c] == wanted]
    best = max(columns, key=lambda column: shares[column])
    surest = next((column for column in [*known, best] if shares[column] >= 0.5), None)
    if surest or known:
        return surest or known[0]
    raise FeedError(f"no column holds domains; found {shown(columns)}: name the right one")


def require_column(columns: Sequence[str], column: str) -> None:
    """Raise FeedError, listing the columns, if `column` is not one of them.

    >>> require_column(["domain", "family"], "domain")
    """
    if column not in columns:
        raise FeedError(
            f"no column {one_line(column)!r}; found {shown(columns)}: name one of these"
        )


def domain_share(values: Iterable[str]) -> float:
    """The share of the non-blank texts that `is_domain` accepts."""
    filled = [value for value in values if value.strip()]
    return sum(map(is_domain, filled)) / len(filled) if filled else 0.0


def is_domain(text: str) -> bool:
    """Whether a text parses to a registered name, or to a name under an alternative root."""
    if "." not in text:
        return False
    parsed = parse(text)
    if parsed.problem is None:
        return True
    return (parsed.domain or "").rpartition(".")[2] in _OTHER_ROOTS


def is_header(rows: list[list[str]]) -> bool:
    """Whether the first row is a header."""
    names = [cell.strip(_EDGE).lower() for cell in rows[0]]
    named = any(n.rpartition(".")[2] in DOMAIN_COLUMNS or n in _OTHER_HEADERS for n in names)
    like_domains = [name for name in names if is_domain(name)]
    if any(not _FIELD_PATH.fullmatch(name) for name in like_domains) and not (
        all(_FIELD_END.search(name) for name in like_domains) and _contrasts(rows)
    ):
        return False
    if named or (len(names) > 1 and _contrasts(rows)):
        return True
    if len(names) < 2 or not all(names) or any(n.isdigit() for n in names):
        return False
    return any(is_domain(cell) for row in rows[1:50] for cell in row)


def _contrasts(rows: list[list[str]]) -> bool:
    """Whether a column has a word in the first row and numbers, times or addresses below it."""
    for column, cell in enumerate(rows[0]):
        below = [row[column].strip(_EDGE) for row in rows[1:200] if len(row) > column]
        below = [text for text in below if text and text != "-"]
        counted = sum(text[0].isdigit() for text in below)
        if _WORD.fullmatch(cell.strip(_EDGE)) and len(below) > 1 and counted >= 0.9 * len(below):
            return all(cell[:1].isalpha() or cell[:1] in "_@" for cell in map(_bare, rows[0]))
    return False


def _bare(cell: str) -> str:
    return cell.strip(_EDGE)


def made_up(rows: list[list[str]], width: int) -> tuple[str, ...]:
    """Names for the columns of a table that has no header."""
    whole = [row for row in rows if len(row) == width]
    ranked = width == 2 and sum(row[0].strip().isdigit() for row in whole) * 10 >= len(whole) * 9
    if ranked and sum(is_domain(row[1]) for row in whole) * 2 >= len(whole):
        return ("rank", "domain")
    return ("domain",) if width == 1 else tuple(f"column_{i}" for i in range(1, width + 1))


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Clean column names; blank and repeated ones get a number.

    >>> unique(["domain", "", " domain"])
    ('domain', 'column_2', 'domain_2')
    """
    found: dict[str, None] = {}
    for number, given in enumerate(names, 1):
        name = base = one_line(given).strip(_EDGE) or f"column_{number}"
        copies = 1
        while name in found:
            copies += 1
            name = f"{base}_{copies}"
        found[name] = None
    return tuple(found)
