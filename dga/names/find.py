"""Find domain names in free text: reports, comments, cells with several names.

Plain and defanged names are found, if someone could register them; names of files, paths and
version numbers are not domain names.
"""

from __future__ import annotations

import re

from dga.errors import DomainError
from dga.names import parse, top_levels

MAX_TEXT = 65_536  # characters that are looked at
_BREAKS = re.compile(r"""[\s"'`<>()\[\]{}|,;*\u2018-\u201f\u00ab\u00bb\u2022]+""")
_URL = re.compile(r"[a-z][a-z0-9+.-]{0,30}:/{1,3}", re.I)
_TITLES = re.compile(r"[=:]+|->")
_EDGE = ".:!?-_\u2026"
# Top-level domains that name files more often than hosts where one label stands before them.
_FILE_LIKE = frozenset((
    "app", "bz", "cab", "cc", "cpl", "data", "do", "gdn", "java", "md", "mm", "mov", "pl", "pm",
    "ps", "py", "rs", "sc", "sh", "so", "st", "zip",
))  # fmt: skip


def names_in(text: str) -> list[str]:
    """The distinct domain names in a text, normalised, in order of appearance.

    >>> names_in("It asked hxxps://a.evil[.]com/gate.php, then b[.]evil[.]net. See setup.py.")
    ['a.evil.com', 'b.evil.net']
    >>> names_in("No name here: 192.0.2.7, v1.2.3, winlogon.exe")
    []
    """
    text = text[:MAX_TEXT]
    if "." not in text and "dot" not in text.lower():
        return []
    plain = text.lower()
    found: dict[str, None] = {}
    for piece in _BREAKS.split(parse.refang(text)):
        if "." in piece:
            found |= dict.fromkeys(_names_of(piece, plain))
    return list(found)


def _names_of(piece: str, plain: str) -> list[str]:
    """The names in a text without spaces: the host of a URL, or words between = and :.

    `plain`: the whole text before refanging; a name that is not in it was defanged.
    """
    if url := _URL.search(piece):
        return _name(piece[url.start() :], "")
    if piece.startswith("/"):
        return []
    return [name for part in _TITLES.split(piece) for name in _name(part, plain)]


def _name(text: str, plain: str) -> list[str]:
    host = parse.host(text.strip(_EDGE) if "/" not in text else text).strip(_EDGE)
    if "." not in host or _mixes_case(host):
        return []
    try:
        domain = parse.normalise(host)
    except DomainError:
        return []
    return [domain] if _is_told(domain, domain not in plain) else []


def _mixes_case(host: str) -> bool:
    """Whether a space is missing between two sentences: `end.The`."""
    top = host.rpartition(".")[2]
    return top[:1].isupper() and not host.isupper()


def _is_told(domain: str, sure: bool) -> bool:
    top = domain.rpartition(".")[2]
    if top in top_levels.ALTERNATIVE_ROOTS or top in ("onion", "i2p"):
        return len(domain) > len(top) + 4
    if domain.count(".") == 1 and top in _FILE_LIKE and not sure:
        return False
    return parse.registered_name(domain) is not None
