"""The kernel that other engines take: record batches in, scored record batches out."""

from __future__ import annotations

import pickle

import polars as pl
import pyarrow as pa
import pytest

import dga
from dga.errors import FeedError
from dga.runs.store import Run
from dga.scoring import record_batches
from dga.scoring.scorer import Scorer

NAMES = ["garden.com", "not a domain", "xjpwkqzvbnt.ru", None]


@pytest.fixture
def scorer(tiny_run: Run) -> Scorer:
    return Scorer(tiny_run.bundle(), 0.5)


@pytest.mark.parametrize(
    "column",
    [
        pa.array(NAMES),
        pa.array(NAMES, pa.large_string()),
        pa.array(NAMES).dictionary_encode(),
    ],
)
def test_any_text_column_gives_the_scorers_rows(scorer: Scorer, column: pa.Array) -> None:
    batch = pa.record_batch({"id": pa.array(range(4)), "query": column})
    [scored] = record_batches.scored([batch], scorer, "query")
    expected = scorer.frame([name or "" for name in NAMES])
    assert scored.column("id").to_pylist() == [0, 1, 2, 3]
    assert scored.column("problem").to_pylist() == expected["problem"].tolist()
    assert scored.column("verdict").to_pylist() == expected["verdict"].tolist()


def test_an_empty_batch_comes_out_with_the_columns(scorer: Scorer) -> None:
    batch = pa.record_batch({"query": pa.array([], pa.string())})
    [scored] = record_batches.scored([batch], scorer, "query")
    assert scored.num_rows == 0
    assert "verdict" in scored.schema.names


def test_a_column_of_numbers_is_refused(scorer: Scorer) -> None:
    batch = pa.record_batch({"query": pa.array([1, 2])})
    with pytest.raises(FeedError, match="holds int64, not text"):
        list(record_batches.scored([batch], scorer, "query"))


def test_the_kernel_can_be_sent_to_other_processes() -> None:
    assert b"dga.api.batches" in pickle.dumps(dga.score_batches)


def test_polars_takes_the_kernel(tiny_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DGA_MODELS", str(tiny_run.path.parent))

    def score(frame: pl.DataFrame) -> pl.DataFrame:
        batches = frame.to_arrow().to_batches()
        return pl.DataFrame(pa.Table.from_batches(dga.score_batches(batches, column="query")))

    frame = pl.DataFrame({"query": ["garden.com", "not a domain"]})
    assert score(frame)["problem"].to_list()[0] == ""
    assert frame.lazy().map_batches(score, schema=score(frame).schema).collect().height == 2
