"""Look-up in the browser: `python -m benchmarks.interaction_lookup`.

Milliseconds from the Enter key to the painted verdict, and to the whole answer (strip, families,
nearest names, edits), as the page itself measures them; warm, each name new to the server.
"""

from __future__ import annotations

import os
import random
import shutil
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.startup import server

TRIES = 20
BAR = 200  # milliseconds from Enter to the verdict
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"

# Times from the key to the first frame after the answer names the domain: the verdict's card, and
# the last section of the page.
WATCH = """
name => new Promise(resolve => {
  const found = {};
  const shown = key => document.querySelector(`.st-key-${key}`)?.textContent ?? "";
  const look = start => () => {
    const now = performance.now() - start;
    if (!("verdict" in found) && shown("answer").includes(name)) found.verdict = now;
    if (!("whole" in found) && shown("edits").includes(name)) found.whole = now;
    if ("verdict" in found && "whole" in found || now > 20000) resolve(found);
    else requestAnimationFrame(look(start));
  };
  document.addEventListener("keydown", event => {
    if (event.key === "Enter") requestAnimationFrame(look(performance.now()));
  }, {capture: true, once: true});
  window.watched = true;
})
"""


def main() -> None:
    """Print the medians over fresh names on a running server."""
    with sync_playwright() as play, server() as (_, address):
        browser = play.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox"],
        )
        times = lookup_times(opened(browser, address))
        browser.close()
    for what, values in times.items():
        shown = f"median {median(values):.0f} ms, slowest {max(values):.0f} ms"
        print(f"Look up, Enter to {what}: {shown} ({len(values)} names)")
    met = median(times["verdict"]) <= BAR
    print(f"verdict within {BAR} ms after Enter: {'yes' if met else 'no'}")


def opened(browser: Browser, address: str) -> Page:
    """A tab with the Look up page."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(address)
    page.get_by_label("Domain", exact=True).wait_for(timeout=60_000)
    return page


def lookup_times(page: Page, tries: int = TRIES, seed: int = 23) -> dict[str, list[float]]:
    """Milliseconds from Enter to `verdict` and to `whole` answer, a value for each fresh name.

    The first three look-ups warm server and browser and are not counted.
    """
    dice = random.Random(seed)
    times: dict[str, list[float]] = {"verdict": [], "whole": []}
    for number in range(tries + 3):
        name = "".join(dice.choices(LETTERS, k=dice.randint(7, 20))) + ".com"
        found = _look_up(page, name)
        page.wait_for_timeout(600)
        if number >= 3:
            for what, values in times.items():
                values.append(found[what])
    return times


def _look_up(page: Page, name: str) -> dict[str, float]:
    box = page.get_by_label("Domain", exact=True)
    box.fill(name)
    page.evaluate(f"window.waiting = ({WATCH})({name!r}); null")
    box.press("Enter")
    found: dict[str, float] = page.evaluate("window.waiting")
    if found.keys() != {"verdict", "whole"}:
        raise RuntimeError(f"{name}: no answer within 20 s; found {found}")
    return found


if __name__ == "__main__":
    main()
