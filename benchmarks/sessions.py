"""Many sessions at once: `python -m benchmarks.sessions [--sessions 20] [--names 10000]`.

Starts the app and opens every session in a browser context of its own, all in one Chromium. Each
looks up a name of its own, uploads a list of its own, scores it and downloads the result, which is
compared with a direct scoring of the same names. Prints times, errors, and the server's resident
memory: after one session has warmed it up, at its peak, and a minute after the last session ended,
which may be at most BACK_WITHIN MiB above the first.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.async_api import Browser, Page, async_playwright, expect

from benchmarks.startup import server
from dga.runs import store
from dga.schema import REGISTERED_NAME, SCORE, VERDICT
from dga.scoring.score_file import Scorer

WAIT = 900_000  # milliseconds that one step of a session may take
REST = 60  # seconds after the last session
BACK_WITHIN = 20  # MiB above the memory before the sessions, REST seconds after the last
CLOSE = 1e-5  # of one score to another, which differ by the company a name has in its batch
VERDICT_TOLD = re.compile("^(Looks|May be) ")
SUFFIXES = ("com", "net", "org", "de", "co.uk", "info")


@dataclass(frozen=True)
class Outcome:
    """What became of a session; times in seconds, `wrong` in rows, `error` "" where all is well."""

    looked_up: float = 0.0
    scored: float = 0.0
    wrong: int = 0
    error: str = ""


def main() -> None:
    """Print the table; exit status 1 where a session failed, got another's rows, or left memory."""
    parser = argparse.ArgumentParser("benchmarks.sessions")
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--names", type=int, default=10_000)
    parser.add_argument("--waves", type=int, default=1, help="how often, one after the other")
    options = parser.parse_args()
    run = store.active_run().path
    before = stamp(run)
    with server() as (process, address):
        outcomes, kept = asyncio.run(_drive(address, process.pid, options))
    failed = tell(outcomes, options.names) or tell_memory(kept)
    if (store.active_run().path, stamp(run)) != (run, before):
        print("the active run was replaced meanwhile: the figures mean nothing, measure again")
    raise SystemExit(1 if failed else 0)


def stamp(run: Path) -> list[int]:
    """Times of change of a run's bundle."""
    return [path.stat().st_mtime_ns for path in sorted((run / store.BUNDLE_FOLDER).iterdir())]


def tell(outcomes: list[Outcome], names: int) -> bool:
    """Print what became of the sessions; returns whether any failed."""
    fine = [one for one in outcomes if not one.error]
    wrong = sum(one.wrong for one in outcomes)
    print(f"{len(fine)} of {len(outcomes)} sessions of {names:,} names without an error")
    print(f"rows that differ from a direct scoring: {wrong:,}")
    for label, times in (
        ("look-up", [one.looked_up for one in fine]),
        ("upload to scored result", [one.scored for one in fine]),
    ):
        if times:
            print(f"{label}: median {np.median(times):.1f} s, longest {max(times):.1f} s")
    for one in outcomes:
        if one.error:
            print(f"error: {one.error}")
    return len(fine) < len(outcomes) or wrong > 0


def tell_memory(kept: list[int]) -> bool:
    """Print what each wave of sessions left in memory; returns whether it is too much.

    `kept`: MiB before the sessions, then a rest after each wave.
    """
    left = [after - kept[0] for after in kept[1:]]
    print(
        f"memory {REST} s after against before: "
        f"{', '.join(f'{mebibytes:+,} MiB' for mebibytes in left)} (at most +{BACK_WITHIN})"
    )
    return any(mebibytes > BACK_WITHIN for mebibytes in left)


async def run_sessions(
    browser: Browser, address: str, lists: list[list[str]], direct: list[pd.DataFrame]
) -> list[Outcome]:
    """Drive a session for each list at once; `direct` holds what each should come to."""
    return list(
        await asyncio.gather(
            *(
                _session(browser, address, names, wanted)
                for names, wanted in zip(lists, direct, strict=True)
            )
        )
    )


def make_names(session: int, names: int) -> list[str]:
    """Distinct made-up names that no other session has."""
    chance = np.random.default_rng(session)
    letters = chance.choice(list("abcdefghiklmnoprstuw"), (names, 10))
    return [
        f"{''.join(row)}{session:x}x{at:x}.{SUFFIXES[at % len(SUFFIXES)]}"
        for at, row in enumerate(letters)
    ]


async def _drive(
    address: str, pid: int, options: argparse.Namespace
) -> tuple[list[Outcome], list[int]]:
    """The sessions' outcomes, and the server's memory in MiB before and after each wave."""
    scorer = Scorer(store.active_run().bundle())
    lists = [make_names(number, options.names) for number in range(options.sessions + 1)]
    direct = [scorer.frame(names) for names in lists]
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    outcomes = []
    async with async_playwright() as play:
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = await play.chromium.launch(executable_path=executable, args=flags)
        outcomes += await run_sessions(browser, address, lists[:1], direct[:1])
        await asyncio.sleep(REST)
        kept = [memory(pid)]
        print(f"server's memory: {kept[0]:,} MiB {REST} s after one session", flush=True)
        for _ in range(options.waves):
            outcomes += await run_sessions(browser, address, lists[1:], direct[1:])
            await asyncio.sleep(REST)
            print(f"  {memory(pid, 'VmHWM'):,} MiB at its peak", end=", ")
            kept.append(memory(pid))
            print(f"{kept[-1]:,} MiB {REST} s after the last session", flush=True)
        await browser.close()
    return outcomes, kept


async def _session(
    browser: Browser, address: str, names: list[str], wanted: pd.DataFrame
) -> Outcome:
    """One user's way through the app; prints a line when it ends."""
    # Twenty animated pages would take the processor from the server that is being measured.
    context = await browser.new_context(
        accept_downloads=True, reduced_motion="reduce", viewport={"width": 500, "height": 500}
    )
    page = await context.new_page()
    page.set_default_timeout(WAIT)
    try:
        started = time.perf_counter()
        await _look_up(page, address, names[0])
        looked_up = time.perf_counter() - started
        await page.goto(f"{address}bulk")
        started = time.perf_counter()
        await _score(page, names)
        scored = time.perf_counter() - started
        got = await _download(page)
        print(f"  looked up in {looked_up:.1f} s, scored in {scored:.1f} s", flush=True)
        return Outcome(looked_up, scored, differing(got, names, wanted))
    except Exception as error:
        return Outcome(error=f"{type(error).__name__}: {str(error).splitlines()[0]}")
    finally:
        await context.close()


async def _look_up(page: Page, address: str, name: str) -> None:
    await page.goto(f"{address}?domain={name}")
    await expect(page.get_by_label("Domain", exact=True)).to_have_value(name, timeout=WAIT)
    await page.get_by_text(VERDICT_TOLD).first.wait_for()


async def _score(page: Page, names: list[str]) -> None:
    content = "\n".join(["domain", *names, ""]).encode()
    file = {"name": "names.csv", "mimeType": "text/csv", "buffer": content}
    await page.locator("input[type=file]").set_input_files([file])
    await page.get_by_role("button", name="Start scoring").click()
    await page.get_by_text(f"{len(names):,} of {len(names):,} rows").wait_for()


async def _download(page: Page) -> pd.DataFrame:
    async with page.expect_download() as waited:
        await page.get_by_role("button", name=re.compile("All .* rows as CSV")).click()
    path = await (await waited.value).path()
    return pd.read_csv(BytesIO(Path(path).read_bytes()), keep_default_na=False)


def differing(got: pd.DataFrame, names: list[str], wanted: pd.DataFrame) -> int:
    """How many rows of a downloaded result are not what a direct scoring says."""
    if len(got) != len(names):
        return max(len(got), len(names))
    scores = pd.to_numeric(got[SCORE]).to_numpy()
    apart = np.abs(scores - wanted[SCORE].to_numpy())
    same = (
        (got["domain"] == pd.Series(names))
        & (got[REGISTERED_NAME] == wanted[REGISTERED_NAME])
        & (apart < CLOSE)
        & ((got[VERDICT] == wanted[VERDICT]) | (apart > 0))
    )
    return int((~same).sum())


def memory(pid: int, field: str = "VmRSS") -> int:
    """A process's resident memory, or with VmHWM the most it ever was, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) // 1024
    raise ValueError(f"no {field} in the status of process {pid}")


if __name__ == "__main__":
    main()
