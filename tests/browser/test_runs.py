"""The runs in a real browser: deep link, comparing, deleting and bringing back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WAIT, Open, overflow
from tests.runs_factory import make_run

expect.set_options(timeout=WAIT)


def select_row(page: Page, row: int) -> None:
    """Tick a row of the first table, which is drawn on a canvas."""
    table = page.get_by_test_id("stDataFrame").first
    table.locator("canvas").first.wait_for()
    place = table.bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + 18, place["y"] + 35 * row + 52)


def test_a_deep_link_shows_the_page_within_the_navigation(open_page: Open) -> None:
    page = open_page("/runs")
    expect(page.locator("h1")).to_have_text("Runs")
    for name in ("Look up", "Bulk scoring", "Train", "Explore"):
        expect(page.get_by_role("link", name=name)).to_be_visible()


def test_a_run_is_deleted_and_brought_back(open_page: Open, models_root: Path) -> None:
    make_run(models_root, "passing", created="2026-03-01T00:00:00Z")
    page = open_page("/runs")
    select_row(page, 0)
    expect(page.get_by_role("heading", name="Run passing")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete the run").click()
    expect(page.get_by_role("heading", name="Deleted runs")).to_be_visible()
    assert not (models_root / "passing").exists()
    page.get_by_role("button", name="Bring back passing").click()
    expect(page.get_by_role("heading", name="Deleted runs")).to_be_hidden()
    assert (models_root / "passing").is_dir()


def test_two_runs_are_compared(open_page: Open) -> None:
    page = open_page("/runs")
    expect(page.get_by_role("heading", name="Compare two runs")).to_be_visible()
    expect(page.get_by_text("Names on which they disagree")).to_be_visible()


@pytest.mark.parametrize("width", [1400, 400])
def test_the_page_fits_its_window(open_page: Open, width: int) -> None:
    page = open_page("/runs", width, "dark")
    expect(page.get_by_role("heading", name="Compare two runs")).to_be_visible()
    assert overflow(page) == 0
