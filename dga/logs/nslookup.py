"""nslookup's output: the names that it answers, never its DNS server's own.

Each reply begins with the server's name and address; names behind it, those of failures and those
at the prompt are look-ups. An alias was asked where a reply names one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import pyarrow as pa

from dga.logs.field_names import ANSWERS, QUERY, RCODE
from dga.logs.paths import is_address
from dga.logs.rcodes import rcode_name

FORMAT: Final = "nslookup"
TEXT: Final = "text"
COLUMNS: Final = (QUERY, RCODE, ANSWERS, TEXT)
SNIFFED_LINES: Final = 100
MAX_ANSWERS: Final = 400  # characters
_SERVER = re.compile(r"(?:> ?)*(?:Default )?Serv(?:er|eur|idor)\s{0,20}:\s+(\S+)")
_ADDRESS = re.compile(r"(?:Address(?:es)?\s{0,20}:)?\s+([0-9A-Fa-f.:]{2,45})(?:#\d+)?\s*$")
_ASKED = re.compile(
    r"(?:> ?|.{0,200}?[>$#%] ?nslookup(?:\.exe)? +(?:-\S+ +)*)([\w*.-]{1,255})(?: +\S+)?\s*$"
)
_NAME = re.compile(r"(?:> ?)*(?:Name|Nom|Nombre|Nome)\s{0,20}:\s+(\S+)\s*$")
_ALIAS = re.compile(r"Alias(?:es)?\s{0,20}:\s+(\S+)\s*$")
_RECORD = re.compile(
    r"(\S{1,255})\s+(?:canonical name|name|nameserver|text|mail exchanger|MX preference)"
    r"\s*= ?(.*)$"
)
_MISSED = re.compile(r"(?:find|for) ([\w*.-]{1,255}): ")
_DOTTED = re.compile(r"[\w*-]{1,63}(?:\.[\w*-]{1,63})+")
_FAILURE = re.compile(r"(?:> ?)*\*{2,3} ")
_CODE = re.compile(r":\s*(\S[^:]*)$")


class _Replies:
    """The look-ups of lines that come one after the other."""

    def __init__(self) -> None:
        self._server = self._asked = self._target = ""
        self._of_server = False  # whether an address would be the server's
        self._row: list[str] = []
        self._rows: list[list[str]] = []

    def add(self, line: str) -> None:
        """Read one line."""
        if server := _SERVER.match(line):
            self._close()
            self._server, self._of_server = server[1], True
        elif _FAILURE.match(line):
            self._fail(line)
        elif name := _NAME.match(line) or _RECORD.match(line):
            self._name(name)
        elif (alias := _ALIAS.match(line)) and self._row:
            self._answer(self._row[0])
            self._row[0] = alias[1]
        elif (address := _ADDRESS.match(line)) and self._row and not self._of_server:
            self._answer(address[1])
        elif asked := _ASKED.match(line):
            self.end()
            self._asked = asked[1]

    def end(self) -> None:
        """Finish the look-up at hand; one without a reply is a row too."""
        self._close()
        if "." in self._asked and not is_address(self._asked):
            self._rows.append([self._asked, "", "", ""])
        self._asked = ""

    def take(self) -> list[list[str]]:
        """The finished look-ups."""
        rows, self._rows = self._rows, []
        return rows

    def _name(self, found: re.Match[str]) -> None:
        self._of_server = False
        name, target = found[1], (found[2].rstrip(".") if found.re is _RECORD else "")
        if self._row and name not in (self._row[0], self._target):
            if found.re is _RECORD:  # of the servers, behind the answer
                return
            self._close()
        self._row = self._row or [name, "NOERROR", "", ""]
        self._target = target
        self._asked = ""
        self._answer(target)

    def _fail(self, line: str) -> None:
        """A row of what could not be found: the name that is not the server's, or was asked."""
        self._close()
        code = _CODE.search(line)
        rcode = rcode_name(code[1].rstrip(". ")) if code else None
        dotted = [name for name in _DOTTED.findall(line) if name != self._server]
        name = next(filter(None, [*_MISSED.findall(line), self._asked, *dotted]), "")
        self._rows.append([name, rcode or "", "", line.strip()])
        self._asked, self._of_server = "", False

    def _answer(self, text: str) -> None:
        if text and len(self._row[2]) < MAX_ANSWERS:
            self._row[2] = f"{self._row[2]},{text}".lstrip(",")

    def _close(self) -> None:
        self._rows += [self._row] if self._row else []
        self._row, self._target = [], ""


def is_nslookup(lines: Sequence[str]) -> bool:
    """Whether lines are replies: a server over its address, and a name or a failure behind it.

    >>> is_nslookup(["Server:  ns.example", "Address:  192.0.2.53", "", "Name:  a.com"])
    True
    """
    sample = [line for line in lines if line.strip()][:SNIFFED_LINES]
    told = any(_NAME.match(line) or _FAILURE.match(line) for line in sample)
    pairs = pairwise(sample)
    return told and any(_SERVER.match(one) and _ADDRESS.match(two) for one, two in pairs)


def reply_tables(blocks: Iterable[Sequence[str]]) -> Iterator[pa.Table]:
    """The look-ups, in order, with the columns of COLUMNS."""
    replies = _Replies()
    for lines in blocks:
        for line in lines:
            replies.add(line.rstrip())
        yield _table(replies.take())
    replies.end()
    yield _table(replies.take())


def _table(rows: Sequence[Sequence[str]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    return pa.table([pa.array(c, pa.large_string()) for c in columns], names=list(COLUMNS))
