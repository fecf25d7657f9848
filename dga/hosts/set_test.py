"""Sets of names to the features of each: recurring words over all, then a share at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dga.hosts import recurring_words, set_features
from dga.hosts.label_traits import Float32s
from dga.hosts.name_evidence import NameEvidence
from dga.hosts.set_features import Mask, Members, Places, Sets

SHARE = 60_000  # members whose numbers are in memory together
CAMPAIGN_P = 5e-4  # of names at most, for names that many clients ask for to be a campaign's
CAMPAIGN_NAMES = 4  # at least: a network has a few names of its own that look generated
LEAST_WEIGHT = 1.0  # of a name that speaks for an infection: odds of about three to one


class NameSets:
    """Sets of distinct names by number: `names` (names,), `member` (rows,) their places in it,
    `starts` (sets + 1,) where each set's rows begin."""

    def __init__(self, names: Sequence[str], member: Places, starts: Places) -> None:
        self.names, self.member, self.starts = names, member, starts

    @classmethod
    def of(cls, sets: Sequence[Sequence[str]]) -> NameSets:
        """From lists of names."""
        places: dict[str, int] = {}
        member = [places.setdefault(name, len(places)) for names in sets for name in names]
        sizes = np.fromiter(map(len, sets), np.int64, len(sets))
        starts = np.concatenate([[0], np.cumsum(sizes)])
        return cls(list(places), np.array(member, dtype=np.int64), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __iter__(self) -> Iterator[list[str]]:
        """The names of each set."""
        for start, end in pairwise(self.starts.tolist()):
            yield [self.names[place] for place in self.member[start:end]]

    @property
    def sizes(self) -> Places:
        """How many names each set has (sets,)."""
        return np.diff(self.starts)

    def shares(self) -> list[slice]:
        """Runs of sets that have about SHARE members together."""
        if not len(self):
            return []
        marks = np.searchsorted(self.starts, np.arange(0, self.starts[-1] + 1, SHARE)[1:])
        bounds = np.unique(np.concatenate([[0], np.minimum(marks, len(self)), [len(self)]]))
        return [slice(int(a), int(b)) for a, b in pairwise(bounds)]

    def rows(self, share: slice) -> Places:
        """The members of a run of sets, by the places of their names."""
        return self.member[self.starts[share.start] : self.starts[share.stop]]


def partners(sets: NameSets) -> Float32s:
    """`recurring_words.partners` of the sets' distinct names."""
    return recurring_words.partners([name.partition(".")[0] for name in sets.names])


def features(sets: NameSets, evidence: NameEvidence) -> tuple[Float32s, tuple[str, ...]]:
    """Features of each set (sets, features) and their names."""
    counts = partners(sets)
    parts = [_share_features(sets, share, counts, evidence) for share in sets.shares()]
    if not parts:
        empty = set_features.features(evidence.members([], counts[:0]), Sets(sets.member, 0))
        return empty
    return np.concatenate([values for values, _ in parts]), parts[0][1]


@dataclass(frozen=True)
class Judgement:
    """What the set test says of sets: `log_odds` and `p_value` (sets,); how many names of each
    speak for an infection, `incriminating` (sets,); and which of the distinct names score over the
    threshold, `generated` (names,)."""

    log_odds: npt.NDArray[np.float64]
    p_value: npt.NDArray[np.float64]
    incriminating: Places
    generated: Mask


def judge(sets: NameSets, evidence: NameEvidence, *, answered: bool, threshold: float) -> Judgement:
    """Judge sets of names that did not resolve, or of rare names where answers are unknown."""
    tests = evidence.tests
    counts = partners(sets)
    odds: list[npt.NDArray[np.float64]] = []
    incriminating: list[Places] = []
    generated = np.zeros(len(sets.names), dtype=bool)
    for share in sets.shares():
        members, within = _share_members(sets, share, counts, evidence)
        odds.append(tests.trees.log_odds(set_features.features(members, within)[0]))
        incriminating.append(
            np.bincount(within.owner[members.weight >= LEAST_WEIGHT], minlength=within.count)
        )
        generated[sets.rows(share)] = members.score >= threshold
    null = tests.null if answered else tests.null_without_answers
    log_odds = np.concatenate(odds) if odds else np.zeros(0)
    counted = np.concatenate(incriminating) if incriminating else np.zeros(0, dtype=np.int64)
    return Judgement(log_odds, null.p_value(log_odds, sets.sizes), counted, generated)


def campaigns(groups: Sequence[Sequence[str]], evidence: NameEvidence) -> Mask:
    """Which groups of names that several clients ask for are one generator's (groups,).

    A network's own (blocked advertisers, retired servers) are unlike each other.
    """
    found = judge(NameSets.of(groups), evidence, answered=True, threshold=1.0)
    sizes = np.array(list(map(len, groups)), dtype=np.int64)
    guilty = found.p_value * len(groups) <= CAMPAIGN_P
    return np.asarray(guilty & (sizes >= CAMPAIGN_NAMES))


def _share_features(
    sets: NameSets, share: slice, counts: Float32s, evidence: NameEvidence
) -> tuple[Float32s, tuple[str, ...]]:
    return set_features.features(*_share_members(sets, share, counts, evidence))


def _share_members(
    sets: NameSets, share: slice, counts: Float32s, evidence: NameEvidence
) -> tuple[Members, Sets]:
    starts, rows = sets.starts[share.start : share.stop + 1], sets.rows(share)
    distinct, places = np.unique(rows, return_inverse=True)
    names = [sets.names[place] for place in distinct]
    members = evidence.members(names, counts[distinct]).take(places)
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return members, Sets(owner, len(starts) - 1)
