"""A run from elsewhere, validated and scored for the first time in a child with limits.

`python -m dga.runs.quarantine FOLDER` is that child: it reads every file as what it should be and
scores names of all lengths. What is wrong with the run it tells in a sentence; where memory or
time runs out, the parent tells that. The process of the pages never meets the run before.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from dga.errors import ArchiveError, BundleError, DGAError, RunError

MEMORY_BYTES = 3 * 2**29  # beside what the libraries take
SECONDS = 60.0
PROBE_NAMES = 2_000
SLOWEST = 50.0  # names a second; our slowest export reaches thousands
REFUSED = 3  # exit status of the child: the run is refused, standard error says why


def validate(folder: Path, seconds: float = SECONDS) -> None:
    """Validate the run in a folder in a child; ArchiveError says why it is refused."""
    command = [sys.executable, "-m", "dga.runs.quarantine", str(folder.resolve())]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=seconds,
            cwd=Path(__file__).resolve().parents[2],
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ArchiveError(
            f"the run took over {seconds:.0f} seconds to be read and to score "
            f"{PROBE_NAMES:,} names; it is not taken"
        ) from None
    if done.returncode == REFUSED:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ArchiveError(lines[-1] if lines else "the run cannot be read")
    if done.returncode:
        raise ArchiveError(
            f"the run took more memory than {MEMORY_BYTES / 2**30:.1f} GiB, or ended the process "
            "that read it; it is not taken"
        )


def inspect(folder: Path) -> None:
    """Read every file of a run as what it should be, and score names; raises a DGAError."""
    from dga.runs import archive_contents, store
    from dga.scoring import bundle

    parts = folder / store.BUNDLE_FOLDER
    archive_contents.check_parquet(folder / store.PREDICTIONS_FILE)
    archive_contents.check_graph(parts / bundle.ONNX_FILE)
    archive_contents.check_weights(parts / bundle.KERAS_FILE)
    try:
        run = store.open_folder(folder)
        names = run.predictions()["domain"].head(PROBE_NAMES // 2).tolist()
        run.history()
        if not {"rows", "accuracy"} <= run.metrics["test"].keys():
            raise RunError(f"{store.METRICS_FILE} lacks the figures of the test part")
        _score(run.bundle(threads=1), names)
    except (RunError, BundleError) as error:
        text = str(error).replace(f"run {folder.name}: ", "").replace(f"{folder}/", "")
        raise ArchiveError(f"the archive holds no sound run: {text}") from None


def _score(loaded: object, names: list[str]) -> None:
    """Score names of a run and of every length with every letter; ArchiveError when too slow."""
    from dga.scoring.bundle import ModelBundle

    assert isinstance(loaded, ModelBundle)
    letters = "etaoinshrdlu0123456789-qxzjkwvybcfgmp."
    made = [(letters * 8)[place % 37 :][: 1 + place % 253] for place in range(PROBE_NAMES // 2)]
    started = time.monotonic()
    for part in (names, made):
        if part and not ((scores := loaded.score(part).score) >= 0).all() | (scores > 1).any():
            raise ArchiveError("the network gives scores that are not from 0 to 1")
    rate = (len(names) + len(made)) / max(time.monotonic() - started, 1e-9)
    if rate < SLOWEST:
        raise ArchiveError(
            f"the network scores {rate:.1f} names a second; no run of ours is so slow"
        )


def _limit(memory: int, seconds: float) -> None:
    """Bound what this process may take from here on."""
    try:
        import resource
    except ImportError:  # Windows
        return
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if os.path.exists("/proc") else 0
    limit = pages * os.sysconf("SC_PAGE_SIZE") + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 5, int(seconds) + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(folder: str) -> int:
    """Validate a folder as the child; returns the exit status."""
    import onnx  # noqa: F401 - the libraries are loaded before memory is limited
    import pandas as pd  # noqa: F401

    from dga.runs import archive_contents, store  # noqa: F401

    _limit(MEMORY_BYTES, SECONDS)
    try:
        inspect(Path(folder))
    except DGAError as error:
        sys.stderr.write(f"\n{' '.join(str(error).split())}\n")
        return REFUSED
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
