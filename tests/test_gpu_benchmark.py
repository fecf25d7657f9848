"""The command that measures GPUs runs to its end, on two logical CPU devices."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^  (CPU|all 2 devices) +([\d,]+) +[\d.]+ +[\d.]+ +[\d.]+ +\d+% +[\d.]+%$", re.M)


def test_it_measures_each_network_on_one_device_and_on_two() -> None:
    arguments = ["--logical-cpus", "2", "--names", "700", "--seconds", "0.2", "--batch-size", "32"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu", *arguments],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert re.findall(r"^(\w+): [\d,]+ names an epoch", done.stdout, re.M) == ["lstm", "hybrid"]
    found = ROW.findall(done.stdout)
    assert [device for device, _ in found] == ["CPU", "all 2 devices"] * 2
    assert all(int(rate.replace(",", "")) > 0 for _, rate in found)
