"""Look-ups of ordinary hosts that fail: typos, search suffixes, probes, expired and blocked names.

What an ordinary network's failed look-ups are is what a generated name has to stand out from.
Random, with a seed; made from lists of ordinary names that the caller gives.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Rng = np.random.Generator

NEIGHBOURS = {
    left: right
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for left, right in zip(row, row[1:] + row[-2], strict=True)
}
WRONG_ENDS = ("con", "cmo", "om", "co", "cm", "net", "org", "comm", "ocm", "vom", "xom", "info")
PRIVATE_SUFFIXES = (
    "corp", "lan", "home", "local", "internal", "domain", "localdomain", "fritz.box", "belkin",
    "dlink", "router", "workgroup", "intra", "hqlan", "invalid", "mshome.net", "ad.corp", "dhcp",
    "gateway", "speedport.ip", "home.arpa", "modem", "wlan", "attlocal.net", "hitronhub.home",
)  # fmt: skip
SERVICES = (
    "_ldap._tcp.dc._msdcs", "_kerberos._tcp", "wpad", "isatap", "_sip._tls", "_http._tcp.mirrors",
    "autodiscover", "lyncdiscoverinternal", "printer", "time", "proxy", "_vlmcs._tcp",
)  # fmt: skip
LISTS_OF_SENDERS = (
    "zen.spamhaus.org",
    "bl.spamcop.net",
    "b.barracudacentral.org",
    "dnsbl.sorbs.net",
)
CLOUDS = (
    "cloudfront.net", "s3.amazonaws.com", "azurewebsites.net", "herokuapp.com", "akamaiedge.net",
    "trafficmanager.net", "elb.amazonaws.com", "blob.core.windows.net", "appspot.com", "fastly.net",
)  # fmt: skip
DYNAMIC = ("ddns.net", "duckdns.org", "no-ip.org", "dyndns.org", "hopto.org", "myftp.org")
AD_WORDS = (
    "ad", "ads", "adserv", "track", "click", "pixel", "metrics", "stat", "stats", "cdn", "tag",
    "sync", "rtb", "bid", "pop", "push", "media", "banner", "count", "beacon", "analytics", "srv",
)  # fmt: skip
AD_ENDS = ("com", "net", "io", "xyz", "top", "info", "biz", "online", "club", "me", "co", "site")
RAISED_PROBES = 3  # random names that a browser asks for at a start


@dataclass(frozen=True)
class OrdinaryNames:
    """What ordinary hosts ask for: registered names of `popular` sites, the most popular first,
    and `stale` ones, of which many have expired."""

    popular: Sequence[str]
    stale: Sequence[str]


class FailedLookups:
    """Draws failed look-ups of one host: its kinds, its search suffix and its habits are its own.

    `mix`: the share of each kind; drawn where it is not given.
    """

    def __init__(self, names: OrdinaryNames, rng: Rng, mix: Mapping[str, float] | None = None):
        self._names, self._rng = names, rng
        shares = np.array(list(KINDS.values())) if mix is None else None
        drawn = rng.dirichlet(shares) if shares is not None else None
        self._mix = dict(zip(KINDS, drawn, strict=True)) if drawn is not None else dict(mix or {})
        self._suffix = self._search_suffix()

    def names(self, count: int) -> list[str]:
        """At least `count` queries that fail, fewer distinct registered names."""
        kinds = self._rng.choice(list(self._mix), count, p=list(self._mix.values()))
        return [query for kind in kinds for query in MAKERS[kind](self)]

    def popular(self) -> str:
        """A popular registered name, the more popular the likelier."""
        size = len(self._names.popular)
        return self._names.popular[int(size ** self._rng.random()) - 1]

    def _search_suffix(self) -> str:
        if self._rng.random() < 0.5:
            return str(self._rng.choice(PRIVATE_SUFFIXES))
        company = self._stale_name()
        return f"corp.{company}" if self._rng.random() < 0.5 else company

    def _stale_name(self) -> str:
        return self._names.stale[int(self._rng.integers(len(self._names.stale)))]

    def _typo(self) -> list[str]:
        label, _, suffix = self.popular().partition(".")
        if self._rng.random() < 0.2:
            return [f"{label}.{self._rng.choice(WRONG_ENDS)}"]
        if self._rng.random() < 0.1:
            return [f"www{label}.{suffix}"]
        return [f"www.{misspell(label, self._rng)}.{suffix}"]

    def _suffixed(self) -> list[str]:
        host = f"www.{self.popular()}" if self._rng.random() < 0.5 else self.popular()
        return [f"{host}.{self._suffix}"]

    def _probe(self) -> list[str]:
        ending = f".{self._suffix}" if self._rng.random() < 0.7 else ""
        return [random_label(self._rng, 7, 15) + ending for _ in range(RAISED_PROBES)]

    def _expired(self) -> list[str]:
        name = self._stale_name()
        return [f"{self._rng.choice(['www', 'mail', 'static', 'img', 'api'])}.{name}"]

    def _respelled(self) -> list[str]:
        """An expired name beside one that a list holds: another end, a number, a further word."""
        label, _, suffix = self._stale_name().partition(".")
        other = self._stale_name().partition(".")[0]
        number = int(self._rng.integers(1, 999))
        choices = (
            f"{label}{number}.{suffix}",
            f"{label}.{self._rng.choice(AD_ENDS)}",
            f"{label[:8]}{other[:6]}.{suffix}",
            f"{label}-{other[:8]}.{suffix}",
        )
        return [choices[int(self._rng.integers(len(choices)))]]

    def _blocked(self) -> list[str]:
        rng = self._rng
        words = "".join(str(word) for word in rng.choice(AD_WORDS, int(rng.integers(1, 3))))
        middle = str(rng.choice([random_label(rng, 2, 6), self._stale_name().partition(".")[0]]))
        label = f"{words}{middle}" if rng.random() < 0.5 else f"{middle}{words}"
        return [f"{random_label(rng, 3, 8)}.{label[:30].strip('-')}.{rng.choice(AD_ENDS)}"]

    def _service(self) -> list[str]:
        return [f"{self._rng.choice(SERVICES)}.{self._suffix}"]

    def _reverse(self) -> list[str]:
        numbers = ".".join(map(str, self._rng.integers(1, 255, 4)))
        ending = str(self._rng.choice(["in-addr.arpa", *LISTS_OF_SENDERS]))
        return [f"{numbers}.{ending}"]

    def _cloud(self) -> list[str]:
        letters = string.ascii_lowercase[:6] + string.digits
        label = "".join(self._rng.choice(list(letters), int(self._rng.integers(8, 15))))
        return [f"d{label}.{self._rng.choice(CLOUDS)}"]

    def _dynamic(self) -> list[str]:
        label = self._stale_name().partition(".")[0][:12]
        return [f"{label}.{self._rng.choice(DYNAMIC)}"]

    def _junk(self) -> list[str]:
        """What people hit at random, and abbreviations that look like it."""
        return [f"{random_label(self._rng, 3, 9)}.{self._rng.choice(AD_ENDS)}"]


def misspell(label: str, rng: Rng) -> str:
    """One slip of the fingers: a character left out, doubled, swapped or hit beside.

    >>> misspell("ab", np.random.default_rng(1)) != ""
    True
    """
    place = int(rng.integers(max(len(label) - 1, 1)))
    head, hit, tail = label[:place], label[place : place + 1], label[place + 1 :]
    changed = {
        0: head + tail if tail else label + hit,
        1: head + hit + hit + tail,
        2: head + tail[:1] + hit + tail[1:],
        3: head + NEIGHBOURS.get(hit, "a") + tail,
        4: head + hit + NEIGHBOURS.get(hit, "s") + tail,
    }
    return changed[int(rng.integers(len(changed)))].strip("-") or label


def random_label(rng: Rng, shortest: int, longest: int) -> str:
    """Letters without a pattern."""
    size = int(rng.integers(shortest, longest + 1))
    return "".join(rng.choice(list(string.ascii_lowercase), size))


FailureMaker = Callable[[FailedLookups], list[str]]
# With how often each kind is drawn, as a Dirichlet distribution's parameters: hosts differ widely.
KINDS: dict[str, float] = {
    "typo": 0.8,
    "suffixed": 0.4,
    "probe": 0.15,
    "expired": 0.9,
    "respelled": 0.4,
    "blocked": 0.4,
    "service": 0.2,
    "reverse": 0.2,
    "cloud": 0.15,
    "dynamic": 0.06,
    "junk": 0.06,
}
MAKERS: dict[str, FailureMaker] = {kind: getattr(FailedLookups, f"_{kind}") for kind in KINDS}
