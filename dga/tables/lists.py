"""Read block lists and configuration files: one grammar per kind, each a row of LISTS.

A grammar finds the names in a line. Comments and directives are skipped; a rule without a domain
becomes a row with its text. All regular expressions take time linear in the line's length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dga.names.find import names_in

RULE, NAME = "rule", "domain"
RULE_SET: Final = "rule-set"
COLUMNS: Final = (RULE, NAME)
LEAST_SHARE: Final = 0.6  # share of the first lines that must be rules of the kind
SAMPLE_LINES: Final = 500
MAX_LINE: Final = 8_192  # characters of a line to examine

NamesOfLine = Callable[[str], list[str] | None]  # None for a line that is no rule of the kind


@dataclass(frozen=True)
class ListKind:
    """A kind of list. `names`: returns the names in a rule. `ignored`: matches lines that are not
    rules. `marks`: matches at least one line of such a list."""

    name: str
    title: str
    sample: str
    names: NamesOfLine
    ignored: re.Pattern[str]
    marks: re.Pattern[str]


def find_list(lines: Sequence[str]) -> ListKind | None:
    """The kind of list, recognised by a file's first lines; None if it is not a list."""
    sample = [line[:MAX_LINE] for line in lines[:SAMPLE_LINES]]
    for kind in LISTS:
        rules = [line for line in sample if line.strip() and not kind.ignored.match(line)]
        fitting = sum(kind.names(line) is not None for line in rules)
        if rules and kind.name == RULE_SET and kind.names(rules[0]) is None and "," in rules[0]:
            continue  # the header of a table whose first column is "domain"
        if fitting and fitting >= LEAST_SHARE * len(rules) and any(map(kind.marks.search, sample)):
            return kind
    return None


def list_rows(lines: Iterable[str], kind: ListKind) -> Iterator[list[str]]:
    """Rows of COLUMNS: the names of each rule; for a rule without names, its text."""
    for line in lines:
        if not line.strip() or kind.ignored.match(line):
            continue
        rule = line.strip()
        found = kind.names(line[:MAX_LINE]) or [rule]
        yield from ([rule, name] for name in found)


def _adblock(line: str) -> list[str] | None:
    """Parse `||name^$options`, an exception @@, a hosts line, a cosmetic rule or a plain name."""
    text = line.strip()
    rule = text.removeprefix("@@")
    if rule.startswith("||"):
        host = re.split(r"[\^/$*|]", rule[2:], maxsplit=1)[0]
        return [host.removeprefix(".")] if "." in host else []
    if rule.startswith("|http"):
        return names_in(rule[1:].partition("$")[0])
    if rule != text or re.search(r"#@?[?$]?#|^/.*/|[$^*]", text):
        return []
    return [text] if not re.search(r"\s", text) else None


def _dnsmasq(line: str) -> list[str] | None:
    key, equals, value = line.strip().partition("=")
    if not equals or not re.fullmatch(r"[a-z][a-z0-9-]{1,30}", key):
        return [] if re.fullmatch(r"[a-z][a-z0-9-]{2,40}", key) else None
    if key in _DNSMASQ_ZONES and value.startswith("/"):
        zones = value.split("/")[1:-1]
        return [zone.removeprefix("*").removeprefix(".") for zone in zones if "." in zone]
    if key in _DNSMASQ_LISTS:
        return [part for part in value.split(",") if re.search(r"[a-z]", part) and "." in part]
    return []


def _unbound(line: str) -> list[str] | None:
    option = re.match(r'\s*([a-z][a-z0-9-]{2,40}):\s*"?\s*([^\s"#]*)', line)
    if not option:
        return None
    if option[1] in _UNBOUND_NAMES and "." in option[2].strip("."):
        return [option[2].strip(".")]
    return []


def _named_conf(line: str) -> list[str] | None:
    zone = re.match(r'\s*zone\s+"([^"\s]+)"', line)
    if zone:
        return [zone[1].removeprefix("*.").rstrip(".")]
    return [] if re.match(r"\s*(?:[a-z-]+\s[^;]*;|[a-z-]+\s*\{|\};?|\{)\s*$", line) else None


def _clash(line: str) -> list[str] | None:
    item = re.match(r"\s*-\s+(.*)$", line)
    if not item:
        return [] if re.match(r"\s*[\w-]+:", line) else None
    text = item[1].strip().strip("'\"")
    if re.match(r"[A-Z-]{2,24},", text):
        return _rule_set(text)
    text = text.removeprefix("+.").removeprefix("*.").removeprefix(".")
    return [text] if "." in text and not re.search(r"\s|:", text) else []


def _rule_set(line: str) -> list[str] | None:
    """Parse a rule of Surge, Clash, Quantumult, Loon or Shadowrocket."""
    parts = [part.strip() for part in line.strip().split(",")]
    if len(parts) < 2 or not re.fullmatch(r"[A-Za-z0-9-]{2,24}", parts[0]):
        return None
    if parts[0].upper() in _RULE_NAMES and "." in parts[1]:
        return [parts[1].removeprefix("*.").removeprefix(".")]
    return [] if parts[0].upper() in _RULE_OTHERS else None


def _prefixed(line: str) -> list[str] | None:
    """Parse a rule of V2Ray's or sing-box's text lists: `full:name`, `domain:name @attribute`."""
    rule = re.match(r"\s*(domain|full|include|keyword|regexp)\s*:\s*([^\s@#]+)", line)
    if not rule:
        return [line.strip()] if re.fullmatch(r"[\w.-]+(?:\s+[@&]\S+)*", line.strip()) else None
    return [rule[2].removeprefix(".")] if rule[1] in ("domain", "full") else []


def _detection_rule(line: str) -> list[str] | None:
    """Parse a rule of Snort or Suricata: the names that it matches, not those in references."""
    if not re.match(r"\s*(?:alert|drop|reject|pass|log|block)\s+[a-z0-9]+\s", line):
        return None
    contents = re.findall(r'content:\s*!?"([^"]*)"', line)
    texts = (re.sub(r"\|([0-9A-Fa-f ]+)\|", _hex_text, content) for content in contents)
    return list(dict.fromkeys(name for text in texts for name in names_in(text.strip("."))))


def _hex_text(match: re.Match[str]) -> str:
    """Decode hexadecimal content, with dots for the labels' length bytes."""
    codes = [int(code, 16) for code in match[1].split()]
    return "".join("." if code < 64 and code not in (45, 46) else chr(code) for code in codes)


_HASH = re.compile(r"\s*(?:#|//|;)")
_HASH_OR_SECTION = re.compile(r"\s*(?:#|//|;|[\w-]+:\s*$|---)")
_DNSMASQ_ZONES = ("address", "server", "local", "rebind-domain-ok", "ipset", "nftset", "rev-server")
_DNSMASQ_LISTS = ("host-record", "cname", "interface-name", "mx-host", "txt-record", "naptr-record")
_UNBOUND_NAMES = ("local-zone", "local-data", "name", "domain-insecure", "private-domain", "zone",
                  "auth-zone", "local-zone-tag", "rpz-log-name")  # fmt: skip
_RULE_NAMES = ("DOMAIN", "DOMAIN-SUFFIX", "HOST", "HOST-SUFFIX", "DOMAIN-WILDCARD", "HOST-WILDCARD",
               "DOMAIN-FULL")  # fmt: skip
_RULE_OTHERS = (
    "AND", "DEST-PORT", "DOMAIN-KEYWORD", "DOMAIN-REGEX", "DOMAIN-SET", "DST-PORT", "FINAL",
    "GEOIP", "GEOSITE", "HOST-KEYWORD", "IP-ASN", "IP-CIDR", "IP-CIDR6", "IP6-CIDR", "MATCH",
    "NOT", "OR", "PROCESS-NAME", "PROTOCOL", "RULE-SET", "SRC-IP", "SRC-IP-CIDR", "SRC-PORT",
    "URL-REGEX", "USER-AGENT",
)  # fmt: skip

LISTS: Final = (
    ListKind(
        "adblock", "ad blocker's rules (Adblock Plus, uBlock Origin, AdGuard)",
        "||xkqzvbnt.net^$third-party", _adblock,
        re.compile(r"\s*(?:!|\[[^\]]*\]\s*$|#(?!#|@#|\?#|\$#))"), re.compile(r"^\s*(?:@@)?\|\|"),
    ),
    ListKind(
        "dnsmasq-config", "dnsmasq configuration", "address=/xkqzvbnt.net/0.0.0.0", _dnsmasq, _HASH,
        re.compile(r"^\s*(?:(?:address|server|local|ipset|nftset)=/|host-record=|cname=)"),
    ),
    ListKind(
        "unbound-config", "Unbound configuration", 'local-zone: "xkqzvbnt.net" always_nxdomain',
        _unbound, _HASH_OR_SECTION,
        re.compile(r"^\s*(?:local-zone|local-data|forward-zone|stub-zone|domain-insecure|auth-zone|"
                   r"rpz|zone|name):"),
    ),
    ListKind(
        "named-config", "BIND configuration", 'zone "xkqzvbnt.net" { type master; };', _named_conf,
        _HASH, re.compile(r'^\s*zone\s+"'),
    ),
    ListKind(
        "clash", "Clash rule provider (YAML)", "  - '+.xkqzvbnt.net'", _clash, _HASH_OR_SECTION,
        re.compile(r"^\s*(?:payload|rules)\s*:|^\s*-\s+['\"]?(?:\+\.|DOMAIN)"),
    ),
    ListKind(
        RULE_SET, "rule set (Surge, Clash, Quantumult, Loon, Shadowrocket)",
        "DOMAIN-SUFFIX,xkqzvbnt.net,REJECT", _rule_set, _HASH,
        re.compile(r"^\s*(?:DOMAIN|HOST)(?:-SUFFIX|-FULL|-WILDCARD)?\s*,", re.I),
    ),
    ListKind(
        "domain-list", "domain list of V2Ray or sing-box", "full:xkqzvbnt.net", _prefixed, _HASH,
        re.compile(r"^\s*(?:domain|full)\s*:\s*[\w.-]+"),
    ),
    ListKind(
        "detection-rules", "rules of Snort or Suricata",
        'alert dns any any -> any any (msg:"C2"; dns.query; content:"xkqzvbnt.net"; sid:1;)',
        _detection_rule, _HASH, re.compile(r"\bcontent:|\bsid:"),
    ),
)  # fmt: skip
