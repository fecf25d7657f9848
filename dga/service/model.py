"""The model that the service scores with: the active run, switched without failing a request.

Each request uses the `Model` that was current at its start; the old model is freed when its last
request ends.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from dga.errors import DGAError
from dga.runs import store
from dga.runs.store import Run
from dga.scoring.bundle import ModelBundle
from dga.scoring.scorer import Scorer

OTHER_THRESHOLDS = 4  # scorers that are cached beside the default one
OTHER_CACHE = 2**16  # names in the cache of each of these


@dataclass
class Model:
    """A loaded run with its scorers, one per threshold. Thread-safe."""

    run: str
    stamp: int
    bundle: ModelBundle
    default: Scorer
    _others: OrderedDict[float, Scorer] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def load(cls, run: Run) -> Model:
        """Load a run's bundle and score one name, so that the first request does not wait."""
        bundle = run.bundle()
        scorer = Scorer(bundle)
        scorer.table(["example.com"])
        return cls(run.name, stamp_of(run.path), bundle, scorer)

    def scorer(self, fpr: float | None = None, threshold: float | None = None) -> Scorer:
        """The scorer for a threshold, for a false-positive rate of the bundle, or the default
        one."""
        if fpr is None and threshold is None:
            return self.default
        wanted = self.bundle.threshold(fpr) if threshold is None else threshold
        if wanted == self.default.threshold:
            return self.default
        with self._lock:
            if wanted not in self._others:
                self._others[wanted] = Scorer(self.bundle, wanted, cache=OTHER_CACHE)
            self._others.move_to_end(wanted)
            while len(self._others) > OTHER_THRESHOLDS:
                self._others.popitem(last=False)
            return self._others[wanted]


class ActiveModel:
    """Holds the model of the active run, or of the run named at the start."""

    def __init__(self, run: str | None = None) -> None:
        self._named = run
        self.current = Model.load(self._wanted())
        self.problem = ""  # why the last switch failed

    def refresh(self) -> bool:
        """Load the active run if it has changed; returns whether it did.

        If it cannot be loaded, the current model stays, and `problem` says why.
        """
        try:
            if self._is_current():
                self.problem = ""
                return False
            self.current = Model.load(self._wanted())
        except (DGAError, OSError) as error:
            self.problem = str(error)
            return False
        self.problem = ""
        return True

    def _is_current(self) -> bool:
        """Whether the current model is the active run's, determined without reading the run's
        files."""
        name = self._named or store.active_name()
        folder = store.folder_of(name, store.models_folder())
        return name == self.current.run and stamp_of(folder) == self.current.stamp

    def _wanted(self) -> Run:
        return store.open_run(self._named) if self._named else store.active_run()


def stamp_of(folder: Path) -> int:
    """A stamp that changes with the bundle in a run folder."""
    return (folder / store.BUNDLE_FOLDER / "bundle.json").stat().st_mtime_ns
