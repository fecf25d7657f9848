"""Scoring on two worker processes: the rows and scores of one process, whatever happens."""

from __future__ import annotations

import io
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import dask.dataframe as dd
import fsspec
import pandas as pd
import pytest
from distributed import Client

import dga.cluster
from dga.cluster import clients, files, partitions, workers
from dga.cluster.files import Settings
from dga.errors import ClusterError
from dga.runs import store
from dga.runs.store import Run
from dga.scoring.score_file import score_table

ROWS = 300


def numbered_names(count: int, start: int = 0) -> list[str]:
    return [f"name{number:06}.com" for number in range(start, start + count)]


@pytest.fixture(scope="module")
def cluster(tiny_run: Run) -> Iterator[Client]:
    before = os.environ.get("DGA_MODELS")
    os.environ["DGA_MODELS"] = str(tiny_run.path.parent)  # the workers inherit it
    with clients.connected("local:2") as client:
        yield client
    if before is None:
        del os.environ["DGA_MODELS"]
    else:
        os.environ["DGA_MODELS"] = before


@pytest.fixture
def settings(cluster: Client, tiny_run: Run) -> Settings:
    return Settings(tiny_run.name, workers.mark(tiny_run), 0.5)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    for number in range(4):
        names = numbered_names(ROWS, start=number * ROWS)
        frame = pd.DataFrame({"query": [*names, "not a domain", ""], "row": range(ROWS + 2)})
        frame.to_parquet(folder / f"part{number}.parquet")
    return folder


def scored(folder: Path) -> pd.DataFrame:
    return pd.concat([pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))])


def test_the_rows_and_scores_of_one_process(
    cluster: Client, settings: Settings, logs: Path, tmp_path: Path
) -> None:
    manifest = files.score_files(cluster, [str(logs)], str(tmp_path / "out"), settings)
    scorer = workers.scorer(settings.run, threshold=settings.threshold)
    (tmp_path / "alone").mkdir()
    for path in logs.iterdir():
        score_table(path, tmp_path / "alone" / path.name, scorer)
    pd.testing.assert_frame_equal(scored(tmp_path / "out"), scored(tmp_path / "alone"))
    told = json.loads((tmp_path / "out" / files.MANIFEST).read_text())
    assert told["rows"] == 4 * (ROWS + 2)
    assert told["problems"] == 8
    assert not manifest.failed


def test_a_bad_file_fails_alone_and_by_its_name(
    cluster: Client, settings: Settings, logs: Path, tmp_path: Path
) -> None:
    (logs / "bad.parquet").write_bytes(b"PAR1 nothing")
    manifest = files.score_files(cluster, [str(logs)], str(tmp_path / "out"), settings)
    [failed] = manifest.failed
    assert failed.source.endswith("bad.parquet") and failed.problem
    assert len(scored(tmp_path / "out")) == 4 * (ROWS + 2)
    assert (tmp_path / "out" / files.FAILED).exists()
    assert not (tmp_path / "out" / files.MANIFEST).exists()


def test_what_is_complete_is_not_scored_again(
    cluster: Client, settings: Settings, logs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    files.score_files(cluster, [str(logs)], str(out), settings)
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    lost = sorted(out.glob("*.parquet"))[1]
    lost.unlink()
    manifest = files.score_files(cluster, [str(logs)], str(out), settings)
    after = {path.name: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    assert manifest.reused == 3
    assert {name for name in before if before[name] != after[name]} == {lost.name}


def test_other_settings_and_a_changed_file_are_scored_again(
    cluster: Client, settings: Settings, logs: Path, tmp_path: Path
) -> None:
    out = str(tmp_path / "out")
    files.score_files(cluster, [str(logs)], out, settings)
    pd.DataFrame({"query": ["a.com"]}).to_parquet(logs / "part0.parquet")
    assert files.score_files(cluster, [str(logs)], out, settings).reused == 3
    other = Settings(settings.run, settings.bundle, 0.9)
    assert files.score_files(cluster, [str(logs)], out, other).reused == 0


def test_a_killed_worker_loses_and_doubles_nothing(
    cluster: Client, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(12):
        names = numbered_names(2_000, start=number * 2_000)
        pd.DataFrame({"query": names}).to_parquet(folder / f"part{number:02}.parquet")
    killed: list[int] = []

    def kill_once(done: int, total: int, outcome: files.Outcome) -> None:
        if not killed:
            killed.append(next(iter(cluster.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    out = tmp_path / "out"
    manifest = files.score_files(cluster, [str(folder)], str(out), settings, on_partition=kill_once)
    deadline = time.monotonic() + 30
    while len(cluster.scheduler_info()["workers"]) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)  # the nanny starts another worker
    assert killed and not manifest.failed
    frame = scored(out)
    assert len(frame) == 24_000
    assert frame["query"].is_unique
    assert [path.name for path in out.iterdir() if ".part" in path.name] == []


def test_a_dask_frame_keeps_its_rows_and_index(cluster: Client, tiny_run: Run) -> None:
    names = [*numbered_names(40), "not a domain"]
    frame = pd.DataFrame({"query": names, "score": range(41)}, index=range(100, 141))
    lazy = dga.cluster.score(dd.from_pandas(frame, npartitions=3), column="query", threshold=0.5)
    result = lazy.compute()
    scorer = workers.scorer(None, threshold=0.5)
    assert result.index.tolist() == frame.index.tolist()
    assert result["given_score"].tolist() == list(range(41))
    assert result["score"].tolist()[:40] == scorer.frame(names)["score"].tolist()[:40]
    assert store.active_name() == tiny_run.name


@pytest.mark.parametrize("address", ["", "local:0", "local:x", "localhost", "http://a", "tcp://"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(ClusterError), clients.connected(address):
        pass


def test_sources_and_results_behind_urls(tiny_run: Run, settings: Settings) -> None:
    """In this process alone: what lies in memory, other processes do not see."""
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/logs/a.csv", b"query,row\nname000001.com,1\nnot a domain,2\n")
    [part] = partitions.find(["memory://logs"], ".csv")
    outcome = files.score_partition(part, target="memory://verdicts", settings=settings)
    assert (outcome.rows, outcome.problems, outcome.problem) == (2, 1, "")
    frame = pd.read_csv(io.BytesIO(memory.cat_file(f"/verdicts/{part.output}")))
    assert frame["query"].tolist() == ["name000001.com", "not a domain"]
    assert files._complete([part], "memory://verdicts", settings)[part.source] == outcome
    for folder in ("/logs", "/verdicts"):
        memory.rm(folder, recursive=True)
