"""The Explore page in a real browser: views, selections, the way to a single name, downloads."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dga import evaluation, runs
from dga.columns import DOMAIN
from tests.browser.conftest import WAIT, Open, overflow, settle
from tests.runs_factory import THRESHOLDS

expect.set_options(timeout=WAIT)

VIEWS = ("Scores", "Mispredicted", "Correct", "Families", "Slices", "Curves")


def view(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


def select_row(page: Page, table: int, row: int) -> None:
    grid = page.get_by_test_id("stDataFrame").nth(table)
    settle(grid).click(position={"x": 18, "y": 52 + 35 * row})


def test_from_a_mistake_to_its_lookup(open_page: Open, models_root: Path) -> None:
    page = open_page("/explore")
    view(page, "Mispredicted")
    select_row(page, 0, 0)
    surest = evaluation.mispredicted(
        runs.open_run("tiny", models_root).predictions(), THRESHOLDS["0.01"]
    )
    page.get_by_role("link", name=f"Look up {surest[DOMAIN][0]}").click()
    expect(page.locator("h1")).to_have_text("Look up a domain")
    expect(page.get_by_text(surest[DOMAIN][0]).first).to_be_visible()


def test_a_selected_family_lists_its_names_and_outlives_the_threshold(open_page: Open) -> None:
    page = open_page("/explore")
    view(page, "Families")
    select_row(page, 0, 1)
    names = page.get_by_text("Names of alpha").or_(page.get_by_text("Names of beta"))
    expect(names).to_be_visible()
    title = names.inner_text()
    page.get_by_role("radio", name="1 % FPR", exact=True).click()
    expect(page.get_by_label("Exact score", exact=True)).to_have_value("0.600000")
    expect(page.get_by_text(title)).to_be_visible()


def test_a_selected_slice_lists_its_names(open_page: Open) -> None:
    page = open_page("/explore")
    view(page, "Slices")
    select_row(page, 0, 0)
    expect(page.get_by_text("mispredicted ones first")).to_be_visible()


def test_the_slider_moves_by_keyboard(open_page: Open) -> None:
    page = open_page("/explore")
    slider = page.get_by_role("slider", name="Score from which a name is called generated")
    slider.focus()
    slider.press("ArrowLeft")
    expect(page.get_by_label("Exact score", exact=True)).to_have_value("0.599000")


def test_a_table_is_downloaded_whole(open_page: Open, models_root: Path) -> None:
    page = open_page("/explore")
    view(page, "Correct")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    right = evaluation.correct(runs.open_run("tiny", models_root).predictions(), THRESHOLDS["0.01"])
    assert lines[0] == "domain,trueClass,predClass,predProb,family"
    assert len(lines) == len(right) + 1


@pytest.mark.parametrize(("width", "scheme"), [(1400, "dark"), (400, "light")])
def test_every_view_fits_its_window(open_page: Open, width: int, scheme: str) -> None:
    page = open_page("/explore", width, scheme)
    for name in VIEWS:
        view(page, name)
        shown = page.get_by_role("tabpanel", name=name)
        content = shown.get_by_test_id("stPlotlyChart").or_(shown.get_by_test_id("stDataFrame"))
        expect(content.first).to_be_visible()
        assert overflow(page) == 0, name
