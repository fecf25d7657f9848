from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from dga.errors import FeedError
from dga.progress import Progress
from dga.schema import PROBLEM, REGISTERED_NAME, SCORE, VERDICT, VERDICT_COLUMNS
from dga.scoring import score_file
from dga.scoring.bundle import ModelBundle
from dga.scoring.score_file import Scorer, score_table, with_verdicts
from tests.counted import Counting, made_up


def test_a_name_of_several_chunks_in_hand_is_scored_once(
    tmp_path: Path, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score_file, "CHUNK_ROWS", 3)
    rows = ["a.com", "b.com", "www.a.com", "b.com", "c.com", "a.com", "a.com", "b.com", "d.com"]
    score_table(io.BytesIO("\n".join(rows).encode()), tmp_path / "out.csv", Scorer(counting))
    assert counting.asked == [["a.com", "b.com"], ["c.com"], ["d.com"]]
    read = pd.read_csv(tmp_path / "out.csv")
    assert read["domain"].tolist() == rows
    assert read[SCORE].notna().all()
    assert read.groupby(REGISTERED_NAME)[SCORE].nunique().eq(1).all()


def test_chunks_in_hand_outlive_a_cache_that_is_too_small(
    tmp_path: Path, tiny_bundle: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score_file, "CHUNK_ROWS", 20)
    names = made_up(100) * 2
    score_table(
        io.BytesIO("\n".join(names).encode()), tmp_path / "out.csv", Scorer(tiny_bundle, cache=7)
    )
    expected = Scorer(tiny_bundle).frame(names)[SCORE].to_numpy()
    assert pd.read_csv(tmp_path / "out.csv")[SCORE].to_numpy() == pytest.approx(expected, abs=1e-6)


def test_a_network_that_fails_leaves_no_file_and_the_scorer_usable(
    tmp_path: Path, tiny_bundle: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = Scorer(tiny_bundle)
    with monkeypatch.context() as broken:
        broken.setattr(ModelBundle, "run", lambda *_: (_ for _ in ()).throw(RuntimeError("broken")))
        with pytest.raises(RuntimeError, match="broken"):
            score_table(table(950), tmp_path / "out.csv", scorer)
    assert list(tmp_path.iterdir()) == []
    assert score_table(table(950), tmp_path / "out.csv", scorer).problems == 0


def test_own_columns_come_first_and_none_is_lost(tiny_bundle: ModelBundle) -> None:
    chunk = pd.DataFrame(
        {"score": ["7"], "query": ["garden.com"], "given_score": ["8"], "family": ["x"]}, index=[9]
    )
    scored = with_verdicts(chunk, "query", Scorer(tiny_bundle))
    assert list(scored.columns) == [
        "given_given_score", "query", "given_score", "given_family", *VERDICT_COLUMNS,
    ]  # fmt: skip
    assert scored.iloc[0, :4].tolist() == ["7", "garden.com", "8", "x"]


def test_domains_may_stand_in_a_column_named_as_a_verdicts(tiny_bundle: ModelBundle) -> None:
    chunk = pd.DataFrame({REGISTERED_NAME: ["www.garden.com"]})
    scored = with_verdicts(chunk, REGISTERED_NAME, Scorer(tiny_bundle))
    assert scored.iloc[0][["given_registered_name", REGISTERED_NAME]].tolist() == [
        "www.garden.com",
        "garden.com",
    ]


def table(rows: int) -> io.BytesIO:
    lines = [f"{n},{name}" for n, name in enumerate(made_up(rows))]
    return io.BytesIO("\n".join(["id,query", *lines]).encode())


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.parquet"])
def test_as_many_rows_come_out_as_went_in_and_in_their_order(
    tmp_path: Path, tiny_bundle: ModelBundle, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score_file, "CHUNK_ROWS", 100)
    told: list[Progress] = []
    target = tmp_path / name
    done = score_table(table(950), target, Scorer(tiny_bundle), on_progress=told.append)
    read = {
        "out.csv": lambda: pd.read_csv(target),
        "out.jsonl": lambda: pd.read_json(target, lines=True),
        "out.parquet": lambda: pd.read_parquet(target),
    }[name]()
    assert read["id"].astype(int).tolist() == list(range(950))
    assert read["query"].tolist() == made_up(950)
    assert read[SCORE].to_numpy() == pytest.approx(Scorer(tiny_bundle).frame(made_up(950))[SCORE])
    assert (done.rows, done.problems, done.partial) == (950, 0, False)
    assert done.dga + done.suspicious + done.benign == 950
    assert done.dga == (read[VERDICT] == "dga").sum()
    assert [progress.batch for progress in told] == [*range(100, 1000, 100), 950]
    assert all(progress.rate > 0 and progress.remaining is not None for progress in told)
    assert told[-1].remaining == 0


def test_a_slow_network_gets_shorter_chunks(
    tmp_path: Path, tiny_bundle: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score_file, "FIRST_ROWS", 10)
    monkeypatch.setattr(score_file, "CHUNK_SECONDS", 0.0)
    told: list[Progress] = []
    done = score_table(table(95), tmp_path / "o.csv", Scorer(tiny_bundle), on_progress=told.append)
    assert [progress.batch for progress in told] == [*range(10, 100, 10), 95]
    assert done.rows == len(pd.read_csv(done.path)) == 95


def test_problem_rows_are_counted_and_kept(tmp_path: Path, tiny_bundle: ModelBundle) -> None:
    source = io.BytesIO(b"query\ngarden.com\n192.0.2.7\nprinter.local\n")
    done = score_table(source, tmp_path / "out.jsonl", Scorer(tiny_bundle))
    assert (done.rows, done.problems) == (3, 2)
    last = json.loads(done.path.read_text().splitlines()[-1])
    assert last[SCORE] is None
    assert last[PROBLEM].startswith("special use: .local")


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
@pytest.mark.parametrize("chunks", [0, 2])
def test_a_cancel_keeps_the_rows_so_far_in_a_partial_file(
    tmp_path: Path,
    tiny_bundle: ModelBundle,
    name: str,
    chunks: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(score_file, "CHUNK_ROWS", 100)
    stops = iter([False] * chunks + [True])
    done = score_table(
        table(1000), tmp_path / name, Scorer(tiny_bundle), should_stop=lambda: next(stops)
    )
    assert done.partial
    assert done.rows == chunks * 100
    assert done.path.name == name.replace(".", ".partial.")
    read = pd.read_csv(done.path) if name == "out.csv" else pd.read_parquet(done.path)
    assert len(read) == chunks * 100
    assert list(read.columns) == ["id", "query", *VERDICT_COLUMNS]


def test_a_table_of_a_header_alone_gives_one(tmp_path: Path, tiny_bundle: ModelBundle) -> None:
    done = score_table(io.BytesIO(b"query,id\n"), tmp_path / "out.csv", Scorer(tiny_bundle))
    assert done.path.read_text() == ",".join(["query", "id", *VERDICT_COLUMNS]) + "\n"


def test_a_missing_column_is_told_and_leaves_no_file(
    tmp_path: Path, tiny_bundle: ModelBundle
) -> None:
    with pytest.raises(FeedError, match="host"):
        score_table(table(5), tmp_path / "out.csv", Scorer(tiny_bundle), column="host")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["in.csv", "link.csv"])
def test_the_input_is_not_written_over(tmp_path: Path, tiny_bundle: ModelBundle, name: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text("query\ngarden.com\n")
    (tmp_path / "link.csv").symlink_to(source)
    with pytest.raises(FeedError, match="input and output are the same file"):
        score_table(source, tmp_path / name, Scorer(tiny_bundle))
    assert source.read_text() == "query\ngarden.com\n"
