"""Detect the format, delimiter, header and columns of a file from its first bytes."""

from __future__ import annotations

import csv
import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from dga.errors import FeedError
from dga.names.find import names_in
from dga.tables import lists, zones
from dga.tables.columns import domain_share, is_header, made_up, unique
from dga.tables.documents import document_rows, find_document
from dga.tables.encodings import is_binary
from dga.tables.escaped_quotes import doubled, has_escaped_quotes
from dga.tables.jsonrows import DAMAGED, array_items, line_record, record
from dga.tables.lists import find_list
from dga.tables.toml import is_toml
from dga.tables.unpack import Payload, damage_told

MAX_COLUMNS = 2_000
SAMPLE_ROWS = 1_000
MAX_RECORD_LINES = 64  # a longer quoted field counts as an unclosed quote
MAX_TITLES = 20  # lines above a header
RARE_DELIMITERS, RARE_WIDTH = "^~", 3
EXTRA = "extra"
TEXT_COLUMNS = ("line", "domain", "text")
_SEP = re.compile(r"sep=(.)", re.IGNORECASE)
_PARQUET = b"PAR1"
_DASHES = re.compile(r"\s*-{2,}(?: {1,200}-{2,})+\s*")
_HOSTS_ENTRY = re.compile(r"\s*\S+(?:\s+[\w*][\w.*-]*+)+\s*(?:#.*)?$")  # no log of web requests
_IDENTIFIER = re.compile(r"[A-Za-z_@#][\w .()/:-]{0,60}")
_JSON_ARRAY = re.compile(rb"\s*\[\s*[\[{\"\]]")


@dataclass(frozen=True)
class TableInfo:
    """What `sniff` found; `size` is the file's own, in bytes, before decompression.

    `skipped` counts the lines above the first row (comments and header); `surplus` says that the
    last column, "extra", gathers the fields of rows that are longer than the table is wide.
    `sheet`: of a workbook, which one is read of its `sheets`. `escaped`: whether a backslash stands
    before quotes within quoted fields.
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
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    escaped: bool = False


def layout(payload: Payload) -> TableInfo:
    """The layout of an opened file; raises FeedError if it is not a table."""
    blank = TableInfo("", payload.compression, payload.encoding, None, (), False, payload.size)
    if not payload.head.startswith(_PARQUET) and is_toml(payload.first_lines()):
        raise FeedError(
            f"{payload.name}: TOML, which is not read; convert its tables to JSON or CSV and give "
            "that"
        )
    info = _binary_or_json(payload, blank) or _text(payload, blank)
    if not 0 < len(info.columns) <= MAX_COLUMNS:
        raise FeedError(
            f"{payload.name}: {len(info.columns):,} columns; give a table with 1 to {MAX_COLUMNS:,}"
        )
    return info


def is_hosts_line(line: str) -> bool:
    """Whether a line is an address and names, as in /etc/hosts."""
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
        spaced = f'{delimiter} "' in line  # as in ThreatFox's exports
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=spaced))
    except csv.Error:  # a field longer than the csv module allows
        return line.split(delimiter)


def _binary_or_json(payload: Payload, blank: TableInfo) -> TableInfo | None:
    if payload.head.startswith(_PARQUET):
        with damage_told(payload.name), ExitStack() as stack:
            schema = pq.read_schema(payload.on_disk(stack))
        names = [path for field in schema for path in _paths(field.name, field.type)]
        return replace(blank, format="parquet", encoding="binary", columns=unique(names),
                       header=True)  # fmt: skip
    if document := find_document(payload):
        sample = islice(document_rows(payload.sample, document), SAMPLE_ROWS)
        return _json(payload, replace(blank, format=document.format), list(_until_damage(sample)))
    if _JSON_ARRAY.match(next(payload.sample.pieces())):
        rows = [record(value) for value in array_items(payload.sample, whole=False)]
        return _json(payload, replace(blank, format="json"), rows)
    return None


def _paths(path: str, kind: pa.DataType) -> Iterator[str]:
    """The columns that a field becomes: for a struct, the paths of its fields in order."""
    if pa.types.is_struct(kind):
        for field in kind:
            yield from _paths(f"{path}.{field.name}", field.type)
    else:
        yield path


def _until_damage(rows: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
    """The rows up to the end of the head; damage is reported when the whole file is read."""
    with suppress(FeedError):
        yield from rows


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
    """The layout with the columns of the head's rows; other columns of later rows go to the
    surplus."""
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
    fitting = sum(is_hosts_line(line) and bool(_HOSTS_ENTRY.match(line)) for line in sample)
    if not sample or fitting * 10 < len(sample) * 9 or _are_clients(sample):
        return None
    columns = ("address", "domain", EXTRA)
    return replace(blank, format="hosts", columns=columns, skipped=_above(lines), surplus=True)


def _are_clients(sample: list[str]) -> bool:
    """Whether lines are a client and a name that it asked for: several private addresses that come
    again, each time with one name.

    >>> _are_clients(["10.1.0.23 a.com", "10.1.0.24 b.net", "10.1.0.23 c.org"])
    True
    >>> _are_clients(["127.0.0.1 localhost", "0.0.0.0 a.com", "0.0.0.0 b.net"])
    False
    """
    pairs = [line.split() for line in sample]
    addresses = [ipaddress.ip_address(pair[0]) for pair in pairs if is_hosts_line(" ".join(pair))]
    inner = {one for one in addresses if one.is_private and not one.is_loopback and int(one)}
    paired = all(len(pair) == 2 for pair in pairs)
    return paired and 1 < len(inner) == len(set(addresses)) < len(addresses)


def _list_kind(payload: Payload, blank: TableInfo, lines: list[str]) -> TableInfo | None:
    kind = find_list(lines)
    return replace(blank, format=kind.name, columns=lists.COLUMNS) if kind else None


def _zone(payload: Payload, blank: TableInfo, lines: list[str]) -> TableInfo | None:
    return replace(blank, format="zone", columns=zones.COLUMNS) if zones.is_zone(lines) else None


def _markdown(payload: Payload, blank: TableInfo, lines: list[str]) -> TableInfo | None:
    """A Markdown table, if there is little text around it."""
    filled = [line for line in lines[:SAMPLE_ROWS] if line.strip()]
    at = next((i for i, line in enumerate(filled) if _is_rule(line)), 0)
    if not at or sum("|" in line for line in filled) < 0.8 * len(filled):
        return None
    columns = unique(markdown_cells(filled[at - 1]))
    skipped = lines.index(filled[at]) + 1
    return replace(blank, format="markdown", delimiter="|", columns=columns, skipped=skipped,
                   header=True)  # fmt: skip


def _fixed_width(payload: Payload, blank: TableInfo, lines: list[str]) -> TableInfo | None:
    """A table with dashes under its header, as PowerShell, sqlite3 and sqlcmd print it."""
    at = rule_place(lines)
    if at is None:
        return None
    starts = column_starts(lines[at])
    names = fixed_cells(lines[at - 1], starts)
    if at > 1 and lines[at - 2].strip():  # a header of two lines
        pairs = zip(fixed_cells(lines[at - 2], starts), names, strict=True)
        names = [" ".join(pair).strip() for pair in pairs]
    return replace(blank, format="fixed-width", columns=unique(names), skipped=at + 1, header=True)


def rule_place(lines: list[str]) -> int | None:
    """The index of the line of dashes under a header; None if the first lines have none."""
    for at, line in enumerate(lines[:MAX_TITLES]):
        if at and lines[at - 1].strip() and _DASHES.fullmatch(line):
            return at
    return None


def column_starts(rule: str) -> list[int]:
    """The start of each column, by a line of dashes."""
    return [dashes.start() for dashes in re.finditer("-+", rule)]


def fixed_cells(line: str, starts: list[int]) -> list[str]:
    """The cells of a line; a number longer than its header extends to the left.

    >>> fixed_cells("a.com  12345 x", [0, 9, 13]), fixed_cells("a.example 1", [0, 4])
    (['a.com', '12345', 'x'], ['a.example', '1'])
    >>> fixed_cells("abc       ghi", [0, 5, 10]), fixed_cells("ab", [0, 5])
    (['abc', '', 'ghi'], ['ab', ''])
    """
    cuts = [0, *starts[1:]]
    for at, start in enumerate(cuts[1:], 1):
        cut = min(start, len(line))
        if cut and line[cut - 1] != " " and cut == start:
            cut = line.rfind(" ", cuts[at - 1], start) + 1
            if not cut:  # the previous cell is longer than its column
                cut = line.find(" ", start)
        cuts[at] = cut if cut >= 0 else len(line)
    ends = [*cuts[1:], len(line)]
    return [line[first:last].strip() for first, last in zip(cuts, ends, strict=True)]


def _is_rule(line: str) -> bool:
    """Whether a line separates the header and the rows of a Markdown table."""
    return "|" in line and "--" in line and set(line) <= set("|-: \t\r")


def markdown_cells(line: str) -> list[str]:
    """The cells of a row of a Markdown table.

    >>> markdown_cells("| `a.com` | C2 |")
    ['a.com', 'C2']
    """
    text = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().strip("`*").strip() for cell in re.split(r"(?<!\\)\|", text)]


def _csv(payload: Payload, blank: TableInfo, lines: list[str]) -> TableInfo | None:
    named = _named_delimiter(lines)
    if named:
        lines = ["#", *lines[1:]]
    head = _first_row(lines)
    if head == len(lines):
        return None
    if has_escaped_quotes(lines[head:]):
        lines, blank = doubled("\n".join(lines)).split("\n"), replace(blank, escaped=True)
    records = _records(lines[head : head + SAMPLE_ROWS])
    delimiter = named or _delimiter([record for _, record in records])
    rows = [split(record, delimiter) for _, record in records]
    titles = _titles_above(rows)
    head += records[titles][0]
    records, rows = records[titles:], rows[titles:]
    sample = [record for _, record in records]
    header = is_header(rows)
    above = None if header else _commented_header(lines[:head], delimiter, rows)
    width = Counter(map(len, rows)).most_common(1)[0][0]
    if above is not None or header:
        columns = unique(above or rows[0])
        width = len(columns)
    else:
        columns = made_up(rows, width)
        if info := _names_or_text(blank, rows, sample):
            return info
    surplus = any(len(row) > width and any(row[width:]) for row in rows)
    return replace(
        blank, format="csv" if delimiter else "list", delimiter=delimiter,
        header=header or above is not None, columns=_widened(columns, surplus),
        skipped=head + 1 + sample[0].count("\n") if header else _above(lines), surplus=surplus,
    )  # fmt: skip


def _records(lines: list[str]) -> list[tuple[int, str]]:
    """The non-blank lines with their positions; the lines of a quoted field count as one, as for
    the reader of the rows."""
    found: list[tuple[int, str]] = []
    at = 0
    while at < len(lines):
        used = _spanned(lines[at : at + MAX_RECORD_LINES])
        record = "\n".join(lines[at : at + used])
        if record.strip():
            found.append((at, record))
        at += used
    return found


def _spanned(lines: list[str]) -> int:
    """The number of lines of the first record: more than one if a quoted field spans lines."""
    quotes = 0
    for used, line in enumerate(lines, 1):
        quotes += line.count('"')
        if quotes % 2 == 0:
            return used
    return 1


def _titles_above(rows: list[list[str]]) -> int:
    """The number of rows above the header, such as a title, which are narrower than the table."""
    width = Counter(map(len, rows)).most_common(1)[0][0]
    for at, row in enumerate(rows[:MAX_TITLES]):
        if len(row) == width and sum(bool(cell.strip()) for cell in row) * 2 > width:
            return at if at and width > 1 and is_header(rows[at:]) else 0
    return 0


def _named_delimiter(lines: list[str]) -> str | None:
    """The delimiter declared for Excel in the first line: `sep=;`."""
    named = _SEP.fullmatch(lines[0].strip("\ufeff\r")) if lines else None
    return named[1] if named else None


def _commented_header(
    above: list[str], delimiter: str | None, rows: list[list[str]]
) -> list[str] | None:
    """The column names, if the last comment above the rows contains them."""
    comments = [line.lstrip("#; ").strip() for line in above if line.strip("#; \t")]
    if not delimiter or not comments:
        return None
    names = split(comments[-1].removeprefix("Fields:").strip(), delimiter)
    names = [name.strip().strip('"').strip() for name in names]
    width = Counter(map(len, rows)).most_common(1)[0][0]
    if len(names) < 2 or len(names) != width or not all(map(_IDENTIFIER.fullmatch, names)):
        return None
    return names


def _names_or_text(blank: TableInfo, rows: list[list[str]], sample: list[str]) -> TableInfo | None:
    """The layout of rows that are not delimited: columns separated by spaces, several names per
    line, or free text with names."""
    best = max(domain_share(row[i] for row in rows if len(row) > i) for i in range(len(rows[0])))
    spaced = [split_spaced(line) for line in sample]
    if len(rows[0]) == 1 and (info := _spaced(blank, spaced)):
        return info
    text = replace(blank, format="text", columns=TEXT_COLUMNS)
    if best < 0.5 and not _are_names(rows):
        return text if _is_prose(sample) else None
    return text if _are_names(rows) else None


def _are_names(rows: list[list[str]]) -> bool:
    """Whether all cells are names, or hold one where there is a single row, as in a program."""
    cells = [cell for row in rows for cell in row if cell.strip()]
    if len(rows) == 1 < len(rows[0]):
        return all(names_in(cell) for cell in cells)
    return len(rows[0]) > 1 and domain_share(cells) >= 0.9


def _is_prose(sample: list[str]) -> bool:
    """Whether most lines have several words, with names among them."""
    several = [line for line in sample if len(line.split(None, 2)) > 1]
    return len(several) * 2 >= len(sample) and any(names_in(line) for line in several[:200])


def _spaced(blank: TableInfo, rows: list[list[str]]) -> TableInfo | None:
    """Columns separated by spaces: nearly all rows have the same number, and one column has
    names."""
    width, times = Counter(map(len, rows)).most_common(1)[0]
    if width < 2 or times < 0.9 * len(rows):
        return None
    whole = [row for row in rows if len(row) == width]
    shares = [domain_share(row[i] for row in whole[:SAMPLE_ROWS]) for i in range(width)]
    if max(shares) < 0.5 or sum(shares) > width - 0.5:
        return None
    header = is_header(rows)
    columns = unique(rows[0]) if header else made_up(rows, width)
    return replace(blank, format="spaced", delimiter=" ", columns=columns, header=header)


def split_spaced(line: str) -> list[str]:
    """The fields of a line separated by spaces; fields with spaces are quoted."""
    if '"' not in line:
        return line.split()
    try:
        cells = next(csv.reader([line.replace("\t", " ")], delimiter=" ", skipinitialspace=True))
    except csv.Error:  # a field longer than the csv module allows
        return line.split()
    return [cell for cell in cells if cell]


def _delimiter(lines: list[str]) -> str | None:
    """The character that splits most lines into the same number of fields; None for a plain
    list."""
    best: tuple[float, int, str | None] = (0.5, 1, None)
    for delimiter in ",\t;|":
        if delimiter == "|" and lines[0].startswith("||"):  # an ad blocker's rule: ||host^
            continue
        counts = Counter(len(split(line, delimiter)) for line in lines)
        width, times = max(counts.items(), key=lambda item: (item[0] > 1, item[1]))
        if width > 1:
            best = max(best, (times / len(lines), width, delimiter), key=lambda b: b[:2])
    quoted = sum(line.startswith('"') and line.rstrip().endswith('"') for line in lines)
    return best[2] or _rare_delimiter(lines) or ("," if quoted * 2 > len(lines) else None)


def _rare_delimiter(lines: list[str]) -> str | None:
    """A delimiter that other texts hold too: it must cut every line into as many fields."""
    for delimiter in RARE_DELIMITERS:
        widths = {len(split(line, delimiter)) for line in lines}
        if len(lines) > 1 and len(widths) == 1 and min(widths) >= RARE_WIDTH:
            return delimiter
    return None


def _first_row(lines: list[str]) -> int:
    """The number of comment and blank lines above the first row."""
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
    _zeek, _json_lines, _fixed_width, _hosts, _list_kind, _zone, _markdown, _csv,
)  # fmt: skip
