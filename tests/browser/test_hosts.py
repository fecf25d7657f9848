"""The Hosts page in a real browser: from the example log to an opened host, its ticket and list."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dga.runs import store
from tests.browser.conftest import ROOT, WAIT, Open, idle, settle

expect.set_options(timeout=WAIT)


@pytest.fixture(autouse=True)
def shipped(only_the_two_runs: None, models_root: Path) -> None:
    """The run that ships scores: the host tests were fitted to it."""
    shutil.copytree(ROOT / "models" / "shipped", models_root / "shipped")
    store.set_active("shipped", models_root)


def downloaded(page: Page, label: str) -> str:
    with page.expect_download() as waited:
        page.get_by_role("button", name=label, exact=True).click()
    return Path(waited.value.path()).read_text(encoding="utf-8")


def test_the_example_leads_to_a_host_its_ticket_and_its_block_list(open_page: Open) -> None:
    page = open_page("/hosts")
    page.get_by_role("tab", name="Example").click()
    page.get_by_role("button", name="Try the example").click()
    expect(page.get_by_text("Hosts of Example log")).to_be_visible(timeout=4 * WAIT)
    expect(page.get_by_text("Likely command and control")).to_be_visible()
    ticket = downloaded(page, "Ticket")
    assert ticket.startswith("# Host 10.0.0.")
    assert "infected" in ticket.splitlines()[0]
    blocked = downloaded(page, "Block list")
    assert "DGA Workbench block list" in blocked
    figure = idle(page).locator(".js-plotly-plot").first
    marks = settle(figure).locator(".scatterlayer .trace").last.locator(".point")
    marks.first.click(force=True)
    expect(page.get_by_role("button", name="Look it up")).to_be_visible()
    assert "host=10.0.0." in page.url


def test_an_earlier_log_is_opened_again_and_its_address_leads_back(
    open_page: Open, tmp_path: Path
) -> None:
    log = tmp_path / "short.csv"
    log.write_text("ts,client,query,rcode\n2026-03-03T10:00:00Z,10.9.9.9,aureola.com,NOERROR\n")
    page = open_page("/hosts")
    idle(page).locator("input[type=file]").first.set_input_files(log)
    expect(page.get_by_text("Hosts of short.csv")).to_be_visible(timeout=4 * WAIT)
    expect(page).to_have_url(re.compile("log="))
    address = page.url
    page.goto(f"{address.partition('?')[0]}?log=example")
    expect(page.get_by_text("Hosts of Example log")).to_be_visible(timeout=4 * WAIT)
    page.goto(address)
    expect(page.get_by_text("Hosts of short.csv")).to_be_visible(timeout=2 * WAIT)
    idle(page).get_by_text("Recent logs (2)").click()
    idle(page).get_by_role("button", name="Example log").click()
    expect(page.get_by_text("Hosts of Example log")).to_be_visible(timeout=2 * WAIT)
    expect(page).to_have_url(re.compile("log=example"))
