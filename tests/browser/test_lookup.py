"""Looking up a domain in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import WAIT, Open, idle, overflow, settle, tables_too_wide
from tests.runs_factory import made_up_names

expect.set_options(timeout=WAIT)
GENERATED = "xkqz7jw9v2.net"


def box(page: Page) -> Locator:
    return page.get_by_label("Domain", exact=True)


def ask(page: Page, text: str) -> None:
    box(idle(page)).fill(text)
    page.keyboard.press("Enter")


def test_enter_answers_and_the_address_opens_the_same_look_up(open_page: Open) -> None:
    page = open_page("/")
    ask(page, "hxxp://xkqz7jw9v2[.]net/path")
    expect(page.get_by_text("Looks generated")).to_be_visible()
    page.wait_for_url("**domain=*")
    again = open_page(page.url.partition("//")[2].partition("/")[2].join(["/", ""]))
    expect(box(again)).to_have_value("hxxp://xkqz7jw9v2[.]net/path")
    expect(again.get_by_text("Looks generated")).to_be_visible()


def test_the_answer_is_a_sentence_with_its_figure_and_its_steps(open_page: Open) -> None:
    page = open_page(f"/?domain=hxxps://www.{GENERATED.replace('.', '[.]')}/x")
    sentence = page.get_by_role("heading", name="Looks generated")
    expect(sentence).to_contain_text("benign names, at most 1 scores this high.")
    expect(
        page.get_by_role("figure", name="among the names of the run's test part")
    ).to_be_visible()
    for step, text in (
        ("Refanged", f"https://www.{GENERATED}/x"),
        ("Registered name", GENERATED),
        ("Suffix from", "Public Suffix List"),
    ):
        row = page.get_by_role("row").filter(has=page.get_by_role("cell", name=step, exact=True))
        expect(row).to_contain_text(text)


def test_a_long_text_stays_in_its_place(open_page: Open) -> None:
    page = open_page(f"/?domain=hxxps://{'long-' * 8}name.{GENERATED}/{'path/' * 20}", 1280)
    expect(page.get_by_role("cell", name="Refanged")).to_be_visible()
    assert tables_too_wide(page) == []


def test_each_character_tells_its_share_to_eye_hover_and_screen_reader(open_page: Open) -> None:
    page = open_page(f"/?domain={GENERATED}")
    strip = page.get_by_role(
        "figure", name=f"What each character of {GENERATED} adds to the score."
    )
    settle(strip).locator(".bars path").first.hover(force=True)
    expect(strip.locator(".hoverlayer")).to_contain_text("times as likely")
    expect(page.get_by_text("Most for generated: ").first).to_be_visible()


def test_the_nearest_families_show_names_of_theirs(open_page: Open) -> None:
    page = open_page(f"/?domain={GENERATED}")
    rows = page.get_by_role("row").filter(has=page.get_by_role("cell", name="alpha", exact=True))
    expect(rows.locator("code")).to_have_count(3)


def test_a_known_name_is_told_and_its_neighbours_listed(open_page: Open) -> None:
    known = str(made_up_names(("alpha", "beta"))["domain"].iloc[0])
    page = open_page(f"/?domain={known}")
    expect(page.get_by_text("is itself one of the names of the run's test part")).to_be_visible()
    near = page.locator(".st-key-near").get_by_test_id("stDataFrame")
    expect(near).to_have_count(2)
    settle(near.first).click(position={"x": 20, "y": 90})  # the second row: the first is itself
    expect(box(page)).not_to_have_value(known)
    expect(page.get_by_text("is itself one of the names of the run's test part")).to_be_visible()


def test_the_rank_in_a_fetched_list_is_told(open_page: Open, models_root: Path) -> None:
    listed = models_root.parent / "data" / "tranco.csv"
    listed.parent.mkdir(exist_ok=True)
    listed.write_text("".join(f"{rank},name{rank}.com\n" for rank in range(1, 30)))
    try:
        page = open_page("/?domain=www.name7.com")
        expect(page.get_by_text("Tranco: rank 7 (")).to_be_visible()
    finally:
        listed.unlink()


def test_letters_that_deceive_are_warned_of(open_page: Open) -> None:
    page = open_page("/")
    ask(page, "pаypal.com")  # its second letter is Cyrillic
    expect(page.get_by_text("This looks like")).to_contain_text("Cyrillic small letter a")


def test_an_edit_is_scored_beside_the_name(open_page: Open) -> None:
    page = open_page(f"/?domain={GENERATED}")
    edited = page.get_by_role("textbox", name="Edited name")
    expect(edited).to_have_value(GENERATED)
    edited.fill("aureola.com")
    edited.press("Enter")
    expect(page.get_by_text("the verdict changes")).to_be_visible()
    strips = page.locator(".st-key-edits .js-plotly-plot")
    expect(strips).to_have_count(2)


def test_a_ready_made_edit_fills_the_box(open_page: Open) -> None:
    page = open_page("/?domain=gardenq.com")
    expect(page.get_by_text("Moves the score most: without q")).to_be_visible()
    table = settle(page.locator(".st-key-edits").get_by_test_id("stDataFrame"))
    table.click(position={"x": 20, "y": 55})
    expect(page.get_by_role("textbox", name="Edited name")).to_have_value("garden.com")


def test_the_defanged_name_and_the_link_can_be_copied(open_page: Open) -> None:
    page = open_page(f"/?domain={GENERATED}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copied = []
    for code in (GENERATED.replace(".", "[.]"), f"?domain={GENERATED}"):
        block = page.get_by_test_id("stCode").filter(has_text=code).first
        settle(block).hover()
        block.get_by_role("button", name="Copy to clipboard").click()
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    assert copied[0] == GENERATED.replace(".", "[.]")
    again = open_page(f"/?{copied[1].partition('/?')[2]}")
    expect(again.get_by_text("Looks generated")).to_be_visible()


def test_a_linked_domain_that_is_none_gets_its_sentence(open_page: Open) -> None:
    page = open_page("/?domain=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    expect(page.get_by_text("Not scored:")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


def test_examples_and_history_open_look_ups(open_page: Open) -> None:
    page = open_page("/")
    expect(page.get_by_text("Nothing looked up yet.")).to_be_visible()
    page.get_by_role("button", name="wikipedia.org").click()
    expect(box(page)).to_have_value("wikipedia.org")
    ask(page, GENERATED)
    expect(page.get_by_text("Looks generated")).to_be_visible()
    page.get_by_role("button", name="wikipedia.org").click()
    expect(box(page)).to_have_value("wikipedia.org")


def test_the_history_outlives_a_reload_and_stays_in_its_browser(open_page: Open) -> None:
    page = open_page(f"/?domain={GENERATED}")
    expect(page.get_by_role("button", name=GENERATED)).to_be_visible()
    page.goto(page.url.partition("?")[0])
    expect(page.get_by_role("button", name=GENERATED)).to_be_visible()
    other = open_page("/")
    expect(other.get_by_text("Nothing looked up yet.")).to_be_visible()
    assert other.get_by_text("Looked up in this browser").count() == 0


def test_the_history_is_still_there_after_a_visit_to_another_page(open_page: Open) -> None:
    page = open_page(f"/?domain={GENERATED}")
    expect(page.get_by_text("Looks generated")).to_be_visible()
    page.get_by_role("link", name="Runs").click()
    expect(page.locator("h1")).to_have_text("Runs")
    page.get_by_role("link", name="Look up").click()
    expect(page.get_by_role("button", name=GENERATED)).to_be_visible()


def test_the_keyboard_alone_looks_up_and_opens_an_example(open_page: Open) -> None:
    page = open_page("/")
    example = page.get_by_role("button", name="wikipedia.org")
    expect(page.get_by_text("Nothing looked up yet.")).to_be_visible()
    settle(example)
    box(page).focus()
    expect(box(page)).to_be_focused()
    for _ in range(16):
        page.keyboard.press("Tab")
        if example.evaluate("it => it === document.activeElement"):
            break
    expect(example).to_be_focused()
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("wikipedia.org")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 400])
def test_the_page_fits_its_window(open_page: Open, width: int, scheme: str) -> None:
    page = open_page(f"/?domain={GENERATED}", width, scheme)
    expect(page.get_by_text("Looked up in this browser")).to_be_visible()
    assert overflow(page) == 0


def test_the_box_has_the_focus_and_a_slash_brings_it_back(open_page: Open) -> None:
    page = open_page("/")
    expect(box(page)).to_be_focused()
    page.locator("h1").click()
    expect(box(page)).not_to_be_focused()
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("")


def test_back_and_forward_step_through_look_ups_and_return_to_them(open_page: Open) -> None:
    page = open_page("/")
    for name in ("aureola.com", GENERATED):
        ask(page, name)
        expect(page.get_by_role("heading", name="Looks")).to_be_visible()
        expect(page.locator(".st-key-answer")).to_contain_text(name)
        page.wait_for_url(f"**/?domain={name}")  # the address follows the answer
    page.go_back()
    expect(box(page)).to_have_value("aureola.com")
    expect(page.get_by_role("heading", name="Looks benign")).to_be_visible()
    page.go_forward()
    expect(box(page)).to_have_value(GENERATED)
    expect(page.get_by_role("heading", name="Looks generated")).to_be_visible()
    page.get_by_role("link", name="Runs").click()
    expect(page.locator("h1")).to_have_text("Runs")
    page.go_back()
    expect(box(page)).to_have_value(GENERATED)
    expect(page.get_by_role("heading", name="Looks generated")).to_be_visible()


def test_badge_and_sentence_say_the_same_of_a_suspicious_name(open_page: Open) -> None:
    page = open_page(f"/?domain={GENERATED}")
    page.get_by_role("combobox", name="Threshold").click()
    page.get_by_role("option", name="Custom score").click()
    cut = page.get_by_label("Score from which the verdict is DGA", exact=True)
    cut.fill("1")
    cut.press("Enter")
    expect(page.get_by_role("heading", name="Suspicious: more likely generated")).to_be_visible()
    said = page.locator(".st-key-answer").inner_text().splitlines()
    assert any(line.endswith("Suspicious") for line in said), said[:6]


def test_several_names_are_told_and_handed_to_bulk(open_page: Open) -> None:
    page = open_page("/")
    ask(page, f"aureola.com {GENERATED}")
    expect(page.get_by_text("2 names: 1 DGA, 1 benign.")).to_be_visible()
    page.get_by_role("button", name="Open them in Bulk scoring").click()
    expect(page.locator("h1")).to_have_text("Bulk scoring")
    expect(page.get_by_text("plain list, 2 rows")).to_be_visible()


def test_a_look_alike_of_a_known_name_is_warned_of(open_page: Open) -> None:
    known = str(made_up_names(("alpha", "beta"))["domain"].iloc[0])
    page = open_page("/")
    ask(page, known.replace("o", "\u043e", 1))
    expect(page.get_by_text("this one is another name")).to_be_visible()
    expect(page.get_by_text("is itself one of")).to_have_count(0)


def test_a_wrong_verdict_is_corrected_and_trained_with(open_page: Open) -> None:
    page = open_page(f"/?domain={GENERATED}")
    page.get_by_role("button", name="This verdict is wrong").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Train with the corrections").click()
    expect(page.locator("h1")).to_have_text("Train")
    expect(page.get_by_text("reviews/tiny.csv").first).to_be_visible()
