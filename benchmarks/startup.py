"""Start-up: `python -m benchmarks.startup [--command-line]`.

Seconds of `import dga`, of `dga --help`, from process start to the first verdict on the command
line, and to a usable first page in a browser; and which heavy libraries the web process has
loaded. The median of a few starts; run it twice, since the first warms the disk.
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
TRIES = 5
HEAVY = ("tensorflow", "sklearn", "scipy")
COMMANDS = {
    "Python alone": ["-c", ""],
    "import dga": ["-c", "import dga"],
    "dga --help": ["-m", "dga", "--help"],
    "process start to first verdict": ["-m", "dga", "lookup", "example.com"],
}


def main() -> None:
    """Print the median of a few starts of each kind; `--command-line` leaves out the browser."""
    for name, arguments in COMMANDS.items():
        seconds, processor = sorted(run(arguments) for _ in range(TRIES))[TRIES // 2]
        print(f"{name}: {seconds:.2f} s, of which the processor computes {processor:.2f} s")
    if "--command-line" in sys.argv[1:]:
        return
    pages = sorted(page() for _ in range(TRIES))
    seconds, loaded = pages[TRIES // 2]
    print(f"app, start to a usable Look up page in the browser: {seconds:.2f} s")
    print(f"loaded by the web process: {', '.join(loaded) or 'none of ' + ', '.join(HEAVY)}")


def run(arguments: list[str]) -> tuple[float, float]:
    """Seconds from a Python process's start to its end, and those that it computes."""
    started, before = time.perf_counter(), os.times()
    command = [sys.executable, *arguments]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    seconds, after = time.perf_counter() - started, os.times()
    computed = after.children_user + after.children_system
    return seconds, computed - before.children_user - before.children_system


def page() -> tuple[float, list[str]]:
    """Seconds from server start until the text box can be typed into, and what is loaded."""
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
            mapped = Path(f"/proc/{process.pid}/maps").read_text()
            loaded = [name for name in HEAVY if f"/{name}/" in mapped]
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
