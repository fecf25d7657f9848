"""Hostile inputs: `python -m benchmarks.hostile [--inputs 1010] [--seed 23] [--log FILE]`.

Draws files, archives of runs, graphs, widget values and HTTP requests from a seed, and gives each
to the part of the program that meets it; requests and widget values to a running server. Prints, by
kind: tracebacks (any error that is no DGAError), hangs over 60 s, inputs that took over 1 GiB, rows
lost, and the slowest. The first four must be 0.

Each input is drawn from the seed and its own number: `--only "file 37"` gives that one alone,
`--only file` those of a kind, and with a log a later start goes on with the inputs that are
missing. Times of files, archives and graphs are of the processor, so that a busy machine tells the
same. What a server did not answer in time is asked once more, alone and with ten times the
patience, before it counts.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import tempfile
from dataclasses import fields
from pathlib import Path

from benchmarks.hostile.archives import archives, graphs
from benchmarks.hostile.files import files
from benchmarks.hostile.inputs import Inputs, Tally, wrong
from benchmarks.hostile.requests import requests
from benchmarks.startup import server
from dga.runs import store


def main() -> None:
    """Print the table; exit status 1 where a count is not 0."""
    parser = argparse.ArgumentParser("benchmarks.hostile")
    parser.add_argument("--inputs", type=int, default=1010)
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--log", type=Path, help="keeps each input's end; what it holds is done")
    parser.add_argument("--only", default="", metavar="KIND [NUMBER]", help="these alone")
    inputs = Inputs(parser.parse_args())
    with tempfile.TemporaryDirectory(prefix="dga-hostile-") as folder:
        root = Path(folder)
        for kind, give in (("file", files), ("archive", archives), ("graph", graphs)):
            if inputs.any_left(kind):
                give(inputs, root)
        if inputs.any_left("http", "widget"):
            shutil.copytree(store.active_run().path, root / "models" / "kept")
            # Pages write into the folder of runs what they are told.
            os.environ["DGA_MODELS"] = str(root / "models")
            with server() as (process, address):
                requests(inputs, address, process.pid)
                if inputs.any_left("widget"):
                    # Here, since Streamlit would count in the memory that the others take.
                    from benchmarks.hostile.widgets import widgets

                    asyncio.run(widgets(inputs, address, process.pid))
    raise SystemExit(1 if tell(inputs.tallies) else 0)


def tell(tallies: dict[str, Tally]) -> int:
    """Print the table; returns how much was wrong."""
    heads = ("inputs", "tracebacks", "hangs", "over 1 GiB", "rows lost", "slowest, s", "most, MiB")
    print(f"{'kind':<9}" + "".join(f"{head:>12}" for head in heads))
    for kind, one in tallies.items():
        counts = [getattr(one, field.name) for field in fields(one)][:5]
        figures = "".join(f"{count:>12,}" for count in counts)
        print(f"{kind:<9}{figures}{one.slowest:>12.1f}{one.most >> 20:>12,}")
    print(f"{sum(one.inputs for one in tallies.values()):,} inputs")
    return wrong(tallies)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
