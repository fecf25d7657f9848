"""Columns of a log by their names and cells: the endings of a path, the dictionary, shares.

The smallest pieces of `dga.logs.fields` and `dga.logs.client_choice`; nothing here chooses.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

MOSTLY = 0.5  # of the filled cells, before a column is taken by its content
NEARLY_ALL = 0.8
SEPARATORS = re.compile(r"[^\w@]+|_+")
_UNIT = re.compile(
    r"\s*[\[(](?:utc|local time|gmt|custom)[\])]\s*$|\.keyword\b.*$|: (?:de|a)scending\s*$|\{\}"
    r"|:(?:string|datetime|int|long|dynamic|real|bool|guid)$"  # Kusto's types
    r"|^(?:top|bottom) (?:\d+ )?(?:unusual )?values of "
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ACCENTS = re.compile("[\u0300-\u036f]")
_LEAST_CAMEL = 7  # letters of a name that may end a word in CamelCase
# An address in quotes, brackets or a list, with a port, a host or an IPv6 zone behind it.
IPV4 = (
    r"^[\s'\"\[]*(?:[A-Za-z][\w-]*:)?(?:(?:[A-Za-z][\w.-]*)?/)?(?:::ffff:)?"
    r"(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?:[:#/(,;\s'\"\]].*)?$"
)
IPV6 = (
    r"^[\s'\"]*\[?([0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)(?:%[\w.-]*)?(?:\](?::\d+)?|#\d+)?"
    r"(?:\s+[(\[<][^()]*[)\]>])?[\s'\"]*$"
)
# An address in brackets behind the machine's name, which has a letter.
BESIDE_MACHINE = (
    r"^\s*[\d_.\\$@-]*[A-Za-z][\w.\\$@-]*\s*[(\[<]\s*"
    r"(\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)(?:%[\w.-]*)?\s*[)\]>]\s*$"
)
_BESIDE_MACHINE = re.compile(BESIDE_MACHINE)
_ADDRESS = (re.compile(IPV4), re.compile(IPV6))


@dataclass(frozen=True)
class Choice:
    """The columns of one role, the first filled one of a row counts, and why they were chosen.

    `sure` is false where nothing better was there: a log line in a cell would be. `clock` is the
    column of the clock where those of a time hold days alone.
    """

    columns: tuple[str, ...]
    reason: str
    sure: bool = True
    clock: str = ""

    @property
    def column(self) -> str:
        """The column that holds most of the role."""
        return self.columns[0]


def is_address(text: str) -> bool:
    """Whether a text is an IP address, also one with a port or a zone behind.

    >>> is_address("10.1.0.23"), is_address("[fe80::1%eth0]:53"), is_address("1.2.3")
    (True, True, False)
    """
    return _is_address(text.strip())


@lru_cache(65_536)
def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(plain_address(text)))
    except ValueError:
        return False


@lru_cache(65_536)
def plain_address(text: str) -> str:
    """An address without quotes, brackets, port and zone; any other text stays."""
    for pattern in _ADDRESS:
        if match := pattern.match(text):
            return match[1]
    return text


def client_address(text: str) -> str:
    """The address in a client's cell, also one behind the machine's name; any other text stays.

    >>> client_address("ws7 (10.1.0.23)"), client_address("10.1.0.23 (ws7)"), client_address("ws7")
    ('10.1.0.23', '10.1.0.23', 'ws7')
    """
    beside = _BESIDE_MACHINE.match(text)
    return beside[1] if beside else plain_address(text.strip())


@lru_cache(4_096)
def path_endings(column: str) -> tuple[str, ...]:
    """The endings of a column's path, longest first, in lower case without separators.

    >>> path_endings("dns.question.name")
    ('dnsquestionname', 'questionname', 'name')
    """
    column = _without_accents(column)
    text = _UNIT.sub("", column.strip().lower())
    parts = [part for part in SEPARATORS.split(text) if part]
    endings = ["".join(parts[at:]) for at in range(len(parts))]
    return tuple(dict.fromkeys(endings)) or ("",)


@lru_cache(4_096)
def camel_endings(column: str) -> tuple[str, ...]:
    """The endings of a name in CamelCase that have enough letters to say something.

    >>> camel_endings("VendorDnsReplyCode")
    ('dnsreplycode', 'replycode')
    """
    words = _CAMEL.sub(" ", _without_accents(column).strip()).lower().split()
    endings = ("".join(words[at:]) for at in range(1, len(words)))
    return tuple(ending for ending in endings if len(ending) >= _LEAST_CAMEL)


def words_of(column: str) -> frozenset[str]:
    """The words of a column's name, in lower case.

    >>> sorted(words_of("routing.int_ip")), sorted(words_of("ClientAddr"))
    (['int', 'ip', 'routing'], ['addr', 'client'])
    """
    spaced = _CAMEL.sub(" ", _without_accents(column)).lower()
    return frozenset(part for part in SEPARATORS.split(spaced) if part)


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", parts))


def matches(column: str, name: str) -> bool:
    endings = path_endings(column)
    return endings[0] == name[1:] if name.startswith("=") else name in endings


def named_columns(columns: Sequence[str], dictionary: Sequence[str]) -> list[str]:
    """The columns that a dictionary of `dga.logs.field_names` names, surest first.

    >>> named_columns(["host", "dns.id"], ("=dnsid", "id"))
    ['dns.id']
    """
    found = [column for name in dictionary for column in columns if matches(column, name)]
    return list(dict.fromkeys(found))


def named_in_camel(columns: Sequence[str], dictionary: Sequence[str]) -> list[str]:
    """The columns that the dictionary names, then those whose CamelCase ends so."""
    found = [c for name in dictionary for c in columns if name in camel_endings(c)]
    return list(dict.fromkeys([*named_columns(columns, dictionary), *found]))


def filled_cells(values: pd.Series[str]) -> list[str]:
    """The cells that hold something."""
    return [value for value in values if value.strip() and value.strip() not in ("-", "(empty)")]


def share_of(values: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, values)) / len(values) if values else 0.0
