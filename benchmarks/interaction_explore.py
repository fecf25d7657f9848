"""A threshold move on the Explore page: `python -m benchmarks.interaction_explore [--rows N]`.

Makes a run with so many test names in a temporary models folder, opens it in a browser and moves
the threshold, by the slider's arrow key and by presets in turn. Measured in the browser, from the
key press or click to the frame with all figures and charts at the new threshold; and to the list
of names that follows once the threshold rests.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Page, sync_playwright

from benchmarks.startup import server
from dga.errors import GeneratorError
from dga.generators import FAMILIES, generate
from dga.runs import store
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, PRED_CLASS, PRED_PROB, TRUE_CLASS
from tests.runs_factory import make_run

NAME = "large"
MOVES = 20
BAR = 300  # milliseconds
WAIT = 60_000
LARGEST_FAMILY = 6_000
Times = tuple[float, float]

# The next key press or click starts two clocks. One stops at the first frame in which figures,
# outcomes, charts and sentence have moved; the other when the list of names has followed.
WATCH = """() => {
  const board = [...document.querySelectorAll('.st-key-explore_board *')]
    .find(one => one.shadowRoot?.querySelector('.board')).shadowRoot;
  const all = selector => [...board.querySelectorAll(selector)];
  const text = selector => all(selector).map(one => one.textContent).join('|');
  const charts = () => all('figure svg').map(one => one.innerHTML);
  const list = () => document.querySelector('.st-key-explore_outcome')?.textContent;
  const before = {tiles: text('.tiles dd'), worth: text('.worth'), charts: charts(), list: list()};
  const moved = () => text('.tiles dd') !== before.tiles && text('.worth') !== before.worth &&
    charts().every((chart, i) => chart !== before.charts[i]);
  const started = new Promise(done => {
    for (const kind of ['keydown', 'pointerdown'])
      window.addEventListener(kind, event => done(event.timeStamp), {once: true, capture: true});
  });
  const clock = async there => {
    const start = await started;
    while (!there()) await new Promise(requestAnimationFrame);
    return await new Promise(requestAnimationFrame) - start;
  };
  window.moved = Promise.all([clock(moved), clock(() => list() !== before.list)]);
}"""


def main() -> None:
    """Print the median and the slowest of the moves, by kind."""
    parser = argparse.ArgumentParser("benchmarks.interaction_explore")
    parser.add_argument("--rows", type=int, default=300_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "models"
        make_large_run(root, rows)
        os.environ["DGA_MODELS"] = str(root)
        by_key, by_preset = measured()
    for kind, moves in (("arrow key on the slider", by_key), ("preset", by_preset)):
        charts, lists = zip(*moves, strict=True)
        middle = statistics.median(charts)
        print(
            f"{kind}, {rows:,} test names: figures and charts, median {middle:.0f} ms of "
            f"{len(charts)}, slowest {max(charts):.0f} ms; bar {BAR} ms: "
            f"{'met' if middle <= BAR else 'missed'}; list of names, median "
            f"{statistics.median(lists):.0f} ms"
        )


def make_large_run(root: Path, rows: int) -> None:
    """A run with so many test names: benign compounds, and generated names of our own families."""
    run = make_run(root, NAME)
    dice = np.random.default_rng(23)
    share = min(LARGEST_FAMILY, rows // len(FAMILIES))
    generated: dict[str, str] = {}
    for family in FAMILIES:
        generated |= dict.fromkeys(_some(family, share), family)
    generated = dict(list(generated.items())[: rows // 2])
    benign = [f"{a}{b}.com" for a, b in _syllables(dice, rows - len(generated))]
    names = [*benign, *generated]
    scores = np.concatenate([dice.beta(0.15, 3, len(benign)), dice.beta(3, 0.2, len(generated))])
    frame = pd.DataFrame(
        {
            DOMAIN: names,
            TRUE_CLASS: np.where(np.arange(len(names)) < len(benign), BENIGN, DGA),
            PRED_CLASS: np.where(scores >= 0.5, DGA, BENIGN),
            PRED_PROB: scores.astype(np.float32),
            FAMILY: [*[""] * len(benign), *generated.values()],
        }
    )
    frame.to_parquet(run.path / store.PREDICTIONS_FILE, index=False)


def measured() -> tuple[list[Times], list[Times]]:
    """Milliseconds of moves by key and by preset; the first of each kind warms up."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as play, server() as (_, address):
        browser = play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(WAIT)
        page.goto(f"{address}explore?run={NAME}")
        page.get_by_role("radio", name="Mistakes").wait_for()
        page.wait_for_timeout(3_000)
        by_key = [_by_key(page, move) for move in range(MOVES + 1)][1:]
        by_preset = [_by_preset(page, move) for move in range(MOVES + 1)][1:]
        browser.close()
    return by_key, by_preset


def _by_key(page: Page, move: int) -> Times:
    page.get_by_role("slider", name="Score from which").focus()
    page.evaluate(WATCH)
    page.keyboard.press("ArrowRight" if move % 2 else "ArrowLeft")
    return _done(page)


def _by_preset(page: Page, move: int) -> Times:
    presets = page.locator(".presets label")
    button = presets.nth((move + 1) % presets.count())
    page.evaluate(WATCH)
    button.click()
    return _done(page)


def _done(page: Page) -> Times:
    charts, lists = page.evaluate("window.moved")
    page.wait_for_timeout(500)
    return float(charts), float(lists)


def _some(family: str, most: int) -> list[str]:
    """As many names of a family as it has, up to a number."""
    while most:
        try:
            return generate(family, most)
        except GeneratorError:
            most //= 2
    return []


def _syllables(dice: np.random.Generator, count: int) -> list[tuple[str, str]]:
    """Pairs of pronounceable parts, all different."""
    consonants, vowels = "bcdfglmnprstv", "aeiou"
    parts = [a + b + c + d for a in consonants for b in vowels for c in consonants for d in vowels]
    chosen = dice.choice(len(parts) ** 2, count, replace=False)
    return [(parts[place // len(parts)], parts[place % len(parts)]) for place in chosen]


if __name__ == "__main__":
    main()
