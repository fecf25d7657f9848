"""The bulk page: uploads, pasting, columns, filters, errors, the way back to a result."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dga.schema import VERDICT_COLUMNS
from tests.tables.test_archives import workbook
from tests.ui.bulk_list import ROWS, TABLE
from ui.bulk import filter_panel, results
from ui.common import session

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
    app.session_state[session.BULK].job.wait()
    app.run()
    next(box for box in app.selectbox if box.label == "Order").set_value("list").run()
    assert not app.exception
    return rows_of(app)


def rows_of(app: AppTest) -> pd.DataFrame:
    """The scored rows that the page shows, verdicts as words."""
    table = next(one.value for one in app.dataframe if "dga:row" in one.value.columns)
    return table.assign(verdict=table["verdict"].map("".join))


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


def test_a_sheet_of_a_workbook_is_chosen(app: AppTest) -> None:
    upload(app, "book.xlsx", workbook(Old=[["aureola.com"]], New=[["belisar.net"], ["cavol.org"]]))
    assert "several sheets hold domain names" in app.error[0].value.replace("\\", "")
    [sheets] = [box for box in app.selectbox if box.label.startswith("Sheet")]
    assert (sheets.options, sheets.value) == (["Old", "New"], None)
    sheets.set_value("New").run()
    rows = scored(app)
    assert rows["registered_name"].tolist() == ["belisar.net", "cavol.org"]


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
    assert "Not one of the first 2 rows holds a domain name" in app.error[0].value
    assert next(button for button in app.button if button.label == "Start scoring").disabled


def test_the_result_survives_a_page_change(app: AppTest) -> None:
    scored(upload(app, "table.csv", TABLE))
    app.switch_page("pages/lookup.py").run()
    app.switch_page("pages/bulk.py").run()
    assert not app.exception
    assert said(app, "3 (50.0 %) look generated")


def test_filters_narrow_the_rows(app: AppTest) -> None:
    scored(upload(app, "table.csv", TABLE))
    next(box for box in app.button_group if box.label == "Verdict").set_value(["dga"]).run()
    assert rows_of(app)["id"].tolist() == ["2", "5", "6"]
    next(box for box in app.text_input if box.label == "Name contains").set_value("CO.UK").run()
    assert rows_of(app)["id"].tolist() == ["6"]
    click(app, "Clear filters")
    assert len(rows_of(app)) == len(ROWS)


def test_a_page_reload_finds_the_result_by_its_address(app: AppTest) -> None:
    scored(upload(app, "table.csv", TABLE))
    other = AppTest.from_file(APP, default_timeout=WAIT).run()
    other.query_params["list"] = app.session_state[session.BULK].job.key
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


def test_the_client_of_a_log_is_found_as_on_the_hosts_page(app: AppTest) -> None:
    log = (
        '"Timestamp","Internal IP","External IP","Response Code","Domain"\n'
        '"2026-11-24 07:30:04","10.20.1.16","203.0.113.9","NXDOMAIN","xkqz7jw9v2.net."\n'
        '"2026-11-24 07:30:05","10.20.1.16","203.0.113.9","NXDOMAIN","kzxq77vwj.net."\n'
        '"2026-11-24 07:30:28","10.20.1.15","203.0.113.9","NOERROR","aureola.com."\n'
    )
    scored(upload(app, "umbrella.csv", log.encode()))
    assert said(app, "`10.20.1.16` asks for most: 2 generated names in 2 rows; 2 of these rows")
    assert "Which hosts are infected? Judge this log by host" in [one.label for one in app.button]


def start_button(app: AppTest) -> bool:
    return next(button for button in app.button if button.label == "Start scoring").disabled


def test_generated_rows_stand_first_with_the_highest_score(app: AppTest) -> None:
    click(upload(app, "table.csv", TABLE), "Start scoring")
    app.session_state[session.BULK].job.wait()
    rows = rows_of(app.run())
    assert rows["verdict"].tolist()[:3] == ["dga"] * 3
    assert rows["score"].dropna().is_monotonic_decreasing


def test_a_list_that_ends_while_the_page_is_drawn_leaves_no_dead_button(app: AppTest) -> None:
    scored(upload(app, "table.csv", TABLE))
    assert not start_button(app)
    click(app, "Start scoring")
    assert not app.exception


def test_an_earlier_list_is_found_among_the_recent_ones(app: AppTest) -> None:
    scored(upload(app, "table.csv", TABLE))
    first = app.session_state[session.BULK].job
    app.text_area[0].set_value("aureola.com\nxkqz7jw9v2[.]net").run()
    assert len(scored(app)) == 2
    app.button(key=f"recent_{first.key}").click().run()
    assert not app.exception
    assert len(rows_of(app)) == len(ROWS)


def test_a_text_that_another_page_hands_over_is_read(app: AppTest) -> None:
    app.session_state[session.HANDED] = "aureola.com\nxkqz7jw9v2.net"
    app.run()
    assert said(app, "plain list, 2 rows")
    assert scored(app)["verdict"].tolist() == ["benign", "dga"]


def test_a_column_of_the_list_filters(app: AppTest) -> None:
    scored(upload(app, "table.csv", TABLE))
    next(box for box in app.selectbox if box.label == "Column of the list").set_value("id").run()
    next(box for box in app.text_input if box.label == "Holds the text").set_value("5").run()
    assert rows_of(app)["id"].tolist() == ["5"]


def test_times_are_shown_as_one_reads_them(app: AppTest) -> None:
    rows = "".join(f"{1_760_000_000 + at},aureola.com\n" for at in range(3))
    shown = scored(upload(app, "log.csv", f"ts,query\n{rows}".encode()))
    assert shown["ts"].iloc[0] == "2025-10-09 08:53:20"


@pytest.mark.parametrize(
    ("chart", "customdata", "ids"),
    [
        ("scores", {"0": 0.98, "1": 1.0, "2": "dga"}, None),
        ("scores", [0.98, 1.0, "dga"], None),
        ("suffixes", {"0": "co.uk"}, ["6"]),
        ("suffixes", ["co.uk"], ["6"]),
    ],
)
def test_a_clicked_bar_lists_as_many_rows_as_it_counts(
    app: AppTest, chart: str, customdata: object, ids: list[str] | None
) -> None:
    scored(upload(app, "table.csv", TABLE))
    job = app.session_state[session.BULK].job
    state = {"clicked": {"selection": {"points": [{"customdata": customdata}]}}}
    click_state = dict(state)
    monkey = pytest.MonkeyPatch()
    monkey.setattr(filter_panel.st, "session_state", click_state)
    if chart == "scores":
        filter_panel.take_scores(job.key, "clicked")
    else:
        filter_panel.take_value(job.key, "clicked", chart, ["co.uk", "net"])
    filters = filter_panel.chosen(job.key)
    monkey.undo()
    rows = results.page(job.result, filters, 0, 100)
    table = getattr(job.overview, chart)
    if ids is not None:
        assert rows["id"].tolist() == ids
        assert len(rows) == int(table.set_index("suffix").loc["co.uk", "rows"])
    else:
        assert len(rows) == int(table["dga"].iloc[-1])
