"""Wrong verdicts on Bulk and Hosts: corrected, kept with who and when, and chosen to train with."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from dga.runs import reviews, store
from dga.runs.reviews import Review
from dga.schema import BENIGN, DGA, DOMAIN, LABEL
from tests.browser.conftest import ANALYST, ROOT, WAIT, Open, idle, settle

expect.set_options(timeout=WAIT)
HEADER, ROW = 36, 35  # pixels of a table's header and of each row


def press_in_row(page: Page, table: str, row: int, x: int) -> None:
    """Press the button at `x` pixels of a table's row, which is drawn on a canvas."""
    grid = page.get_by_test_id("stDataFrame").filter(has=page.get_by_label(table))
    settle(grid).click(position={"x": x, "y": HEADER + ROW * row + ROW // 2})


def kept(run: str, models_root: Path) -> dict[str, Review]:
    """What is kept of a run's names; each was written now, by whoever runs the server."""
    found = reviews.load(run, models_root)
    for said in found.values():
        assert said.by == ANALYST
        written = datetime.fromisoformat(said.written)
        assert datetime.now(UTC) - written < timedelta(minutes=5)
    return found


def train_with_them(page: Page, run: str, models_root: Path) -> pd.DataFrame:
    """Follow the button to Train; the feed that is chosen there."""
    idle(page).get_by_role("button", name="Train with the corrections").click()
    expect(page.locator("h1")).to_have_text("Train")
    chosen = page.get_by_test_id("stMultiSelect").filter(has_text="Files in the data folder")
    expect(chosen).to_contain_text(f"reviews/{run}.csv")
    feed = models_root.parent / "data" / "reviews" / f"{run}.csv"
    return pd.read_csv(feed).set_index(DOMAIN)


def test_a_wrong_verdict_of_a_list_is_corrected_and_trained_with(
    open_page: Open, models_root: Path
) -> None:
    page = open_page("/bulk")
    page.get_by_role("tab", name="Paste").click()
    page.get_by_label("Domains, one a line").fill("xkqz7jw9v2.net\naureola.com")
    page.get_by_role("button", name="Read the text").click()
    expect(page.get_by_text("plain list, 2 rows, 1 column")).to_be_visible()
    page.get_by_role("button", name="Start scoring").click()
    expect(page.get_by_text("2 of 2 rows", exact=True)).to_be_visible()
    press_in_row(page, "Scored rows", 0, x=835)  # Wrong?
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("xkqz7jw9v2.net got the verdict DGA from run tiny")
    dialog.get_by_label("Note").fill("our own build server")
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog).to_have_count(0)
    feed = train_with_them(page, "tiny", models_root)
    (said,) = kept("tiny", models_root).values()
    assert (said.domain, said.label, said.given) == ("xkqz7jw9v2.net", BENIGN, DGA)
    assert said.note == "our own build server"
    assert feed.loc["xkqz7jw9v2.net", LABEL] == BENIGN


@pytest.fixture
def shipped(only_the_two_runs: None, models_root: Path) -> None:
    """The run that ships scores: the host tests were fitted to it."""
    shutil.copytree(ROOT / "models" / "shipped", models_root / "shipped")
    store.set_active("shipped", models_root)


@pytest.mark.usefixtures("shipped")
def test_a_host_that_is_not_infected_gives_names_to_train_with(
    open_page: Open, models_root: Path
) -> None:
    page = open_page("/hosts?log=example")
    expect(page.get_by_text("Likely command and control")).to_be_visible(timeout=4 * WAIT)
    idle(page).get_by_text("Not infected?").click()
    page.get_by_label("Why", exact=True).fill("a test of ours")
    page.get_by_label("Why", exact=True).press("Enter")
    page.get_by_text("Its names are benign: keep them to train with").click()
    idle(page).get_by_role("button", name="Not infected", exact=True).click()
    expect(page.get_by_role("button", name="Train with the corrections")).to_be_visible(
        timeout=4 * WAIT
    )
    feed = train_with_them(page, "shipped", models_root)
    found = kept("shipped", models_root)
    assert len(found) >= 10  # a burst, not a single name
    assert {one.label for one in found.values()} == {BENIGN} == set(feed[LABEL])
    assert all("is not infected. a test of ours" in one.note for one in found.values())
    assert set(feed.index) == set(found)
