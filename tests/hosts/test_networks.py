"""Networks as they are: who is accused in them, and who must not be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pytest

from dga.generators import generate
from dga.hosts import exclusions, parameters, score_hosts, simulated_log
from dga.hosts.failed_lookups import FailedLookups, OrdinaryNames, random_label
from dga.hosts.made_up_names import made_up_names
from dga.hosts.name_evidence import NameEvidence
from dga.hosts.score_hosts import HostsResult
from dga.hosts.simulated_log import Event
from dga.scoring.bundle import ModelBundle
from tests.hosts.logs_factory import ORDINARY, START, TYPOS

HOST = "10.0.0.99"
HOURS = 10
NAMES = OrdinaryNames(made_up_names(500, 5), made_up_names(6_000, 6))
FAMILIES = ("kraken", "suppobox", "conficker")


@pytest.fixture(scope="module")
def evidence(shipped_bundle: ModelBundle) -> NameEvidence:
    return NameEvidence(shipped_bundle, parameters.load())


def judged(events: Sequence[Event], evidence: NameEvidence) -> HostsResult:
    ledger = score_hosts.count([simulated_log.batch(sorted(events))])
    return score_hosts.judge(ledger, evidence)


def verdicts(result: HostsResult) -> dict[str, str]:
    return dict(zip(result.frame["client"], result.frame["verdict"], strict=True))


def ordinary(clients: int) -> list[Event]:
    events: list[Event] = []
    for number in range(clients):
        client = f"10.0.0.{number + 1}"
        events += spread(client, ORDINARY, "NOERROR")
        events += spread(client, TYPOS[number % len(TYPOS) :][:1])
    return events


def spread(client: str, names: Sequence[str], code: str = "NXDOMAIN") -> list[Event]:
    """Names asked evenly over the day."""
    step = HOURS * 3600 / max(len(names), 1)
    return [
        (START + dt.timedelta(seconds=place * step), client, name, code)
        for place, name in enumerate(names)
    ]


def burst(client: str, names: Sequence[str], hour: float = 3.3) -> list[Event]:
    """Names asked two seconds apart, none of which resolves."""
    begin = START + dt.timedelta(hours=hour)
    return [
        (begin + dt.timedelta(seconds=2 * place), client, name, "NXDOMAIN")
        for place, name in enumerate(names)
    ]


def failing(count: int) -> list[str]:
    return FailedLookups(NAMES, np.random.default_rng(8)).names(count)


@pytest.mark.parametrize("count", [300, 2_000])
@pytest.mark.parametrize("names", ["senders", "look-ups"])
def test_a_server_with_many_failing_names_is_not_accused(
    names: str, count: int, evidence: NameEvidence
) -> None:
    asked = NAMES.stale[:count] if names == "senders" else failing(count)
    assert verdicts(judged(ordinary(5) + spread(HOST, asked), evidence))[HOST] != "infected"


@pytest.mark.parametrize("family", FAMILIES)
def test_an_infected_machine_behind_a_gateway_is_found(family: str, evidence: NameEvidence) -> None:
    names = generate(family, 14)
    events = ordinary(5) + spread(HOST, failing(700)) + burst(HOST, names)
    result = judged(events, evidence)
    assert verdicts(result)[HOST] == "infected"
    told = result.host(HOST).evidence_names["name"]
    assert set(names) <= set(told)
    assert len(told) < 2 * len(names)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("clean", "infected"), [(0, 6), (6, 8)])
def test_machines_of_one_campaign_are_found_where_most_are_infected(
    clean: int, infected: int, family: str, evidence: NameEvidence
) -> None:
    names = generate(family, 10)
    sick = [f"10.0.9.{number}" for number in range(infected)]
    events = ordinary(clean) + [event for client in sick for event in burst(client, names)]
    found = verdicts(judged(events, evidence))
    assert {client for client, verdict in found.items() if verdict == "infected"} == set(sick)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_campaign_is_found_without_answers_too(family: str, evidence: NameEvidence) -> None:
    names = generate(family, 20)
    sick = {"10.0.9.1", "10.0.9.2", "10.0.9.3"}
    events = ordinary(6) + [event for client in sick for event in burst(client, names)]
    queries = [(time, client, name, "") for time, client, name, _ in events]
    found = verdicts(judged(queries, evidence))
    assert {client for client, verdict in found.items() if verdict == "infected"} == sick


def test_every_client_of_a_large_log_may_be_infected(evidence: NameEvidence) -> None:
    sick = [f"10.0.9.{number}" for number in range(120)]
    names = generate("kraken", 10)
    events = [event for client in sick for event in burst(client, names)]
    assert set(verdicts(judged(events, evidence)).values()) == {"infected"}


def test_names_of_a_network_that_fail_for_most_clients_accuse_nobody(
    evidence: NameEvidence,
) -> None:
    own = [*NAMES.stale[:25], *(f"ads-{word}.net" for word in ("one", "blue", "top", "mobi"))]
    events = ordinary(12)
    for number in range(12):
        events += spread(f"10.0.0.{number + 1}", own[number % 3 :])
    assert set(verdicts(judged(events, evidence)).values()) == {"clean"}


@pytest.mark.parametrize(
    "suffix", ["", "corp.local", "lan", "fritz.box", "members.linode.com", "ddns.net"]
)
def test_random_probes_of_a_browser_accuse_nobody(suffix: str, evidence: NameEvidence) -> None:
    """A browser asks for three random labels at a start, alone and with the search suffix."""
    rng = np.random.default_rng(3)
    labels = [random_label(rng, 7, 15) for _ in range(12)]
    tried = [name for label in labels for name in (f"{label}.{suffix}", label)]
    result = judged(ordinary(5) + burst(HOST, tried), evidence)
    assert verdicts(result)[HOST] == "clean"
    if suffix == "ddns.net":
        assert set(result.host(HOST).names["reason"]) == {exclusions.SEARCHED}


@pytest.mark.parametrize(
    "zone",
    [
        "cloudfront.net", "r2.dev", "azurefd.net", "fastlylb.net", "onrender.com", "fly.dev",
        "translate.goog", "elasticbeanstalk.com", "ngrok.io", "hf.space", "myshopify.com",
    ],
)  # fmt: skip
def test_hashes_in_zones_of_hosting_companies_accuse_nobody(
    zone: str, evidence: NameEvidence
) -> None:
    rng = np.random.default_rng(2)
    hosts = [f"{random_label(rng, 12, 20)}.{zone}" for _ in range(14)]
    assert verdicts(judged(ordinary(5) + burst(HOST, hosts), evidence))[HOST] == "clean"


@pytest.mark.parametrize("names", [["ogvomwvkygm.com"], ["mzqwczgr.top", "yubcpxxz.online"]])
def test_one_or_two_odd_names_accuse_nobody(names: list[str], evidence: NameEvidence) -> None:
    assert verdicts(judged(ordinary(5) + spread(HOST, names), evidence))[HOST] != "infected"


def test_a_few_hard_coded_names_behind_a_gateway_accuse_nobody_without_answers(
    evidence: NameEvidence,
) -> None:
    """Malware without a generator asks for its few names all day, beside what others ask for."""
    rng = np.random.default_rng(5)
    hard_coded = [f"{random_label(rng, 9, 12)}.biz" for _ in range(4)]
    events = [*ordinary(5), *(spread(HOST, NAMES.stale[:12]))]
    for hour in range(8):
        events += burst(HOST, hard_coded, hour)
    queries = [(time, client, name, "") for time, client, name, _ in events]
    assert verdicts(judged(queries, evidence))[HOST] != "infected"
