"""Verdicts while events arrive: state by client, bounded, and a change of verdict as a row.

Judges the last day of each client. Knows no file; `stream_state` saves it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from dga.hosts import combine, exclusions, set_test
from dga.hosts.candidates import AllowedNames
from dga.hosts.combine import CLEAN, DEFAULT_FPR
from dga.hosts.host_evidence import named_family
from dga.hosts.ledger import DAY, FAILED, NO_TIME, RESOLVED, statuses, times
from dga.hosts.likeness import sentences
from dga.hosts.name_evidence import NameEvidence
from dga.hosts.queried_names import judged_names
from dga.hosts.reports import iso_time
from dga.hosts.set_test import NameSets
from dga.names import arrow_strings

MOST_CLIENTS = 100_000  # those that were silent longest are forgotten first
MOST_NAMES = 300  # unresolved names of a client, the last ones
MOST_RESOLVED = 500_000  # names that are known to resolve
MOST_ASKERS = 200_000  # unresolved names of which the clients are counted
TOLD_NAMES = 20
WINDOW = DAY  # microseconds

Row = dict[str, Any]


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
    events: int = 0


class HostStream:
    """Judges clients as their events arrive."""

    def __init__(
        self,
        evidence: NameEvidence,
        *,
        fpr: float = DEFAULT_FPR,
        allow: AllowedNames | None = None,
        state: StreamState | None = None,
    ) -> None:
        self.evidence, self.fpr, self.allow = evidence, fpr, allow
        self.state = state or StreamState()
        self._reasons: dict[str, str] = {}

    def add(self, batch: pa.RecordBatch) -> list[Row]:
        """Take in a batch of events; a row for each client whose verdict changed."""
        touched = self._take_in(batch)
        self._forget()
        return list(self._changes(touched))

    def _take_in(self, batch: pa.RecordBatch) -> dict[str, None]:
        """Note the events; the clients that have a further unresolved name."""
        names = judged_names(batch["query"])
        clients = arrow_strings.column_of(batch["client"]).to_pylist()
        status, when = statuses(batch).tolist(), times(batch["time"]).tolist()
        self.state.events += len(names)
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
        if self._reason(name):
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
            self._reasons[name] = exclusions.ALLOWED if allowed else exclusions.reason(name)
        return self._reasons[name]

    def _forget(self) -> None:
        """Keep the state within its bounds."""
        for kept, most in (
            (self.state.clients, MOST_CLIENTS),
            (self.state.resolved, MOST_RESOLVED),
            (self.state.askers, MOST_ASKERS),
        ):
            while len(kept) > most:
                kept.popitem(last=False)

    def _changes(self, touched: Sequence[str] | dict[str, None]) -> Iterator[Row]:
        clients = [client for client in touched if self._window(client)]
        lists = [self._window(client) for client in clients]
        if not clients:
            return
        sets = NameSets.of(lists)
        threshold = self.evidence.bundle.threshold()
        found = set_test.judge(sets, self.evidence, answered=True, threshold=threshold)
        for place, client in enumerate(clients):
            known = self.state.clients[client]
            known.p_value = combine.combined(float(found.p_value[place]), 1.0)
            verdict = combine.verdict(known.p_value, self.fpr)
            if verdict != known.verdict:
                known.verdict = verdict
                yield self._row(client, known, lists[place], int(found.generated[place]))

    def _window(self, client: str) -> list[str]:
        """The unresolved names of a client's last day that count still."""
        known = self.state.clients[client]
        names = [
            name
            for name, time in known.names.items()
            if (time == NO_TIME or known.last - time <= WINDOW) and name not in self.state.resolved
        ]
        return [name for name in names if not self._common(name)]

    def _common(self, name: str) -> bool:
        clients, total = len(self.state.askers.get(name, ())), len(self.state.clients)
        if not exclusions.company_reason(clients, total, generated=False):
            return False
        score = float(self.evidence.bundle.score([name]).score[0])
        generated = score >= self.evidence.bundle.threshold()
        return bool(exclusions.company_reason(clients, total, generated=generated))

    def _row(self, client: str, known: ClientState, names: Sequence[str], generated: int) -> Row:
        members = self.evidence.members(names, np.zeros(len(names), dtype=np.float32))
        order = np.argsort(-members.weight, kind="stable")[:TOLD_NAMES]
        clean = known.verdict == CLEAN
        return {
            "client": client,
            "verdict": known.verdict,
            "p_value": known.p_value,
            "generated_names": generated,
            "nxdomain_names": len(names),
            "first_seen": iso_time(known.first),
            "last_seen": iso_time(known.last),
            "family": "" if clean else named_family(members, self.evidence),
            "evidence": "; ".join(sentences(members)),
            "names": [names[place] for place in order],
        }
