"""`make bench`: the benchmarks that need no data but the project's own."""

from __future__ import annotations

import subprocess
import sys

TABLES = ("scoring", "startup")

for table in TABLES:
    print(f"== {table}", flush=True)
    subprocess.run([sys.executable, "-m", f"benchmarks.{table}"], check=True)
