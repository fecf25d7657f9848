"""The Train page in a real browser, with real trainings: to the end, cancelled, killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dga import jobs, runs
from tests.browser.conftest import WAIT, Open, overflow

expect.set_options(timeout=WAIT)

TRAINED = 240_000  # milliseconds that a small training may take on a busy machine


@pytest.fixture(autouse=True)
def no_training_left(models_root: Path) -> Iterator[None]:
    yield
    if job := jobs.current(models_root):
        job.kill()


def start(page: Page, name: str, epochs: int) -> None:
    """Train the smallest architecture on the trial set, which is chosen already."""
    page.get_by_text("bigram", exact=True).click()
    page.get_by_label("Epochs", exact=True).fill(str(epochs))
    page.get_by_label("Epochs", exact=True).press("Enter")
    page.get_by_label("Run name", exact=True).fill(name)
    page.get_by_label("Run name", exact=True).press("Enter")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_role("heading", name=f"Training {name}")).to_be_visible()


def learning(page: Page) -> None:
    """Wait until the network learns."""
    curves = page.get_by_role("figure", name="Loss, accuracy and speed so far")
    expect(curves).to_be_visible(timeout=TRAINED)


def test_the_trial_set_is_trained_to_its_end(open_page: Open, models_root: Path) -> None:
    page = open_page("/train")
    start(page, "first", 2)
    page.get_by_role("link", name="Runs").click()
    expect(page.locator("h1")).to_have_text("Runs")
    page.context.close()
    page = open_page("/train")  # another session finds the job
    heading = page.get_by_role("heading", name="Result of first")
    expect(heading).to_be_visible(timeout=TRAINED)
    run = runs.open_run("first", models_root)
    assert run.status == runs.COMPLETE
    assert run.settings["epochs"] == 2
    page.get_by_role("link", name="Explore its test names").click()
    expect(page.locator("h1")).to_have_text("Explore")
    expect(page.get_by_text("Test names")).to_be_visible()
    runs.delete("first", models_root)


def test_a_cancelled_training_keeps_what_it_learnt(open_page: Open, models_root: Path) -> None:
    page = open_page("/train")
    start(page, "cancelled", 1000)
    learning(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="Result of cancelled")).to_be_visible(timeout=TRAINED)
    expect(page.get_by_text("Partial: cancelled on the way")).to_be_visible()
    assert runs.open_run("cancelled", models_root).status == runs.PARTIAL
    runs.delete("cancelled", models_root)


def test_a_killed_training_is_told_and_dismissed(open_page: Open, models_root: Path) -> None:
    page = open_page("/train")
    start(page, "killed", 1000)
    jobs.find("killed", models_root).kill()
    expect(page.get_by_text("was interrupted")).to_be_visible()
    expect(page.get_by_role("button", name="Start again")).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("was interrupted")).to_be_hidden()
    assert jobs.unfinished(models_root) == []


def test_an_upload_is_previewed(open_page: Open) -> None:
    page = open_page("/train")
    page.locator("input[type=file]").set_input_files(
        {"name": "mine.csv", "mimeType": "text/csv", "buffer": b"domain,family\nqxzjkw.com,zeta\n"}
    )
    expect(page.get_by_text("1 rows, 1 dga, 1 families")).to_be_visible()
    expect(page.get_by_text("mine.csv (uploaded)").first).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1400, "dark"), (400, "light")])
def test_the_page_fits_its_window(open_page: Open, width: int, scheme: str) -> None:
    page = open_page("/train", width, scheme)
    expect(page.get_by_role("heading", name="Start")).to_be_visible()
    assert overflow(page) == 0
