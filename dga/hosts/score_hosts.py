"""Events to verdicts by host: the one path of page, command line and library.

result = score_hosts("dns.log.gz", bundle)
result.frame                        # a row a client
result.host("10.0.0.23").sentences  # why
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from dga.hosts import attribution, candidates, combine, host_evidence, parameters, set_test
from dga.hosts.attribution import MakeAttributor
from dga.hosts.candidates import AllowedNames, Candidates, merged_days
from dga.hosts.combine import CLEAN, DEFAULT_FPR
from dga.hosts.feedback import Silencer
from dga.hosts.host_evidence import HostEvidence, Log, Matches
from dga.hosts.ledger import LATEST, NO_TIME, UNKNOWN_CLIENT, Counts, Ledger, day_of
from dga.hosts.name_evidence import NameEvidence
from dga.hosts.parameters import HostTests
from dga.logs.events import Events, read_events
from dga.scoring.bundle import ModelBundle

COLUMNS = (
    "client", "verdict", "p_value", "names", "generated_names", "nxdomain_names",
    "nxdomain_share", "first_seen", "last_seen", "family", "attribution", "evidence",
)  # fmt: skip
NO_ANSWERS = (
    "The log does not say which names resolved. Names that few clients ask for stand in for "
    "unresolved ones; verdicts are less certain."
)
NO_TIMES = "The log has no times: all events count as one day, and no burst can be shown."
NO_CLIENTS = "The log does not name the clients: all events count as one host."
NOISY = (
    "This network's failed look-ups look {times:.1f} times as generated as those of ordinary "
    "networks; the verdicts allow for it."
)
SILENCED = (
    "Verdicts said to be wrong: {count:,}. Their names, and names like theirs, count for nothing."
)
UNNAMED = "{rows:,} of {total:,} rows hold no registered name and count for nothing."

Mask = npt.NDArray[np.bool_]
OnEvents = Callable[[int, float], None]  # (events so far, share of the source)


@dataclass(frozen=True)
class HostsResult:
    """The verdicts of a log: `frame` has a row a client (columns COLUMNS), the most suspicious
    first; `notes` are sentences on what the log lacks; `fpr` the rate of false accusations."""

    frame: pd.DataFrame
    notes: tuple[str, ...]
    fpr: float
    events: int
    _log: Log = field(repr=False)
    _rows: Mapping[str, int] = field(repr=False)

    def host(self, client: str) -> HostEvidence:
        """The evidence for and against one client; KeyError for one that the log does not hold."""
        row = self.frame.iloc[self._rows[client]]
        return host_evidence.explain(self._log, client, row)

    def timeline(self, client: str) -> pd.DataFrame:
        """Every event of a client: columns time, name, status, score; empty where events were not
        kept. Names that are not scored for the verdict are scored here."""
        return host_evidence.timeline(self._log, client)

    def incidents(self) -> list[HostEvidence]:
        """The evidence of every client that is not clean, the most suspicious first."""
        listed = self.frame.loc[self.frame["verdict"] != CLEAN, "client"]
        return [self.host(client) for client in listed]


def score_hosts(
    source: str | Path | BinaryIO | Sequence[str | Path] | Events,
    bundle: ModelBundle,
    *,
    fpr: float = DEFAULT_FPR,
    roles: Mapping[str, str] | None = None,
    allow: AllowedNames | None = None,
    silencer: Silencer | None = None,
    attributor: MakeAttributor | None = None,
    tests: HostTests | None = None,
    keep_events: bool = False,
    on_progress: OnEvents | None = None,
) -> HostsResult:
    """Judge every client of a log.

    `fpr`: the share of ordinary hosts and days that may be called infected. `roles`: columns by
    role, where they are not to be chosen. `allow`: names that are no evidence. `silencer`: what
    analysts excluded. `attributor` makes the index of known generators for the log's days, or None
    where that is not worth it; its last argument says whether a host is suspected. `keep_events`:
    keep each event in memory for `HostsResult.timeline`. Raises FeedError for what is no log.
    """
    events = source if isinstance(source, Events) else _open(source, roles)
    ledger = count(events.batches(), on_progress, events.share, keep_events)
    notes = [*events.description.notes, *notes_on(ledger, events.description.has_client)]
    evidence = NameEvidence(bundle, tests or parameters.load())
    return judge(
        ledger, evidence, fpr=fpr, allow=allow, silencer=silencer, attributor=attributor,
        notes=notes,
    )  # fmt: skip


def count(
    batches: Iterable[pa.RecordBatch],
    on_progress: OnEvents | None = None,
    share: Callable[[], float] = lambda: 0.0,
    keep_events: bool = False,
) -> Ledger:
    """Count batches of events."""
    ledger = Ledger(keep_events)
    for batch in batches:
        ledger.add(batch)
        if on_progress:
            on_progress(ledger.rows, share())
    return ledger


def judge(
    ledger: Ledger,
    evidence: NameEvidence,
    *,
    fpr: float = DEFAULT_FPR,
    allow: AllowedNames | None = None,
    silencer: Silencer | None = None,
    attributor: MakeAttributor | None = None,
    notes: Sequence[str] = (),
) -> HostsResult:
    """Judge every client of events that are counted."""
    threshold = evidence.bundle.threshold()
    chosen = candidates.select(
        ledger,
        looks_generated=partial(_looks_generated, evidence, threshold),
        campaigns=partial(set_test.campaigns, evidence=evidence),
        allow=allow,
        silencer=silencer,
    )
    sets = chosen.name_sets(ledger.names.texts)
    found = set_test.judge(sets, evidence, answered=chosen.answered, threshold=threshold)
    noise = combine.background(found.p_value[chosen.whole], sets.sizes[chosen.whole])
    set_p = combine.shared(found.p_value ** (1 / noise), chosen.share)
    set_p = combine.with_enough_names(set_p, sets.sizes, fpr)
    if not chosen.answered:
        set_p = combine.without_answers(set_p, found.incriminating, fpr)
    suspected = bool((set_p <= combine.SUSPICIOUS_RATE * fpr).any())
    matches = _attribute(sets.names, chosen.counts, attributor, suspected)
    chances = [combine.attribution_p(combine.surest(matches, names), len(names)) for names in sets]
    attributed = combine.shared(np.array(chances), chosen.share)
    p_value = np.array(
        [combine.combined(a, b) for a, b in zip(set_p.tolist(), attributed.tolist(), strict=True)]
    )
    log = Log(ledger, chosen, evidence, sets, matches, set_p, attributed, p_value, fpr)
    frame = _frame(log, found.generated)
    all_notes = [*notes, *([NOISY.format(times=noise)] if noise > 1 else [])]
    if silencer and silencer.entries:
        all_notes.append(SILENCED.format(count=len(silencer.entries)))
    rows = {client: row for row, client in enumerate(frame["client"])}
    return HostsResult(frame, tuple(all_notes), fpr, ledger.rows, log, rows)


def _open(
    source: str | Path | BinaryIO | Sequence[str | Path], roles: Mapping[str, str] | None
) -> Events:
    return read_events(source, roles=roles)


def notes_on(ledger: Ledger, has_client: bool) -> Iterable[str]:
    """What a log lacks, in sentences; `has_client`: whether it tells who asked."""
    if not has_client:
        yield NO_CLIENTS
    if not ledger.timed:
        yield NO_TIMES
    if not ledger.has_answers:
        yield NO_ANSWERS
    if ledger.unnamed:
        yield UNNAMED.format(rows=ledger.unnamed, total=ledger.rows)


def _looks_generated(
    evidence: NameEvidence, threshold: float, names: Sequence[str]
) -> npt.NDArray[np.bool_]:
    return np.asarray(evidence.bundle.score(names).score >= threshold)


def _attribute(
    names: Sequence[str], counts: Counts, attributor: MakeAttributor | None, suspected: bool
) -> dict[str, Matches]:
    """The matches of each name that a known generator makes in the log's days."""
    days = log_days(counts)
    if attributor is None or days is None or not names:
        return {}
    return attribution.matches(attributor(*days, suspected), names)


def log_days(counts: Counts) -> tuple[dt.date, dt.date] | None:
    """The first and the last day of the events, None where no time is known."""
    known = counts.first != NO_TIME
    if not known.any():
        return None
    first, last = int(counts.first[known].min()), int(counts.last[known].max())
    return day_of(first), day_of(last)


def _frame(log: Log, generated: Mask) -> pd.DataFrame:
    """A row a client, by its most suspicious window; the most suspicious client first."""
    clients = len(log.ledger.clients)
    lowest = np.ones(clients)
    np.minimum.at(lowest, log.chosen.client, log.p_value)
    frame = _totals(log, clients)
    frame["p_value"] = lowest
    frame["verdict"] = [combine.verdict(p, log.fpr) for p in lowest.tolist()]
    frame["generated_names"] = _generated_by_client(log, generated, clients)
    _describe(frame, log)
    frame = frame.sort_values(
        ["p_value", "generated_names", "nxdomain_names"], ascending=[True, False, False],
        kind="stable",
    )  # fmt: skip
    return frame[list(COLUMNS)].reset_index(drop=True)


def _generated_by_client(log: Log, generated: Mask, clients: int) -> npt.NDArray[np.int64]:
    """How many distinct names of each client's evidence look generated (clients,)."""
    owner = np.repeat(log.chosen.client, log.sets.sizes)
    looks = generated[log.sets.member]
    pairs = np.unique(owner[looks] * len(log.sets.names) + log.sets.member[looks])
    return np.bincount(pairs // max(len(log.sets.names), 1), minlength=clients)


def _totals(log: Log, clients: int) -> pd.DataFrame:
    """What each client asked for, over the whole log."""
    counts = merged_days(log.chosen.counts)
    client = counts.client
    seen = np.bincount(client, minlength=clients)
    failed = np.bincount(client[(counts.failed > 0) & (counts.resolved == 0)], minlength=clients)
    names = [text or UNKNOWN_CLIENT for text in log.ledger.clients.texts]
    first, last = _seen(counts, client, clients)
    return pd.DataFrame(
        {
            "client": names,
            "names": seen.astype(np.int64),
            "nxdomain_names": failed.astype(np.int64),
            "nxdomain_share": np.round(failed / np.maximum(seen, 1), 4),
            "first_seen": first,
            "last_seen": last,
        }
    )


def _seen(
    counts: Counts, client: npt.NDArray[np.int64], clients: int
) -> tuple[pd.Series, pd.Series]:
    """When each client was first and last seen; `client`: that of each row of the counts."""
    first, last = np.full(clients, LATEST), np.full(clients, NO_TIME)
    np.minimum.at(first, client, np.where(counts.first == NO_TIME, LATEST, counts.first))
    np.maximum.at(last, client, counts.last)
    unknown = last == NO_TIME
    columns = [
        pd.Series(pd.to_datetime(np.where(unknown, 0, values), unit="us", utc=True)).mask(unknown)
        for values in (first, last)
    ]
    return columns[0], columns[1]


def _describe(frame: pd.DataFrame, log: Log) -> None:
    """Add family, attribution and evidence; the long text of those that are not clean only."""
    family, attribution, evidence = [""] * len(frame), [""] * len(frame), [""] * len(frame)
    for row in np.flatnonzero(frame["verdict"].to_numpy() != CLEAN).tolist():
        found = host_evidence.summary(log, row)
        family[row], attribution[row], evidence[row] = found
    clean = frame["verdict"] == CLEAN
    short = [
        host_evidence.clean_sentence(failed, generated)
        for failed, generated in zip(
            frame["nxdomain_names"].tolist(), frame["generated_names"].tolist(), strict=True
        )
    ]
    frame["family"], frame["attribution"] = family, attribution
    frame["evidence"] = np.where(clean, short, evidence)


__all__ = ["COLUMNS", "Candidates", "HostsResult", "MakeAttributor", "judge", "score_hosts"]
