"""The runs in a real browser: deep link, comparing, deleting and bringing back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dga.runs import store
from tests.browser.conftest import WAIT, Open, idle, overflow
from tests.runs_factory import make_run

expect.set_options(timeout=WAIT)


def select_row(page: Page, row: int) -> None:
    """Tick a row of the first table, which is drawn on a canvas."""
    table = page.get_by_test_id("stDataFrame").first
    table.locator("canvas").first.wait_for()
    place = table.bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + 18, place["y"] + 35 * row + 52)
    idle(page)


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
    idle(page).get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete the run").click()
    expect(page.get_by_role("heading", name="Deleted runs")).to_be_visible()
    assert not (models_root / "passing").exists()
    idle(page).get_by_role("button", name="Bring back passing").click()
    expect(page.get_by_role("heading", name="Deleted runs")).to_be_hidden()
    assert (models_root / "passing").is_dir()
    idle(page).get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete the run").click()
    idle(page).get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Run passing")).to_be_visible()


def test_a_run_is_renamed_and_annotated(open_page: Open, models_root: Path) -> None:
    make_run(models_root, "before", created="2026-03-01T00:00:00Z")
    page = open_page("/runs")
    select_row(page, 0)
    expect(page.get_by_role("heading", name="Run before")).to_be_visible()
    idle(page).get_by_role("button", name="Rename").click()
    page.get_by_label("New name", exact=True).fill("after")
    page.get_by_label("New name", exact=True).press("Enter")
    idle(page).get_by_role("button", name="Rename the run").click()
    expect(page.get_by_role("heading", name="Run after")).to_be_visible()
    expect(page.get_by_text("Called before before")).to_be_visible()
    idle(page).get_by_role("textbox", name="Note", exact=True).fill("worth keeping")
    page.get_by_role("textbox", name="Note", exact=True).press("Control+Enter")
    expect(page.get_by_text("Note saved")).to_be_visible()
    assert store.open_run("before", models_root).about().note == "worth keeping"


def test_a_run_is_exported_and_imported(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/runs")
    expect(page.get_by_role("heading", name="Run tiny")).to_be_visible()
    with page.expect_download() as waited:
        page.get_by_role("button", name="Export").click()
    file = tmp_path / waited.value.suggested_filename
    waited.value.save_as(file)
    assert file.name == "tiny.dga-run.zip"
    page.get_by_text("Import a run").click()
    load = page.get_by_role("button", name="Import", exact=True)
    page.locator("input[type=file]").set_input_files(file)
    expect(load).to_be_enabled()
    load.click()
    expect(page.get_by_role("heading", name=re.compile(r"Run tiny-\d"))).to_be_visible()
    expect(load).to_be_disabled()  # the file is taken, the form is fresh
    expect(page.locator("input[type=file]")).to_have_count(1)
    page.locator("input[type=file]").set_input_files(
        {"name": "evil.zip", "mimeType": "application/zip", "buffer": b"no zip"}
    )
    expect(load).to_be_enabled()
    load.click()
    expect(page.get_by_text("not an exported run")).to_be_visible()


def test_two_runs_are_compared(open_page: Open) -> None:
    page = open_page("/runs")
    expect(page.get_by_role("heading", name="Compare runs")).to_be_visible()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("Over the same")).to_have_count(2)
    compared = page.get_by_role("heading", name="Compare runs")
    expect(compared).to_be_in_viewport()
    for tab, figure in (
        ("Curves", "ROC of the chosen runs"),
        ("Calibration", "Calibration of the chosen runs"),
        ("Training", "Validation loss of the trainings by epoch"),
    ):
        page.get_by_role("tab", name=tab, exact=True).click()
        expect(page.get_by_role("figure", name=figure)).to_be_visible()
    page.get_by_role("tab", name="Names they disagree on").click()
    expect(page.get_by_text("the widest apart in score first")).to_be_visible()


def test_deleting_the_active_run_tells_its_heir_here_and_in_other_tabs(
    open_page: Open, models_root: Path
) -> None:
    make_run(models_root, "passing", created="2026-03-01T00:00:00Z")
    store.set_active("passing", models_root)
    other_tab, page = open_page("/"), open_page("/runs")
    scores = other_tab.get_by_role("combobox", name="Run that scores")
    expect(scores).to_have_value("passing (active)")
    expect(page.get_by_role("heading", name="Run passing")).to_be_visible()
    idle(page).get_by_role("button", name="Delete").click()
    told = page.get_by_text("It is the active run:")
    expect(told).to_contain_text("will score instead")
    heir = str(store.heir_of("passing", models_root))
    expect(told).to_contain_text(heir)
    page.get_by_role("button", name="Delete the run").click()
    expect(page.get_by_role("heading", name=f"Run {heir}")).to_be_visible()
    assert store.active_name(models_root) == heir
    expect(scores).to_have_value(f"{heir} (active)")  # without a click in this tab


@pytest.mark.parametrize("width", [1400, 400])
def test_the_page_fits_its_window(open_page: Open, width: int) -> None:
    page = open_page("/runs", width, "dark")
    expect(page.get_by_role("heading", name="Compare runs")).to_be_visible()
    assert overflow(page) == 0


def test_a_worse_run_becomes_active_only_after_a_question(
    open_page: Open, models_root: Path
) -> None:
    make_run(models_root, "worse", upside_down=True, created="2026-03-01T00:00:00Z")
    page = open_page("/runs")
    select_row(page, 2)  # the last of the leaderboard
    expect(page.get_by_role("heading", name="Run worse")).to_be_visible()
    idle(page).get_by_role("button", name="Make active").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("It is worse than the active run tiny")
    question.get_by_role("button", name="Keep the active run").click()
    expect(question).to_have_count(0)
    assert store.active_name(models_root) == "tiny"
    idle(page).get_by_role("button", name="Make active").click()
    question.get_by_role("button", name="Make it active anyway").click()
    expect(question).to_have_count(0)
    assert store.active_name(models_root) == "worse"
    page.get_by_text("Activations").click()
    expect(page.get_by_label("Which run was made active").first).to_be_visible()
