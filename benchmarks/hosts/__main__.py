"""Recall of infected hosts and the share of ordinary ones that are accused, by burst and kind.

    python -m benchmarks.hosts --benign POPULAR --stale MORE --dga FAMILIES.csv
        [--run RUN] [--tests TESTS.npz] [--families A,B,...] [--attribute]
    python -m benchmarks.hosts --events 10000000

The first form simulates a day of 4,000 ordinary hosts and, of each family, hosts with bursts of 5,
10 and 20 names, of which nine in ten don't resolve. RUN and TESTS must not have learnt from the
families where these are said to be held out. The second form measures time and memory of many
events of 100,000 clients, made of generated names alone.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.hosts import throughput
from dga.generators import FAMILIES
from dga.generators.kinds import PUBLISHED
from dga.hosts import parameters, simulated_log, simulation
from dga.hosts.attribution import built_index_of
from dga.hosts.combine import INFECTED
from dga.hosts.failed_lookups import OrdinaryNames
from dga.hosts.name_evidence import NameEvidence
from dga.hosts.score_hosts import HostsResult, count, judge
from dga.hosts.simulation import LogPlan, SimulatedHost
from dga.training.fit_host_tests import ordinary_names, read_families, run_bundle

BURSTS = (5, 10, 20)
ORDINARY = 4_000
BY_FAMILY = 20
FAILED = 5.0  # failed look-ups of an ordinary host and day, on the average
DAY = dt.date(2026, 3, 3)
BARS = {"known": (0.92, 0.97, 0.98), "held out": (0.72, 0.90, 0.94)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    options = _options(arguments)
    if options.events:
        print(throughput.measure(options.events, options.clients))
        return 0
    ordinary = ordinary_names(options.benign, options.stale, options.seed + 1)
    families = read_families(options.dga)
    chosen = [name for name in options.families.split(",") if name] or sorted(families)
    tests = parameters.load(Path(options.tests)) if options.tests else parameters.load()
    evidence = NameEvidence(run_bundle(options.run), tests)
    rows = [
        _measure(evidence, ordinary, {name: families[name] for name in chosen}, burst, options)
        for burst in BURSTS
    ]
    print(_text(rows, "held out" if options.families else "known"))
    return 0


def _measure(
    evidence: NameEvidence,
    ordinary: OrdinaryNames,
    families: dict[str, list[str]],
    burst: int,
    options: argparse.Namespace,
) -> pd.DataFrame:
    """A row a host: burst, family, verdict, family named."""
    rng = np.random.default_rng([options.seed, burst])
    plan = LogPlan(options.ordinary, 0, options.failed, (burst,))
    hosts = simulation.hosts(plan, ordinary, simulation.Campaigns({}), rng)
    for family, pool in families.items():
        for _ in range(options.by_family):
            failed = simulation.failed_queries(plan, ordinary, rng)
            hosts.append(simulation.infected_host(family, pool, burst, failed, rng))
    result = _judged(evidence, hosts, ordinary, rng, options.attribute)
    clients = [simulated_log.client_name(number) for number in range(len(hosts))]
    found = (
        result.frame.set_index("client").reindex(clients).fillna({"family": "", "attribution": ""})
    )
    return pd.DataFrame(
        {
            "burst": burst,
            "family": [host.family for host in hosts],
            "found": (found["verdict"] == INFECTED).to_numpy(),
            "named": found["family"].to_numpy(),
            "attributed": found["attribution"].to_numpy(),
        }
    )


def _judged(
    evidence: NameEvidence,
    hosts: Sequence[SimulatedHost],
    ordinary: OrdinaryNames,
    rng: np.random.Generator,
    attribute: bool,
) -> HostsResult:
    events = [
        event
        for number, host in enumerate(hosts)
        for event in simulated_log.host_events(
            host, simulated_log.client_name(number), ordinary, DAY, rng
        )
    ]
    ledger = count([simulated_log.batch(events)])
    return judge(ledger, evidence, attributor=built_index_of if attribute else None)


def _text(parts: Sequence[pd.DataFrame], title: str) -> str:
    lines = [f"## Families {title}", "", "| | 5 names | 10 names | 20 names |", "|---|---|---|---|"]
    infected = [part[part["family"] != ""] for part in parts]
    ordinary = [part[part["family"] == ""] for part in parts]
    lines.append(_line("recall", [f"{part['found'].mean():.3f}" for part in infected]))
    lines.append(_line("bar", [f"{bar:.2f}" for bar in BARS[title]]))
    accused = [f"{int(part['found'].sum())} of {len(part):,}" for part in ordinary]
    lines.append(_line("ordinary hosts accused", accused))
    kinds = {name: family.kind for name, family in FAMILIES.items()} | PUBLISHED
    for kind in sorted(set(kinds.values())):
        chosen = [part[part["family"].map(kinds.get) == kind] for part in infected]
        if len(chosen[0]):
            lines.append(_line(kind, [f"{part['found'].mean():.3f}" for part in chosen]))
    lines.append(
        _line("family right, of those found", [f"{_right(part):.3f}" for part in infected])
    )
    worst = [
        ", ".join(f"{name} {share:.2f}" for name, share in _by_family(part).head(6).items())
        for part in infected
    ]
    return "\n".join([*lines, _line("worst families", worst)])


def _line(name: str, values: Sequence[str]) -> str:
    return f"| {' | '.join([name, *values])} |"


def _by_family(part: pd.DataFrame) -> pd.Series:
    return part.groupby("family")["found"].mean().sort_values()


def _right(part: pd.DataFrame) -> float:
    """The share of found hosts whose family is named, alone, in a group or by attribution."""
    found = part[part["found"]]
    right = [
        family in named.split(" / ") or family in attributed.split(" ")
        for family, named, attributed in zip(
            found["family"], found["named"], found["attributed"], strict=True
        )
    ]
    return float(np.mean(right)) if right else float("nan")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    add = made.add_argument
    add("--benign", nargs="+", default=[], help="popular names, the most popular first")
    add("--stale", nargs="+", default=[], help="names of which many have expired")
    add("--dga", default="", help="a CSV with the columns domain and family")
    add("--run", help="the run that scores, or its bundle's folder; the active one without")
    add("--tests", help="the fitted tests; those that ship without")
    add("--families", default="", help="held-out families alone, by names with commas between")
    add("--attribute", action="store_true", help="look names up in known generators too")
    add("--ordinary", type=int, default=ORDINARY)
    add("--by-family", type=int, default=BY_FAMILY)
    add("--failed", type=float, default=FAILED)
    add("--seed", type=int, default=23)
    add("--events", type=int, default=0, help="measure time and memory of so many events")
    add("--clients", type=int, default=100_000)
    return made.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
