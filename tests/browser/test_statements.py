"""What pages say, in a real browser: one form of shares, which names, what was not judged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WAIT, Open, idle

expect.set_options(timeout=WAIT)
WIDTHS_CUT = """
[...document.querySelectorAll("[data-testid=stDataFrame] .dvn-scroller")]
  .map(table => table.scrollWidth - table.clientWidth)
"""
UNSPACED = re.compile(r"\d%")  # a share that is not written as everywhere


def texts(page: Page) -> str:
    """All that the page says, cells of tables and marks of charts among it."""
    return str(page.locator("body").evaluate("page => page.textContent"))


@pytest.mark.parametrize("path", ["/?domain=xkqz7jw9v2.net", "/explore", "/runs"])
def test_no_table_is_cut_at_1280_pixels_and_shares_read_alike(open_page: Open, path: str) -> None:
    page = open_page(path, 1280)
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    idle(page).wait_for_timeout(1_000)  # tables find their widths after they are drawn
    cut = page.evaluate(WIDTHS_CUT)
    assert cut and max(cut) <= 1, cut
    assert not UNSPACED.search(texts(page))


def test_explore_says_which_names_it_shows(open_page: Open) -> None:
    page = open_page("/explore")
    said = page.get_by_text("which the training did not learn from")
    expect(said).to_contain_text("names of the run's test part")


def test_a_part_that_was_not_judged_is_told(open_page: Open) -> None:
    page = open_page("/?domain=xkqz7.login.aureola.com")
    expect(
        page.get_by_text("The score is of the registered name aureola.com alone")
    ).to_contain_text("xkqz7.login before it was not scored")


def test_a_generated_name_leads_to_who_asks_for_it(open_page: Open) -> None:
    page = open_page("/?domain=xkqz7jw9v2.net")
    page.get_by_role("link", name="Who asks for it? Give a DNS log").click()
    expect(page.locator("h1")).to_have_text("Hosts")


def test_names_in_a_sentence_are_counted_by_verdict(open_page: Open) -> None:
    page = open_page("/?domain=Please block xkqz7jw9v2.net and aureola.com")
    expect(page.get_by_text("2 names: 1 DGA, 1 benign.")).to_be_visible()


def test_a_file_and_the_list_on_explore_say_the_same_verdicts(open_page: Open) -> None:
    page = open_page("/explore")
    button = page.get_by_role("button", name=re.compile("^CSV of .* names$"))
    with page.expect_download() as waited:
        button.click()
    lines = Path(waited.value.path()).read_text(encoding="utf-8").splitlines()
    assert "verdict" in lines[0].split(",")
