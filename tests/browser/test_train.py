"""The Train page in a real browser, with real trainings: to the end, cancelled, killed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dga.jobs import job, queue
from dga.runs import store
from tests.browser.conftest import WAIT, Open, idle, overflow, until

expect.set_options(timeout=WAIT)

TRAINED = 240_000  # milliseconds that a small training may take on a busy machine


def start(page: Page, name: str, epochs: int) -> None:
    """Train the smallest architecture on the trial set, which is chosen already."""
    page.get_by_role("radio", name="Quick try").click()
    expect(idle(page).get_by_text("The smallest network")).to_be_visible()
    page.get_by_text("Customise").click()
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


def set_up_another(page: Page) -> None:
    """Open the form under a running training, which closes when the page is drawn anew."""
    opener = page.get_by_text("Set up another training")
    expect(opener).to_be_visible()
    if not page.get_by_label("Run name", exact=True).is_visible():
        opener.click()
    expect(page.get_by_label("Run name", exact=True)).to_be_visible()


def test_the_trial_set_is_trained_to_its_end(open_page: Open, models_root: Path) -> None:
    page = open_page("/train")
    start(page, "first", 2)
    page.get_by_role("link", name="Runs").click()
    expect(page.locator("h1")).to_have_text("Runs")
    page.context.close()
    page = open_page("/train")  # another session finds the job
    heading = page.get_by_role("heading", name="Result of first")
    expect(heading).to_be_visible(timeout=TRAINED)
    run = store.open_run("first", models_root)
    assert run.status == store.COMPLETE
    assert run.settings["epochs"] == 2
    page.get_by_role("link", name="Explore its test names").click()
    expect(page.locator("h1")).to_have_text("Explore")
    expect(page.get_by_role("radio", name="Mistakes")).to_be_visible()


def test_a_cancelled_training_keeps_what_it_learnt(open_page: Open, models_root: Path) -> None:
    page = open_page("/train")
    start(page, "cancelled", 1000)
    learning(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="Result of cancelled")).to_be_visible(timeout=TRAINED)
    expect(page.get_by_text("Partial: cancelled on the way")).to_be_visible()
    assert store.open_run("cancelled", models_root).status == store.PARTIAL


def test_a_killed_training_is_told_and_dismissed(open_page: Open, models_root: Path) -> None:
    page = open_page("/train")
    start(page, "killed", 1000)
    job.find("killed", models_root).kill()
    expect(page.get_by_text("was interrupted")).to_be_visible()
    expect(page.get_by_role("button", name="Start again")).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("was interrupted")).to_be_hidden()
    assert job.unfinished(models_root) == []


def order(models_root: Path) -> list[str]:
    return [one.name for one in queue.waiting(models_root)]


def test_a_second_training_waits_and_starts_by_itself(open_page: Open, models_root: Path) -> None:
    page = open_page("/train")
    start(page, "ahead", 1000)
    learning(page)
    expect(page.get_by_text("Processor")).to_be_visible()
    set_up_another(page)
    page.get_by_role("radio", name="Quick try").click()
    expect(idle(page).get_by_text("The smallest network")).to_be_visible()
    page.get_by_text("Customise").click()
    page.get_by_label("Epochs", exact=True).fill("1")
    page.get_by_label("Epochs", exact=True).press("Enter")
    for waiting, name in enumerate(("behind", "never"), start=1):
        set_up_another(page)
        page.get_by_label("Run name", exact=True).fill(name)
        page.get_by_label("Run name", exact=True).press("Enter")
        page.get_by_role("button", name="Add to the queue").click()
        expect(page.get_by_role("button", name="Take out")).to_have_count(waiting)
    idle(page).get_by_role("button", name="Earlier").last.click()
    if not until(lambda: order(models_root) == ["never", "behind"]):
        # A click is lost where the page was being drawn anew for the running training.
        idle(page).get_by_role("button", name="Earlier").last.click()
        assert until(lambda: order(models_root) == ["never", "behind"])
    expect(idle(page).get_by_role("button", name="Later").first).to_be_enabled()
    page.get_by_role("button", name="Take out").first.click()
    expect(page.get_by_role("button", name="Take out")).to_have_count(1)
    page.context.close()  # nobody watches from here on
    job.find("ahead", models_root).kill()
    page = open_page("/train")
    heading = page.get_by_role("heading", name="Result of behind").or_(
        page.get_by_role("heading", name="Training behind")
    )
    expect(heading.first).to_be_visible(timeout=TRAINED)
    expect(page.get_by_role("heading", name="Result of behind")).to_be_visible(timeout=TRAINED)
    expect(page.get_by_text("ahead was interrupted")).to_be_visible()
    page.get_by_role("button", name="Make it the active run").click()
    asked = page.get_by_role("button", name="Make it active anyway")
    active = page.get_by_text("This is the active run")
    expect(asked.or_(active).first).to_be_visible()
    if asked.is_visible():  # where one epoch is no better than the run before
        asked.click()
    expect(active).to_be_visible()
    assert store.active_name(models_root) == "behind"


def test_the_split_and_the_time_are_told_before_the_start(open_page: Open) -> None:
    page = open_page("/train")
    expect(page.get_by_text("To learn from:")).to_be_visible(timeout=TRAINED)
    expect(page.get_by_text("Takes about")).to_be_visible()
    page.get_by_text("Classes, families and conflicts").click()
    expect(page.get_by_role("figure", name="Names to learn from by family")).to_be_visible()


def test_an_upload_is_previewed(open_page: Open) -> None:
    page = open_page("/train")
    page.locator("input[type=file]").set_input_files(
        {"name": "mine.csv", "mimeType": "text/csv", "buffer": b"domain,family\nqxzjkw.com,zeta\n"}
    )
    expect(page.get_by_text("1 row, 1 generated, 1 family")).to_be_visible()
    expect(page.get_by_text("mine.csv (uploaded)").first).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1400, "dark"), (400, "light")])
def test_the_page_fits_its_window(open_page: Open, width: int, scheme: str) -> None:
    page = open_page("/train", width, scheme)
    expect(page.get_by_role("heading", name="Start")).to_be_visible()
    assert overflow(page) == 0


def test_help_marks_of_figures_are_no_tab_stops(open_page: Open) -> None:
    page = open_page("/train")
    marks = page.locator("[data-testid=stMetric] button[aria-label^='Help for']")
    expect(marks.first).to_be_attached()
    expect(marks.first).to_have_attribute("tabindex", "-1")
    assert set(marks.evaluate_all("marks => marks.map(mark => mark.tabIndex)")) == {-1}
