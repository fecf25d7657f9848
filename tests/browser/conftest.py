"""The app in a real browser: one server and one Chromium for all tests, a session for each."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    sync_playwright,
)

from dga.jobs import job as jobs
from dga.jobs import queue
from dga.runs import store
from tests.runs_factory import make_run

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
WAIT = 30_000  # milliseconds that an expectation may take on a busy machine

ANALYST = "analyst"  # the account that runs the server
KEPT = ("tiny", "other")  # the runs that every test finds

Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a browser's test fail once before it counts: a busy machine delays what a page does."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def models_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server's models folder: `tiny`, which is active, and `other`."""
    root = tmp_path_factory.mktemp("browser") / "models"
    make_run(root, "tiny", created="2026-02-03T00:00:00Z")
    make_run(root, "other", seed=24)
    store.set_active("tiny", root)
    return root


@pytest.fixture(autouse=True)
def only_the_two_runs(models_root: Path) -> Iterator[None]:
    """Leave the models folder as it was found, however a test ended: a retry starts afresh."""
    yield
    for waits in queue.waiting(models_root):
        queue.remove(waits)
    if job := jobs.current(models_root):
        job.kill()
    for path in models_root.iterdir():
        if path.is_dir() and path.name not in (*KEPT, queue.FOLDER):
            shutil.rmtree(path)
    store.set_active("tiny", models_root)


@pytest.fixture(scope="session")
def address(models_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server."""
    log = tmp_path_factory.mktemp("server") / "log"
    with serving(models_root, log, free_port()) as found:
        yield found


@contextmanager
def serving(models_root: Path, log: Path, port: int) -> Iterator[str]:
    """A server's address, as long as it runs; its log must tell of no error or warning."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    with open(log, "wb") as output:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "DGA_MODELS": str(models_root),
                "DGA_DATA": str(models_root.parent / "data"),
                "LOGNAME": ANALYST,
            },
        )
    try:
        _wait_until_healthy(f"http://localhost:{port}/_stcore/health", server, log)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)
    assert complaints(log.read_text(errors="replace")) == []


def complaints(log: str) -> list[str]:
    """The lines of a server's log that tell of an error or a warning."""
    words = ("error", "warning", "traceback", "exception")
    return [line for line in log.splitlines() if any(word in line.lower() for word in words)]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium: the one that CHROMIUM names, else the system's."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "no chromium found; install it or set CHROMIUM to its path"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[Open]:
    """Opens a path of the app in a session of its own; the console must tell of no trouble."""
    contexts = []
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # Streamlit looks for its server beside the page's own path first, and finds it above.
        if message.type in ("error", "warning") and "/_stcore/" not in str(message.location):
            errors.append(message.text)

    def opened(path: str, width: int = 1400, scheme: str = "light") -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("console", note)
        page.goto(f"{address}{path}")
        page.locator("h1").wait_for()
        return idle(page)

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def idle(page: Page) -> Page:
    """Wait until the server has drawn the page to its end: until then it holds what is to go."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    return page


def until(holds: Callable[[], bool], seconds: float = 15) -> bool:
    """Wait for what a click brings about on the server; whether it came."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.1)
    return holds()


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(
        page.evaluate(
            "(() => {const main = document.querySelector('[data-testid=stMain]');"
            "return main.scrollWidth - main.clientWidth})()"
        )
    )


def tables_too_wide(page: Page) -> list[float]:
    """By how many pixels tables in texts reach out of their place, over what is beside them."""
    found: list[float] = page.locator("[data-testid=stMarkdownContainer] table").evaluate_all(
        "tables => tables.map(table => table.getBoundingClientRect().right"
        " - table.closest('[data-testid=stVerticalBlock]').getBoundingClientRect().right)"
    )
    assert found  # at least one table is there
    return [pixels for pixels in found if pixels > 1]


def settle(locator: Locator) -> Locator:
    """Wait until an element has stopped moving: charts above it are drawn in steps."""
    try:
        locator.scroll_into_view_if_needed()
    except Error:  # drawn anew meanwhile: the element that was found is gone
        locator.scroll_into_view_if_needed()
    before = None
    while (now := locator.bounding_box()) is None or now != before:
        before = now
        locator.page.wait_for_timeout(500)
    return locator


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_until_healthy(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")
