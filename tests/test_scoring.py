from __future__ import annotations

import io
import json
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dga import scoring
from dga.bundle import ModelBundle, Scores
from dga.columns import PROBLEM, REGISTERED_NAME, SCORE, VERDICT, VERDICT_COLUMNS
from dga.errors import FeedError
from dga.progress import Progress
from dga.scoring import Scorer, score_table, with_verdicts
from tests.runs_factory import make_run

TEXTS = [
    "garden-river.com",
    "hxxp://www.xqzkvw19[.]net/a",
    "not a domain",
    "WWW.Garden-River.com.",
    "",
    "printer.local",
    "co.uk",
    "xqzkvw19.net",
]


class Counting(ModelBundle):
    """A bundle that remembers what it was asked to score."""

    asked: list[list[str]]

    def score(self, names: Sequence[str]) -> Scores:
        self.asked.append(list(names))
        return super().score(names)


@pytest.fixture
def counting(tiny_bundle: ModelBundle) -> Counting:
    bundle = Counting(**vars(tiny_bundle))
    object.__setattr__(bundle, "asked", [])
    return bundle


def made_up(count: int) -> list[str]:
    dice = random.Random(7)
    return ["".join(dice.choices("abcxyz019", k=9)) + ".com" for _ in range(count)]


def test_a_verdict_for_every_text_in_order(tiny_bundle: ModelBundle) -> None:
    verdicts = Scorer(tiny_bundle).verdicts(TEXTS)
    assert [v.given for v in verdicts] == TEXTS
    assert [v.verdict for v in verdicts] == [
        "benign", "dga", None, "benign", None, None, None, "dga",
    ]  # fmt: skip
    assert [v.domain for v in verdicts[:4]] == [
        "garden-river.com", "www.xqzkvw19.net", None, "www.garden-river.com",
    ]  # fmt: skip
    assert verdicts[1].registered_name == "xqzkvw19.net"
    assert verdicts[1].score == verdicts[7].score


def test_what_is_no_domain_has_a_problem_and_nothing_else(tiny_bundle: ModelBundle) -> None:
    for verdict in Scorer(tiny_bundle).verdicts(["not a domain", "printer.local"]):
        assert verdict.problem
        values = verdict.to_json()
        assert [values[n] for n in ("registered_name", "score", "verdict", "family_score")] == [
            None
        ] * 4
        assert values["family"] == ""


def test_a_family_is_named_for_what_is_called_dga_alone(tiny_bundle: ModelBundle) -> None:
    benign, dga = Scorer(tiny_bundle).verdicts(["garden-river.com", "xqzkvw19.net"])
    assert (benign.family, benign.family_score) == ("", None)
    assert dga.family in ("alpha", "beta")
    assert dga.family_score is not None
    assert dga.family_score >= 0.5


def test_a_family_share_below_the_floor_is_unknown(
    tiny_bundle: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "FAMILY_FLOOR", 1.1)
    assert Scorer(tiny_bundle).verdicts(["xqzkvw19.net"])[0].family == "unknown"


def test_the_score_at_the_threshold_is_dga(tiny_bundle: ModelBundle) -> None:
    score = float(tiny_bundle.score(["abcxyz.com"]).score[0])
    above = float(np.nextafter(score, 1))
    assert Scorer(tiny_bundle, score).verdicts(["abcxyz.com"])[0].verdict == "dga"
    assert Scorer(tiny_bundle, above).verdicts(["abcxyz.com"])[0].verdict == "benign"
    assert Scorer(tiny_bundle, 0.0).verdicts(["abcxyz.com"])[0].verdict == "dga"


def test_frame_and_verdicts_say_the_same(tiny_bundle: ModelBundle) -> None:
    texts = TEXTS + made_up(300)
    frame = Scorer(tiny_bundle).frame(texts)
    assert tuple(frame.columns) == VERDICT_COLUMNS
    assert len(frame) == len(texts)
    verdicts = pd.DataFrame([v.to_json() for v in Scorer(tiny_bundle).verdicts(texts)])
    for column in VERDICT_COLUMNS:
        expected = verdicts[column]
        empty = "" if frame[column].dtype == "str" else np.nan
        assert frame[column].equals(expected.fillna(empty).astype(frame[column].dtype)), column


def test_no_texts_give_an_empty_frame_of_the_same_types(tiny_bundle: ModelBundle) -> None:
    scorer = Scorer(tiny_bundle)
    assert scorer.verdicts([]) == []
    assert scorer.frame([]).dtypes.equals(scorer.frame(TEXTS).dtypes)


def test_a_bundle_without_families_names_none(tmp_path: Path) -> None:
    scorer = Scorer(make_run(tmp_path, "binary", families=()).bundle(), 0.0)
    frame = scorer.frame(["a.com", "b.com"])
    assert frame["verdict"].tolist() == ["dga", "dga"]
    assert frame["family"].tolist() == ["", ""]
    assert frame["family_score"].isna().all()
    assert scorer.verdicts(["a.com"])[0].family_score is None


def test_in_fqdn_scope_the_whole_name_is_scored(tiny_bundle: ModelBundle) -> None:
    bundle = replace(tiny_bundle, scope="fqdn")
    verdict = Scorer(bundle).verdicts(["xqzk9.garden.com"])[0]
    assert verdict.score == pytest.approx(bundle.score(["xqzk9.garden.com"]).score[0])
    assert verdict.registered_name == "garden.com"


def test_a_name_is_scored_once(counting: Counting) -> None:
    scorer = Scorer(counting)
    scorer.frame(["a.com", "b.com", "www.a.com", "a.com"])
    scorer.verdicts(["b.com", "c.com"])
    assert counting.asked == [["a.com", "b.com"], ["c.com"]]


def test_the_cache_is_bounded_and_forgets_the_oldest(counting: Counting) -> None:
    scorer = Scorer(counting, cache=3)
    frame = scorer.frame([f"{letter}.com" for letter in "abcde"])
    assert frame[SCORE].notna().all()
    assert len(scorer._cache) == 3
    scorer.frame(["c.com", "d.com", "e.com"])
    scorer.frame(["a.com"])
    assert counting.asked[1:] == [["a.com"]]


def test_threads_get_the_scores_that_one_alone_gets(tiny_bundle: ModelBundle) -> None:
    names = made_up(4000)
    alone = Scorer(tiny_bundle).frame(names)
    shared = Scorer(tiny_bundle, cache=500)
    starts = [n * 250 for n in range(16)]
    with ThreadPoolExecutor(8) as pool:
        parts = list(pool.map(lambda at: shared.frame(names[at : at + 1000]), starts))
    for at, part in zip(starts, parts, strict=True):
        expected = alone.iloc[at : at + 1000].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, expected, atol=1e-6, rtol=0)


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
    monkeypatch.setattr(scoring, "CHUNK_ROWS", 100)
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
    assert done.dga + done.benign == 950
    assert done.dga == (read[VERDICT] == "dga").sum()
    assert [progress.batch for progress in told] == [*range(100, 1000, 100), 950]


def test_problem_rows_are_counted_and_kept(tmp_path: Path, tiny_bundle: ModelBundle) -> None:
    source = io.BytesIO(b"query\ngarden.com\n192.0.2.7\nprinter.local\n")
    done = score_table(source, tmp_path / "out.jsonl", Scorer(tiny_bundle))
    assert (done.rows, done.problems) == (3, 2)
    last = json.loads(done.path.read_text().splitlines()[-1])
    assert last[SCORE] is None
    assert last[PROBLEM] == "a special-use name (.local), which nobody registers"


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
@pytest.mark.parametrize("chunks", [0, 2])
def test_a_cancel_keeps_the_rows_so_far_in_a_partial_file(
    tmp_path: Path,
    tiny_bundle: ModelBundle,
    name: str,
    chunks: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scoring, "CHUNK_ROWS", 100)
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
    with pytest.raises(FeedError, match="the input and the output are one file"):
        score_table(source, tmp_path / name, Scorer(tiny_bundle))
    assert source.read_text() == "query\ngarden.com\n"
