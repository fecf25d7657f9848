"""Hosts judged on two worker processes: the verdicts of one process, whatever happens."""

from __future__ import annotations

import gzip
import os
import signal
from pathlib import Path

import fsspec
import pandas as pd
import pytest
from distributed import Client

from dga.cli.main import main
from dga.cluster import clients, hosts
from dga.errors import FeedError
from dga.hosts import parameters, score_hosts, shards
from dga.hosts.example_log import FILE
from dga.hosts.ledger import Ledger
from dga.hosts.name_evidence import NameEvidence
from dga.scoring.bundle import ModelBundle

FILES = 5


@pytest.fixture(scope="module")
def evidence(tiny_bundle: ModelBundle) -> NameEvidence:
    return NameEvidence(tiny_bundle, parameters.load())


@pytest.fixture(scope="module")
def cluster() -> Client:
    with clients.connected("local:2") as client:
        yield client


@pytest.fixture
def logs(tmp_path: Path) -> list[Path]:
    """The example log in pieces, so that each client stands in several."""
    header, *lines = gzip.decompress(FILE.read_bytes()).decode().splitlines(keepends=True)
    folder = tmp_path / "logs"
    folder.mkdir()
    paths = [folder / f"part{number}.csv" for number in range(FILES)]
    for number, path in enumerate(paths):
        path.write_text(header + "".join(lines[number::FILES]))
    return paths


def judged(ledger: Ledger, evidence: NameEvidence) -> pd.DataFrame:
    return score_hosts.judge(ledger, evidence).frame


def alone(paths: list[Path], evidence: NameEvidence) -> pd.DataFrame:
    events = score_hosts.read_events(paths)
    return judged(score_hosts.count(events.batches()), evidence)


def test_the_verdicts_of_one_process(
    cluster: Client, logs: list[Path], evidence: NameEvidence
) -> None:
    counted = hosts.count_logs(cluster, [str(logs[0].parent)])
    frame = judged(counted.ledger, evidence)
    pd.testing.assert_frame_equal(frame, alone(logs, evidence))
    assert (frame["verdict"] == "infected").any()
    assert counted.has_client and not counted.failed
    assert sum(file.totals.rows for file in counted.files) == counted.ledger.rows > 0


def test_a_bad_file_fails_alone_and_by_its_name(
    cluster: Client, logs: list[Path], evidence: NameEvidence
) -> None:
    logs[2].write_bytes(b"\0\0\0\0")
    counted = hosts.count_logs(cluster, [str(logs[0].parent)])
    [failed] = counted.failed
    assert failed.source.endswith("part2.csv") and failed.problem
    frame = judged(counted.ledger, evidence)
    pd.testing.assert_frame_equal(frame, alone([*logs[:2], *logs[3:]], evidence))


def test_where_no_file_can_be_read_the_first_problem_is_told(
    cluster: Client, tmp_path: Path
) -> None:
    (tmp_path / "bad.csv").write_bytes(b"\0\0\0\0")
    with pytest.raises(FeedError, match="none of 1 files could be read"):
        hosts.count_logs(cluster, [str(tmp_path / "bad.csv")])


def test_a_killed_worker_loses_and_doubles_nothing(
    cluster: Client, logs: list[Path], evidence: NameEvidence
) -> None:
    killed: list[int] = []

    def kill_once(done: int, total: int) -> None:
        if not killed:
            killed.append(next(iter(cluster.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    counted = hosts.count_logs(cluster, [str(path) for path in logs], on_file=kill_once)
    assert killed
    pd.testing.assert_frame_equal(judged(counted.ledger, evidence), alone(logs, evidence))


def test_logs_behind_a_url_are_read(logs: list[Path], evidence: NameEvidence) -> None:
    """In this process alone: what lies in memory, other processes do not see."""
    files = fsspec.filesystem("memory")
    for path in logs:
        files.pipe_file(f"/dns/{path.name}", path.read_bytes())
    found = hosts.partitions.find(["memory://dns/*.csv"], "")
    parts = [hosts.count_file(part, number, {}, 3) for number, part in enumerate(found)]
    pieces = [shards.added_up(bucket) for bucket in list(zip(*parts, strict=True))[1:]]
    ledger = shards.ledger_of(pieces, (file.totals for file, *_ in parts))
    pd.testing.assert_frame_equal(judged(ledger, evidence), alone(logs, evidence))
    files.rm("/dns", recursive=True)


def test_a_log_of_answers_without_codes_is_judged_as_a_whole(
    logs: list[Path], evidence: NameEvidence
) -> None:
    """Whether a query without an answer failed is known once all files are counted."""
    for path in logs:
        header, *lines = path.read_text().splitlines()
        rows = [line.rpartition(",") for line in lines]
        answers = ["192.0.2.1" if code == "NOERROR" else "" for _, _, code in rows]
        told = [f"{head},{answer}" for (head, _, _), answer in zip(rows, answers, strict=True)]
        path.write_text("\n".join([header.replace("rcode", "answers"), *told]) + "\n")
    ledgers = [score_hosts.count(score_hosts.read_events(path).batches()) for path in logs]
    parts = [shards.split(ledger, number, 3) for number, ledger in enumerate(ledgers)]
    pieces = [shards.added_up(bucket) for bucket in zip(*parts, strict=True)]
    ledger = shards.ledger_of(pieces, (one.totals() for one in ledgers))
    assert not ledger.coded and ledger.has_answers
    pd.testing.assert_frame_equal(judged(ledger, evidence), alone(logs, evidence))


def test_each_client_lies_in_one_shard(logs: list[Path]) -> None:
    ledgers = [score_hosts.count(score_hosts.read_events(path).batches()) for path in logs]
    parts = [shards.split(ledger, number, 4) for number, ledger in enumerate(ledgers)]
    held = [{client for part in bucket for client in part.clients} for bucket in zip(*parts)]  # noqa: B905
    assert sum(map(len, held)) == len(set().union(*held))
    assert sum(len(part.counts) for bucket in parts for part in bucket) == sum(
        len(ledger.counted()) for ledger in ledgers
    )


def test_the_command_writes_what_it_writes_without_a_cluster(
    models: Path, logs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs[1].write_bytes(b"\0\0\0\0")
    paths = [str(path) for path in logs]
    good = [*paths[:1], *paths[2:], "--no-attribution", "-o", str(tmp_path / "alone.csv")]
    assert main(["hosts", *good]) == 0
    spread = [*paths, "--no-attribution", "-o", str(tmp_path / "spread.csv")]
    assert main(["hosts", *spread, "--cluster", "local:1"]) == 1
    assert "part1.csv" in capsys.readouterr().err
    assert (tmp_path / "spread.csv").read_text() == (tmp_path / "alone.csv").read_text()


@pytest.mark.parametrize(("order", "day"), [(True, "2026-05-01"), (False, "2026-01-05")])
def test_dates_are_read_in_the_order_given(
    cluster: Client, tmp_path: Path, order: bool, day: str
) -> None:
    path = tmp_path / "dns.csv"
    path.write_text("time,client,query\n01/05/2026 10:00:01,10.1.0.23,garden-tools.com\n")
    counted = hosts.count_logs(cluster, [str(path)], day_first=order)
    days = pd.to_datetime(counted.ledger.counted().first, unit="us").strftime("%Y-%m-%d")
    assert days.tolist() == [day]
