"""The Score a list page: uploads, pasting, columns, progress, filters, downloads, errors."""

from __future__ import annotations

import gzip
import io
import json
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dga.bundle import ModelBundle
from dga.columns import VERDICT_COLUMNS
from dga.errors import FeedError
from dga.scoring import Scorer
from ui import results, scoring_job, state
from ui.results import Filters
from ui.scoring_job import ScoringJob

APP = Path(__file__).resolve().parents[2] / "app.py"
WAIT = 30
ROWS = [
    ("1", "aureola.com"),
    ("2", "xkqz7jw9v2.net"),
    ("3", "localhost"),
    ("4", "=1+1"),
    ("5", "https://xkqz7jw9v2.net/path"),
    ("6", "kzxq77vwj.co.uk"),
]
TABLE = b"id,domain\n" + "".join(f"{i},{name}\n" for i, name in ROWS).encode()


@pytest.fixture
def app(models: Path) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=WAIT).run()
    return app.switch_page("pages/bulk.py").run()


@pytest.fixture
def job(tiny_bundle: ModelBundle) -> ScoringJob:
    table = scoring_job.open_table("table.csv", TABLE)
    return ScoringJob(table, table.column, "tiny", Scorer(tiny_bundle)).start().wait()


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.file_uploader[0].set_value((name, data, "application/octet-stream"))
    return app.run()


def click(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def scored(app: AppTest) -> pd.DataFrame:
    """Start scoring, wait for the end, and return the rows that the page shows."""
    click(app, "Start scoring")
    app.session_state[state.BULK].job.wait()
    app.run()
    assert not app.exception
    return app.dataframe[-1].value


def test_an_upload_is_scored_row_by_row_in_order(app: AppTest) -> None:
    rows = scored(upload(app, "table.csv", TABLE))
    assert rows["id"].tolist() == [number for number, _ in ROWS]
    assert [*rows.columns] == ["id", "domain", *VERDICT_COLUMNS]
    assert rows["verdict"].tolist() == ["benign", "dga", "", "", "dga", "dga"]
    assert rows["problem"].map(bool).tolist() == [False, False, True, True, False, False]
    figures = {metric.label: metric.value for metric in app.metric}
    assert (figures["Rows"], figures["Generated"], figures["Not scored"]) == ("6", "3", "2")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("list.txt", "\n".join(name for _, name in ROWS).encode()),
        ("table.csv.gz", gzip.compress(TABLE)),
        ("rows.jsonl", "\n".join(json.dumps({"domain": name}) for _, name in ROWS).encode()),
        ("rows.parquet", pd.DataFrame(ROWS, columns=["id", "domain"]).to_parquet()),
        ("no ending", TABLE.replace(b",", b"\t")),
    ],
)
def test_every_kind_of_file_is_scored(app: AppTest, name: str, data: bytes) -> None:
    rows = scored(upload(app, name, data))
    assert rows["verdict"].tolist() == ["benign", "dga", "", "", "dga", "dga"]


def test_pasted_text_is_scored(app: AppTest) -> None:
    app.text_area[0].set_value("aureola.com\nxkqz7jw9v2[.]net").run()
    assert scored(app)["verdict"].tolist() == ["benign", "dga"]


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"%PDF-1.7 whatever", "PDF"), (b"\0\0\0\0", "empty"), (gzip.compress(TABLE)[:-9], "damaged")],
)
def test_what_is_no_table_is_told_in_the_error_box(app: AppTest, data: bytes, said: str) -> None:
    upload(app, "file.csv", data)
    assert not app.exception
    assert said in app.error[0].value


def test_where_no_column_looks_like_domains_one_must_be_chosen(app: AppTest) -> None:
    upload(app, "numbers.csv", b"id,count\n1,2\n3,4\n")
    start = next(button for button in app.button if button.label == "Start scoring")
    assert start.disabled
    column = next(box for box in app.selectbox if box.label == "Column with the domains")
    column.set_value("count").run()
    assert not next(button for button in app.button if button.label == "Start scoring").disabled


def test_the_result_survives_a_page_change(app: AppTest) -> None:
    scored(upload(app, "table.csv", TABLE))
    app.switch_page("pages/lookup.py").run()
    app.switch_page("pages/bulk.py").run()
    assert not app.exception
    assert any(metric.label == "Generated" for metric in app.metric)


def test_filters_narrow_the_rows(app: AppTest) -> None:
    scored(upload(app, "table.csv", TABLE))
    box = next(box for box in app.multiselect if box.label == "Verdict")
    box.set_value(["dga"]).run()
    assert app.dataframe[-1].value["id"].tolist() == ["2", "5", "6"]
    next(box for box in app.text_input if box.label == "Name contains").set_value("CO.UK").run()
    assert app.dataframe[-1].value["id"].tolist() == ["6"]


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        (Filters(), "123456"),
        (Filters(verdicts=("benign", "")), "134"),
        (Filters(text="HTTPS"), "5"),
        (Filters(low=0.5), "256"),
        (Filters(high=0.5), "1"),
        (Filters(families=("nothing",)), ""),
        (Filters(text="[.*"), ""),
    ],
)
def test_filters_keep_the_order_of_the_list(job: ScoringJob, filters: Filters, rows: str) -> None:
    assert job.summary is not None
    found = results.head(results.filtered(job.summary.path, job.shown_column, filters))
    assert "".join(found["id"]) == rows


def test_highest_scores_come_first_and_rows_without_one_last(job: ScoringJob) -> None:
    assert job.summary is not None
    found = results.head(results.filtered(job.summary.path, "domain", Filters(highest_first=True)))
    assert found["score"].dropna().is_monotonic_decreasing
    assert found["score"].isna().tolist() == [False] * 4 + [True] * 2


def test_exports_hold_all_rows_and_disarm_formulas(job: ScoringJob) -> None:
    assert job.summary is not None
    rows = results.filtered(job.summary.path, "domain", Filters())
    csv = results.export(rows, job.folder / "x.csv")
    assert b"'=1+1" in csv
    parquet = pd.read_parquet(io.BytesIO(results.export(rows, job.folder / "x.parquet")))
    lines = results.export(rows, job.folder / "x.jsonl").splitlines()
    assert len(pd.read_csv(io.BytesIO(csv))) == len(parquet) == len(lines) == len(ROWS)
    assert parquet["domain"].tolist() == [name for _, name in ROWS]
    assert results.export(rows.head(0), job.folder / "y.csv").startswith(b"id,domain,")


def test_the_block_list_holds_each_generated_name_once(job: ScoringJob) -> None:
    assert job.summary is not None
    rows = results.filtered(job.summary.path, "domain", Filters())
    assert results.block_list(rows) == b"xkqz7jw9v2.net\nkzxq77vwj.co.uk\n"


def test_the_overview_counts_every_scored_row_once(job: ScoringJob) -> None:
    assert job.overview is not None
    assert job.overview.scores[["benign", "dga"]].to_numpy().sum() == 4
    assert job.overview.suffixes.values.tolist() == [["net", 2], ["co.uk", 1]]


def test_a_column_named_like_ours_is_kept_and_scored(tiny_bundle: ModelBundle) -> None:
    table = scoring_job.open_table("table.csv", b"id,verdict\n1,aureola.com\n2,kzxq77vwj.net\n")
    job = ScoringJob(table, "verdict", "tiny", Scorer(tiny_bundle)).start().wait()
    assert job.error is None
    assert job.summary is not None
    found = results.head(results.filtered(job.summary.path, job.shown_column, Filters(text="aur")))
    assert found["given_verdict"].tolist() == ["aureola.com"]


def test_a_job_can_be_cancelled_and_keeps_its_rows(
    tiny_bundle: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"".join(b"name%d.com\n" % number for number in range(60_000))
    table = scoring_job.open_table("list.txt", data)
    job = ScoringJob(table, table.column, "tiny", Scorer(tiny_bundle))
    monkeypatch.setattr(job, "_note", lambda progress: job.cancel())
    summary = job.start().wait().summary
    assert summary is not None
    assert summary.partial
    assert 0 < summary.rows < 60_000
    assert results.count(results.filtered(summary.path, table.column, Filters())) == summary.rows


def test_damage_behind_the_first_rows_ends_the_job_with_its_sentence(
    tiny_bundle: ModelBundle,
) -> None:
    table = scoring_job.open_table("table.csv.gz", gzip.compress(TABLE))
    broken = replace(table, data=table.data[:-9])
    job = ScoringJob(broken, "domain", "tiny", Scorer(tiny_bundle)).start().wait()
    assert isinstance(job.error, FeedError)
    assert job.summary is None


def test_the_result_goes_when_the_job_does(tiny_bundle: ModelBundle) -> None:
    table = scoring_job.open_table("list.txt", b"aureola.com\n")
    job = ScoringJob(table, table.column, "tiny", Scorer(tiny_bundle)).start().wait()
    folder = job.folder
    assert folder.is_dir()
    del job
    for _ in range(50):
        if not folder.exists():
            break
        time.sleep(0.02)
    assert not folder.exists()
