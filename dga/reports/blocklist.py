"""Make block lists: choose the names, write the header, render each server's format.

A list contains registered names only, and none that is allowed, is in a downloaded top list, or is
a public suffix or zone. Sends nothing over the network.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dga import tables
from dga.datasets import toplists
from dga.errors import ConfigError
from dga.generators.attribution.index import exact_families
from dga.generators.attribution.shard import names_of_day
from dga.names import allow_list, parse
from dga.storage.folders import data_folder

LIFETIME = 30  # days until a list should be made again
MOST_DAYS = 400  # of a family's names
LONGEST_IN_ZONE = 235  # characters of a name that still fit behind `*.` in a zone of any name
_PLAIN_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.)+[a-z0-9-]{2,63}")

SHORTEST = 5  # characters of a family's label; shorter ones are other people's names too
NOT_A_DOMAIN, NO_REGISTERED_NAME, ALLOWED, POPULAR, TOO_LONG, TOO_SHORT = (
    "not a domain",
    "a public suffix or zone",
    "allowed",
    "in a downloaded top list",
    "too long for a zone file",
    "too short to be unique to the family",
)
Excuse = Callable[[str], bool]  # whether a registered name must not be blocked


@dataclass(frozen=True)
class BlockList:
    """Sorted registered names to block, with the header's facts.

    `left_out`: counts of names not listed, by reason.
    """

    names: tuple[str, ...]
    about: str
    chosen_by: str
    made: dt.date
    expires: dt.date
    left_out: Mapping[str, int] = field(default_factory=dict)

    def header(self) -> list[str]:
        """The header's lines, without comment signs."""
        lines = [
            "DGA Workbench block list",
            f"what: {self.about}",
            f"threshold: {self.chosen_by}",
            f"made: {self.made.isoformat()}",
            f"expires: {self.expires.isoformat()}",
            f"names: {len(self.names)}",
        ]
        left_out = [f"{count} {reason}" for reason, count in sorted(self.left_out.items())]
        return [*map(_one_line, lines), f"left out: {', '.join(left_out) or 'none'}"]

    def render(self, form: str) -> str:
        """The list in a server's format; ConfigError for an unknown format."""
        if form not in FORMATS:
            raise ConfigError(f"unknown block list format {form!r}; choose {', '.join(FORMATS)}")
        return "\n".join(FORMATS[form](self)) + "\n"


def make(
    names: Iterable[str],
    *,
    about: str,
    chosen_by: str,
    allowed: Excuse | None = None,
    popular: Excuse | None = None,
    today: dt.date | None = None,
    expires: dt.date | None = None,
    shortest: int = 1,
) -> BlockList:
    """Make a list of the registered names of domains, without those that must not be blocked.

    `about` and `chosen_by` go into the header. `allowed` and `popular` tell whether a registered
    name is on the allow list or in a top list. Names with a label shorter than `shortest` are left
    out. The list expires after thirty days by default.
    """
    made = today or dt.datetime.now(dt.UTC).date()
    kept: set[str] = set()
    left_out: Counter[str] = Counter()
    for parsed in parse.parse_many(sorted(set(names))):
        name = parsed.registered_name or ""
        reason = _reason(parsed, allowed, popular) or _too_short(parsed, shortest)
        if reason:
            left_out[reason] += 1
        else:
            kept.add(name)
    return BlockList(
        names=tuple(sorted(kept)),
        about=about,
        chosen_by=chosen_by,
        made=made,
        expires=expires or made + dt.timedelta(days=LIFETIME),
        left_out=dict(left_out),
    )


def _reason(parsed: parse.Parsed, allowed: Excuse | None, popular: Excuse | None) -> str | None:
    """Why a name must not be blocked; None if it may be."""
    name = parsed.registered_name
    if parsed.domain is None:
        return NOT_A_DOMAIN
    if name is None:
        return NO_REGISTERED_NAME
    if not _PLAIN_NAME.fullmatch(name):
        return NOT_A_DOMAIN
    if allowed and (allowed(name) or allowed(parsed.domain)):
        return ALLOWED
    if popular and (popular(name) or popular(parsed.domain)):
        return POPULAR
    return TOO_LONG if len(name) > LONGEST_IN_ZONE else None


def _too_short(parsed: parse.Parsed, shortest: int) -> str | None:
    return TOO_SHORT if len(parsed.label or "") < shortest else None


def _one_line(text: str) -> str:
    """A text without line ends and unprintable characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _commented(sign: str, listed: BlockList) -> list[str]:
    return [f"{sign} {line}" for line in listed.header()]


def _plain(listed: BlockList) -> Iterator[str]:
    yield from _commented("#", listed)
    yield from listed.names


def _hosts(listed: BlockList) -> Iterator[str]:
    yield from _commented("#", listed)
    yield from (f"0.0.0.0 {name}" for name in listed.names)


def _dnsmasq(listed: BlockList) -> Iterator[str]:
    yield from _commented("#", listed)
    yield from (f"local=/{name}/" for name in listed.names)


def _adguard(listed: BlockList) -> Iterator[str]:
    yield from _commented("!", listed)
    yield from (f"||{name}^" for name in listed.names)


def _unbound(listed: BlockList) -> Iterator[str]:
    yield from _commented("#", listed)
    yield "server:"
    yield from (f'    local-zone: "{name}." always_nxdomain' for name in listed.names)


def _rpz(listed: BlockList) -> Iterator[str]:
    yield from _commented(";", listed)
    seconds = max((listed.expires - listed.made).days, 1) * 86_400
    yield "$TTL 300"
    yield f"@ SOA localhost. root.localhost. {listed.made:%Y%m%d}00 3600 600 {seconds} 300"
    yield "@ NS localhost."
    for name in listed.names:
        yield f"{name} CNAME ."
        yield f"*.{name} CNAME ."


FORMATS: dict[str, Callable[[BlockList], Iterator[str]]] = {
    "plain": _plain,
    "hosts": _hosts,
    "dnsmasq": _dnsmasq,
    "adguard": _adguard,
    "unbound": _unbound,
    "rpz": _rpz,
}


def family_names(families: Sequence[str], start: dt.date, days: int) -> tuple[list[str], dt.date]:
    """Return all names that families generate on a number of days from a date, and the last day.

    ConfigError for a number of days out of range, or a family without an exact generator.
    """
    if not 1 <= days <= MOST_DAYS:
        raise ConfigError(f"days must be from 1 to {MOST_DAYS}, got {days}")
    known = exact_families()
    unknown = sorted(set(families) - set(known))
    if unknown:
        raise ConfigError(f"no exact generator for {unknown[0]!r}; choose from {', '.join(known)}")
    made: dict[str, None] = {}
    for family in families:
        for number in range(days if known[family].period else 1):
            made.update(dict.fromkeys(names_of_day(known[family], start + dt.timedelta(number))))
    return list(made), start + dt.timedelta(days=days - 1)


def allowed_by(path: str | None) -> Excuse:
    """Return a test whether a name is allowed: by the workbench's allow list, or because it or a
    zone above it is in a file."""
    kept, zones = allow_list.stored(), _zones_of(path) if path else set()
    return lambda name: kept.matches(name) is not None or any(z in zones for z in _zones(name))


def _zones_of(path: str) -> set[str | None]:
    """The names and zones of any file with a column of names."""
    zones: set[str | None] = set()
    column = ""
    with tables.reading(Path(path), name=path) as reading:
        for chunk in reading.chunks:
            names = tuple(chunk.column_names)
            column = column or tables.guess_column(names, chunk.to_pandas())
            zones.update(parsed.domain for parsed in parse.parse_many(chunk[column].to_pylist()))
    return zones


def in_toplists(folder: Path | None = None) -> Excuse:
    """Return a test whether a name is in one of the downloaded top lists."""
    lists = [toplists.read(path) for path in toplists.fetched(folder or data_folder())]
    return lambda name: any(ranks.rank(name) is not None for ranks in lists)


def _zones(name: str) -> Iterator[str]:
    """A name and the zones above it.

    >>> list(_zones("a.b.com"))
    ['a.b.com', 'b.com', 'com']
    """
    while name:
        yield name
        name = name.partition(".")[2]
