"""docs/formats.md from the tables of layouts: `python -m docs.formats` writes it again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dga.logs import field_names as names
from dga.logs.grammars import GRAMMARS
from dga.logs.products import CSV, PRODUCTS, content_of
from dga.logs.records import RECORD_LAYOUTS
from dga.logs.times import FORMATS
from dga.tables.lists import LISTS

PAGE = Path(__file__).with_name("formats.md")
HEAD = """\
# Formats

Every command and page that takes a file reads all of these, by what is in the file and never by
its name: `dga score FILE...`, `dga hosts FILE...`, `dga preview FILE`, Bulk, Hosts and
`dga.score_file`.

- **Packed or many**: gzip, bzip2, xz, Zstandard, zip, tar, folders, several paths. They are one
  stream in the order in which they are given; a folder's files come by name, rotated logs by age
  (`dns.log.2.gz`, `dns.log.1`, `dns.log`). The column `file` tells which row is from where.
- **Standard input** (`-`) is read as it comes: `tail -f dns.log | dga score -` answers each line.
- **Every row comes out**, in order. A line of a text log that is no look-up is a row with its text;
  the lines of one look-up are one row, whose column `lines` says which (`3-5`).
- **Which column holds the names** is chosen by the dictionary below, then by content. Columns of
  machines, sensors and accounts never win. The choice and its reason stand on standard error, in
  the preview and in the `read` of what `dga.score_file` returns; `--column` overrules it.
- **Times** without a zone are taken as UTC; those without a year get the year that does not put
  them into the future; a spreadsheet's days (`46143.4167`) are times in a column that is named so.
  **Answer codes** are names (`NXDOMAIN`), numbers (`3`), Windows's (`9003`) or words
  (`No such name`).

This page is written by `python -m docs.formats`; a test compares it with the tables.
"""
FILES = (
    ("Zeek", "tabs or any `#separator`; several logs in one file", "#fields\tts\tid.orig_h\tquery"),
    ("W3C extended logs", "proxies and web servers; `#Fields:` names the columns, in any order",
     "#Fields: date time c-ip cs-host"),
    ("Packet capture", "pcap and pcapng: DNS over UDP and TCP, TLS server names", "binary"),
    ("Pi-hole database", "`pihole-FTL.db`, SQLite, opened read-only", "binary"),
    ("CSV and its like", "comma, semicolon, tab, bar, blanks; `sep=;`; quotes doubled "
     "or behind backslashes; with or without a header; "
     "log lines or JSON in cells (`_raw`, `message`)", "time,client,query"),
    ("JSON", "lines, arrays, indented or joined objects, rows anywhere in a document, columns, "
     "records or lists under keys",
     '{"hits":{"hits":[{"_source":{"dns":{"question":{"name":"a.example"}}}}]}}'),
    ("Printed tables", "columns of fixed width under dashes (PowerShell, sqlite3); lists of fields "
     "(PowerShell, YAML, `\\G` of MySQL, `\\x` of psql)", "QueryName : xkqzvbnt.example"),
    ("Other logs", "a text log that no grammar below knows: the name, the client and the time by "
     "their places in the line", "2026-05-01 10:00:01 lookup of xkqzvbnt.example by 10.1.0.23"),
    ("SQL dumps", "`INSERT INTO ... VALUES` or `SET` of any server, PostgreSQL's `COPY`; columns "
     "from the statement or the `CREATE TABLE`",
     "INSERT INTO dns (client, qname) VALUES ('10.1.0.23','xkqzvbnt.example');"),
    ("Kusto", "`datatable`, `dynamic([...])` and `in (...)` in KQL; lists in the cells of CSV",
     'let bad = dynamic(["xkqzvbnt.example"]);'),
    ("Windows's DNS cache", "`ipconfig /displaydns` in any language, with the answer's code",
     "Record Name . . . . . : xkqzvbnt.example"),
    ("nslookup", "each reply's name, its addresses and code; never its server's own name",
     "** server can't find xkqzvbnt.example: NXDOMAIN"),
    ("HTML, XML", "a page's table of names, then every other name in its text; the repeated "
     "elements of a document (OpenIOC, PDML); entities are refused", "<td>xkqzvbnt.example</td>"),
    ("Parquet, workbooks", "`.parquet` (structs become columns); `.xlsx`, `.xlsb`, `.ods` (a sheet "
     "by name)", "binary"),
    ("Lists", "a name a line, ranked lists, hosts files, Markdown tables, free text with defanged "
     "names", "hxxps://xkqzvbnt[.]example/gate"),
    ("Intelligence", "STIX 2 bundles, MISP events and warning lists, ThreatFox, URLhaus, RPZ zones",
     "xkqzvbnt.example CNAME ."),
)  # fmt: skip
TIMES = tuple(known.sample for known in FORMATS)
ROLES = (
    ("queried name", (*names.QUERY_SURE, *names.QUERY_ALSO)),
    ("queried name, where the content agrees", names.QUERY_LIKELY),
    ("never the queried name", names.MACHINE),
    ("client", names.CLIENT_NAMES),
    ("client, where no address is told", names.CLIENT_MACHINES),
    ("answer code", names.RCODE_NAMES),
    ("time", names.TIME_NAMES),
    ("answers", names.ANSWER_NAMES),
    ("process", names.PROCESS_NAMES),
)


def page() -> str:
    """The page's text."""
    parts = [
        HEAD,
        "## Files\n",
        table(
            ("format", "what is read", "looks like"), ((f"{n}", a, code(s)) for n, a, s in FILES)
        ),
        "## Text logs of servers\n",
        *text_logs(),
        "## Lines that name their fields\n",
        *(
            f"**{known.title}** (`{known.name}`)\n\n{block([known.sample])}"
            for known in RECORD_LAYOUTS
        ),
        "## Exports and documents of products\n\nA field may stand at any depth.\n",
        *products(),
        "## Block lists and configurations\n",
        table(("kind", "what it is", "rule"), ((k.name, k.title, code(k.sample)) for k in LISTS)),
        "## Field names\n\nWritten without separators and in lower case: `dns.question.name` is "
        "`dnsquestionname`, and so is `_source.dns.question_name`. `=name` is a whole field's "
        "name, the others may end a longer one.\n",
        *(f"**{role}**: {', '.join(f'`{name}`' for name in listed)}\n" for role, listed in ROLES),
        "## Times\n",
        table(
            ("time",), [(code(known.sample),) for known in FORMATS] + [(code("1777629601.123"),)]
        ),
    ]
    return "\n".join(parts)


def text_logs() -> Iterator[str]:
    """The line grammars with the lines of each sample."""
    for grammar in GRAMMARS:
        yield f"**{grammar.title}** (`{grammar.name}`)\n"
        yield block([line for sample in grammar.samples for line in sample.lines])


def products() -> Iterator[str]:
    """The exports with one row each."""
    for product, (layout, fields, _) in PRODUCTS.items():
        rows = content_of(layout, fields).splitlines()
        shown = [rows[0], rows[2]] if layout == CSV else rows[1:2]
        yield f"**{product}**\n\n{block(shown)}"


def block(lines: list[str]) -> str:
    """Lines as they are."""
    return "```text\n" + "\n".join(lines) + "\n```\n"


def table(header: tuple[str, ...], rows: object) -> str:
    """A Markdown table."""
    lines = [header, ("---",) * len(header), *rows]  # type: ignore[misc]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines) + "\n"


def code(text: str) -> str:
    """A sample in a table's cell."""
    text = text.replace("|", "\\|").replace("\t", " ")
    return text if text == "binary" else f"`{text}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
