"""Layout shift and page switches: `python -m benchmarks.layout_shift [--width 1280]`.

For each page, loaded cold in a tab of its own, the cumulative layout shift as browsers report it
(the largest window of shifts at most a second apart and five seconds long, as web.dev defines it;
shifts within half a second of an input do not count), with the elements that moved most; then the
time from a click in the navigation until the next page is drawn. Bars: 0.1, and 0.6 s.
"""

from __future__ import annotations

import argparse
import os
import shutil
import time
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.startup import server

PAGES = {
    "Look up": "",
    "Look up, a name": "?domain=xjpwkqzvbntd.ru",
    "Bulk scoring": "bulk",
    "Hosts": "hosts",
    "Train": "train",
    "Explore": "explore",
    "Runs": "runs",
}
BAR, SWITCH_BAR = 0.1, 0.6  # of the score; seconds
QUIET = 3_000  # milliseconds without a change after which a page counts as drawn
WAIT = 90_000
TRIES = 3
DRAWN = "[data-testid=stApp][data-test-script-state=notRunning]"
WATCH = """
window.shifts = [];
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    const moved = (entry.sources || []).map(source => {
      const node = source.node?.nodeType === 1 ? source.node : source.node?.parentElement;
      const key = node?.closest("[class*=st-key-]")?.className.match(/st-key-[\\\\w-]+/)?.[0];
      return key || node?.closest("[data-testid]")?.dataset.testid || node?.tagName || "";
    });
    window.shifts.push({at: entry.startTime, value: entry.value, moved});
  }
}).observe({type: "layout-shift", buffered: true});
"""


def main() -> None:
    """Print the shift of every page and the times of the switches between them."""
    parser = argparse.ArgumentParser("benchmarks.layout_shift")
    parser.add_argument("--width", type=int, default=1280)
    width = parser.parse_args().width
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as play, server() as (_, address):
        browser = play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        for name, path in PAGES.items():
            shifts = shifts_of(browser, f"{address}{path}", width)
            value = largest_window(shifts)
            met = "" if value <= BAR else f"  over {BAR}"
            print(f"{name}: {value:.3f}{met}  {_moved(shifts)}", flush=True)
        for name, seconds in switches(browser, address).items():
            met = "" if seconds <= SWITCH_BAR else f"  over {SWITCH_BAR} s"
            print(f"switch to {name}: {seconds:.2f} s{met}", flush=True)
        browser.close()


def shifts_of(browser: Browser, url: str, width: int) -> list[dict[str, Any]]:
    """The layout shifts of a page that is loaded cold."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.set_default_timeout(WAIT)
    page.add_init_script(WATCH)
    page.goto(url)
    page.locator("h1").wait_for()
    settled(page)
    found: list[dict[str, Any]] = page.evaluate("window.shifts")
    context.close()
    return found


def settled(page: Page) -> None:
    """Wait until the server has drawn the page and nothing has moved for a while."""
    page.locator(DRAWN).wait_for()
    before = -1
    while (now := int(page.evaluate("window.shifts.length"))) != before:
        before = now
        page.wait_for_timeout(QUIET)
        page.locator(DRAWN).wait_for()


def largest_window(shifts: list[dict[str, Any]]) -> float:
    """The largest sum of shifts in a window: at most a second apart, five seconds in all.

    >>> apart = ((0, 0.1), (900, 0.1), (9000, 0.1))
    >>> largest_window([{"at": at, "value": value} for at, value in apart])
    0.2
    """
    best = total = 0.0
    first = last = float("-inf")
    for shift in shifts:
        if shift["at"] - last > 1_000 or shift["at"] - first > 5_000:
            total, first = 0.0, shift["at"]
        total, last = total + shift["value"], shift["at"]
        best = max(best, total)
    return round(best, 4)


def switches(browser: Browser, address: str) -> dict[str, float]:
    """Seconds from a click in the navigation until the page is drawn, but for the first round."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(WAIT)
    page.goto(address)
    page.locator("h1").wait_for()
    names = [one for one in PAGES if "," not in one]
    times: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(TRIES + 1):
        for name in names:
            link = page.get_by_role("link", name=name, exact=True)
            if not link.count():
                continue
            started = time.perf_counter()
            link.click()
            page.locator("h1").filter(has_text=name).wait_for()
            page.locator(DRAWN).wait_for()
            if turn:
                times[name].append(time.perf_counter() - started)
            page.wait_for_timeout(500)
    page.close()
    return {name: median(found) for name, found in times.items() if found}


def _moved(shifts: list[dict[str, Any]]) -> str:
    """What moved most, largest shift first."""
    worst = sorted(shifts, key=lambda shift: -shift["value"])[:3]
    return "; ".join(
        f"{shift['value']:.3f} at {shift['at']:.0f} ms: {', '.join(dict.fromkeys(shift['moved']))}"
        for shift in worst
    )


if __name__ == "__main__":
    main()
