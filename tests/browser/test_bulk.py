"""Scoring a list in a real browser: upload, progress, filters, downloads, a row's look-up."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WAIT, Open, overflow, settle

expect.set_options(timeout=WAIT)
NAMES = ["aureola.com", "xkqz7jw9v2.net", "localhost", "=1+1", "kzxq77vwj.co.uk"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text("id,domain\n" + "".join(f"{i},{n}\n" for i, n in enumerate(NAMES)))
    return path


def give(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Start scoring").click()


def metric(page: Page, label: str) -> str:
    box = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    expect(box).to_be_visible()
    return box.get_by_test_id("stMetricValue").inner_text()


def downloaded(page: Page, label: str) -> str:
    with page.expect_download() as waited:
        page.get_by_role("button", name=label, exact=True).click()
    return Path(waited.value.path()).read_text(encoding="utf-8")


def test_an_upload_comes_back_scored_as_a_download(open_page: Open, table: Path) -> None:
    page = open_page("/bulk")
    give(page, table)
    assert (metric(page, "Rows"), metric(page, "Generated"), metric(page, "Not scored")) == (
        "5",
        "2",
        "2",
    )
    lines = downloaded(page, "CSV").splitlines()
    assert lines[0] == "id,domain,registered_name,score,verdict,family,family_score,problem"
    assert [line.split(",")[1] for line in lines[1:]] == [*NAMES[:3], "'=1+1", NAMES[4]]
    assert downloaded(page, "Block list").split() == ["xkqz7jw9v2.net", "kzxq77vwj.co.uk"]


def test_a_filter_narrows_the_rows_and_their_download(open_page: Open, table: Path) -> None:
    page = open_page("/bulk")
    give(page, table)
    page.get_by_label("Name contains").fill("co.uk")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 5 rows pass the filters")).to_be_visible()
    expect(page.get_by_text("Filtered rows")).to_be_visible()


def test_pasted_text_is_scored_and_the_result_survives_a_page_change(open_page: Open) -> None:
    page = open_page("/bulk")
    page.get_by_role("tab", name="Paste").click()
    page.get_by_label("Domains, one a line").fill("aureola.com\nhxxp://xkqz7jw9v2[.]net")
    page.get_by_role("button", name="Read the text").click()
    page.get_by_role("button", name="Start scoring").click()
    assert metric(page, "Generated") == "1"
    page.get_by_role("link", name="Runs").click()
    expect(page.locator("h1")).to_have_text("Runs")
    page.get_by_role("link", name="Bulk scoring").click()
    assert metric(page, "Generated") == "1"


def test_a_long_job_shows_progress_and_can_be_cancelled(open_page: Open, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("".join(f"name{number}.com\n" for number in range(600_000)))
    page = open_page("/bulk")
    give(page, path)
    expect(page.get_by_text("rows scored")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled: these are the rows scored so far.")).to_be_visible()


def test_a_file_that_is_no_table_gets_its_sentence(open_page: Open, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(b"%PDF-1.7\n")
    page = open_page("/bulk")
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text("a PDF document")).to_be_visible()


@pytest.mark.parametrize("width", [1400, 400])
def test_the_page_fits_its_window(open_page: Open, table: Path, width: int) -> None:
    page = open_page("/bulk", width, "dark")
    give(page, table)
    assert metric(page, "Rows") == "5"
    assert overflow(page) == 0


def test_a_row_opens_in_the_look_up(open_page: Open, table: Path) -> None:
    page = open_page("/bulk")
    give(page, table)
    expect(page.get_by_text("5 of 5 rows pass the filters")).to_be_visible()
    rows = page.get_by_test_id("stDataFrame").last
    settle(rows).click(position={"x": 18, "y": 52 + 35 * 1})
    page.get_by_role("button", name="Look up xkqz7jw9v2.net").click()
    expect(page.locator("h1")).to_have_text("Look up a domain")
    expect(page.get_by_label("Domain", exact=True)).to_have_value("xkqz7jw9v2.net")
    expect(page.get_by_text("Looks generated")).to_be_visible()
