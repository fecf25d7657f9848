"""From counts to sets: which names of a host and window are evidence, and why others are not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dga.hosts import exclusions, windows
from dga.hosts.feedback import Silencer
from dga.hosts.ledger import DAY_BITS, NAME_BITS, NO_TIME, Counts, Ledger, add_up
from dga.hosts.set_test import NameSets

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Campaigns = Callable[[Sequence[Sequence[str]]], Mask]

SHORT_LOG = 36 * 3_600_000_000  # microseconds: a log no longer than that is one window
LEAST_SHARED = 6  # names that the same clients ask for, in a log without answers
MOST_PIECES = 200  # of such names that are judged
PIECE = 30  # names of several clients that are judged together
FEW_CLIENTS = 0.02  # of the clients may ask for a name that stands for an unresolved one


class AllowedNames(Protocol):
    """A list of names that are never evidence: `dga.names.allow_list` has one."""

    def matches(self, domain: str, /) -> object | None:
        """The entry that allows a domain, None if there is none."""


@dataclass(frozen=True)
class NameFacts:
    """What the log says of each distinct name: `clients` that ask for it, whether it `resolves`
    and whether it `fails` for any of them (names,)."""

    clients: Places
    resolves: Mask
    fails: Mask

    @classmethod
    def of(cls, counts: Counts, names: int) -> NameFacts:
        """Count over all clients and days."""
        name = counts.name
        resolves, fails = np.zeros(names, dtype=bool), np.zeros(names, dtype=bool)
        resolves[name[counts.resolved > 0]] = True
        fails[name[counts.failed > 0]] = True
        if counts.one_day:  # each row is another client's
            return cls(np.bincount(name, minlength=names), resolves, fails)
        pairs = counts.client
        pairs <<= NAME_BITS
        pairs |= name
        pairs.sort()
        pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
        pairs &= (1 << NAME_BITS) - 1
        return cls(np.bincount(pairs, minlength=names), resolves, fails)


@dataclass(frozen=True)
class Candidates:
    """Rows of counts that are evidence, in sets by client and window.

    `rows` (members,) are places in `counts`, sorted by set and then by time; `starts` (sets + 1,);
    `client` (sets,), in order, and `window`; `share`, `whole`: see `windows.Windows`. `reasons`:
    why names count for nothing, by number.
    """

    counts: Counts
    facts: NameFacts
    answered: bool
    rows: Places
    starts: Places
    client: Places
    window: Places
    share: npt.NDArray[np.float64]
    whole: Mask
    reasons: dict[int, str] = field(repr=False, default_factory=dict)

    def name_sets(self, names: Sequence[str]) -> NameSets:
        """The sets of names."""
        numbers = self.counts.name[self.rows]
        distinct, member = np.unique(numbers, return_inverse=True)
        return NameSets([names[number] for number in distinct], member, self.starts)


def select(
    ledger: Ledger,
    *,
    looks_generated: Callable[[Sequence[str]], Mask],
    campaigns: Campaigns,
    allow: AllowedNames | None = None,
    silencer: Silencer | None = None,
) -> Candidates:
    """Choose what is evidence; `looks_generated` and `campaigns` judge names that many clients
    ask for, each name and groups of them; `silencer` knows what people set aside."""
    counts, names = ledger.counts(), ledger.names.texts
    facts = NameFacts.of(counts, len(names))
    has_answers = ledger.has_answers
    speaks = (
        (facts.fails & ~facts.resolves)
        if has_answers
        else _rare(facts, len(ledger.clients)) | _shared_by_few(counts, names, campaigns)
    )
    reasons = _resolving(facts) if has_answers else {}
    common = _common(facts, len(ledger.clients), speaks)
    reasons |= _company(names, facts, len(ledger.clients), common, looks_generated, campaigns)
    for number in np.flatnonzero(speaks).tolist():
        if number not in reasons and (why := _reason(names[number], ledger.bare, allow, silencer)):
            reasons[number] = why
    speaks[[number for number in reasons if speaks[number]]] = False
    rows = np.flatnonzero(speaks[counts.name] & ((counts.failed > 0) | (not has_answers)))
    if silencer and silencer.clients:
        rows = _unsilenced(ledger, counts, rows, silencer, reasons)
    return _grouped(counts, facts, has_answers, rows, reasons)


def _unsilenced(
    ledger: Ledger, counts: Counts, rows: Places, silencer: Silencer, reasons: dict[int, str]
) -> Places:
    """The rows without those of a client whose pattern a person set aside."""
    kept = np.ones(len(rows), dtype=bool)
    numbers = [n for n, text in enumerate(ledger.clients.texts) if text in silencer.clients]
    for place in np.flatnonzero(np.isin(counts.client[rows], numbers)).tolist():
        client = ledger.clients.texts[int(counts.client[rows[place]])]
        number = int(counts.name[rows[place]])
        if why := silencer.of_client(client, ledger.names.texts[number]):
            kept[place] = False
            reasons.setdefault(number, why)
    return np.asarray(rows[kept])


def _rare(facts: NameFacts, clients: int) -> Mask:
    return facts.clients <= max(1, int(FEW_CLIENTS * clients))


def _shared_by_few(counts: Counts, names: Sequence[str], campaigns: Campaigns) -> Mask:
    """Names of a campaign in a log without answers: asked for by the very same several clients."""
    pairs = np.unique((counts.name << NAME_BITS) | counts.client)
    name, client = pairs >> NAME_BITS, pairs & ((1 << NAME_BITS) - 1)
    begins = np.flatnonzero(np.append(True, name[1:] != name[:-1])) if len(name) else name
    token = np.random.default_rng(11).integers(1, 1 << 62, int(client.max(initial=0)) + 1)
    asked = np.add.reduceat(token[client], begins) if len(name) else name  # wraps: a hash
    asked[np.diff(np.append(begins, len(name))) < 2] = 0
    order = np.argsort(asked, kind="stable")
    order = order[asked[order] != 0]
    groups = np.split(order, np.flatnonzero(np.diff(asked[order])) + 1)
    listed = [name[begins[group]] for group in groups if len(group) >= LEAST_SHARED]
    pieces = [
        piece
        for numbers in listed
        for piece in np.split(numbers, range(PIECE, len(numbers), PIECE))
    ]
    guilty = campaigns([[names[number] for number in piece] for piece in pieces[:MOST_PIECES]])
    speaks = np.zeros(len(names), dtype=bool)
    for piece, malware in zip(pieces, guilty, strict=False):
        speaks[piece] = malware
    return speaks


def _resolving(facts: NameFacts) -> dict[int, str]:
    return dict.fromkeys(np.flatnonzero(facts.fails & facts.resolves).tolist(), exclusions.RESOLVES)


def _common(facts: NameFacts, clients: int, speaks: Mask) -> Places:
    """The names that many clients ask for."""
    many = speaks & (facts.clients >= exclusions.LEAST_CLIENTS)
    return np.flatnonzero(many & (facts.clients > exclusions.MOST_CLIENTS * clients))


def _company(
    names: Sequence[str],
    facts: NameFacts,
    clients: int,
    common: Places,
    looks_generated: Callable[[Sequence[str]], Mask],
    campaigns: Campaigns,
) -> dict[int, str]:
    """Why names that many clients ask for are the network's own.

    Not those of a campaign: where most machines of a log are infected, most ask for its names.
    """
    numbers = common[np.argsort(-facts.clients[common], kind="stable")].tolist()
    if not numbers:
        return {}
    texts = [names[number] for number in numbers]
    generated = looks_generated(texts)
    pieces = [texts[start : start + PIECE] for start in range(0, len(texts), PIECE)]
    campaign = np.repeat(campaigns(pieces), list(map(len, pieces)))
    reasons = {
        number: exclusions.company_reason(int(facts.clients[number]), clients, generated=bool(look))
        for number, look, malware in zip(numbers, generated, campaign, strict=True)
        if not malware
    }
    return {number: why for number, why in reasons.items() if why}


def _reason(
    name: str,
    bare: Collection[str],
    allow: AllowedNames | None,
    silencer: Silencer | None,
) -> str:
    if why := exclusions.reason(name):
        return why
    if name.partition(".")[0] in bare:
        return exclusions.SEARCHED
    if allow is not None and allow.matches(name) is not None:
        return exclusions.ALLOWED
    return silencer.of_name(name) if silencer else ""


def _is_long(counts: Counts) -> bool:
    """Whether the log has more than one window."""
    if counts.one_day:
        return False
    known = counts.first != NO_TIME
    return bool(counts.last[known].max() - counts.first[known].min() > SHORT_LOG)


def _grouped(
    counts: Counts, facts: NameFacts, has_answers: bool, rows: Places, reasons: dict[int, str]
) -> Candidates:
    part = counts.take(rows)
    day = part.day if _is_long(counts) else np.zeros(len(rows), dtype=np.int64)
    # A short log may cross midnight: a name asked for on both days is one member.
    kept = _first_of_each(part.client, day, part.name)
    rows, day, part = rows[kept], day[kept], part.take(kept)
    order = np.lexsort((part.first, day, part.client))
    rows, day, part = rows[order], day[order], part.take(order)
    found = windows.cut(part.client, day, part.first)
    member, owner = found.rows()
    kept = np.sort(_first_of_each(owner, part.name[member]))  # a burst may hold a name of two days
    member, owner = member[kept], owner[kept]
    starts = np.searchsorted(owner, np.arange(len(found.low) + 1)).astype(np.int64)
    client, window = part.client[found.low], day[found.low]
    return Candidates(
        counts, facts, has_answers, rows[member], starts, client, window, found.share, found.whole,
        reasons,
    )  # fmt: skip


def _first_of_each(*keys: Places) -> Places:
    """The rows that hold a combination of keys for the first time."""
    order = np.lexsort(keys[::-1])
    stacked = np.stack(keys)[:, order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (stacked[:, 1:] != stacked[:, :-1]).any(axis=0)
    return np.asarray(order[new])


def merged_days(counts: Counts) -> Counts:
    """Counts by client and name over all days."""
    if counts.one_day:
        return counts
    mask = ~(((1 << DAY_BITS) - 1) << NAME_BITS)
    return add_up([replace(counts, key=counts.key & mask)])
