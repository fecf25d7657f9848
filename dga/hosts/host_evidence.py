"""Why a host got its verdict: names and weights, tests in sentences, what resolved, who else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.generators.attribution import Match, attribution_text, odds_text
from dga.hosts import combine, exclusions, likeness, sequential
from dga.hosts.candidates import Candidates
from dga.hosts.ledger import NO_TIME, Counts, Ledger
from dga.hosts.name_evidence import NameEvidence
from dga.hosts.sequential import SequentialTest
from dga.hosts.set_features import Members, Places
from dga.hosts.set_test import NameSets
from dga.schema import UNKNOWN_FAMILY

Matches = tuple[Match, ...]

BURST_MARGIN = 10 * 60 * 1_000_000  # microseconds around the unresolved names
MOST_RESOLVED = 3_000  # resolved names that are scored for a host
MOST_SCORED = 20_000  # names of a host's timeline
MOST_OTHERS = 50
NAMED_SHARE = 0.3  # of a family over the evidence, under which none is named
LEAST_SHARE = 0.02  # of each family for each name, so that one name excludes none
NAMES_LISTED = 5

FAILED, RESOLVED, UNKNOWN = "not resolved", "resolved", "answer unknown"
NAME_COLUMNS = (
    "name", "status", "counts", "weight", "score", "rarity", "events", "clients", "first", "last",
    "attribution", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Log:
    """A judged log, by which hosts are explained. `set_p`, `attribution_p`, `p_value` (sets,):
    what each test and both together say; `fpr`: the rate at which a host is accused."""

    ledger: Ledger
    chosen: Candidates
    evidence: NameEvidence
    sets: NameSets
    matches: Mapping[str, Matches]
    set_p: npt.NDArray[np.float64]
    attribution_p: npt.NDArray[np.float64]
    p_value: npt.NDArray[np.float64]
    fpr: float

    def sets_of(self, client: int) -> Places:
        """The places of a client's sets."""
        low, high = np.searchsorted(self.chosen.client, [client, client + 1])
        return np.arange(low, high)

    def worst_set(self, client: int) -> int:
        """The place of a client's most suspicious set, -1 where it has none."""
        places = self.sets_of(client)
        return int(places[self.p_value[places].argmin()]) if len(places) else -1

    def set_names(self, client: int) -> list[str]:
        """The names that count, in the order asked: those of the sets that accuse the client, else
        of its most suspicious day."""
        places = self._telling(client)
        bounds = zip(self.sets.starts[places], self.sets.starts[places + 1], strict=True)
        members = (place for low, high in bounds for place in self.sets.member[low:high].tolist())
        return [self.sets.names[place] for place in dict.fromkeys(members)]

    def _telling(self, client: int) -> Places:
        """The sets to show of a client: a burst rather than the day around it."""
        places = self.sets_of(client)
        if not len(places):
            return places
        p_value, whole = self.p_value[places], self.chosen.whole[places]
        window = self.chosen.window[places]
        accusing = p_value <= self.fpr
        if not accusing.any():
            return np.asarray(places[whole & (window == window[p_value.argmin()])])
        worst = np.array([p_value[(window == day) & ~whole].min(initial=1.0) for day in window])
        return np.asarray(places[accusing & (~whole | (p_value < worst))])


@dataclass(frozen=True)
class HostEvidence:
    """One client's verdict and what speaks for it.

    `names`: a row a registered name (columns NAME_COLUMNS), evidence first; `resolved`: the names
    that resolved around the burst, the likely command and control first; `others`: clients that
    asked for the same evidence, with how many names; `words`: parts that recur in several names.
    """

    client: str
    verdict: str
    p_value: float
    set_p: float
    attribution_p: float
    family: str
    attribution: str
    fpr: float
    names: pd.DataFrame
    resolved: pd.DataFrame
    others: tuple[tuple[str, int], ...]
    words: tuple[str, ...]
    sequential: SequentialTest
    sentences: tuple[str, ...]
    first_seen: pd.Timestamp
    last_seen: pd.Timestamp

    @property
    def evidence_names(self) -> pd.DataFrame:
        """The names that count."""
        return self.names[self.names["counts"]]

    @property
    def command_and_control(self) -> list[str]:
        """Resolved names that look like the burst's."""
        return [str(name) for name in self.resolved.loc[self.resolved["weight"] > 0, "name"]]


def clean_sentence(failed: int, generated: int) -> str:
    """The evidence of a clean host in short.

    >>> clean_sentence(3, 0)
    '3 unresolved names, none of them looks generated'
    """
    if not failed:
        return "no unresolved name"
    names = f"{failed:,} unresolved name{'s' if failed > 1 else ''}"
    if not generated:
        return f"{names}, none of them looks generated"
    look = "looks" if generated == 1 else "look"
    return f"{names}, {generated:,} of them {look} generated: too few, or too unlike each other"


def summary(log: Log, client: int) -> tuple[str, str, str]:
    """Family, attribution and evidence of a client in short, for its row."""
    names = log.set_names(client)
    members = judged(log, names)
    order = np.argsort(-members.weight, kind="stable")[:NAMES_LISTED]
    heaviest = ", ".join(f"{names[place]} ({members.weight[place]:+.1f})" for place in order)
    sentences = _sentences(log, client, names, members)
    family = named_family(members, log.evidence)
    return family, attributed(log.matches, names), "; ".join([*sentences[:3], f"names: {heaviest}"])


def judged(log: Log, names: Sequence[str]) -> Members:
    """The numbers of some names."""
    return log.evidence.members(names, np.zeros(len(names), dtype=np.float32))


def named_family(members: Members, evidence: NameEvidence) -> str:
    """The family or group that the names that speak for an infection resemble together."""
    bundle = evidence.bundle
    chosen = members.families[members.weight > 0]
    if not len(chosen) or not chosen.shape[1]:
        return UNKNOWN_FAMILY
    groups, member = bundle.groups.summed(
        np.eye(chosen.shape[1], dtype=np.float32), bundle.families
    )
    shares = chosen @ member
    likelihood = np.log(LEAST_SHARE / shares.shape[1] + (1 - LEAST_SHARE) * shares).sum(axis=0)
    best = int(likelihood.argmax())
    return str(groups[best]) if shares[:, best].mean() >= NAMED_SHARE else UNKNOWN_FAMILY


def attributed(known: Mapping[str, Matches], names: Sequence[str]) -> str:
    """The known generator that makes most of the names, with how many and the odds."""
    found: dict[tuple[str, int], list[Match]] = {}
    for name in names:
        for match in known.get(name, ())[:1]:
            found.setdefault((match.family, match.seed), []).append(match)
    if not found:
        return ""
    matches = max(found.values(), key=len)
    surest = min(matches, key=lambda match: match.chance)
    text = attribution_text([surest])
    odds = odds_text(surest.chance)
    return f"{text}: {len(matches):,} of {len(names):,} names; odds of the surest {odds}"


def explain(log: Log, client: str, row: pd.Series) -> HostEvidence:
    """Everything about one client; `row` is its row of the result's frame."""
    number = _number(log, client)
    names = log.set_names(number)
    members = judged(log, names)
    table = _name_table(log, number, names, members)
    place = log.worst_set(number)
    return HostEvidence(
        client=client,
        verdict=str(row["verdict"]),
        p_value=float(row["p_value"]),
        set_p=float(log.set_p[place]) if place >= 0 else 1.0,
        attribution_p=float(log.attribution_p[place]) if place >= 0 else 1.0,
        family=str(row["family"]),
        attribution=str(row["attribution"]),
        fpr=log.fpr,
        names=table,
        resolved=_resolved(table, names),
        others=_others(log, number, names),
        words=tuple(likeness.recurring_words(members.labels.tolist())),
        sequential=sequential.run(members.weight.tolist(), log.fpr),
        sentences=tuple(_sentences(log, number, names, members)),
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
    )


def timeline(log: Log, client: str) -> pd.DataFrame:
    """Every kept event of a client: columns time, name, status, score."""
    name, time, status = log.ledger.events_of(_number(log, client))
    distinct, places = np.unique(name, return_inverse=True)
    texts = [log.ledger.names.texts[number] for number in distinct.tolist()]
    scores = np.full(len(texts), np.nan)
    scores[:MOST_SCORED] = log.evidence.bundle.score(texts[:MOST_SCORED]).score
    shown = pd.Series(pd.to_datetime(np.where(time == NO_TIME, 0, time), unit="us", utc=True))
    words = np.array([UNKNOWN, FAILED, RESOLVED])  # as the ledger numbers them
    return pd.DataFrame(
        {
            "time": shown.mask(time == NO_TIME),
            "name": np.array(texts, dtype=object)[places] if texts else [],
            "status": words[status],
            "score": scores[places],
        }
    )


def _number(log: Log, client: str) -> int:
    texts = log.ledger.clients.texts
    return texts.index(client) if client in texts else texts.index("")


def _sentences(log: Log, client: int, names: Sequence[str], members: Members) -> list[str]:
    place = log.worst_set(client)
    if place < 0:
        return ["No name of this host counts as evidence."]
    sentences = []
    if text := attributed(log.matches, names):
        sentences.append(f"A known generator makes its names: {text}")
    test = sequential.run(members.weight.tolist(), log.fpr)
    sentences += likeness.sentences(members)
    if test.crossed_after:
        sentences.append(
            "Added up in the order asked, the weights of the names speak for an infection as "
            f"early as with name {test.crossed_after} of {len(names)}"
        )
    sentences.append(_together(float(log.set_p[place])))
    return sentences


def _together(set_p: float) -> str:
    """What the set test says, in a sentence."""
    often = combine.how_often(set_p)
    return f"Of ordinary hosts and days with as many such names, at most {often} like this"


def _name_table(log: Log, client: int, names: Sequence[str], members: Members) -> pd.DataFrame:
    """A row a name that the client asked for; scores of evidence and of what resolved beside it."""
    counts = log.chosen.counts
    part = counts.take(counts.of_client(client))
    texts = log.ledger.names.texts
    frame = pd.DataFrame(
        {
            "number": part.name,
            "failed": part.failed,
            "resolved": part.resolved,
            "events": part.events,
            "first": np.where(part.first == NO_TIME, np.iinfo(np.int64).max, part.first),
            "last": part.last,
        }
    )
    frame = frame.groupby("number", as_index=False).agg(
        {"failed": "sum", "resolved": "sum", "events": "sum", "first": "min", "last": "max"}
    )
    frame["name"] = [texts[number] for number in frame["number"]]
    frame["status"] = np.where(
        frame["resolved"] > 0, RESOLVED, np.where(frame["failed"] > 0, FAILED, UNKNOWN)
    )
    frame["clients"] = log.chosen.facts.clients[frame["number"]]
    frame["counts"] = frame["name"].isin(set(names))
    frame["reason"] = [log.chosen.reasons.get(number, "") for number in frame["number"]]
    frame["near"] = _near(frame, names)
    _add_scores(frame, log, names, members)
    frame["attribution"] = [
        attribution_text(log.matches[name][:1]) if name in log.matches else ""
        for name in frame["name"]
    ]
    unknown = frame["first"] == np.iinfo(np.int64).max
    for column in ("first", "last"):
        shown = pd.to_datetime(frame[column].mask(unknown, 0), unit="us", utc=True)
        frame[column] = shown.mask(unknown)
    frame = frame.sort_values(["counts", "weight"], ascending=False, kind="stable")
    return frame[[*NAME_COLUMNS, "near"]].reset_index(drop=True)


def _near(frame: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Which names were asked for around the evidence; all of them where no time is known."""
    chosen = frame[frame["name"].isin(set(names))]
    if chosen.empty or (chosen["last"] == NO_TIME).all():
        return pd.Series(True, index=frame.index)
    first, last = chosen["first"].min() - BURST_MARGIN, chosen["last"].max() + BURST_MARGIN
    return (frame["last"] >= first) & (frame["first"] <= last)


def _add_scores(frame: pd.DataFrame, log: Log, names: Sequence[str], members: Members) -> None:
    """Add score, rarity and weight of the evidence and of names that resolved near it."""
    near = frame[(frame["status"] != FAILED) & frame["near"] & ~frame["counts"]]
    near = near.sort_values("clients", kind="stable").head(MOST_RESOLVED)
    others = [name for name in near["name"] if not exclusions.reason(name)]
    scored = judged(log, others)
    for column in ("score", "rarity", "weight"):
        values = dict(zip(names, getattr(members, column).tolist(), strict=True))
        values |= dict(zip(others, getattr(scored, column).tolist(), strict=True))
        frame[column] = frame["name"].map(values).astype(float)


def _resolved(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Resolved names near the evidence that few clients ask for, the likeliest first.

    One with the suffix that most of the evidence has, and of a length among theirs, comes first.
    """
    chosen = table[(table["status"] == RESOLVED) & table["near"] & table["weight"].notna()].copy()
    if chosen.empty or not names:
        return chosen
    alike = likeness.resembles(names, chosen["name"].tolist())
    chosen["alike"] = alike
    chosen["weight"] = chosen["weight"] + likeness.ALIKE_WEIGHT * alike - np.log(chosen["clients"])
    return chosen.sort_values("weight", ascending=False, kind="stable").reset_index(drop=True)


def _others(log: Log, client: int, names: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Other clients that asked for the same evidence, with how many of the names."""
    counts: Counts = log.chosen.counts.take(np.unique(log.chosen.rows))
    wanted = set(names)
    texts = log.ledger.names.texts
    numbers = [int(number) for number in np.unique(counts.name) if texts[number] in wanted]
    rows = np.isin(counts.name, numbers) & (counts.client != client)
    found, shared = np.unique(counts.client[rows], return_counts=True)
    order = np.argsort(-shared, kind="stable")[:MOST_OTHERS]
    return tuple((log.ledger.clients.texts[found[i]], int(shared[i])) for i in order)
