"""Addresses that stand between the fields of a line, as in `tcp 10.1.0.23 192.0.2.7`.

Text without its fields in, a field an address out. Left out are the machine that wrote the line,
and what a word before it tells to be a server or an answer: nobody who asked.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from dga.logs.field_names import SERVER_WORDS
from dga.logs.heads import head_time
from dga.logs.paths import words_of

FIELD: Final = "address"  # and a number: address_1, address_2
MAX_ADDRESSES: Final = 6  # of one line
_ADDRESS = re.compile(
    r"(?<![\w.=/-])(?:\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*[A-Za-z-])|(?:[0-9A-Fa-f]{0,4}:){3,7}[0-9A-Fa-f]{0,4}(?![\w:]))"
)
# Behind the time: a machine, its address before the name of a program.
_WRITER = re.compile(r"[\s\]]*(\S+)(?:\s+[\d.]{7,15}(?=\s+[A-Za-z][\w./-]{0,60}(?:\[\d+\])?:\s))?")
_BEFORE = re.compile(
    r"(?:([A-Za-z][\w-]{0,40})[\s:,]{1,3})?([A-Za-z][\w-]{0,40}|[-=]>|→|@)[\s:=,'\"(\[]{0,4}$"
)
_OTHERS = SERVER_WORDS | {
    "->", "=>", "→", "@", "to", "via", "is", "using", "through", "dns", "ns", "nameserver", "relay",
    "relayed", "forwarder", "forwarded", "forwarding", "forward", "recursor", "gateway", "gw",
    "proxy", "nat", "outside", "external", "wan", "public", "answer", "answers", "answered",
    "reply", "replied", "response", "responded", "resolved", "result", "returned", "rdata",
    "backend",
}  # fmt: skip
_JOINING = frozenset(("from", "by", "at", "of", "ip", "addr", "address", "was", "with", "host"))


def bare_addresses(text: str) -> dict[str, str]:
    """The addresses of a text, numbered in their order.

    >>> bare_addresses("May  1 10:00:01 192.0.2.1 Allow tcp 10.1.0.23 198.51.100.7 msg")
    {'address_1': '10.1.0.23', 'address_2': '198.51.100.7'}
    >>> bare_addresses("from inside:10.1.0.23/5353 (192.0.2.1/5353)")
    {'address_1': '10.1.0.23', 'address_2': '192.0.2.1'}
    >>> bare_addresses("10.1.0.23 forwarded to 192.0.2.53 answered by 192.0.2.54")
    {'address_1': '10.1.0.23'}
    """
    time = head_time(text)
    if time:
        text = _WRITER.sub(r"\1", text.partition(time)[2], count=1)
    writer = len(text.split(maxsplit=1)[0]) if time and text.strip() else 0
    asking = (
        match[0]
        for match in _ADDRESS.finditer(text, writer)
        if not _is_another(text[: match.start()])
    )
    found = islice(asking, MAX_ADDRESSES)
    return {f"{FIELD}_{number}": address for number, address in enumerate(found, 1)}


def _is_another(before: str) -> bool:
    """Whether the words before an address tell that nobody asked from there."""
    words = _BEFORE.search(before[-100:])
    if not words:
        return False
    return _tells_another(words[2]) or (
        words[2].lower() in _JOINING and bool(words[1]) and _tells_another(words[1])
    )


def _tells_another(word: str) -> bool:
    return word in _OTHERS or not _OTHERS.isdisjoint(words_of(word.rstrip("0123456789")))
