"""The bulk page: uploads, pasting, columns, filters, errors, the way back to a result."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dga.columns import VERDICT_COLUMNS
from tests.ui.bulk_list import ROWS, TABLE
from ui import state

APP = Path(__file__).resolve().parents[2] / "app.py"
WAIT = 30


@pytest.fixture
def app(models: Path) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=WAIT).run()
    return app.switch_page("pages/bulk.py").run()


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.file_uploader[0].set_value((name, data, "application/octet-stream"))
    return app.run()


def click(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def said(app: AppTest, text: str) -> bool:
    return any(text in shown.value.replace("\\", "") for shown in app.markdown)


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
    assert {"id", "domain", *VERDICT_COLUMNS} <= {*rows.columns}
    assert rows["verdict"].tolist() == ["benign", "dga", "", "", "dga", "dga"]
    assert rows["problem"].map(bool).tolist() == [False, False, True, True, False, False]
    assert said(app, "Of 6 rows, 3 (50.0 %) look generated: 2 registered names")


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
    assert said(app, "3 (50.0 %) look generated")


def test_filters_narrow_the_rows(app: AppTest) -> None:
    scored(upload(app, "table.csv", TABLE))
    next(box for box in app.button_group if box.label == "Verdict").set_value(["dga"]).run()
    assert app.dataframe[-1].value["id"].tolist() == ["2", "5", "6"]
    next(box for box in app.text_input if box.label == "Name contains").set_value("CO.UK").run()
    assert app.dataframe[-1].value["id"].tolist() == ["6"]
    click(app, "Clear filters")
    assert len(app.dataframe[-1].value) == len(ROWS)


def test_a_page_reload_finds_the_result_by_its_address(app: AppTest) -> None:
    scored(upload(app, "table.csv", TABLE))
    other = AppTest.from_file(APP, default_timeout=WAIT).run()
    other.query_params["list"] = app.session_state[state.BULK].job.key
    other.switch_page("pages/bulk.py").run()
    assert said(other, "Of 6 rows")


def test_a_result_that_is_gone_is_told(app: AppTest) -> None:
    app.query_params["list"] = "nothing"
    app.run()
    assert not app.exception
    assert "gone" in app.info[0].value


def test_the_example_names_its_infected_clients(app: AppTest) -> None:
    click(app, "Try the example")
    scored(app)
    assert said(app, "asks for most")
