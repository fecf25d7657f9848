"""Scoring a list in a real browser: preview, progress, charts that filter, clients, downloads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import WAIT, Open, overflow, settle

expect.set_options(timeout=WAIT)
NAMES = ["aureola.com", "xkqz7jw9v2.net", "localhost", "=1+1", "kzxq77vwj.co.uk"]
HEADER, ROW = 36, 35  # pixels of a table's header and of each row


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text("id,domain\n" + "".join(f"{i},{n}\n" for i, n in enumerate(NAMES)))
    return path


def give(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Start scoring").click()


def passing(page: Page, rows: str) -> None:
    expect(page.get_by_text(f"{rows} rows", exact=True)).to_be_visible()


def downloaded(page: Page, label: str, kind: str = "") -> str:
    if kind:
        page.get_by_role("radio", name=kind, exact=True).click()
    button = page.get_by_role("button", name=label, exact=True)
    expect(button).to_be_visible()
    with page.expect_download() as waited:
        button.click()
    return Path(waited.value.path()).read_text(encoding="utf-8")


def click_row(table: Locator, row: int, x: int = 38) -> None:
    """Click the button in the first column of a table's row, which is drawn on a canvas."""
    settle(table).click(position={"x": x, "y": HEADER + ROW * row + ROW // 2})


def shown(page: Page, name: str) -> Locator:
    return page.get_by_test_id("stDataFrame").filter(has=page.get_by_label(name))


def test_an_upload_comes_back_scored_as_a_download(open_page: Open, table: Path) -> None:
    page = open_page("/bulk")
    give(page, table)
    expect(
        page.get_by_text("Of 5 rows, 2 (40.0 %) look generated: 2 registered names")
    ).to_be_visible()
    lines = downloaded(page, "All 5 rows as CSV").splitlines()
    assert lines[0] == "id,domain,registered_name,score,verdict,family,family_score,problem,remark"
    assert [line.split(",")[1] for line in lines[1:]] == [*NAMES[:3], "'=1+1", NAMES[4]]
    names = downloaded(page, "All 5 rows as Block list", "Block list").split()
    assert names == ["xkqz7jw9v2.net", "kzxq77vwj.co.uk"]
    expect(page.get_by_text("To block on a name alone is unwise")).to_be_visible()


def test_a_list_is_told_about_before_it_is_scored(open_page: Open, table: Path) -> None:
    page = open_page("/bulk")
    page.locator("input[type=file]").set_input_files(table)
    expect(page.get_by_text("delimited table, 5 rows, 2 columns")).to_be_visible()
    expect(page.get_by_text("3 of the first 5 rows hold a domain name.")).to_be_visible()


def test_filters_narrow_the_rows_and_their_download(open_page: Open, table: Path) -> None:
    page = open_page("/bulk")
    give(page, table)
    page.get_by_label("Name contains").fill("co.uk")
    page.keyboard.press("Enter")
    passing(page, "1 of 5")
    assert "kzxq77vwj" in downloaded(page, "1 filtered row as CSV").splitlines()[1]
    page.get_by_role("button", name="Clear filters").click()
    passing(page, "5 of 5")
    page.get_by_role("button", name="Not scored: 2").click()
    passing(page, "2 of 5")


def test_a_click_on_a_bar_shows_its_rows_and_a_second_one_all(open_page: Open, table: Path) -> None:
    page = open_page("/bulk")
    give(page, table)
    passing(page, "5 of 5")
    page.get_by_role("tab", name="Scores, families, suffixes").click()
    bars = page.get_by_test_id("stPlotlyChart").nth(2)
    settle(bars).locator(".bars .point path").first.click(force=True)
    passing(page, "1 of 5")
    settle(bars).locator(".bars .point path").first.click(force=True)
    passing(page, "5 of 5")


def test_the_example_tells_who_asks_and_shows_their_rows(open_page: Open) -> None:
    page = open_page("/bulk")
    page.get_by_role("button", name="Try the example").click()
    page.get_by_role("button", name="Start scoring").click()
    expect(page.get_by_text("asks for most")).to_be_visible()
    passing(page, "4,000 of 4,000")
    click_row(shown(page, "Who asks for generated names"), 0, x=85)
    expect(page.get_by_text("Only rows whose id.orig_h is")).to_be_visible()
    page.get_by_role("tab", name="Not scored").click()
    click_row(shown(page, "Rows not scored, by problem"), 0, x=110)
    expect(page.get_by_text("16 of 4,000 rows")).to_be_visible()


def test_a_scored_log_is_judged_by_host_with_one_click(open_page: Open) -> None:
    page = open_page("/bulk")
    page.get_by_role("button", name="Try the example").click()
    page.get_by_role("button", name="Start scoring").click()
    passing(page, "4,000 of 4,000")
    page.get_by_role("button", name="Which hosts are infected?").click()
    expect(page.locator("h1")).to_have_text("Hosts")
    expect(page.get_by_role("heading", name="Hosts of example-dns.log")).to_be_visible()


def test_a_long_result_is_turned_page_by_page(open_page: Open) -> None:
    page = open_page("/bulk")
    page.get_by_role("button", name="Try the example").click()
    page.get_by_role("button", name="Start scoring").click()
    passing(page, "4,000 of 4,000")
    page.get_by_role("button", name=re.compile("next", re.I)).click()
    page.get_by_role("combobox", name="Order").click()
    page.get_by_role("option", name="Most surprising first").click()
    passing(page, "4,000 of 4,000")


def test_pasted_text_is_scored_and_the_result_survives_page_changes_and_a_reload(
    open_page: Open,
) -> None:
    page = open_page("/bulk")
    page.get_by_role("tab", name="Paste").click()
    page.get_by_label("Domains, one a line").fill("aureola.com\nhxxp://xkqz7jw9v2[.]net")
    page.get_by_role("button", name="Read the text").click()
    expect(page.get_by_text("plain list, 2 rows, 1 column")).to_be_visible()
    page.get_by_role("button", name="Start scoring").click()
    told = page.get_by_text("Of 2 rows, 1 (50.0 %) looks generated")
    expect(told).to_be_visible()
    page.get_by_role("link", name="Runs").click()
    expect(page.locator("h1")).to_have_text("Runs")
    page.get_by_role("link", name="Bulk scoring").click()
    expect(told).to_be_visible()
    page.reload()
    expect(told).to_be_visible()


def test_a_long_job_shows_progress_and_can_be_cancelled(open_page: Open, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("".join(f"name{number}.com\n" for number in range(1_500_000)))
    page = open_page("/bulk")
    give(page, path)
    expect(page.get_by_text("rows scored")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(re.compile(r"Cancelled: [\d,]+ of 1,500,000 rows"))).to_be_visible()


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
    passing(page, "5 of 5")
    assert overflow(page) == 0


def test_a_row_opens_in_the_look_up(open_page: Open, table: Path) -> None:
    page = open_page("/bulk")
    give(page, table)
    passing(page, "5 of 5")
    click_row(shown(page, "Scored rows"), 0)  # the highest score stands first
    expect(page.locator("h1")).to_have_text("Look up a domain")
    expect(page.get_by_label("Domain", exact=True)).to_have_value(
        re.compile("xkqz7jw9v2|kzxq77vwj")
    )


@pytest.mark.parametrize("chart", ["Rows by score", "Rows by families", "Rows by suffixes"])
def test_every_chart_lists_as_many_rows_as_the_clicked_bar_counts(
    open_page: Open, table: Path, chart: str
) -> None:
    page = open_page("/bulk")
    give(page, table)
    passing(page, "5 of 5")
    figure = settle(page.get_by_role("figure", name=chart))
    drawn = figure.locator(".bars .point path")
    drawn.last.hover(force=True)
    told = figure.locator(".hoverlayer text").first
    expect(told).to_contain_text("rows")
    text = re.sub(r"score [\d.]{5} to [\d.]{5}", "", str(told.text_content()))
    count = re.search(r"([\d,]+) rows", text)
    assert count is not None
    settle(figure).locator(".bars .point path").last.click(force=True)
    passing(page, f"{count.group(1)} of 5")


def test_a_suffix_bar_lists_the_generated_rows_that_it_counts(
    open_page: Open, tmp_path: Path
) -> None:
    path = tmp_path / "alike.csv"  # one generated name among four of the same suffix
    path.write_text("domain\nxkqz7jw9v2.com\naureola.com\ngarden.com\nriver.com\n")
    page = open_page("/bulk")
    give(page, path)
    passing(page, "4 of 4")
    figure = settle(page.get_by_role("figure", name="Rows by suffixes"))
    figure.locator(".bars .point path").first.hover(force=True)
    expect(figure.locator(".hoverlayer text").first).to_contain_text("1 row")
    settle(figure).locator(".bars .point path").first.click(force=True)
    passing(page, "1 of 4")
    assert "xkqz7jw9v2.com" in downloaded(page, "1 filtered row as CSV").splitlines()[1]


def test_an_earlier_list_is_found_again(open_page: Open, table: Path) -> None:
    page = open_page("/bulk")
    give(page, table)
    passing(page, "5 of 5")
    page.get_by_text("Give another list").click()
    page.get_by_role("tab", name="Paste").click()
    page.get_by_label("Domains, one a line").fill("aureola.com\nxkqz7jw9v2.net")
    page.get_by_role("button", name="Read the text").click()
    page.get_by_role("button", name="Start scoring").click()
    passing(page, "2 of 2")
    page.get_by_text("Recent lists (2)").click()
    page.get_by_role("button", name="table.csv").click()
    passing(page, "5 of 5")


def test_start_is_enabled_again_after_a_list(open_page: Open, table: Path) -> None:
    page = open_page("/bulk")
    give(page, table)
    passing(page, "5 of 5")
    page.get_by_text("Score it again").click()
    start = page.get_by_role("button", name="Start scoring")
    expect(start).to_be_enabled()
    start.click()
    passing(page, "5 of 5")
