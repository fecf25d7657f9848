"""Make the screenshots of every page: `python -m docs.screenshots [PAGE ...]`.

Light and dark, 1,400 pixels wide, of the app as it stands with the shipped run, into docs/; with
`--more FOLDER` also 400, 1,280 and 1,600 pixels wide, to be looked at, into that folder.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.layout_shift import DRAWN
from benchmarks.startup import server

FOLDER = Path(__file__).resolve().parent
LOOKED_UP = "hxxps://www.xjpwkqzvbntd[.]ru/login"
HEIGHTS = {
    "lookup": 1100, "bulk": 1500, "hosts": 1300, "train": 1500, "explore": 1250, "runs": 1300,
}  # fmt: skip
WAIT = 240_000  # milliseconds, on a busy machine
OTHER_WIDTHS = (400, 1280, 1600)


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser("docs.screenshots")
    parser.add_argument("--more", type=Path, help="a folder for pictures of other widths")
    parser.add_argument("pages", nargs="*", help=f"which, of {', '.join(HEIGHTS)}; all by default")
    options = parser.parse_args()
    more = options.more
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as play, server() as (_, address):
        browser = play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for name in options.pages or HEIGHTS:
                _take(browser, address, name, scheme, 1400, FOLDER)
                for width in OTHER_WIDTHS if more else ():
                    folder = more / str(width)
                    folder.mkdir(parents=True, exist_ok=True)
                    _take(browser, address, name, scheme, width, folder)
        browser.close()


def _take(browser: Browser, address: str, name: str, scheme: str, width: int, folder: Path) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHTS[name]},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.set_default_timeout(WAIT)
    path = f"?domain={LOOKED_UP}" if name == "lookup" else name
    page.goto(address + path)
    page.locator("h1").wait_for()
    if name == "lookup":
        page.get_by_role("heading", name="Looks").first.wait_for()
    elif name == "bulk":
        _score(page)
    elif name == "hosts":
        _judge(page)
    _settle(page)
    file = folder / f"{name}-{scheme}.png"
    page.screenshot(path=file)
    with Image.open(file) as picture:  # a palette makes it half as large
        small = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small.save(file, optimize=True)
    context.close()
    print(f"{name}, {scheme}, {width} pixels")


def _settle(page: Page) -> None:
    """Wait until nothing of the page is still to come."""
    page.locator(DRAWN).wait_for()
    expect(page.get_by_text("Counting: reading")).to_have_count(0, timeout=WAIT)  # Train's feeds
    page.wait_for_timeout(5_000)  # charts draw themselves in steps
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=WAIT)
    page.locator(DRAWN).wait_for()


def _judge(page: Page) -> None:
    page.get_by_role("tab", name="Example").click()
    page.get_by_role("button", name="Try the example").click()
    page.get_by_text("Likely command and control").wait_for()


def _score(page: Page) -> None:
    page.get_by_role("button", name="Try the example").click()
    page.get_by_role("button", name="Start scoring").click()
    page.get_by_text("look generated").first.wait_for()


if __name__ == "__main__":
    main()
