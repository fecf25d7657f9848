"""Verdicts while events arrive: state by client, bounded, and a change of verdict as a row.

Judges the last day of each client. Knows no file; `stream_state` saves it.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa

from dga.hosts import attribution, combine, exclusions, set_test, windows
from dga.hosts.attribution import Attributor, MakeAttributor
from dga.hosts.candidates import PIECE, AllowedNames
from dga.hosts.combine import CLEAN, DEFAULT_FPR
from dga.hosts.feedback import Silencer
from dga.hosts.host_evidence import Matches, attributed, named_family
from dga.hosts.ledger import DAY, FAILED, NO_TIME, RESOLVED, UNKNOWN_CLIENT, day_of, statuses, times
from dga.hosts.likeness import sentences
from dga.hosts.name_evidence import NameEvidence
from dga.hosts.queried_names import bare_names, judged_names
from dga.hosts.reports import iso_time
from dga.hosts.set_test import NameSets
from dga.hosts.windows import Windows

MOST_CLIENTS = 100_000  # those that were silent longest are forgotten first
MOST_NAMES = 300  # unresolved names of a client, the last ones
MOST_RESOLVED = 500_000  # names that are known to resolve
MOST_BARE = 50_000  # names of one label
MOST_ASKERS = 200_000  # unresolved names of which the clients are counted
TOLD_NAMES = 20
WINDOW = DAY  # microseconds

Row = dict[str, Any]
Known = Mapping[str, Matches]


@dataclass
class ClientState:
    """What is kept of a client: its unresolved names with the time of each, and its verdict."""

    names: OrderedDict[str, int] = field(default_factory=OrderedDict)
    verdict: str = CLEAN
    p_value: float = 1.0
    first: int = NO_TIME
    last: int = NO_TIME


@dataclass
class StreamState:
    """Everything that a stream remembers."""

    clients: OrderedDict[str, ClientState] = field(default_factory=OrderedDict)
    resolved: OrderedDict[str, None] = field(default_factory=OrderedDict)
    askers: OrderedDict[str, set[str]] = field(default_factory=OrderedDict)
    seen: OrderedDict[str, None] = field(default_factory=OrderedDict)
    bare: OrderedDict[str, None] = field(default_factory=OrderedDict)
    events: int = 0


class HostStream:
    """Judges clients as their events arrive; the arguments are those of `score_hosts`.

    The attributor is asked once for each day of the events.
    """

    def __init__(
        self,
        evidence: NameEvidence,
        *,
        fpr: float = DEFAULT_FPR,
        allow: AllowedNames | None = None,
        silencer: Silencer | None = None,
        attributor: MakeAttributor | None = None,
        state: StreamState | None = None,
    ) -> None:
        self.evidence, self.fpr, self.allow, self.silencer = evidence, fpr, allow, silencer
        self.state = state or StreamState()
        self._attributor = attributor
        self._index: tuple[dt.date, Attributor | None] | None = None
        self._reasons: dict[str, str] = {}

    def add(self, batch: pa.RecordBatch) -> list[Row]:
        """Take in a batch of events; a row for each client whose verdict changed."""
        touched = self._take_in(batch)
        self._forget()
        return list(self._changes(touched))

    def _take_in(self, batch: pa.RecordBatch) -> dict[str, None]:
        """Note the events; the clients that have a further unresolved name."""
        names = judged_names(batch["query"])
        clients = [client or UNKNOWN_CLIENT for client in batch["client"].to_pylist()]
        status, when = statuses(batch).tolist(), times(batch["time"]).tolist()
        self.state.events += len(names)
        self.state.seen.update(dict.fromkeys(clients))
        self.state.bare.update(dict.fromkeys(bare_names(batch["query"])))
        touched: dict[str, None] = {}
        for name, client, how, time in zip(names, clients, status, when, strict=True):
            if not name:
                continue
            if how == RESOLVED:
                self.state.resolved[name] = None
            elif how == FAILED and self._note(client, name, time):
                touched[client] = None
        return touched

    def _note(self, client: str, name: str, time: int) -> bool:
        """Note an unresolved name; whether it is one that this client had not."""
        known = self.state.clients.setdefault(client, ClientState())
        self.state.clients.move_to_end(client)
        known.first = time if known.first == NO_TIME else known.first
        known.last = max(known.last, time)
        if name in known.names or name in self.state.resolved:
            return False
        if self._reason(name) or (self.silencer and self.silencer.of_client(client, name)):
            return False
        known.names[name] = time
        self.state.askers.setdefault(name, set()).add(client)
        while len(known.names) > MOST_NAMES:
            known.names.popitem(last=False)
        return True

    def _reason(self, name: str) -> str:
        if name not in self._reasons:
            if len(self._reasons) > MOST_RESOLVED:
                self._reasons.clear()
            allowed = self.allow is not None and self.allow.matches(name) is not None
            silenced = self.silencer.of_name(name) if self.silencer else ""
            why = exclusions.ALLOWED if allowed else exclusions.reason(name)
            self._reasons[name] = why or silenced
        return self._reasons[name]

    def _forget(self) -> None:
        """Keep the state within its bounds."""
        for kept, most in (
            (self.state.clients, MOST_CLIENTS),
            (self.state.resolved, MOST_RESOLVED),
            (self.state.askers, MOST_ASKERS),
            (self.state.bare, MOST_BARE),
            (self.state.seen, MOST_CLIENTS),
        ):
            while len(kept) > most:
                kept.popitem(last=False)

    def _changes(self, touched: Iterable[str]) -> Iterator[Row]:
        lists = self._lists(touched)
        if not lists:
            return
        names, cuts = self._cut(lists)
        bounds = zip(cuts.low.tolist(), cuts.high.tolist(), strict=True)
        sets = NameSets.of([names[low:high] for low, high in bounds])
        threshold = self.evidence.bundle.threshold()
        found = set_test.judge(sets, self.evidence, answered=True, threshold=threshold)
        known = attribution.matches(self._standing(lists), sets.names)
        chances = [combine.attribution_p(combine.surest(known, part), len(part)) for part in sets]
        by_set = zip(
            combine.shared(found.p_value, cuts.share).tolist(),
            combine.shared(np.array(chances), cuts.share).tolist(),
            strict=True,
        )
        p_values = np.array([combine.combined(*both) for both in by_set])
        owner = np.repeat(np.arange(len(lists)), list(map(len, lists.values())))[cuts.low]
        generated = set(compress(sets.names, found.generated.tolist()))
        for place, (client, listed) in enumerate(lists.items()):
            p_value = float(p_values[owner == place].min())
            yield from self._change(client, listed, p_value, known, generated)

    def _cut(self, lists: Mapping[str, Sequence[str]]) -> tuple[list[str], Windows]:
        """The names of clients one after the other, and the windows of them."""
        asked = [self.state.clients[client].names for client in lists]
        times = [
            time[name] for time, names in zip(asked, lists.values(), strict=True) for name in names
        ]
        client = np.repeat(np.arange(len(lists)), list(map(len, lists.values())))
        first = np.array(times, dtype=np.int64)
        order = np.lexsort((first, client))
        flat = [name for names in lists.values() for name in names]
        cuts = windows.cut(client, np.zeros(len(first), dtype=np.int64), first[order])
        return [flat[place] for place in order], cuts

    def _standing(self, clients: Iterable[str]) -> Attributor | None:
        """The index of known generators for the last day of some clients."""
        last = max(self.state.clients[client].last for client in clients)
        if self._attributor is None or last == NO_TIME:
            return None
        day = day_of(last)
        if self._index is None or self._index[0] != day:
            self._index = day, self._attributor(day, day, True)
        return self._index[1]

    def _change(
        self, client: str, names: list[str], p_value: float, known: Known, generated: set[str]
    ) -> Iterator[Row]:
        """A row where a client's verdict is another than before."""
        state = self.state.clients[client]
        state.p_value, verdict = p_value, combine.verdict(p_value, self.fpr)
        if verdict != state.verdict:
            state.verdict = verdict
            yield self._row(client, state, names, known, generated)

    def _window(self, client: str) -> list[str]:
        """The unresolved names of a client's last day that count still, in the order asked."""
        known = self.state.clients[client]
        return [
            name
            for name, time in known.names.items()
            if (time == NO_TIME or known.last - time <= WINDOW)
            and name not in self.state.resolved
            and name.partition(".")[0] not in self.state.bare
        ]

    def _lists(self, touched: Iterable[str]) -> dict[str, list[str]]:
        """What counts of each client, without what is the network's own."""
        lists = {client: self._window(client) for client in touched}
        own = self._own({name for names in lists.values() for name in names})
        kept = {client: [n for n in names if n not in own] for client, names in lists.items()}
        return {client: names for client, names in kept.items() if names}

    def _own(self, names: Iterable[str]) -> set[str]:
        """The names that so many clients ask for that they are the network's own; not those of a
        campaign, which most clients ask for where most are infected."""
        total = max(len(self.state.seen), len(self.state.clients))
        asked = {name: len(self.state.askers.get(name, ())) for name in names}
        common = sorted(
            name
            for name, clients in asked.items()
            if exclusions.company_reason(clients, total, generated=False)
        )
        if not common:
            return set()
        pieces = [common[start : start + PIECE] for start in range(0, len(common), PIECE)]
        guilty = np.repeat(set_test.campaigns(pieces, self.evidence), list(map(len, pieces)))
        scores = self.evidence.bundle.score(common).score
        generated = scores >= self.evidence.bundle.threshold()
        return {
            name
            for name, malware, looks in zip(common, guilty, generated, strict=True)
            if not malware and exclusions.company_reason(asked[name], total, generated=bool(looks))
        }

    def _row(
        self, client: str, state: ClientState, names: list[str], known: Known, generated: set[str]
    ) -> Row:
        members = self.evidence.members(names, np.zeros(len(names), dtype=np.float32))
        order = np.argsort(-members.weight, kind="stable")[:TOLD_NAMES]
        clean = state.verdict == CLEAN
        return {
            "client": client,
            "verdict": state.verdict,
            "p_value": state.p_value,
            "generated_names": len(generated.intersection(names)),
            "nxdomain_names": len(names),
            "first_seen": iso_time(state.first),
            "last_seen": iso_time(state.last),
            "family": "" if clean else named_family(members, self.evidence),
            "attribution": attributed(known, names),
            "evidence": "; ".join(sentences(members)),
            "names": [names[place] for place in order],
        }
