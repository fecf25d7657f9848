"""Simulated hosts: ordinary ones with failed look-ups, infected ones with bursts of one family.

Random, with a seed. Makes the names that did not resolve (sets, for fitting and fast checks) and
whole logs (for the benchmark and the example that ships).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dga.generators import synthetic
from dga.hosts import exclusions
from dga.hosts.failed_lookups import FailedLookups, OrdinaryNames, Rng
from dga.hosts.queried_names import judged_names

UNRESOLVED = 0.9  # of a burst
SYNTHETIC = "synthetic"
LONGEST_SET = 300  # failed look-ups of an ordinary host and day
DISPERSION = 0.7  # of a negative binomial distribution: how unlike hosts are


@dataclass(frozen=True)
class SimulatedHost:
    """One host's queries: those of its own that `failed`, a `burst` of a family's names that did
    not resolve and those of it that were `contacted`; `family` is "" for a host without one."""

    failed: tuple[str, ...]
    family: str = ""
    burst: tuple[str, ...] = ()
    contacted: tuple[str, ...] = ()

    @property
    def queries(self) -> tuple[str, ...]:
        """Every query that failed."""
        return self.failed + self.burst


@dataclass(frozen=True)
class Campaigns:
    """What infected hosts ask for: families by name, and the share of made-up generators."""

    families: Mapping[str, Sequence[str]]
    synthetic_share: float = 0.0

    def draw(self, rng: Rng) -> tuple[str, Sequence[str]]:
        """A family and the names that its hosts draw from."""
        if not self.families or rng.random() < self.synthetic_share:
            seed = int(rng.integers(1 << 31))
            return SYNTHETIC, synthetic.invent(30, ["com", "net", "org", "info", "ru"], seed)
        family = list(self.families)[int(rng.integers(len(self.families)))]
        return family, self.families[family]


@dataclass(frozen=True)
class LogPlan:
    """How many hosts a log has, and how many names fail on the average host.

    `bursts`: sizes of bursts, drawn evenly. `hosts_by_campaign`: infected hosts that a family has
    at most. `visited`: rare names that resolve, on the average host.
    """

    ordinary: int
    infected: int
    failed: float
    bursts: Sequence[int]
    hosts_by_campaign: int = 20
    visited: float = 0.0


def hosts(
    plan: LogPlan, names: OrdinaryNames, campaigns: Campaigns, rng: Rng
) -> list[SimulatedHost]:
    """The hosts of one log, ordinary ones first."""
    ordinary = [SimulatedHost(failed_queries(plan, names, rng)) for _ in range(plan.ordinary)]
    return ordinary + list(_infected(plan, names, campaigns, rng))


def failed_queries(plan: LogPlan, names: OrdinaryNames, rng: Rng) -> tuple[str, ...]:
    """What fails for one host of a log besides a burst."""
    count = _count(plan.failed, rng)
    failed = FailedLookups(names, rng).names(count) if count else []
    visited = rng.integers(len(names.stale), size=_count(plan.visited, rng))
    return (*failed, *(names.stale[place] for place in visited))


def _count(mean: float, rng: Rng) -> int:
    """How many names one host has, where the average host has `mean`."""
    return min(int(rng.poisson(rng.gamma(DISPERSION, mean / DISPERSION))), LONGEST_SET)


def _infected(
    plan: LogPlan, names: OrdinaryNames, campaigns: Campaigns, rng: Rng
) -> Iterator[SimulatedHost]:
    left = plan.infected
    while left > 0:
        family, pool = campaigns.draw(rng)
        count = min(left, int(rng.integers(1, plan.hosts_by_campaign + 1)))
        left -= count
        for _ in range(count):
            size = int(rng.choice(np.asarray(plan.bursts)))
            yield infected_host(family, pool, size, failed_queries(plan, names, rng), rng)


def infected_host(
    family: str, pool: Sequence[str], size: int, failed: tuple[str, ...], rng: Rng
) -> SimulatedHost:
    """A host with a burst of `size` distinct names, of which nine in ten do not resolve."""
    chosen = rng.choice(len(pool), min(size, len(pool)), replace=False)
    fails = rng.random(len(chosen)) < UNRESOLVED
    burst = tuple(pool[place] for place in chosen[fails])
    return SimulatedHost(failed, family, burst, tuple(pool[place] for place in chosen[~fails]))


def counted_names(simulated: Sequence[SimulatedHost]) -> list[list[str]]:
    """The registered names of each host that count, in order, without repetition."""
    queries = [query for host in simulated for query in host.queries]
    registered = iter(judged_names(queries))
    return [
        [
            name
            for name in dict.fromkeys(next(registered) for _ in host.queries)
            if name and not exclusions.reason(name)
        ]
        for host in simulated
    ]
