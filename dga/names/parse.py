"""Parse pasted text into a normalised domain and its registered name, or a problem.

Reads only the suffix lists; never uses the network. The registered name is the label
under the public suffix (see `dga.names.public_suffix`) with that suffix.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

import idna

from dga.errors import DomainError
from dga.names.lookups import why_unregistered
from dga.names.public_suffix import public_labels

MAX_NAME = 253
MAX_LABEL = 63

# Registries allow no hyphen at a label's edge, but malware queries such names: accepted.
PLAIN = r"(?:[a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{1,62}"
_PLAIN = re.compile(PLAIN)
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
# The look-behind keeps a long run of spaces from being searched once per space.
_DOTS = re.compile(
    r"(?<!\s)\s*[\[({<]\s*(?:\.|dot|punkt)\s*[\])}>]\s*|[\[({]\.|\.[\])}]|\\\.|[\u3002\uff0e\uff61]",
    re.I,
)
_AT = re.compile(r"[\[({]\s*at\s*[\])}]", re.I)
_COLON = re.compile(r"[\[({]\s*(:|://|@|/)\s*[\])}]")
_PATH = re.compile(r"""[\s"'`<(]*(?:/(?!/)|\.{1,2}[/\\]|\\\\|[a-z]:[/\\])""", re.I)
_SCHEME = re.compile(r"^\s*[a-z][a-z0-9+.*-]*\s*:[/\\]{1,3}", re.I)
_BRACKETED = re.compile(r"[\[({](.*)[\])}]", re.S)
_EDGE = " \t\r\n\v\f\"'`<>,;|\ufeff\u200b\u200c\u200d\u2060\u00a0"


@dataclass(frozen=True, slots=True)
class Parsed:
    """The parse of one text; `problem` is empty if there is a registered name."""

    given: str
    domain: str | None
    registered_name: str | None
    suffix: str | None
    problem: str | None

    @property
    def label(self) -> str | None:
        """The label that the registrant chose: the registered name without its suffix."""
        if self.registered_name is None or self.suffix is None:
            return None
        return self.registered_name[: -len(self.suffix) - 1]


def refang(text: str) -> str:
    """Undo the usual defanging.

    >>> refang("hxxp://evil[.]example")
    'http://evil.example'
    >>> refang("evil(dot)example[.]com")
    'evil.example.com'
    """
    text = _COLON.sub(r"\1", _AT.sub("@", _DOTS.sub(".", text)))
    return re.sub(r"^(\s*)h[x*]{2}p", r"\1http", text, flags=re.I)


def host(text: str) -> str:
    """Cut the host out of a URL, an e-mail address, a filter rule or a bare name.

    >>> host('"https://user@Mail.Example.com:8443/path?q=1"')
    'Mail.Example.com'
    """
    text = refang(text).strip(_EDGE)
    if bracketed := _BRACKETED.fullmatch(text):
        text = bracketed[1].strip(_EDGE)
    text = _SCHEME.sub("", text)
    text = re.split(r"[/?#\\^$]", text.lstrip("/"), maxsplit=1)[0].rpartition("@")[2]
    text = re.sub(r"(?<=[^:]):\d{0,5}$", "", text.strip(_EDGE))
    return text.removeprefix("*.").removeprefix(".")


def normalise(text: str) -> str:
    """Return the domain in a text: lower case, ASCII, without a final dot.

    Raises DomainError with the reason if there is none.

    >>> normalise("WWW.Bücher.example.")
    'www.xn--bcher-kva.example'
    """
    if _PLAIN.fullmatch(text) and len(text) <= MAX_NAME:
        return text
    if _PATH.match(text):
        raise DomainError("a path, not a domain name")
    name = host(text)
    _refuse_addresses(name)
    name = _to_ascii(name.rstrip(".") if name.strip(".") else name)
    _refuse_bad_labels(name)
    return name


def parse(text: str) -> Parsed:
    """Parse one text; never raises.

    >>> parse("hxxps://www.abc[.]co[.]uk/x").registered_name
    'abc.co.uk'
    >>> parse("192.0.2.7").problem
    'an IP address, not a domain name'
    >>> parse("report.pdf").problem
    'no such top-level domain (.pdf); it looks like the name of a file'
    """
    text = text if isinstance(text, str) else str(text)
    try:
        domain = normalise(text)
    except DomainError as error:
        return Parsed(text, None, None, None, str(error))
    name, suffix = split_suffix(domain)
    return Parsed(text, domain, name, suffix, None if name else _unregistered(domain))


def parse_many(texts: Sequence[str]) -> list[Parsed]:
    """Parse many texts in order; each distinct text is parsed once."""
    parsed = {text: parse(text) for text in dict.fromkeys(texts)}
    return [parsed[text] for text in texts]


def registered_name(domain: str) -> str | None:
    """Return the registered name of a normalised domain; None if there is none.

    >>> registered_name("a.b.foo.ddns.net")
    'foo.ddns.net'
    """
    return split_suffix(domain)[0]


def split_suffix(domain: str) -> tuple[str | None, str | None]:
    """Return (registered name, public suffix) of a normalised domain.

    >>> split_suffix("abc.cz.cc")
    ('abc.cz.cc', 'cz.cc')
    """
    labels = domain.split(".")
    if why_unregistered(labels):
        return None, None
    public = public_labels(labels)
    if len(labels) <= public:
        return None, domain
    return ".".join(labels[-public - 1 :]), ".".join(labels[-public:])


def _refuse_addresses(name: str) -> None:
    if not name.strip("."):
        raise DomainError("empty: no domain name in this text")
    try:
        ipaddress.ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return
    raise DomainError("an IP address, not a domain name")


def _to_ascii(name: str) -> str:
    """Lower case and punycode, as browsers do: emoji and underscores pass, which IDNA 2008 bars."""
    if name.isascii():
        return name.lower()
    if "\ufffd" in name:
        raise DomainError("damaged text: it holds the replacement character U+FFFD")
    _refuse_long(name)
    try:
        mapped = idna.uts46_remap(name, std3_rules=False)
        return ".".join(_label_to_ascii(label) for label in mapped.split("."))
    except (idna.IDNAError, UnicodeError) as error:
        raise DomainError(f"not a valid international name: {_short(str(error))}") from None


def _label_to_ascii(label: str) -> str:
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"


def _refuse_long(name: str) -> None:
    if len(name) > MAX_NAME:
        raise DomainError(f"{len(name)} characters long; a domain name has at most {MAX_NAME}")


def _refuse_bad_labels(name: str) -> None:
    _refuse_long(name)
    labels = name.split(".")
    if len(labels) < 2:
        raise DomainError(f"no dot in {_short(name)!r}: a single label, not a domain name")
    for label in labels:
        if not _LABEL.fullmatch(label):
            raise DomainError(_label_problem(label))
    if labels[-1].isdigit():
        raise DomainError(f"ends in the number {labels[-1]}: no top-level domain is a number")


def _label_problem(label: str) -> str:
    if not label:
        return "an empty label: two dots in a row, or a dot at the start"
    if len(label) > MAX_LABEL:
        return f"a label of {len(label)} characters; a label has at most {MAX_LABEL}"
    strange = re.sub(r"[a-z0-9_-]", "", label)[0]
    return f"the character {strange!a} cannot stand in a domain name"


def _unregistered(domain: str) -> str:
    reason = why_unregistered(domain.split("."))
    return reason or f"{domain} is itself a public suffix, under which others register names"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
