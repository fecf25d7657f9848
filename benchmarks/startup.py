"""Start-up: `python -m benchmarks.startup`.

Process start to first verdict on the command line, and to a usable first page in a browser; and
whether the web process has loaded TensorFlow. Run it twice: the first warms the disk.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TRIES = 3


def main() -> None:
    """Print the median of a few starts of each kind."""
    looked_up = sorted(command_line() for _ in range(TRIES))
    print(f"command line, start to first verdict: {looked_up[TRIES // 2]:.2f} s")
    pages = sorted(page() for _ in range(TRIES))
    seconds, loaded = pages[TRIES // 2]
    print(f"app, start to a usable Look up page in the browser: {seconds:.2f} s")
    print(f"TensorFlow loaded by the web process: {'yes' if loaded else 'no'}")


def command_line() -> float:
    """Seconds from process start to the end of one look-up."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "dga", "lookup", "example.com"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def page() -> tuple[float, bool]:
    """Seconds from server start until the text box can be typed into; is TensorFlow loaded?"""
    from playwright.sync_api import sync_playwright

    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        tab = browser.new_page()
        started = time.perf_counter()
        with server() as (process, address):
            tab.goto(address)
            box = tab.get_by_label("Domain", exact=True)
            box.wait_for()
            seconds = time.perf_counter() - started
            box.fill("wikipedia.org")
            box.press("Enter")
            tab.get_by_text("Looks").first.wait_for()
            loaded = "tensorflow" in Path(f"/proc/{process.pid}/maps").read_text()
        browser.close()
    return seconds, loaded


@contextmanager
def server() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The app on a free port; returned as soon as it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    process = subprocess.Popen([*command, f"--server.port={port}"], cwd=ROOT)
    try:
        while process.poll() is None and not _answers(port):
            time.sleep(0.02)
        yield process, f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
