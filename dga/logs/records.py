"""Lines that name their own fields: key=value, LTSV, CEF, LEEF, and JSON behind a prefix.

A line goes in, its fields come out; one row of RECORD_LAYOUTS a layout. What stands before the
fields (syslog and its like) is kept as the field "prefix", its time as "prefix_time"; what stands
behind key=value pairs as "suffix".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import pyarrow as pa

from dga.logs import windows_xml
from dga.logs.bare_addresses import bare_addresses
from dga.logs.field_names import QUERY_PLAIN, QUERY_SURE
from dga.logs.heads import head_time, remembering
from dga.logs.paths import path_endings
from dga.tables.encodings import without_surrogates
from dga.tables.jsonrows import record

PAIRS: Final = "key-value"
PREFIX: Final = "prefix"
PREFIX_TIME: Final = "prefix_time"
SUFFIX: Final = "suffix"
TEXT: Final = "text"
EXTRA: Final = "extra"
LEAST_FIELDS: Final = 3
LEAST_SHARE: Final = 0.6  # of the sample's lines
MAX_LINE: Final = 65_536  # characters of a line that are looked at
MAX_FIELDS: Final = 500  # of one line
MAX_PREFIX: Final = 1_000
_PAIR = re.compile(
    r'(?:^|(?<=[\s,;|{(]))([A-Za-z_@][\w.@-]{0,63})=("(?:[^"\\]|\\.)*+"|[^\s",;|]*+)'
)
_LTSV = re.compile(r"^([A-Za-z_][\w.-]{0,63})[:=](.*)$", re.DOTALL)
_LABELLED = re.compile(
    r"(?:^|(?<=[\s,;]))([A-Za-z_][\w.-]{0,40}): (?![A-Za-z_][\w.-]{0,40}: )([^,;]{0,500})(?=[,;]|$)"
)
_LISTED = re.compile(r'([A-Za-z_][\w.-]{0,63}):"((?:[^"\\]|\\.)*+)"(?=[;\]]|$)')
_CELL = re.compile(r'"([A-Za-z_][\w.-]{0,63})=([^"]*+)"(?=,|$)')
_CEF_KEY = re.compile(r"(?:^|(?<=\s))([\w.\[\]-]{1,64})(?<!\\)=")
_ELEMENT = re.compile(r"\s*<[/?!]?[A-Za-z]")
_QUERIED = frozenset(name.removeprefix("=") for name in (*QUERY_SURE, *QUERY_PLAIN))
_BAR = re.compile(r"(?<!\\)\|")
_CEF_HEADER = ("vendor", "product", "version", "event_id", "name", "severity")
_ESCAPED = re.compile(r"\\([\\|=\"])")
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)

Fields = dict[str, str]


@dataclass(frozen=True)
class RecordLayout:
    """A way to write fields into a line: its name, what it is, a sample, and how it is read."""

    name: str
    title: str
    sample: str
    parse: Callable[[str], Fields | None]


def parse_pairs(line: str) -> Fields | None:
    """The fields of a line of key=value pairs; None where there are too few.

    >>> parse_pairs('date=2026-05-01 srcip=10.1.0.23 qname="a.example"')
    {'date': '2026-05-01', 'srcip': '10.1.0.23', 'qname': 'a.example'}
    """
    found: Fields = {}
    pairs = []
    for pair in _PAIR.finditer(line):
        pairs.append(pair)
        key, value = pair.groups()
        found.setdefault(key, _unquoted(value))
        if len(found) >= MAX_FIELDS:
            break
    if len(found) < LEAST_FIELDS:
        return None
    rest = line[pairs[-1].end() :].strip()
    told = {SUFFIX: rest} if "." in rest else {}
    return _with_prefix(line[: pairs[0].start()], {**told, **_between(line, pairs), **found})


def parse_ltsv(line: str) -> Fields | None:
    """The fields of a line of label:value or label=value pairs with tabs between."""
    parts = line.split("\t")
    if len(parts) < LEAST_FIELDS or len(parts) > MAX_FIELDS:
        return None
    pairs = [_LTSV.match(part) for part in parts]
    if sum(pair is not None for pair in pairs) < len(parts):
        return None
    return {pair[1]: pair[2] for pair in pairs if pair}


def parse_listed(line: str) -> Fields | None:
    """The fields of a line of label:"value" pairs with semicolons between.

    >>> parse_listed('1 - gw CheckPoint 1 - [a:"b"; src:"10.1.0.23"; q:"a.example"]')["src"]
    '10.1.0.23'
    """
    return _found(line, _LISTED, mark=":")


def parse_cells(line: str) -> Fields | None:
    """The fields of a line of cells in quotes, each a key=value pair.

    >>> parse_cells('"date=2026-05-01","srcip=10.1.0.23","hostname=a.example"')["hostname"]
    'a.example'
    """
    return _found(line, _CELL, mark="=") if line[:1] == '"' else None


def parse_labelled(line: str) -> Fields | None:
    """The fields of a line of `label: value` pairs with commas between.

    >>> parse_labelled("2026-05-01 client: 10.1.0.23, query: a.example, type: A")["query"]
    'a.example'
    """
    return _found(line, _LABELLED, mark=": ")


def _found(line: str, pair: re.Pattern[str], mark: str) -> Fields | None:
    """The fields that a pattern finds in a line; None where there are too few."""
    if line.count(mark) < LEAST_FIELDS:
        return None
    matches = list(islice(pair.finditer(line), MAX_FIELDS))
    if len(matches) < LEAST_FIELDS:
        return None
    found: Fields = {}
    for match in matches:
        found.setdefault(match[1], _plain(match[2]))
    return _with_prefix(
        line[: matches[0].start()].strip(" ["), {**_between(line, matches), **found}
    )


def _between(line: str, fields: Sequence[re.Match[str]]) -> Fields:
    """The addresses that stand in a line outside its fields."""
    starts = [*(field.start() for field in fields), len(line)]
    ends = [0, *(field.end() for field in fields)]
    outside = " ".join(line[end:start] for end, start in zip(ends, starts, strict=True))
    return bare_addresses(outside) if "." in outside or ":" in outside else {}


def parse_cef(line: str) -> Fields | None:
    """The fields of a line in ArcSight's Common Event Format; custom strings by their labels."""
    start = line.find("CEF:")
    parts = _BAR.split(line[start:], 7) if start >= 0 else []
    if len(parts) < 8:
        return None
    found = {
        f"cef_{name}": _plain(part) for name, part in zip(_CEF_HEADER, parts[1:], strict=False)
    }
    found |= _cef_extension(parts[7])
    return _with_prefix(line[:start], _labelled(found))


def parse_leef(line: str) -> Fields | None:
    """The fields of a line in QRadar's Log Event Extended Format."""
    start = line.find("LEEF:")
    parts = line[start:].split("|", 5) if start >= 0 else []
    if len(parts) < 6:
        return None
    extension = parts[5]
    delimiter = "\t"
    if parts[0].startswith("LEEF:2") and "|" in extension[:8]:
        given, _, extension = extension.partition("|")
        delimiter = _leef_delimiter(given)
    if delimiter not in extension:
        return _with_prefix(line[:start], {**_cef_extension(extension)})
    pairs = (part.partition("=") for part in extension.split(delimiter)[:MAX_FIELDS])
    return _with_prefix(
        line[:start], {key.strip(): value for key, equals, value in pairs if equals}
    )


def parse_prefixed_json(line: str) -> Fields | None:
    """The fields of a JSON object behind a prefix; None where the rest of the line is none.

    >>> parse_prefixed_json('May  1 10:00:01 ns1 zeek: {"query": "a.example"}')["query"]
    'a.example'
    """
    start = line.find("{")
    if not 0 < start < MAX_PREFIX:
        return None
    try:
        value, _ = _DECODER.raw_decode(line, start)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not value:
        return None
    return _with_prefix(line[:start], record(value))


def parse_json(text: str) -> Fields | None:
    """The fields of a JSON object; None for any other text."""
    text = text.strip()
    if not text.startswith("{"):
        return None
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return record(value) if isinstance(value, dict) and value else None


def parse_event_xml(line: str) -> Fields | None:
    """The fields of a Windows event in XML, with or without a prefix."""
    start = line.find("<Event")
    found = windows_xml.event_fields(line[start:]) if start >= 0 else None
    return _with_prefix(line[:start], found) if found else None


RECORD_LAYOUTS: Final = (
    RecordLayout(
        windows_xml.FORMAT, "Windows events as XML (Sysmon 22, DNS client and server)",
        windows_xml.SAMPLE, parse_event_xml,
    ),
    RecordLayout(
        "cef", "Common Event Format (ArcSight), with or without syslog",
        "May  1 10:00:01 gw CEF:0|Vendor|DNS|1.0|100|query|3|rt=1777629601000 src=10.1.0.23 "
        "destinationDnsDomain=xkqzvbnt.example cs1=NXDOMAIN cs1Label=ResponseCode", parse_cef,
    ),
    RecordLayout(
        "leef", "Log Event Extended Format (QRadar)",
        "May  1 10:00:01 gw LEEF:1.0|Vendor|DNS|1.0|query|src=10.1.0.23\tquery=xkqzvbnt.example"
        "\trcode=NXDOMAIN\tdevTime=2026-05-01T10:00:01Z", parse_leef,
    ),
    RecordLayout(
        "prefixed-json", "JSON behind a syslog or other prefix",
        'May  1 10:00:01 sensor zeek: {"ts": 1777629601.1, "id.orig_h": "10.1.0.23", "query": '
        '"xkqzvbnt.example", "rcode_name": "NXDOMAIN"}', parse_prefixed_json,
    ),
    RecordLayout(
        "ltsv", "LTSV: label:value with tabs between (dnscrypt-proxy and others)",
        "time:1777629601\thost:10.1.0.23\tmessage:xkqzvbnt.example\ttype:A\treturn:NXDOMAIN",
        parse_ltsv,
    ),
    RecordLayout(
        "listed", 'label:"value"; (Check Point Log Exporter), with or without syslog',
        '<134>1 2026-05-01T10:00:01Z gw1.corp.example.com CheckPoint 1 - [action:"Accept"; '
        'origin:"192.0.2.1"; time:"1777629601"; src:"10.1.0.23"; dst:"192.0.2.53"; '
        'dns_query:"xkqzvbnt.example"; rcode:"NXDOMAIN"]', parse_listed,
    ),
    RecordLayout(
        "cells", 'cells of "key=value" (FortiAnalyzer, FortiGate downloads)',
        '"itime=1777629601","devname=fw1.corp.example.com","type=utm","srcip=10.1.0.23",'
        '"qname=xkqzvbnt.example","rcode=NXDOMAIN"', parse_cells,
    ),
    RecordLayout(
        "labelled", "label: value with commas between, with or without syslog",
        "2026-05-01T10:00:01Z client: 10.1.0.23, query: xkqzvbnt.example, type: A, "
        "rcode: NXDOMAIN, server: ns1.corp.example.com", parse_labelled,
    ),
    RecordLayout(
        PAIRS, "key=value (FortiGate, Sophos, logfmt), with or without syslog",
        'date=2026-05-01 time=10:00:01 devname="fw1.corp.example.com" type="utm" subtype="dns" '
        'srcip=10.1.0.23 qname="xkqzvbnt.example" qtype="A" rcode="NXDOMAIN"', parse_pairs,
    ),
)  # fmt: skip


def find_record_layout(lines: Sequence[str]) -> RecordLayout | None:
    """The record layout that most of a file's first lines match; None if none matches enough."""
    sample = [line[:MAX_LINE] for line in lines if line.strip() and line[0] != "#"][:200]
    for known in RECORD_LAYOUTS:
        if sum(_fits(line, known) for line in sample) > LEAST_SHARE * len(sample):
            return known
    return None


def _fits(line: str, layout: RecordLayout) -> bool:
    """Whether a line names its fields, and is no row of a table that has such a line in a cell."""
    found = layout.parse(line) if line[0] != '"' or layout.parse is parse_cells else None
    if found and _ELEMENT.match(line) and layout.parse is not parse_event_xml:
        return any(path_endings(key)[0] in _QUERIED for key in found)  # attributes of markup
    return found is not None and found.get(PREFIX, "").count(",") < 2


def record_columns(lines: Sequence[str], layout: RecordLayout, *, more: bool) -> tuple[str, ...]:
    """The columns of a file: the fields of its first lines; `more`: one for those of others."""
    rows = [_row(line, layout) for line in lines if line.strip()]
    columns = record_columns_of(rows)
    return (*columns, _free(EXTRA, columns)) if more else tuple(columns)


def record_columns_of(rows: Iterable[Fields]) -> list[str]:
    """The fields of all rows, each once, in the order in which they come up."""
    return list(dict.fromkeys(key for row in rows for key in row))


def record_tables(
    blocks: Iterable[Sequence[str]], layout: RecordLayout, columns: tuple[str, ...], *, more: bool
) -> Iterator[pa.Table]:
    """The rows of a file, a table a block; fields that are no column are told in the last one."""
    known = columns[:-1] if more else columns
    names = frozenset(known)
    for lines in blocks:
        rows = [_row(line, layout) for line in lines if line.strip()]
        cells = [[row.get(column, "") for row in rows] for column in known]
        if more:
            cells.append([_others(row, names) if row.keys() - names else "" for row in rows])
        arrays = [pa.array(column, pa.large_string()) for column in cells]
        yield pa.table(arrays, names=list(columns))


def _row(line: str, layout: RecordLayout) -> Fields:
    found = layout.parse(line) if len(line) <= MAX_LINE else None
    return found if found is not None else {TEXT: line}


def _others(row: Fields, known: frozenset[str]) -> str:
    return " ".join(f"{key}={value}" for key, value in row.items() if key not in known)


def _free(name: str, taken: Iterable[str]) -> str:
    taken = set(taken)
    while name in taken:
        name += "_"
    return name


_head_time = remembering(head_time)


def _with_prefix(prefix: str, found: Fields) -> Fields:
    """Fields with what stands before them, if that is more than a list's mark."""
    prefix = prefix.strip()
    if not prefix:
        return found
    time = _head_time(prefix)
    told = {PREFIX_TIME: time} if time else {}
    return {PREFIX: prefix, **told, **found}


def _unquoted(value: str) -> str:
    if value[:1] != '"':
        return value
    value = value[1:-1] if len(value) > 1 else ""
    return _ESCAPED.sub(r"\1", value) if "\\" in value else value


def _cef_extension(text: str) -> Fields:
    keys = list(islice(_CEF_KEY.finditer(text), MAX_FIELDS))
    ends = [key.start() for key in keys[1:]] + [len(text)] * bool(keys)
    return {
        key[1]: _unquoted(_plain(text[key.end() : end].strip()))
        for key, end in zip(keys, ends, strict=True)
    }


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def _labelled(found: Fields) -> Fields:
    """Custom fields under the names that their labels give: cs1=x cs1Label=Query -> Query=x."""
    labels = {key[:-5]: value for key, value in found.items() if key.endswith("Label")}
    named: Fields = {}
    for key, value in found.items():
        label = labels.get(key, "")
        new = label if label and label not in found else key
        if not (key.endswith("Label") and key[:-5] in found):
            named[without_surrogates(new)] = value
    return named


def _leef_delimiter(given: str) -> str:
    if given[:1].lower() == "x" or given[:2].lower() == "0x":
        try:
            return chr(int(given.lower().removeprefix("0").removeprefix("x"), 16))
        except (ValueError, OverflowError):
            return "\t"
    return given or "\t"
