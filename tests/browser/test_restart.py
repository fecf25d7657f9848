"""A server that is restarted: what a browser had filled in is still there."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WAIT, free_port, idle, serving, until

expect.set_options(timeout=WAIT)


def fill(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).fill(text)
    page.get_by_label(label, exact=True).press("Enter")
    idle(page)


def drafts(models_root: Path) -> str:
    """What is kept of forms."""
    return "".join(path.read_text() for path in models_root.glob(".state/drafts/*.json"))


def test_the_train_form_survives_a_restart(
    chromium: Browser, models_root: Path, tmp_path: Path
) -> None:
    port = free_port()
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.set_default_timeout(WAIT)
    with serving(models_root, tmp_path / "before", port) as address:
        page.goto(f"{address}/train")
        page.get_by_role("radio", name="Quick try").click()
        expect(idle(page).get_by_text("The smallest network")).to_be_visible()
        page.get_by_text("Customise").click()
        fill(page, "Epochs", "7")
        fill(page, "Run name", "after-the-restart")
        assert until(lambda: "after-the-restart" in drafts(models_root), WAIT / 1000)
    with serving(models_root, tmp_path / "after", port) as address:
        page.goto(f"{address}/train")
        expect(page.get_by_role("radio", name="Quick try")).to_be_checked()
        page.get_by_text("Customise").click()
        expect(page.get_by_label("Epochs", exact=True)).to_have_value("7")
        expect(page.get_by_label("Run name", exact=True)).to_have_value("after-the-restart")
    context.close()
