"""dnstap as YAML (`dnstap -y`, `dnstap-read -y`): a document a message, parted by `---`.

Read line by line, not as YAML: the documents of a server are all alike, and any other line of one
is no matter. Queries and answers are joined as in text logs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import pyarrow as pa

from dga.logs.grammar import ANSWERED, ASKED, NOTE, Grammar, LineKind, LinePattern
from dga.logs.joining import Groups, Joiner
from dga.logs.text_log import rows_table

FORMAT: Final = "dnstap-yaml"
SNIFFED_LINES: Final = 60
MAX_LINES: Final = 2_000  # of one document that are looked at
SAMPLE: Final = """\
type: MESSAGE
identity: "ns1.corp.example"
message:
  type: CLIENT_RESPONSE
  query_time: !!timestamp 2026-05-01 10:00:01.123
  response_time: !!timestamp 2026-05-01 10:00:01.126
  socket_protocol: UDP
  query_address: 10.1.0.23
  query_port: 5353
  response_message: |
    ;; opcode: QUERY, status: NXDOMAIN, id: 812
    ;; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 0

    ;; QUESTION SECTION:
    ;xkqzvbnt.example.\tIN\t A
---
"""
_GRAMMAR = Grammar(FORMAT, "dnstap as YAML", (), (), key=("client", "id"))
_PATTERNS = {kind: LinePattern(re.compile(""), kind) for kind in (ASKED, ANSWERED, NOTE)}
_FIELD = re.compile(r"^ {2,}(type|query_time|response_time|query_address|query_port): (?:!!\w++ )?"
                    r"[\"']?([^\"']{1,100})")  # fmt: skip
_STATUS = re.compile(r"\b(?:status|rcode): ([A-Z]{4,9})\b")
_IDENTITY = re.compile(r"\bid: *(\d{1,5})\b")
# ";name. IN A" of dig's notation, "- 'name. IN A'" of BIND's YAML.
_QUESTION = re.compile(
    r"^ *(?:;|- ['\"]?)([^\s;'\"]++)\s++(?:IN|CH|HS|ANY)\s++[A-Z0-9]{1,10}['\"]?\s*$"
)


def is_dnstap_yaml(lines: Sequence[str]) -> bool:
    """Whether a file's first lines are such documents."""
    first = lines[:SNIFFED_LINES]
    return any(line.startswith("type: MESSAGE") for line in first) and any(
        line.startswith("message:") for line in first
    )


def yaml_tables(
    blocks: Iterable[Sequence[str]], quiet: Callable[[], bool] | None = None
) -> Iterator[pa.Table]:
    """The look-ups, a table a block of lines and one at the end; see `text_log.text_tables`."""
    joiner, document = Joiner(_GRAMMAR), _Document()
    number = 0
    for lines in blocks:
        for line in lines:
            number += 1
            if line.startswith("---"):
                document.give(number, joiner)
                document = _Document()
            else:
                document.add(line)
        yield rows_table(joiner.ready(final=quiet is not None and quiet()))
    document.give(number, joiner)
    yield rows_table(joiner.ready(final=True))


class _Document:
    """What is known of one message."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}
        self._lines = 0
        self._question = self._status = self._identity = ""

    def add(self, line: str) -> None:
        self._lines += 1
        if self._lines > MAX_LINES or len(line) > 1_000:
            return
        if match := _FIELD.match(line):
            self._fields.setdefault(match[1], match[2].strip())
        elif not self._question and (match := _QUESTION.match(line)):
            self._question = match[1]
        self._status = self._status or _first(_STATUS, line)
        self._identity = self._identity or _first(_IDENTITY, line)

    def give(self, line: int, joiner: Joiner) -> None:
        """Hand the message to the joiner, under the number of its last line."""
        if not self._question:
            return
        kind = self._kind()
        groups: Groups = {
            "client": self._fields.get("query_address") if kind != NOTE else None,
            "query": self._question,
            "id": f"{self._identity}.{self._fields.get('query_port', '')}",
            "rcode": self._status if kind == ANSWERED else None,
        }
        time = self._fields.get("query_time") or self._fields.get("response_time") or ""
        joiner.packet(line, groups, _PATTERNS[kind], time)

    def _kind(self) -> LineKind:
        """Only what clients ask counts, not what the server asks others for them."""
        kind = self._fields.get("type", "")
        if kind.startswith(("RESOLVER", "FORWARDER")):
            return NOTE
        return ANSWERED if kind.endswith("RESPONSE") else ASKED


def _first(pattern: re.Pattern[str], line: str) -> str:
    match = pattern.search(line)
    return match[1] if match else ""
