"""Looking up a domain in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WAIT, Open, overflow

expect.set_options(timeout=WAIT)
GENERATED = "xkqz7jw9v2.net"


def test_enter_answers_and_the_address_opens_the_same_look_up(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_label("Domain", exact=True).fill("hxxp://xkqz7jw9v2[.]net/path")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Looks generated")).to_be_visible()
    expect(page.get_by_text("xkqz7jw9v2[.]net", exact=True).first).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    again = open_page(page.url.partition("//")[2].partition("/")[2].join(["/", ""]))
    expect(again.get_by_label("Domain", exact=True)).to_have_value("hxxp://xkqz7jw9v2[.]net/path")
    expect(again.get_by_text("Looks generated")).to_be_visible()


def test_a_linked_domain_that_is_none_gets_its_sentence(open_page: Open) -> None:
    page = open_page("/?domain=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    expect(page.get_by_text("Not scored:")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


def test_examples_and_history_open_look_ups(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_role("button", name="wikipedia.org").click()
    expect(page.get_by_label("Domain", exact=True)).to_have_value("wikipedia.org")
    page.get_by_label("Domain", exact=True).fill(GENERATED)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Looks generated")).to_be_visible()
    page.get_by_role("button", name="wikipedia.org").click()
    expect(page.get_by_label("Domain", exact=True)).to_have_value("wikipedia.org")


def test_the_text_is_still_there_after_a_visit_to_another_page(open_page: Open) -> None:
    page = open_page(f"/?domain={GENERATED}")
    expect(page.get_by_text("Looks generated")).to_be_visible()
    page.get_by_role("link", name="Runs").click()
    expect(page.locator("h1")).to_have_text("Runs")
    page.get_by_role("link", name="Look up").click()
    expect(page.get_by_role("button", name=GENERATED)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 400])
def test_the_page_fits_its_window(open_page: Open, width: int, scheme: str) -> None:
    page = open_page(f"/?domain={GENERATED}", width, scheme)
    expect(page.get_by_text("Looked up in this session")).to_be_visible()
    assert overflow(page) == 0
