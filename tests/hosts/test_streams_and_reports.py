"""Streams, their state and live logs; tickets and tables that carry no markup; feedback."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dga.errors import BundleError, FeedError
from dga.generators import generate
from dga.generators.attribution import Match
from dga.hosts import (
    combine,
    feedback,
    parameters,
    reports,
    score_hosts,
    simulated_log,
    stream_state,
)
from dga.hosts.live_events import LiveEvents
from dga.hosts.made_up_names import made_up_names
from dga.hosts.name_evidence import NameEvidence
from dga.hosts.null_distribution import NullDistribution
from dga.hosts.stream import HostStream
from dga.hosts.trees import Trees
from dga.scoring.bundle import ModelBundle
from tests.hosts.logs_factory import burst, ordinary_rows, write

INFECTED = "10.0.0.99"
ROWS = ordinary_rows(6) + burst(INFECTED, generate("kraken", 20), 0)
HEADERS = ("ts,client,query,rcode", "client,query,rcode")


def piped(content: bytes) -> int:
    """The reading end of a pipe that holds a log."""
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return reading


@pytest.fixture
def log(tmp_path: Path) -> bytes:
    return write(tmp_path / "dns.csv", ROWS).read_bytes()


@pytest.mark.parametrize("header", HEADERS)
def test_a_live_log_gives_every_event_once(tmp_path: Path, header: str) -> None:
    content = write(tmp_path / "dns.csv", ROWS, header).read_bytes()
    events = LiveEvents(piped(content))
    assert events.description.columns["query"] == "query"
    queries = [name for batch in events.batches() for name in batch["query"].to_pylist()]
    assert queries == [query for _, query, _ in ROWS]


def test_an_empty_live_log_is_told() -> None:
    with pytest.raises(FeedError):
        LiveEvents(piped(b""))


def test_a_stream_tells_a_change_once_and_its_state_comes_back(
    log: bytes, tmp_path: Path, shipped_bundle: ModelBundle
) -> None:
    evidence = NameEvidence(shipped_bundle, parameters.load())
    stream = HostStream(evidence)
    batches = list(LiveEvents(piped(log)).batches())
    rows = [row for batch in batches for row in stream.add(batch)]
    assert [(row["client"], row["verdict"]) for row in rows] == [(INFECTED, "infected")]
    assert [row for batch in batches for row in stream.add(batch)] == []
    stream_state.save(stream.state, tmp_path / "state.json")
    loaded = stream_state.load(tmp_path / "state.json")
    assert loaded.clients == stream.state.clients
    assert HostStream(evidence, state=loaded).add(batches[0]) == []


def test_a_stream_without_clients_is_one_host(tmp_path: Path, shipped_bundle: ModelBundle) -> None:
    rows = burst(INFECTED, generate("kraken", 12), 0)
    content = write(tmp_path / "dns.csv", rows, "ts,query,rcode").read_bytes()
    stream = HostStream(NameEvidence(shipped_bundle, parameters.load()))
    found = [row for batch in LiveEvents(piped(content)).batches() for row in stream.add(batch)]
    assert [(row["client"], row["verdict"]) for row in found] == [("(unknown client)", "infected")]


def test_a_stream_knows_feedback(log: bytes, tmp_path: Path, shipped_bundle: ModelBundle) -> None:
    feedback.add(INFECTED, [name for client, name, _ in ROWS if client == INFECTED], "", tmp_path)
    evidence = NameEvidence(shipped_bundle, parameters.load())
    stream = HostStream(evidence, silencer=feedback.load(tmp_path))
    batches = LiveEvents(piped(log)).batches()
    assert [row for batch in batches for row in stream.add(batch)] == []


def test_a_stream_says_which_generator_makes_the_names(
    tmp_path: Path, shipped_bundle: ModelBundle
) -> None:
    names = ["gardenab.com", "rivercd.org", "bridgeef.net"]
    day = dt.date(2026, 3, 3)
    asked: list[tuple[dt.date, dt.date]] = []

    class Index:
        def attribute(self, given: Sequence[str]) -> list[tuple[Match, ...]]:
            match = ("conficker", 7, (day, day), 1e-6)
            return [(Match(name, *match),) if name in names else () for name in given]

    def index(first: dt.date, last: dt.date, _suspected: bool) -> Index:
        asked.append((first, last))
        return Index()

    path = write(tmp_path / "dns.csv", ordinary_rows(5) + burst(INFECTED, names, 0))
    stream = HostStream(NameEvidence(shipped_bundle, parameters.load()), attributor=index)
    batches = LiveEvents(piped(path.read_bytes())).batches()
    rows = [row for batch in batches for row in stream.add(batch)]
    assert [(row["client"], row["verdict"]) for row in rows] == [(INFECTED, "infected")]
    assert rows[0]["attribution"].startswith("conficker")
    assert asked == [(day, day)]


def test_a_stream_finds_a_burst_among_many_failing_names(shipped_bundle: ModelBundle) -> None:
    stale = made_up_names(90, 4)
    start = dt.datetime(2026, 3, 3, 8, tzinfo=dt.UTC)
    events = [
        (start + dt.timedelta(minutes=6 * place), INFECTED, name, "NXDOMAIN")
        for place, name in enumerate(stale)
    ]
    last = events[-1][0]
    names = generate("suppobox", 10)
    events += [
        (last + dt.timedelta(hours=1, seconds=place), INFECTED, name, "NXDOMAIN")
        for place, name in enumerate(names)
    ]
    stream = HostStream(NameEvidence(shipped_bundle, parameters.load()))
    rows = [row for event in events for row in stream.add(simulated_log.batch([event]))]
    assert rows[-1]["verdict"] == "infected"


def test_a_stream_finds_a_campaign_that_most_clients_share(
    tmp_path: Path, shipped_bundle: ModelBundle
) -> None:
    sick = [f"10.0.9.{number}" for number in range(8)]
    rows = ordinary_rows(3)
    for client in sick:
        rows += burst(client, generate("kraken", 12), 0)
    content = write(tmp_path / "dns.csv", rows).read_bytes()
    stream = HostStream(NameEvidence(shipped_bundle, parameters.load()))
    found = [row for batch in LiveEvents(piped(content)).batches() for row in stream.add(batch)]
    assert {row["client"]: row["verdict"] for row in found} == dict.fromkeys(sick, "infected")


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format_version": 9, "clients": {}}'])
def test_a_damaged_state_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(FeedError, match="delete it"):
        stream_state.load(path)


def test_a_ticket_is_defanged_and_holds_no_markup(
    tmp_path: Path, shipped_bundle: ModelBundle
) -> None:
    rows = [(client.replace(INFECTED, "=a|b<i>"), name, code) for client, name, code in ROWS]
    result = score_hosts.score_hosts(write(tmp_path / "dns.csv", rows), shipped_bundle)
    ticket = reports.ticket(result.incidents()[0])
    assert "# Host =a\\|b\\<i\\>: infected" in ticket
    assert not any(name in ticket for _, name, code in rows if code == "NXDOMAIN")
    assert reports.frame_csv(result)["client"].iloc[0].startswith("'=")


def test_feedback_silences_the_names_and_can_be_taken_back(
    log: bytes, tmp_path: Path, shipped_bundle: ModelBundle
) -> None:
    path = tmp_path / "dns.csv"
    names = [name for client, name, _ in ROWS if client == INFECTED]
    entry = feedback.add(INFECTED, names[:-4], "our own software", tmp_path)
    silencer = feedback.load(tmp_path)
    result = score_hosts.score_hosts(path, shipped_bundle, silencer=silencer)
    assert result.frame.set_index("client").loc[INFECTED, "verdict"] == "clean"
    assert any("said to be wrong" in note for note in result.notes)
    feedback.forget(entry, tmp_path)
    assert feedback.load(tmp_path).entries == ()


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_damaged_parameters_are_told(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tests.npz"
    path.write_bytes(content)
    with pytest.raises(BundleError, match="fit"):
        parameters.load(path)


def test_parameters_come_back_as_they_were_saved(tmp_path: Path) -> None:
    tests = parameters.load()
    tests.save(tmp_path / "again.npz")
    again = parameters.load(tmp_path / "again.npz")
    assert again.features == tests.features
    assert again.ordinary == tests.ordinary
    assert (again.null.scores == tests.null.scores).all()
    assert replace(again, trees=tests.trees).features


def test_trees_go_left_at_the_threshold_and_where_a_value_is_missing() -> None:
    tree = Trees(
        feature=np.array([0, -1, -1], dtype=np.int16),
        threshold=np.array([0.5, 0, 0]),
        left=np.array([1, 0, 0], dtype=np.int32),
        right=np.array([2, 0, 0], dtype=np.int32),
        missing_left=np.array([True, False, False]),
        value=np.array([0, -1, 2], dtype=np.float32),
        roots=np.array([0], dtype=np.int32),
        base=1.0,
    )
    found = tree.log_odds(np.array([[0.5], [0.6], [np.nan]], dtype=np.float32))
    assert found.tolist() == [0.0, 3.0, 0.0]


def test_p_values_fall_with_the_score_and_go_on_beyond_the_highest() -> None:
    scores = np.random.default_rng(3).normal(size=20_000)
    null = NullDistribution.of(scores, np.full(20_000, 5))
    found = null.p_value(np.array([-3.0, 0.0, 2.0, 4.0, 9.0]), np.full(5, 5))
    assert (np.diff(found) < 0).all()
    assert found[1] == pytest.approx(0.5, abs=0.03)
    assert null.p_value(np.array([9.0]), np.array([0])).tolist() == [1.0]


@pytest.mark.parametrize(
    ("share", "p_value", "noise"),
    [(0.0, 1e-4, 1.0), (0.3, 1e-4, 1.0), (1.0, 0.01, 10.0), (1.0, 1e-4, 1.0)],
    ids=["calm", "outbreak", "noisy", "all infected"],
)
def test_a_noisy_network_is_told_from_an_outbreak(
    share: float, p_value: float, noise: float
) -> None:
    p_values = np.random.default_rng(4).random(1000)
    p_values[: int(share * 1000)] = p_value
    found = combine.background(p_values, np.full(1000, 5))
    assert found == pytest.approx(1.0) if noise == 1 else found > noise
