"""Which layout a file has: those that only logs have first, then whatever `dga.tables` reads.

`open_payload` is what `dga.tables.reading` calls with each file; a layout more is a function and
its row in LAYOUTS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from dga.errors import FeedError
from dga.logs import (
    blocks,
    captures,
    dns_cache,
    dnstap_yaml,
    kusto,
    nslookup,
    pihole_database,
    plain_log,
    records,
    sql_dump,
    text_log,
    w3c,
    web_page,
    windows_xml,
    xml_rows,
    zeek,
)
from dga.logs.live import LivePayload
from dga.tables import TableInfo, as_table
from dga.tables.encodings import is_binary, lines
from dga.tables.texttable import rows_at_once
from dga.tables.unpack import Payload

Opened = tuple[TableInfo, Iterator[pa.Table]]
ByLines = Callable[[Payload, Sequence[str]], Opened | None]
PROSE, SPACED = LOOSE = ("text", "spaced")  # the formats of what may be lines of a log
_NOT_TEXT = b"PAR1"
SNIFFED_BYTES = 4_096  # of a document's head
_MARKS = ("CEF:", "LEEF:", "<Event ", "<Event>")
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
    rb"<(?:!doctype html|html|table|body|head)[\s>]",
    re.I | re.S,
)
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!DOCTYPE)\s", re.I)
_JSON = re.compile(r"[\ufeff\s]*+(?:\{|\[\s*+(?:[\[{\"\]]|$))")


@dataclass
class LayoutFinder:
    """Opens files by their layouts and keeps the names of those layouts."""

    titles: list[str] = field(default_factory=list)

    def open_payload(self, payload: Payload) -> Opened:
        """The layout of a file and its rows; raises FeedError when it is no table."""
        opened = _by_head(payload) or _by_text(payload) or _markup(payload) or as_table(payload)
        if opened[0].format in LOOSE and not opened[0].header:
            opened = _plain_log(payload, opened[0].format) or opened
        if opened[0].format not in self.titles:
            self.titles.append(opened[0].format)
        return opened


def _markup(payload: Payload) -> Opened | None:
    """HTML pages and XML documents."""
    head = b"".join(payload.sample.pieces())[:SNIFFED_BYTES]
    if isinstance(payload, LivePayload) or not (_PAGE.match(head) or _XML.match(head)):
        return None
    blank = plain_info(payload, "", ("",))
    if _PAGE.match(head):
        return web_page.page_tables(payload, blank)
    return xml_rows.xml_tables(payload, blank)


def plain_info(payload: Payload, format: str, columns: Sequence[str]) -> TableInfo:
    """The layout of a file whose columns are known."""
    return TableInfo(
        format, payload.compression, payload.encoding, None, tuple(columns), False, payload.size
    )


def line_blocks(payload: Payload) -> Iterator[list[str]]:
    """The lines of a file, a list a block of about a megabyte."""
    return (lines(block) for block in payload.blocks())


def _by_head(payload: Payload) -> Opened | None:
    if captures.is_capture(payload.head):
        info = replace(plain_info(payload, captures.FORMAT, captures.COLUMNS), encoding="binary")
        return info, captures.capture_tables(payload)
    if pihole_database.is_database(payload.head):
        columns = pihole_database.COLUMNS
        info = replace(plain_info(payload, pihole_database.FORMAT, columns), encoding="binary")
        return info, pihole_database.database_tables(payload)
    return None


def _by_text(payload: Payload) -> Opened | None:
    head = b"".join(payload.sample.pieces())[:SNIFFED_BYTES]  # as UTF-8
    if payload.head.startswith(_NOT_TEXT) or is_binary(head.decode("latin-1")):
        return None
    first = payload.first_lines()
    opening = next((line for line in first if line.strip()), "")
    if _JSON.match(opening):
        return None
    if _PAGE.match(head):
        return None
    return next((opened for by in LAYOUTS if (opened := by(payload, first))), None)


def _zeek(payload: Payload, first: Sequence[str]) -> Opened | None:
    columns = zeek.zeek_columns(first, more=payload.goes_on)
    if columns is None:
        return None
    info = replace(plain_info(payload, zeek.FORMAT, columns), header=True, delimiter="\t")
    return info, zeek.zeek_tables(payload.blocks(most=rows_at_once(info)), info)


def _w3c(payload: Payload, first: Sequence[str]) -> Opened | None:
    columns = w3c.w3c_columns(first, more=payload.goes_on)
    if columns is None:
        return None
    info = replace(plain_info(payload, w3c.FORMAT, columns), header=True, delimiter=" ")
    return info, w3c.w3c_tables(line_blocks(payload), info)


def _dnstap_yaml(payload: Payload, first: Sequence[str]) -> Opened | None:
    if not dnstap_yaml.is_dnstap_yaml(first):
        return None
    info = plain_info(payload, dnstap_yaml.FORMAT, text_log.COLUMNS)
    return info, dnstap_yaml.yaml_tables(line_blocks(payload), _quiet(payload))


def _records(payload: Payload, first: Sequence[str]) -> Opened | None:
    known = records.find_record_layout(first)
    if known is None or _XML.match("".join(first[:1]).encode()):
        return None  # nothing, or a document whose elements have attributes
    columns = records.record_columns(first, known, more=payload.goes_on)
    info = plain_info(payload, known.name, columns)
    info = replace(info, surplus=payload.goes_on)
    rows = records.record_tables(line_blocks(payload), known, columns, more=payload.goes_on)
    return info, rows


def _dns_cache(payload: Payload, first: Sequence[str]) -> Opened | None:
    if not dns_cache.is_dns_cache(first):
        return None
    info = plain_info(payload, dns_cache.FORMAT, dns_cache.COLUMNS)
    return info, dns_cache.cache_tables(line_blocks(payload))


def _nslookup(payload: Payload, first: Sequence[str]) -> Opened | None:
    if not nslookup.is_nslookup(first):
        return None
    info = plain_info(payload, nslookup.FORMAT, nslookup.COLUMNS)
    return info, nslookup.reply_tables(line_blocks(payload))


def _kusto(payload: Payload, first: Sequence[str]) -> Opened | None:
    if isinstance(payload, LivePayload):
        return None
    if kusto.is_kql(first):
        return kusto.kql_tables(payload, plain_info(payload, kusto.FORMAT, kusto.COLUMNS))
    return as_table(kusto.quoted(payload)) if kusto.has_unquoted_lists(first) else None


def _sql(payload: Payload, first: Sequence[str]) -> Opened | None:
    if isinstance(payload, LivePayload) or not sql_dump.is_sql(first):
        return None
    return sql_dump.sql_tables(payload, plain_info(payload, sql_dump.FORMAT, ("",)))


def _windows_xml(payload: Payload, first: Sequence[str]) -> Opened | None:
    """Windows events as XML, of which many stand in a line, or one in many lines."""
    if isinstance(payload, LivePayload) or not windows_xml.is_windows_xml("\n".join(first[:20])):
        return None
    known = next(layout for layout in records.RECORD_LAYOUTS if layout.name == windows_xml.FORMAT)
    sample = [
        event for events in windows_xml.events_of(payload, head_only=True) for event in events
    ]
    columns = records.record_columns(sample, known, more=payload.goes_on)
    if not columns:
        return None
    info = replace(plain_info(payload, known.name, columns), surplus=payload.goes_on)
    events = windows_xml.events_of(payload)
    return info, records.record_tables(events, known, columns, more=payload.goes_on)


def _field_list(payload: Payload, first: Sequence[str]) -> Opened | None:
    """PowerShell's lists of fields, a record in many lines."""
    if isinstance(payload, LivePayload) or not blocks.is_field_list(first):
        return None
    known = records.RecordLayout(blocks.FORMAT, "", "", blocks.record_fields)
    sample = [text for texts in blocks.record_texts([first]) for text in texts]
    columns = records.record_columns(sample, known, more=payload.goes_on)
    info = replace(plain_info(payload, known.name, columns), surplus=payload.goes_on)
    texts = blocks.record_texts(line_blocks(payload))
    return info, records.record_tables(texts, known, columns, more=payload.goes_on)


def _structured(payload: Payload, first: Sequence[str]) -> Opened | None:
    """CEF, LEEF and XML, whose messages may hold a line of a server's text log."""
    marked = sum(any(mark in line[:200] for mark in _MARKS) for line in first[:50])
    return _records(payload, first) if marked * 2 > len(first[:50]) else None


def _text_log(payload: Payload, first: Sequence[str]) -> Opened | None:
    grammar = text_log.find_grammar(first)
    if grammar is None:
        return None
    info = plain_info(payload, grammar.name, text_log.COLUMNS)
    return info, text_log.text_tables(line_blocks(payload), grammar, _quiet(payload))


def _plain_log(payload: Payload, format: str) -> Opened | None:
    """A log of an unknown server, which is no prose: nearly all of its lines begin with a time.

    Words with blanks between are columns, unless they are requests of the web, or blanks stand
    within the time.
    """
    first = payload.first_lines()
    if format == SPACED and not plain_log.is_spaced_log(first):
        return None
    log = plain_log.find_plain_log(first)
    if log is None and plain_log.has_paths_alone(first):
        raise FeedError(
            f"{payload.name}: a web server's log, whose requests name no host; give a log with the "
            "asked hosts, such as a proxy's or a DNS server's"
        )
    if log is None:
        return None
    info = plain_info(payload, plain_log.FORMAT, plain_log.COLUMNS)
    return info, plain_log.plain_log_tables(line_blocks(payload), log)


def _quiet(payload: Payload) -> Callable[[], bool] | None:
    return payload.quiet if isinstance(payload, LivePayload) else None


LAYOUTS: tuple[ByLines, ...] = (
    _zeek, _w3c, _dnstap_yaml, _dns_cache, _nslookup, _kusto, _sql, _windows_xml, _structured,
    _text_log, _records, _field_list,
)  # fmt: skip
