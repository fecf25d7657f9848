"""The scorer of a run, loaded once per worker process and used by its single thread."""

from __future__ import annotations

from functools import lru_cache

from dga.runs import store
from dga.runs.store import Run
from dga.scoring import bundle as bundles
from dga.scoring.scorer import Scorer


def scorer(run: str | None, fpr: float | None = None, threshold: float | None = None) -> Scorer:
    """The scorer of a run (by default the active one), at a threshold or a false-positive rate."""
    found = store.open_run(run) if run else store.active_run()
    return _loaded(found.name, mark(found), fpr, threshold)


def mark(run: Run) -> str:
    """A stamp that changes with the run's bundle."""
    facts = (run.path / store.BUNDLE_FOLDER / bundles.BUNDLE_FILE).stat()
    return f"{facts.st_size}-{facts.st_mtime_ns}"


@lru_cache(maxsize=2)
def _loaded(run: str, changed: str, fpr: float | None, threshold: float | None) -> Scorer:
    bundle = store.open_run(run).bundle(threads=1)
    return Scorer(bundle, bundle.threshold(fpr) if threshold is None else threshold)
