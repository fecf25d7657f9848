"""A child with limits: how it ended is told, and nothing of it reaches the parent."""

from __future__ import annotations

import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dga.storage import limited
from dga.storage.limited import Ending

WORKS = {
    "done": ("print('seven')", Ending.DONE, "seven"),
    "refused": ("raise DGAError('no\\nsuch')", Ending.REFUSED, "no such"),
    "large": ("len(bytearray(2**28))", Ending.BROKE_DOWN, ""),
    "crashed": ("import os; os.abort()", Ending.BROKE_DOWN, ""),
    "waits": ("import time; time.sleep(60)", Ending.TOO_LONG, ""),
}
CHILD = """
from dga.errors import DGAError
from dga.storage.limited import run_limited

def work():
    {work}

raise SystemExit(run_limited(work, memory=2**26, seconds=30))
"""


@pytest.mark.parametrize("work", WORKS)
def test_how_a_child_ended_is_told(
    work: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, ending, told = WORKS[work]
    (tmp_path / "odd_child.py").write_text(CHILD.format(work=code), encoding="utf-8")
    root = Path(limited.__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{root}")
    seconds = 0.5 if ending is Ending.TOO_LONG else 60
    assert limited.run_child("odd_child", seconds=seconds) == (ending, told)


def test_a_child_that_computes_without_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = CHILD.format(work="exec('while True: pass')").replace("seconds=30", "seconds=0.1")
    (tmp_path / "odd_child.py").write_text(child, encoding="utf-8")
    root = Path(limited.__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{root}")
    assert limited.run_child("odd_child", seconds=60) == (Ending.TOO_LONG, "")


def test_children_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = 0, 0
    gate = threading.Barrier(limited.AT_ONCE)

    def run(*_: object, **__: object) -> subprocess.CompletedProcess[bytes]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        gate.wait(60)  # until as many run as may
        running -= 1
        return subprocess.CompletedProcess([], 0, b"", b"")

    monkeypatch.setattr(limited.subprocess, "run", run)
    with ThreadPoolExecutor(3 * limited.AT_ONCE) as pool:
        asked = [
            pool.submit(limited.run_child, "any", seconds=1.0) for _ in range(3 * limited.AT_ONCE)
        ]
        assert {one.result() for one in asked} == {(Ending.DONE, "")}
    assert most == limited.AT_ONCE
