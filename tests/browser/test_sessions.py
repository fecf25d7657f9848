"""Several sessions at once, each with names of its own: no error, and no row of another's."""

from __future__ import annotations

import asyncio
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.async_api import async_playwright

from benchmarks import sessions
from dga.runs import store
from dga.scoring.score_file import Scorer


async def drive(address: str, models: Path) -> list[sessions.Outcome]:
    scorer = Scorer(store.open_run("tiny", models).bundle(threads=1))
    lists = [sessions.make_names(number, 500) for number in range(3)]
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        direct = [scorer.frame(names) for names in lists]
        return await sessions.run_sessions(browser, f"{address}/", lists, direct)


def test_sessions_at_once_get_their_own_rows(address: str, models_root: Path) -> None:
    with ThreadPoolExecutor(1) as pool:  # a thread without the other tests' event loop
        outcomes = pool.submit(asyncio.run, drive(address, models_root)).result()
    assert [one.error for one in outcomes] == [""] * 3
    assert [one.wrong for one in outcomes] == [0] * 3
