"""The Explore page in a real browser: board, selections, reviews, downloads, widths."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from dga.evaluation import metrics, slices
from dga.runs import store
from dga.schema import BENIGN, DOMAIN, FAMILY
from tests.browser.conftest import WAIT, Open, overflow, settle, tables_too_wide
from tests.runs_factory import THRESHOLDS

expect.set_options(timeout=WAIT)

VIEWS = ("Families", "Slices", "Whole run", "Notebook's tables", "Reviewed")
SLIDER = "Score from which the verdict is DGA"
CUT = THRESHOLDS["0.01"]


def opened(open_page: Open, *more: object) -> Page:
    """The page with its board and its list drawn."""
    page = open_page("/explore?run=tiny", *more)
    expect(page.get_by_role("button", name="Missed:")).to_be_visible()
    expect(page.get_by_role("radio", name="Mistakes")).to_be_visible()
    return page


def view(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


def select_row(page: Page, table: str, row: int) -> None:
    grid = page.get_by_test_id("stDataFrame").filter(has=page.get_by_label(table, exact=True))
    found = grid.or_(page.locator(f"[aria-label='{table}']"))
    expect(found.first).to_be_visible()
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    settle(found.first).click(position={"x": 18, "y": 52 + 35 * row})


def predictions(models_root: Path) -> pd.DataFrame:
    return store.open_run("tiny", models_root).predictions()


def test_the_slider_moves_figures_and_charts_by_keyboard(
    open_page: Open, models_root: Path
) -> None:
    page = opened(open_page)
    expect(page.get_by_label("Exact score")).to_have_value("0.600000")
    slider = page.get_by_role("slider", name=SLIDER)
    slider.focus()
    for _ in range(40):
        slider.press("ArrowLeft")
    exact = page.get_by_label("Exact score")
    expect(exact).to_have_value(re.compile(r"0\.36\d+"))  # forty steps of 0.024 in log-odds
    cut = float(exact.input_value())
    at = metrics.confusion(predictions(models_root), cut)
    expect(page.get_by_role("button", name=f"Missed: {at.fn} names")).to_be_visible()
    expect(page.get_by_role("img", name=f"threshold {cut:.3f}")).to_be_visible()
    expect(page.get_by_role("radio", name=f"Mistakes {at.fn + at.fp}")).to_be_visible()


def test_presets_exact_score_and_traffic_outlive_the_page(
    open_page: Open, models_root: Path
) -> None:
    page = opened(open_page)
    page.get_by_role("radio", name="0.1 % FPR").check(force=True)
    expect(page.get_by_label("Exact score")).to_have_value("0.800000")
    page.get_by_label("Exact score").fill("0.123456")
    page.get_by_label("Exact score").press("Enter")
    at = metrics.confusion(predictions(models_root), 0.123456)
    expect(page.get_by_role("button", name=f"False alarms: {at.fp} names")).to_be_visible()
    page.get_by_label("Generated names in your traffic").select_option("1000000")
    expect(page.get_by_text("where 1 name in 1,000,000 is generated")).to_be_visible()
    expect(page.get_by_role("radio", name=f"False alarms {at.fp}")).to_be_visible()
    page.get_by_role("link", name="Train").click()
    expect(page.locator("h1")).to_contain_text("Train")
    page.get_by_role("link", name="Explore").click()
    expect(page.get_by_label("Exact score")).to_have_value("0.123456")
    expect(page.get_by_label("Generated names in your traffic")).to_have_value("1000000")


def test_a_square_and_a_bar_list_their_names(open_page: Open) -> None:
    page = opened(open_page)
    page.get_by_role("button", name="Found:").press("Enter")
    expect(page.get_by_role("radio", name="Found")).to_be_checked()
    page.locator("[data-hit=benign]").first.click()
    expect(page.get_by_text("Benign names with a score of 0.000 to")).to_be_visible()
    page.get_by_role("button", name="List all names again").click()
    expect(page.get_by_text("Benign names with a score")).to_have_count(0)
    expect(page.get_by_text("200 names, the most confident mistakes")).to_be_visible()


def test_families_and_slices_list_their_names_and_outlive_the_threshold(
    open_page: Open, models_root: Path
) -> None:
    page = opened(open_page)
    select_row(page, "Families", 0)
    expect(page.get_by_text(re.compile("Names with family (alpha|beta)"))).to_be_visible()
    page.get_by_role("radio", name="0.5", exact=True).check(force=True)
    expect(page.get_by_label("Exact score")).to_have_value("0.500000")
    expect(page.get_by_text(re.compile("Names with family (alpha|beta)"))).to_be_visible()
    view(page, "Slices")
    expect(page.get_by_text("slices of at least 50 names")).to_be_visible()
    worst = slices.slices(predictions(models_root), 0.5).iloc[2]
    select_row(page, "Slices", 2)
    expect(page.get_by_text(f"Names with {worst['slice']} {worst['value']}")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 400])
def test_the_names_of_a_missed_family_stay_in_their_place(open_page: Open, width: int) -> None:
    page = opened(open_page, width)
    select_row(page, "Families", 0)
    expect(page.get_by_text("Nearest that is found")).to_be_visible()
    assert tables_too_wide(page) == []


def test_from_a_mistake_to_its_lookup(open_page: Open, models_root: Path) -> None:
    page = opened(open_page)
    surest = metrics.mispredicted(predictions(models_root), CUT)[DOMAIN][0]
    select_row(page, "Test names", 0)
    expect(page.get_by_text("Nearest names of the run's data")).to_be_visible()
    page.get_by_role("link", name=f"Look up {surest}").click()
    expect(page.locator("h1")).to_have_text("Look up a domain")
    expect(page.get_by_text(surest).first).to_be_visible()


def test_what_is_said_of_a_name_is_kept_and_offered_as_a_feed(
    open_page: Open, models_root: Path
) -> None:
    page = opened(open_page)
    surest = metrics.mispredicted(predictions(models_root), CUT)[DOMAIN][0]
    select_row(page, "Test names", 0)
    page.get_by_role("radio", name="Benign", exact=True).click()
    page.get_by_label("Note").fill("our own shop")
    page.get_by_role("button", name="Keep").click()
    view(page, "Reviewed")
    expect(page.get_by_text("1 corrected label")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV with notes").click()
    kept = pd.read_csv(download.value.path())
    assert kept[[DOMAIN, "label", "note"]].to_numpy().tolist() == [[surest, BENIGN, "our own shop"]]
    page.get_by_role("button", name="Train with them").click()
    expect(page.locator("h1")).to_contain_text("Train")
    expect(page.get_by_text("reviews/tiny.csv").first).to_be_visible()  # it is chosen


def test_lists_tables_and_charts_are_downloaded(open_page: Open, models_root: Path) -> None:
    page = opened(open_page)
    page.get_by_role("radio", name="All 200").click()
    expect(page.get_by_role("button", name="CSV of 200 names")).to_be_visible()
    wanted = {
        "CSV of 200 names": ("tiny-names.csv", b"domain,trueClass,predClass,predProb,family"),
        "Scores by truth as PNG": ("tiny-scores.png", b"\x89PNG"),
        "ROC as SVG": ("tiny-roc.svg", b"<svg"),
        "Outcomes as CSV": ("tiny-outcomes.csv", b"outcome,names"),
    }
    for button, (name, start) in wanted.items():
        with page.expect_download() as download:
            page.get_by_role("button", name=button, exact=True).click()
        assert download.value.suggested_filename == name
        assert Path(download.value.path()).read_bytes().startswith(start)
    with page.expect_download() as download:
        page.get_by_role("tabpanel").get_by_role("button", name="CSV", exact=True).click()
    assert set(pd.read_csv(download.value.path())[FAMILY]) == {"alpha", "beta"}


@pytest.mark.parametrize(("width", "scheme"), [(1400, "dark"), (400, "light")])
def test_board_and_every_view_fit_their_window(open_page: Open, width: int, scheme: str) -> None:
    page = opened(open_page, width, scheme)
    page.get_by_role("button", name="About Right in traffic").press("Enter")
    expect(page.get_by_text("where generated names are as rare")).to_be_visible()
    page.keyboard.press("Escape")
    for name in VIEWS:
        view(page, name)
        shown = page.get_by_role("tabpanel", name=name)
        found = shown.get_by_test_id("stPlotlyChart").or_(shown.get_by_test_id("stDataFrame"))
        expect(found.or_(shown.get_by_test_id("stAlert")).first).to_be_visible()
        assert overflow(page) == 0, name


@pytest.mark.parametrize(("width", "rows"), [(1600, 1), (1280, 1), (1000, 2), (400, 4)])
def test_the_four_charts_stand_in_one_two_or_four_rows(
    open_page: Open, width: int, rows: int
) -> None:
    page = opened(open_page, width)
    tops = page.locator("figure:has(figcaption)").evaluate_all(
        "charts => charts.map(chart => Math.round(chart.getBoundingClientRect().top))"
    )
    assert len(tops) == 4 and len(set(tops)) == rows


def test_a_cell_of_the_confusion_lists_its_names(open_page: Open) -> None:
    page = opened(open_page)
    page.get_by_text("What families are taken for").click()
    grid = page.locator("[aria-label='Families by the family that is named']")
    expect(grid.first).to_be_visible()
    settle(page.get_by_test_id("stDataFrame").filter(has=grid).or_(grid).first).click(
        position={"x": 200, "y": 52}
    )
    expect(page.get_by_text("answered")).to_be_visible()
