"""Sniffing: from a payload's head to its format, delimiter, header and columns."""

from __future__ import annotations

import csv
import ipaddress
import re
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pyarrow.parquet as pq

from dga.errors import FeedError
from dga.tables.jsonrows import DAMAGED, array_items, line_record, record
from dga.tables.naming import is_header, made_up, unique
from dga.tables.opening import Payload, damage_told
from dga.tables.text import is_binary

MAX_COLUMNS = 2_000
SAMPLE_ROWS = 1_000
EXTRA = "extra"
_JSON_ARRAY = re.compile(rb"\s*\[\s*[\[{\"\]]")


@dataclass(frozen=True)
class TableInfo:
    """What `sniff` found; `size` is the file's own, in bytes, before decompression.

    `skipped` counts the lines above the first row (comments and header); `surplus` says that the
    last column, "extra", gathers the fields of rows that are longer than the table is wide.
    """

    format: str
    compression: str
    encoding: str
    delimiter: str | None
    columns: tuple[str, ...]
    header: bool
    size: int
    skipped: int = 0
    surplus: bool = False


def layout(payload: Payload) -> TableInfo:
    """The layout of an opened file; raises FeedError when it is no table."""
    blank = TableInfo("", payload.compression, payload.encoding, None, (), False, payload.size)
    info = _binary_or_json(payload, blank) or _text(payload, blank)
    if not 0 < len(info.columns) <= MAX_COLUMNS:
        raise FeedError(
            f"{payload.name}: {len(info.columns):,} columns; give a table with 1 to {MAX_COLUMNS:,}"
        )
    return info


def is_hosts_line(line: str) -> bool:
    """Whether a line has an address and a name, as in /etc/hosts."""
    address, _, rest = line.strip().replace("\t", " ").partition(" ")
    try:
        return bool(ipaddress.ip_address(address.partition("%")[0]) and rest.strip())
    except ValueError:
        return False


def split(line: str, delimiter: str | None) -> list[str]:
    """The fields of one line."""
    if delimiter is None:
        return [line]
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:  # a field longer than the csv module allows
        return line.split(delimiter)


def _binary_or_json(payload: Payload, blank: TableInfo) -> TableInfo | None:
    if payload.head.startswith(b"PAR1"):
        with damage_told(payload.name), ExitStack() as stack:
            names = pq.read_schema(payload.on_disk(stack)).names
        return replace(blank, format="parquet", encoding="binary", columns=unique(names),
                       header=True)  # fmt: skip
    if _JSON_ARRAY.match(next(payload.sample.pieces())):
        rows = [record(value) for value in array_items(payload.sample, whole=False)]
        return _json(payload, replace(blank, format="json"), rows)
    return None


def _text(payload: Payload, blank: TableInfo) -> TableInfo:
    lines = payload.first_lines()
    if is_binary("\n".join(lines[:SAMPLE_ROWS])):
        raise FeedError(
            f"{payload.name}: binary data, not text; give CSV, JSON lines, Parquet or a list"
        )
    for recognise in _TEXT_LAYOUTS:
        if info := recognise(payload, blank, lines):
            return info
    raise FeedError(f"{payload.name}: only comments in it; give a file with at least one row")


def _zeek(payload: Payload, blank: TableInfo, lines: list[str]) -> TableInfo | None:
    for at, line in enumerate(lines[:50]):
        if line.startswith("#fields\t"):
            behind = (i for i in range(at, len(lines)) if not lines[i].startswith("#"))
            skipped = next(behind, len(lines))
            columns = unique(line.split("\t")[1:])
            return replace(blank, format="zeek", delimiter="\t", columns=columns, skipped=skipped,
                           header=True)  # fmt: skip
    return None


def _json_lines(payload: Payload, blank: TableInfo, lines: list[str]) -> TableInfo | None:
    sample = [line for line in lines if line.strip()]
    if not sample or not sample[0].lstrip().startswith("{"):
        return None
    rows = [line_record(line) for line in sample]
    if sum(DAMAGED in row for row in rows) * 2 > len(rows):
        raise FeedError(f"{payload.name}: broken JSON; give an array or one object a line")
    return _json(payload, replace(blank, format="json-lines"), rows)


def _json(payload: Payload, info: TableInfo, rows: list[dict[str, str]]) -> TableInfo:
    """The columns are those of the head's rows; what later rows add goes to the surplus."""
    columns = dict.fromkeys(key for row in rows for key in row)
    surplus = columns.pop(DAMAGED, 0) is None or payload.goes_on
    if not columns:
        raise FeedError(
            f"{payload.name}: JSON without a single row or field; give rows with a domain"
        )
    if "event_type" in columns and any(column.startswith("dns.") for column in columns):
        info = replace(info, format="suricata-eve")
    elif columns.keys() >= {"query", "id.orig_h"}:
        info = replace(info, format="zeek-json")
    return replace(info, columns=_widened(tuple(columns), surplus), surplus=surplus)


def _hosts(payload: Payload, blank: TableInfo, lines: list[str]) -> TableInfo | None:
    sample = [line for line in lines[:SAMPLE_ROWS] if line.strip() and line[0] != "#"]
    if not sample or sum(map(is_hosts_line, sample)) * 10 < len(sample) * 9:
        return None
    columns = ("address", "domain", EXTRA)
    return replace(blank, format="hosts", columns=columns, skipped=_above(lines), surplus=True)


def _csv(payload: Payload, blank: TableInfo, lines: list[str]) -> TableInfo | None:
    head = _first_row(lines)
    if head == len(lines):
        return None
    sample = [line for line in lines[head : head + SAMPLE_ROWS] if line.strip()]
    delimiter = _delimiter(sample)
    rows = [split(line, delimiter) for line in sample]
    header = is_header(rows)
    width = len(rows[0]) if header else Counter(map(len, rows)).most_common(1)[0][0]
    columns = unique(rows[0]) if header else made_up(rows, width)
    surplus = any(len(row) > width and any(row[width:]) for row in rows)
    return replace(
        blank, format="csv" if delimiter else "list", delimiter=delimiter, header=header,
        columns=_widened(columns, surplus), skipped=head + 1 if header else _above(lines),
        surplus=surplus,
    )  # fmt: skip


def _delimiter(lines: list[str]) -> str | None:
    """The character that cuts most lines into the same number of fields, None for a list."""
    best: tuple[float, int, str | None] = (0.5, 1, None)
    for delimiter in ",\t;|":
        if delimiter == "|" and lines[0].startswith("||"):  # an ad blocker's rule: ||host^
            continue
        counts = Counter(len(split(line, delimiter)) for line in lines)
        width, times = max(counts.items(), key=lambda item: (item[0] > 1, item[1]))
        if width > 1:
            best = max(best, (times / len(lines), width, delimiter), key=lambda b: b[:2])
    return best[2]


def _first_row(lines: list[str]) -> int:
    """How many comment and blank lines stand above the first row."""
    return next((i for i, line in enumerate(lines) if line.strip() and line[0] != "#"), len(lines))


def _above(lines: list[str]) -> int:
    """How many lines above the first row are none: blank ones only together with comments."""
    head = _first_row(lines)
    return head if any(line.startswith("#") for line in lines[:head]) else 0


def _widened(columns: tuple[str, ...], surplus: bool) -> tuple[str, ...]:
    extra = EXTRA
    while extra in columns:
        extra += "_"
    return (*columns, extra) if surplus else columns


_TEXT_LAYOUTS: tuple[Callable[[Payload, TableInfo, list[str]], TableInfo | None], ...] = (
    _zeek, _json_lines, _hosts, _csv,
)  # fmt: skip
