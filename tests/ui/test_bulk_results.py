"""A list without its page: the preview's facts, the job, and what is asked of its result."""

from __future__ import annotations

import gzip
import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from dga.errors import FeedError
from dga.schema import VERDICT_COLUMNS
from dga.scoring.bundle import ModelBundle
from dga.scoring.score_file import Scorer
from tests.ui.bulk_list import ROWS, TABLE
from ui.bulk import result_counts, results
from ui.bulk import table as given
from ui.bulk.result_counts import ANSWERS, CLIENTS
from ui.bulk.results import HIGHEST, LOWEST, SURPRISING, Filters
from ui.bulk.scoring_job import ScoringJob
from ui.common.turns import Turns


@pytest.fixture
def job(tiny_bundle: ModelBundle) -> ScoringJob:
    table = given.open_table("table.csv", TABLE)
    return ScoringJob(table, table.column, "tiny", Scorer(tiny_bundle)).start().wait()


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        (Filters(), "123456"),
        (Filters(verdicts=("benign", "")), "134"),
        (Filters(text="HTTPS"), "5"),
        (Filters(low=0.5), "256"),
        (Filters(high=0.5), "1"),
        (Filters(families=("nothing",)), ""),
        (Filters(suffixes=("co.uk",)), "6"),
        (Filters(group=("id", "3")), "3"),
        (Filters(once=True), "126"),
        (Filters(problem="no dot in …: a single label, not a domain name"), "34"),
        (Filters(text="[.*"), ""),
    ],
)
def test_filters_keep_the_order_of_the_list(job: ScoringJob, filters: Filters, rows: str) -> None:
    assert job.result is not None
    found = results.page(job.result, filters, 0, 100)
    assert "".join(found["id"]) == rows
    assert results.count(results.filtered(job.result, filters)) == len(rows)


@pytest.mark.parametrize("order", [HIGHEST, LOWEST])
def test_rows_come_by_score_and_those_without_one_last(job: ScoringJob, order: str) -> None:
    assert job.result is not None
    found = results.page(job.result, Filters(order=order), 0, 100)
    scores = found["score"].dropna()
    assert scores.is_monotonic_decreasing if order == HIGHEST else scores.is_monotonic_increasing
    assert found["score"].isna().tolist() == [False] * 4 + [True] * 2
    pages = [results.page(job.result, Filters(order=order), at, 2) for at in (0, 2, 4)]
    assert [*pd.concat(pages)["id"]] == [*found["id"]]


def test_a_high_score_among_names_asked_for_often_surprises_most(tmp_path: Path) -> None:
    names = [f"often{n}.com" for n in range(20)] * 30 + [f"once{n}.net" for n in range(20)]
    scores = [0.99 if name == "often7.com" else 0.9 * name.endswith("net") for name in names]
    frame = pd.DataFrame({"name": names, "registered_name": names, "score": scores})
    blank = dict.fromkeys(("family", "problem"), "")
    frame.assign(verdict="benign", family_score=0.0, **blank).to_parquet(tmp_path / "s.parquet")
    result = results.enrich(tmp_path / "s.parquet", 0)
    found = results.page(result, Filters(order=SURPRISING, once=True), 0, 3)
    assert found["name"].iloc[0] == "often7.com"
    assert found["dga:times"].iloc[0] == 30


def test_own_columns_like_our_marked_ones_are_kept(tmp_path: Path) -> None:
    frame = pd.DataFrame({"dga:row": ["x"], "registered_name": ["a.com"], "score": [0.5]})
    frame.to_parquet(tmp_path / "s.parquet")
    result = results.enrich(tmp_path / "s.parquet", 0)
    assert result.scan().select("dga:row", "_dga:row").collect().rows() == [("x", 1)]


def test_clients_are_ranked_by_their_distinct_generated_names(tiny_bundle: ModelBundle) -> None:
    asked = [("10.0.0.1", "xkqz7jw9v2.net", "NXDOMAIN")] * 3 + [
        ("10.0.0.2", "kzxq77vwj.co.uk", "nxdomain"),
        ("10.0.0.2", "xkqz7jw9v2.net", "NOERROR"),
        ("10.0.0.3", "aureola.com", "NOERROR"),
    ]
    data = pd.DataFrame(asked, columns=["src_ip", "query", "rcode"]).to_csv(index=False).encode()
    table = given.open_table("log.csv", data)
    job = ScoringJob(table, table.column, "tiny", Scorer(tiny_bundle)).start().wait()
    assert job.result is not None
    client, answer = (result_counts.guess(job.result.columns, k) for k in (CLIENTS, ANSWERS))
    assert (client, answer) == ("src_ip", "rcode")
    found = result_counts.groups(job.result, "src_ip", answer)
    wanted = ["value", "names", "generated", "rows", "nxdomain"]
    assert found[wanted].values.tolist() == [["10.0.0.2", 2, 2, 2, 1], ["10.0.0.1", 1, 3, 3, 3]]


def test_problems_are_counted_by_kind(job: ScoringJob) -> None:
    assert job.overview is not None
    assert job.overview.problems["rows"].tolist() == [2]
    assert job.overview.problems["example"].tolist() == ["localhost"]


@pytest.mark.parametrize(
    ("data", "about"),
    [
        (TABLE, "6 rows"),
        (b"domain\na.com", "1 row"),
        (b"domain\n" + b"a.com\n" * 5_000, "5,000 rows"),
        (b"domain\n" + b"a.com\n" * 4_999 + b"b.com", "5,000 rows"),
        (gzip.compress(b"domain\n" + b"a.com\n" * 5_000), "5,000 rows"),
        (pd.DataFrame({"domain": ["a.com"] * 5_000}).to_parquet(), "5,000 rows"),
        (json.dumps([{"domain": "a.com"}] * 5_000).encode(), "5,000 rows"),
    ],
)
def test_the_preview_tells_how_many_rows_there_are(data: bytes, about: str) -> None:
    assert given.open_table("list", data).about == about


def test_the_rows_of_a_long_packed_list_are_estimated() -> None:
    names = "".join(f"name{n * 7919 % 1000003}.com\n" for n in range(400_000)).encode()
    table = given.open_table("list.gz", gzip.compress(names))
    assert not table.exact
    assert table.rows == pytest.approx(400_000, rel=0.1)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"domain,note\nnope,x\nneither,y\na.com,z\n", "Only 33.3 %"),
        (b"domain,score\na.com,1\n", "given_score"),
        ("domain,who\na.com,Jos\xe9\n".encode("cp1252"), "Windows-1252"),
        (b"domain,x\na.com,1,2,3\nb.com,1\n", "surplus"),
    ],
)
def test_what_looks_odd_is_told_before_scoring(data: bytes, told: str) -> None:
    table = given.open_table("list.csv", data)
    assert any(told in warning for warning in given.warnings(table, table.info.columns[0]))


def test_a_list_without_a_name_is_told_and_a_log_is_read_by_its_layout() -> None:
    table = given.open_table("list.txt", b"192.0.2.1\n192.0.2.2\n")
    assert "Not one of the first 2 rows" in given.nothing_to_score(table, "domain")
    lines = "".join(
        f"May  1 10:00:0{i} dnsmasq[1]: query[A] name{i}.example.com from 10.9.0.1\n"
        for i in range(5)
    )
    table = given.open_table("dns.log", lines.encode())
    assert (table.column, given.domains(table, "query")) == ("query", (5, 5))
    assert given.nothing_to_score(table, "query") == ""
    assert table.info.format == "dnsmasq"


def test_a_file_of_the_data_folder_is_read_where_it_lies(
    tmp_path: Path, tiny_bundle: ModelBundle
) -> None:
    (tmp_path / "list.csv").write_bytes(TABLE)
    table = given.open_table("list.csv", tmp_path / "list.csv")
    job = ScoringJob(table, table.column, "tiny", Scorer(tiny_bundle)).start().wait()
    assert job.summary is not None
    assert job.summary.rows == len(ROWS)


def test_turns_are_taken_in_the_order_of_asking() -> None:
    turns, served = Turns(1), []
    turns.take()
    threads = []
    for number in range(4):
        threads.append(threading.Thread(target=lambda n=number: (turns.take(), served.append(n))))
        threads[-1].start()
        while turns.waiting < number + 1:
            time.sleep(0.001)
    for number in range(4):
        turns.leave()
        threads[number].join()
    assert served == [0, 1, 2, 3]


def test_exports_hold_all_rows_and_disarm_formulas(job: ScoringJob) -> None:
    assert job.result is not None
    rows = results.filtered(job.result, Filters())
    csv, parquet, lines = (
        results.export(job.result, rows, job.folder / name)
        for name in ("x.csv", "x.parquet", "x.jsonl")
    )
    assert "'=1+1" in csv.read_text()
    frame = pd.read_parquet(parquet)
    assert len(pd.read_csv(csv)) == len(frame) == len(lines.read_text().splitlines()) == len(ROWS)
    assert frame["domain"].tolist() == [name for _, name in ROWS]
    assert [*frame.columns] == ["id", "domain", *VERDICT_COLUMNS]
    empty = results.export(job.result, rows.head(0), job.folder / "y.csv")
    assert empty.read_text().startswith("id,domain,")


def test_the_block_list_holds_each_generated_name_once(job: ScoringJob) -> None:
    assert job.result is not None
    rows = results.filtered(job.result, Filters())
    assert results.block_list(rows) == b"xkqz7jw9v2.net\nkzxq77vwj.co.uk\n"


def test_the_overview_counts_every_scored_row_once(job: ScoringJob) -> None:
    assert job.overview is not None
    assert job.overview.scores[["benign", "dga"]].to_numpy().sum() == 4
    assert job.overview.suffixes.values.tolist() == [["net", 2], ["co.uk", 1]]


def test_a_column_named_like_ours_is_kept_and_scored(tiny_bundle: ModelBundle) -> None:
    table = given.open_table("table.csv", b"id,verdict\n1,aureola.com\n2,kzxq77vwj.net\n")
    job = ScoringJob(table, "verdict", "tiny", Scorer(tiny_bundle)).start().wait()
    assert job.error is None
    assert job.result is not None
    found = results.page(job.result, Filters(text="aur"), 0, 10)
    assert found["given_verdict"].tolist() == ["aureola.com"]


def test_a_job_can_be_cancelled_and_keeps_its_rows(
    tiny_bundle: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"".join(b"name%d.com\n" % number for number in range(300_000))
    table = given.open_table("list.txt", data)
    job = ScoringJob(table, table.column, "tiny", Scorer(tiny_bundle))
    monkeypatch.setattr(job, "_note", lambda progress: job.cancel())
    summary = job.start().wait().summary
    assert summary is not None
    assert summary.partial
    assert 0 < summary.rows < 300_000
    assert job.result is not None
    assert results.count(job.result.scan()) == summary.rows


def test_damage_behind_the_first_rows_ends_the_job_with_its_sentence(
    tiny_bundle: ModelBundle,
) -> None:
    table = given.open_table("table.csv.gz", gzip.compress(TABLE))
    assert isinstance(table.source, bytes)
    broken = replace(table, source=table.source[:-9])
    job = ScoringJob(broken, "domain", "tiny", Scorer(tiny_bundle)).start().wait()
    assert isinstance(job.error, FeedError)
    assert job.summary is None


def test_the_result_goes_when_the_job_does(tiny_bundle: ModelBundle) -> None:
    table = given.open_table("list.txt", b"aureola.com\n")
    job = ScoringJob(table, table.column, "tiny", Scorer(tiny_bundle)).start().wait()
    folder = job.folder
    assert folder.is_dir()
    del job
    for _ in range(50):
        if not folder.exists():
            break
        time.sleep(0.02)
    assert not folder.exists()


PIHOLE = b"".join(
    f"May  1 10:00:0{at} dnsmasq[8]: query[A] name{at}.com from 10.1.0.23\n"
    f"May  1 10:00:0{at} dnsmasq[8]: reply name{at}.com is NXDOMAIN\n".encode()
    for at in range(3)
)


def test_a_servers_log_is_shown_as_its_look_ups() -> None:
    table = given.open_table("pihole.log", PIHOLE)
    assert table.column == "query" and "query" in table.reason
    assert table.head["query"].tolist() == ["name0.com", "name1.com", "name2.com"]
    assert table.head["lines"].tolist() == ["1-2", "3-4", "5-6"]
