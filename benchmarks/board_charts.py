"""Explore's board against plotly.js: `python -m benchmarks.board_charts`.

Processor time of the browser's page a move of the threshold: of the board as it stands on the
Explore page of the active run, and of four plotly.js charts of its size (two histograms of 50 bars
whose opacities change, four bars with texts, two curves of 200 points with a marker), moved by
`Plotly.update` and `Plotly.restyle`, with no other part of the board. Times of the thread, so that
they hold on a busy machine, too.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import plotly
from playwright.sync_api import Page, sync_playwright

from benchmarks.startup import server

MOVES = 40
WAIT = 120_000
SCRIPT = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
FRAME = "await new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));"
BOARD = f"""async moves => {{
  const board = [...document.querySelectorAll('.st-key-explore_board *')]
    .find(one => one.shadowRoot?.querySelector('.board')).shadowRoot;
  const slider = board.querySelector('input[type=range]');
  for (let move = 0; move < moves; move++) {{
    slider.value = 300 + move * 8;
    slider.dispatchEvent(new Event('input', {{bubbles: true}}));
    {FRAME}
  }}
}}"""
MAKE = """async () => {
  const layout = {width: 280, height: 250, margin: {l: 46, r: 12, t: 16, b: 46}};
  const bars = [...Array(50).keys()], curve = [...Array(200).keys()].map(i => (i + 1) / 200);
  const heights = () => bars.map(i => 1 + 900 * Math.abs(Math.sin(i)));
  const places = [0, 1, 2, 3].map(() => document.body.appendChild(document.createElement('div')));
  const line = f => ({x: curve, y: curve.map(f)}), point = {x: [.1], y: [.3], mode: 'markers'};
  await Plotly.newPlot(places[0], [0, 1].map(() => ({type: 'bar', x: bars, y: heights()})),
    {...layout, yaxis: {type: 'log'}});
  await Plotly.newPlot(places[1], [{type: 'bar', x: ['TN', 'FP', 'FN', 'TP'], y: [1, 2, 3, 4]}],
    layout);
  await Plotly.newPlot(places[2], [line(Math.sqrt), point], {...layout, xaxis: {type: 'log'}});
  await Plotly.newPlot(places[3], [line(x => 1 - x * x), point], layout);
  window.moved = cut => Promise.all([
    Plotly.update(places[0], {'marker.opacity': [bars.map(i => i < cut ? .4 : 1),
      bars.map(i => i < cut ? 1 : .4)]}, {shapes: [{type: 'line', x0: cut, x1: cut,
      yref: 'paper', y0: 0, y1: 1}]}),
    Plotly.restyle(places[1], {y: [[cut, 2, 3, cut + 1]], text: [[`${cut}`, '2', '3', '4']]}),
    Plotly.restyle(places[2], {x: [[cut / 50]], y: [[cut / 50]]}, [1]),
    Plotly.restyle(places[3], {x: [[cut / 50]], y: [[1 - cut / 50]]}, [1])]);
}"""
CHARTS = f"async moves => {{ for (let i = 0; i < moves; i++) {{ await moved(i + .5); {FRAME} }} }}"


def main() -> None:
    """Print the processor time a move of both, and the size of the script."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as play, server() as (_, address), TemporaryDirectory() as folder:
        browser = play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(WAIT)
        page.goto(f"{address}explore")
        page.get_by_role("radio", name="Mistakes").wait_for()
        page.wait_for_timeout(3_000)
        print(f"the board as it stands: {milliseconds(page, BOARD):.0f} ms a move")
        shutil.copy(SCRIPT, folder)
        blank = Path(folder, "blank.html")
        blank.write_text(f"<!doctype html><body><script src={SCRIPT.name}></script>")
        page.goto(blank.as_uri())
        page.evaluate(MAKE)
        print(f"four charts by plotly.js alone: {milliseconds(page, CHARTS):.0f} ms a move")
        print(f"plotly.js: {SCRIPT.stat().st_size / 1e6:.1f} MB")
        browser.close()


def milliseconds(page: Page, moves: str) -> float:
    """Processor time of the page's main thread a move."""
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _processor(tools)
    page.evaluate(moves, MOVES)
    return 1_000 * (_processor(tools) - before) / MOVES


def _processor(tools: Any) -> float:
    found = {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}
    return float(found["TaskDuration"])


if __name__ == "__main__":
    main()
