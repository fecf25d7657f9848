"""Logs to verdicts by host: who is accused, who is not, and what counts for nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest

from dga.generators import generate
from dga.generators.attribution import Match
from dga.hosts import exclusions, score_hosts
from dga.hosts.score_hosts import COLUMNS, HostsResult
from dga.names.allow_list import AllowList
from dga.scoring.bundle import ModelBundle
from tests.hosts.logs_factory import Row, burst, ordinary_rows, write

INFECTED = "10.0.0.99"
KRAKEN = generate("kraken", 24)


def judged(path: Path, rows: list[Row], bundle: ModelBundle, **options: object) -> HostsResult:
    log = write(path / "dns.csv", rows)
    return score_hosts.score_hosts(log, bundle, **options)  # type: ignore[arg-type]


def verdicts(result: HostsResult) -> dict[str, str]:
    return dict(zip(result.frame["client"], result.frame["verdict"], strict=True))


@pytest.fixture(scope="module")
def outbreak(tmp_path_factory: pytest.TempPathFactory, shipped_bundle: ModelBundle) -> HostsResult:
    rows = ordinary_rows(30) + burst(INFECTED, KRAKEN, resolved=2)
    return judged(tmp_path_factory.mktemp("log"), rows, shipped_bundle)


def test_one_infected_host_among_ordinary_ones_is_found(outbreak: HostsResult) -> None:
    assert tuple(outbreak.frame.columns) == COLUMNS
    assert outbreak.frame.iloc[0]["client"] == INFECTED
    assert [c for c, verdict in verdicts(outbreak).items() if verdict == "infected"] == [INFECTED]
    assert len(outbreak.frame) == 31


def test_the_row_counts_names(outbreak: HostsResult) -> None:
    row = outbreak.frame.iloc[0]
    assert (row["names"], row["nxdomain_names"]) == (24, 22)
    assert row["nxdomain_share"] == pytest.approx(22 / 24, abs=1e-3)
    assert row["generated_names"] > 10
    assert str(row["first_seen"]).startswith("2026-03-03 08:")
    assert row["last_seen"] > row["first_seen"]
    assert row["evidence"]


def test_the_evidence_tells_names_tests_and_what_resolved(outbreak: HostsResult) -> None:
    host = outbreak.host(INFECTED)
    assert set(host.evidence_names["name"]) == set(KRAKEN[:22])
    assert set(host.command_and_control) <= set(KRAKEN[22:])
    assert host.command_and_control
    assert host.sequential.crossed_after is not None
    assert host.sequential.crossed_after <= 22
    assert any("failed look-ups of ordinary hosts" in sentence for sentence in host.sentences)


def test_a_clean_host_has_evidence_too(outbreak: HostsResult) -> None:
    host = outbreak.host("10.0.0.1")
    assert host.verdict == "clean"
    assert set(host.names["name"]) >= {"gardenworld.com", "gardenwrld.com"}


def test_machines_of_one_campaign_do_not_excuse_each_other(
    tmp_path: Path, shipped_bundle: ModelBundle
) -> None:
    infected = [f"10.0.1.{number}" for number in range(9)]
    rows = ordinary_rows(21)
    for client in infected:
        rows += burst(client, KRAKEN)
    found = verdicts(judged(tmp_path, rows, shipped_bundle))
    assert {client for client, verdict in found.items() if verdict == "infected"} == set(infected)


def test_names_that_resolve_for_others_count_for_nothing(
    tmp_path: Path, shipped_bundle: ModelBundle
) -> None:
    rows = ordinary_rows(5) + burst(INFECTED, KRAKEN, 0) + burst("10.0.0.1", KRAKEN, len(KRAKEN))
    result = judged(tmp_path, rows, shipped_bundle)
    assert verdicts(result)[INFECTED] == "clean"
    names = result.host(INFECTED).names
    reasons = set(names.loc[names["name"].isin(KRAKEN), "reason"])
    assert reasons == {exclusions.RESOLVES}


def test_allowed_names_count_for_nothing(tmp_path: Path, shipped_bundle: ModelBundle) -> None:
    rows = ordinary_rows(5) + burst(INFECTED, KRAKEN)
    result = judged(tmp_path, rows, shipped_bundle, allow=AllowList.parse("\n".join(KRAKEN)))
    assert verdicts(result)[INFECTED] == "clean"
    assert exclusions.ALLOWED in set(result.host(INFECTED).names["reason"])


def test_attribution_settles_a_verdict_of_few_names(
    tmp_path: Path, shipped_bundle: ModelBundle
) -> None:
    names = ["gardenab.com", "rivercd.org", "bridgeef.net"]
    rows = ordinary_rows(5) + burst(INFECTED, names, 0)
    day = dt.date(2026, 3, 3)

    class Index:
        def attribute(self, asked: Sequence[str]) -> list[tuple[Match, ...]]:
            match = ("conficker", 7, (day, day), 1e-6)
            return [(Match(name, *match),) if name in names else () for name in asked]

    def index(first: dt.date, last: dt.date, suspected: bool) -> Index:
        assert (first, last) == (day, day)
        return Index()

    result = judged(tmp_path, rows, shipped_bundle, attributor=index)
    assert verdicts(result)[INFECTED] == "infected"
    row = result.frame.iloc[0]
    assert row["attribution"].startswith("conficker")


ANSWERS = {
    "addresses": {"NOERROR": "192.0.2.7", "NXDOMAIN": ""},
    "a blocker's own address": {"NOERROR": "192.0.2.7", "NXDOMAIN": "127.0.0.1"},
    "messages in base64": {"NOERROR": "EjSBgAABAAEAAAAA", "NXDOMAIN": "EjSBgwABAAAAAAAA"},
}


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
def test_answers_without_codes_tell_what_failed(
    tmp_path: Path, shipped_bundle: ModelBundle, answers: dict[str, str]
) -> None:
    rows = [
        (client, name, answers[code])
        for client, name, code in ordinary_rows(20) + burst(INFECTED, KRAKEN)
    ]
    log = write(tmp_path / "dns.csv", rows)
    log.write_text(log.read_text().replace("rcode", "answers", 1))
    result = score_hosts.score_hosts(log, shipped_bundle)
    assert score_hosts.NO_ANSWERS not in result.notes
    assert [c for c, verdict in verdicts(result).items() if verdict == "infected"] == [INFECTED]


@pytest.mark.parametrize(
    ("header", "note"),
    [
        ("ts,client,query", score_hosts.NO_ANSWERS),
        ("client,query,rcode", score_hosts.NO_TIMES),
        ("ts,query,rcode", score_hosts.NO_CLIENTS),
    ],
)
def test_logs_that_lack_something_say_so(
    tmp_path: Path, shipped_bundle: ModelBundle, header: str, note: str
) -> None:
    rows = ordinary_rows(30) + burst(INFECTED, KRAKEN)
    log = write(tmp_path / "dns.csv", rows, header)
    result = score_hosts.score_hosts(log, shipped_bundle)
    assert note in result.notes
    assert result.frame.iloc[0]["verdict"] in ("infected", "suspicious")


def test_a_log_without_names_that_fail_accuses_nobody(
    tmp_path: Path, shipped_bundle: ModelBundle
) -> None:
    rows = [(client, name, "NOERROR") for client, name, _ in ordinary_rows(3)]
    assert set(verdicts(judged(tmp_path, rows, shipped_bundle)).values()) == {"clean"}
