"""Validate an imported run and score names with it, in a child process with limits.

`python -m dga.runs.quarantine FOLDER SECONDS` is that child: it reads every file as what it should
be and scores names of all lengths. What is wrong with the run it tells in a sentence; where memory
or time runs out, the parent tells that. The process of the pages never meets the run before.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from dga.errors import ArchiveError, BundleError, RunError
from dga.storage.limited import Ending, run_child, run_limited

if TYPE_CHECKING:
    from dga.scoring.bundle import ModelBundle

MEMORY_BYTES = 3 * 2**28  # in addition to what the libraries need
SECONDS = 50.0
PROBE_NAMES = 2_000
SLOWEST = 50.0  # names a second; our slowest export reaches thousands


def validate(folder: Path, seconds: float = SECONDS) -> None:
    """Validate the run in a folder in a child; ArchiveError says why it is refused."""
    ending, told = run_child(
        "dga.runs.quarantine", str(folder.resolve()), str(seconds), seconds=seconds
    )
    if ending is Ending.REFUSED:
        raise ArchiveError(told or "the run cannot be read")
    if ending is Ending.TOO_LONG:
        raise ArchiveError(
            f"reading the run and scoring {PROBE_NAMES:,} names took over {seconds:.0f} seconds; "
            "it is not imported"
        )
    if ending is Ending.BROKE_DOWN:
        raise ArchiveError(
            f"reading the run took more than {MEMORY_BYTES >> 20} MiB of memory or crashed; it is "
            "not imported"
        )


def inspect(folder: Path) -> None:
    """Read every file of a run and score names; raises a DGAError."""
    from dga.runs import archive_contents, store
    from dga.scoring import bundle, second_look

    parts = folder / store.BUNDLE_FOLDER
    archive_contents.check_parquet(folder / store.PREDICTIONS_FILE)
    archive_contents.check_graph(parts / bundle.ONNX_FILE)
    if (parts / second_look.TREES_FILE).exists():
        archive_contents.check_trees(parts / second_look.TREES_FILE)
    archive_contents.check_weights(parts / bundle.KERAS_FILE)
    try:
        run = store.open_folder(folder)
        names = run.predictions()["domain"].head(PROBE_NAMES // 2).tolist()
        run.history()
        if not {"rows", "accuracy"} <= run.metrics["test"].keys():
            raise RunError(f"{store.METRICS_FILE} lacks the figures of the test part")
        loaded = run.bundle(threads=1)
        _try_shapes(loaded)
        _score(loaded, names)
    except (RunError, BundleError) as error:
        text = str(error).replace(f"run {folder.name}: ", "").replace(f"{folder}/", "")
        raise ArchiveError(f"the archive holds no valid run: {text}") from None


def _try_shapes(loaded: ModelBundle) -> None:
    """Score a batch of each shape that the network will ever be given."""
    import numpy as np

    from dga.scoring import tried_shapes

    dice = np.random.default_rng(0)
    for shape in tried_shapes.shapes(loaded.encoder, trims=loaded.trims):
        loaded.run([dice.integers(1, loaded.encoder.vocabulary, shape, np.uint8)])


def _score(loaded: ModelBundle, names: list[str]) -> None:
    """Score names of a run and of every length with every letter; ArchiveError when too slow."""
    letters = "etaoinshrdlu0123456789-qxzjkwvybcfgmp."
    made = [(letters * 8)[place % 37 :][: 1 + place % 253] for place in range(PROBE_NAMES // 2)]
    started = time.monotonic()
    for part in (names, made):
        if part and not ((scores := loaded.score(part).score) >= 0).all() | (scores > 1).any():
            raise ArchiveError("the network's scores are not from 0 to 1")
    rate = (len(names) + len(made)) / max(time.monotonic() - started, 1e-9)
    if rate < SLOWEST:
        raise ArchiveError(
            f"the network scores only {rate:.1f} names a second; runs of this program are faster"
        )


def main(folder: str, seconds: str) -> int:
    """Validate a folder as the child; returns the exit status."""
    import onnx  # noqa: F401 - the libraries are loaded before memory is limited
    import pandas as pd  # noqa: F401

    from dga.runs import archive_contents, store  # noqa: F401

    return run_limited(lambda: inspect(Path(folder)), memory=MEMORY_BYTES, seconds=float(seconds))


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
