"""Answer codes: from whatever a log writes to the upper-case name of the DNS response code."""

from __future__ import annotations

import base64
import re
from functools import lru_cache

import pyarrow as pa

_NAMES = (
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
    "NXRRSET", "NOTAUTH", "NOTZONE",
)  # fmt: skip
_BY_NUMBER = {
    **{str(number): name for number, name in enumerate(_NAMES)},
    # Windows: DNS_ERROR_RCODE_... is 9000 and the code; without records the name exists.
    **{str(9000 + number): name for number, name in enumerate(_NAMES)},
    "9501": "NOERROR", "9701": "NOERROR", "11001": "NXDOMAIN", "11004": "NOERROR",
}  # fmt: skip
_ALIASES = {
    "NOERROR": (
        "NOERROR", "NOERR", "SUCCESS", "PASS", "OK", "SYNTH", "CLOAK", "NODATA", "NODATAIPV4",
        "NODATAIPV6", "NORECORDS", "ERRORSUCCESS", "FORWARD",
    ),
    "NXDOMAIN": (
        "NXDOMAIN", "NAMEERROR", "NOSUCHNAME", "NONEXISTENTDOMAIN", "NONEXISTANTDOMAIN",
        "NOTFOUND", "DNSERRORRCODENAMEERROR", "NOSUCHDOMAIN", "NXDOM",
        "DNSNAMEDOESNOTEXIST", "NAMEDOESNOTEXIST", "DOMAINDOESNOTEXIST", "NOTEXIST", "DOESNOTEXIST",
        "NONEXISTENT", "NOTEXISTS",
    ),
    "SERVFAIL": (
        "SERVFAIL", "SERVERFAILURE", "SERVERFAIL", "SERVERERROR", "RESPONSEERROR",
        "SERVERTIMEOUT", "DNSERRORRCODESERVERFAILURE", "DNSSERVERFAILURE",
    ),
    "FORMERR": ("FORMERR", "FORMATERROR", "PARSEERROR", "DNSERRORRCODEFORMATERROR"),
    "NOTIMP": ("NOTIMP", "NOTIMPLEMENTED", "NOTIMPL"),
    "REFUSED": ("REFUSED", "QUERYREFUSED", "REJECT", "DNSERRORRCODEREFUSED"),
    "YXDOMAIN": ("YXDOMAIN",),
    "YXRRSET": ("YXRRSET",),
    "NXRRSET": ("NXRRSET",),
    "NOTAUTH": ("NOTAUTH",),
    "NOTZONE": ("NOTZONE",),
}  # fmt: skip
_BY_TEXT = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}
_LETTERS = re.compile(r"[^A-Z0-9]+")
# What Pi-hole calls a reply that holds records.
_REPLIES = frozenset(("IP", "CNAME", "DOMAIN", "RRNAME", "BLOB", "NODATA"))
_ELAPSED = re.compile(r"\s*\([\d.,]+\s*(?:ms|µs|us|s)\)\s*$")
_MESSAGE = re.compile(r"[A-Za-z0-9+/]{15,}={0,2}")
_HEADER_CHARACTERS = 16  # of base64, the twelve bytes of a DNS header
_NUMBER_AND_NAME = re.compile(r"^\s*(\d{1,5})\s*[:(\-]\s*([A-Za-z ]+)|^([A-Za-z ]+)\s*[(:]\s*\d+")

_EXPLAINED = re.compile(r"\s*(\d{1,5})\s*\([^)]*\s[^)]*\)")


def rcode_name(text: str) -> str | None:
    """The name of an answer code; None for what is none.

    >>> [rcode_name(text) for text in ("3", "9003", "No such name (3)", "noerror", "blocked")]
    ['NXDOMAIN', 'NXDOMAIN', 'NXDOMAIN', 'NOERROR', None]
    >>> [rcode_name(text) for text in ("3 (Name existiert nicht)", "3 - Bonn", "77 (Bonn)")]
    ['NXDOMAIN', None, None]
    """
    return _rcode_name(text.strip()[:64])


def is_plain_rcode(text: str) -> bool:
    """Whether a text is the name of an answer code itself, and not a word that stands for one.

    >>> is_plain_rcode("NXDomain"), is_plain_rcode("pass")
    (True, False)
    """
    return text.strip().upper() in _NAMES


def told_rcode(text: str) -> str | None:
    """The code that a cell of a column of answers' codes tells: also the kind of a reply with its
    time, or a whole DNS message in base64.

    >>> told_rcode("NXDOMAIN (12.3ms)"), told_rcode("CNAME"), told_rcode("AAGBgwABAAAAAAAA")
    ('NXDOMAIN', 'NOERROR', 'NXDOMAIN')
    """
    text = _ELAPSED.sub("", text)
    if text.strip() in _REPLIES:
        return "NOERROR"
    return rcode_name(text) or message_rcode(text)


def message_rcode(text: str) -> str | None:
    """The code in the header of a DNS message in base64; None for what is none.

    >>> message_rcode("AAGBgwABAAAAAAAA"), message_rcode("evil.example")
    ('NXDOMAIN', None)
    """
    if not _MESSAGE.match(text[: _HEADER_CHARACTERS + 2]):
        return None
    try:
        header = base64.b64decode(text[:_HEADER_CHARACTERS], validate=True)
    except ValueError:
        return None
    is_response = len(header) == 12 and header[2] & 0x80 and header[4:6] == b"\0\1"
    return _BY_NUMBER.get(str(header[3] & 0xF)) if is_response else None


def rcode_names(column: pa.Array) -> pa.Array:
    """The names of a column of answer codes, null where a text is none."""
    coded = column.dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    texts = coded.dictionary.to_pylist()
    named = pa.array([told_rcode(text or "") for text in texts], pa.string())
    return named.take(coded.indices)


@lru_cache(4_096)
def _rcode_name(text: str) -> str | None:
    if not text:
        return None
    if text.isdigit():
        return _BY_NUMBER.get(str(int(text)))
    if text[:2].lower() == "0x":
        return _from_flags(text)
    if found := _NUMBER_AND_NAME.match(text):
        return _from_letters(found[2] or found[3]) or _BY_NUMBER.get(_explained(text))
    return _from_letters(text) or _from_number(text)


def _explained(text: str) -> str:
    """The number before words in parentheses, in whatever language, but not before the name of a
    query's type; else nothing."""
    found = _EXPLAINED.match(text)
    return str(int(found[1])) if found else ""


def _from_letters(text: str) -> str | None:
    return _BY_TEXT.get(_LETTERS.sub("", text.upper()))


def _from_number(text: str) -> str | None:
    """The code of a number that was written as a float."""
    whole, _, rest = text.partition(".")
    return _BY_NUMBER.get(whole) if rest.strip("0") == "" and whole.isdigit() else None


def _from_flags(text: str) -> str | None:
    """The code in the low four bits of a header's flags, or a code in hexadecimal."""
    try:
        return _BY_NUMBER.get(str(int(text, 16) & 0xF))
    except ValueError:
        return None
