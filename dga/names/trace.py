"""Explain how a text was parsed, step by step, and which characters may deceive a reader.

`dga.names.parse` does the parsing. Reads only the suffix lists.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from publicsuffixlist import PSLFILE

from dga.names import parse, public_suffix

SuffixList = Literal["public", "private", "zones", "none"]
_PRIVATE = "===BEGIN PRIVATE DOMAINS==="

# Letters of other scripts that look like ASCII letters: the most common ones of Unicode's
# confusables.txt (UTS 39), written as pairs.
_PAIRS = (
    "аaеeоoрpсcуyхxіiјjѕsԁdԛqԝwһhӏlьbкkмmтtвbнhгrпn"  # Cyrillic
    "αaοoνvρpιiκkυuτtχxγyεeηnωw"  # Greek
    "օoսuոnհhցgզq"  # Armenian
    "ıiɡgɑaʟlℓlʀrɩiƽsᴏo"  # Latin and phonetic
)
LOOKALIKES = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_DECEPTIVE = frozenset(("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"))


@dataclass(frozen=True)
class Reading:
    """The steps from a text to its registered name; "" for a step that changed nothing.

    `refanged`: the text with its defanging undone. `host`: the part that names a host.
    `decoded`: the domain with its punycode shown as letters. `suffix_list`: which list the public
    suffix is from; "none" for a top-level domain that no list knows.
    """

    given: str
    refanged: str
    host: str
    domain: str
    decoded: str
    registered_name: str
    suffix: str
    suffix_list: SuffixList
    problem: str


def read(text: str) -> Reading:
    """Read one text; never raises.

    >>> read("hxxp://evil[.]co[.]uk/x").refanged
    'http://evil.co.uk/x'
    """
    parsed = parse.parse(text)
    refanged, host = parse.refang(text), parse.host(text)
    decoded = decode(parsed.domain or "")
    return Reading(
        given=text,
        refanged="" if refanged == text else refanged,
        host="" if host == refanged else host,
        domain=parsed.domain or "",
        decoded="" if decoded == parsed.domain else decoded,
        registered_name=parsed.registered_name or "",
        suffix=parsed.suffix or "",
        suffix_list=suffix_list(parsed.suffix or ""),
        problem=parsed.problem or "",
    )


def decode(domain: str) -> str:
    """Decode a domain's punycode to letters; a label with invalid punycode is left as it is.

    >>> decode("www.xn--bcher-kva.example")
    'www.bücher.example'
    """
    return ".".join(map(_decode_label, domain.split(".")))


def looks_like(decoded: str) -> str:
    """The ASCII domain for which a domain can be mistaken; "" if there is none.

    >>> looks_like(decode("xn--pypal-4ve.com"))
    'paypal.com'

    Accents alone deceive nobody: they are left out only where a letter of another script stands.
    """
    swapped = "".join(LOOKALIKES.get(character, character) for character in decoded)
    if swapped == decoded:
        return ""
    bare = "".join(
        c for c in unicodedata.normalize("NFKD", swapped) if not unicodedata.combining(c)
    )
    return bare if bare.isascii() else ""


def strange_letters(decoded: str) -> list[str]:
    """The letters that look like ASCII letters but are not, with their Unicode names.

    >>> strange_letters("pаypal.com")
    ['а (Cyrillic small letter a)']
    """
    found = dict.fromkeys(character for character in decoded if character in LOOKALIKES)
    return [f"{one} ({unicodedata.name(one, 'no name').capitalize()})" for one in found]


def mixed_scripts(decoded: str) -> tuple[str, ...]:
    """The look-alike scripts that one label mixes with Latin letters; () if there are none.

    >>> mixed_scripts("pаypal.com")
    ('Cyrillic', 'Latin')
    """
    for label in decoded.split("."):
        scripts = {unicodedata.name(c, "").partition(" ")[0] for c in label if c.isalpha()}
        if "LATIN" in scripts and scripts & _DECEPTIVE:
            return tuple(sorted(script.capitalize() for script in scripts))
    return ()


def suffix_list(suffix: str) -> SuffixList:
    """Which list a public suffix is from.

    >>> suffix_list("co.uk"), suffix_list("github.io"), suffix_list("cz.cc"), suffix_list("nosuch")
    ('public', 'private', 'zones', 'none')
    """
    above = suffix.partition(".")[2]
    for rule in (suffix, f"*.{above}"):
        if found := _rules().get(rule):
            return found
    return "none"


@cache
def _rules() -> dict[str, SuffixList]:
    """Each rule of the suffix lists with the first list that contains it."""
    rules: dict[str, SuffixList] = {}
    section: SuffixList = "public"
    with open(PSLFILE, encoding="utf-8") as listed:
        for line in listed:
            section = "private" if _PRIVATE in line else section
            rules.setdefault(_rule(line), section)
    with open(public_suffix.ZONES, encoding="utf-8") as ours:
        for line in ours:
            rules.setdefault(_rule(line), "zones")
    rules.pop("", None)
    return rules


def _rule(line: str) -> str:
    """The rule on a line of a list, in punycode; for an exception, the suffix above it; "" for a
    comment."""
    rule = "" if line.startswith("//") else line.strip()
    rule = rule.partition(".")[2] if rule.startswith("!") else rule
    if rule.isascii():
        return rule
    return ".".join(
        part if part.isascii() else f"xn--{part.encode('punycode').decode('ascii')}"
        for part in rule.split(".")
    )


@lru_cache(maxsize=2**12)  # a name's remarks and its judged form decode the same labels
def _decode_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        shown = label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label
    return shown if shown and shown.isprintable() else label
