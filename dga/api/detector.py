"""Detector: one trained run, ready to score names and files and to explain a verdict."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.errors import ConfigError, DomainError
from dga.names import parse
from dga.progress import OnProgress, ShouldStop, ignore, never
from dga.runs import store
from dga.schema import SCORE
from dga.scoring import bundle as bundles
from dga.scoring.bundle import ModelBundle
from dga.scoring.scorer import Scorer

if TYPE_CHECKING:
    from dga.explain.contributions import Explanation
    from dga.scoring.score_file import Summary

Source = str | os.PathLike[str] | BinaryIO


class Detector:
    """Scores domain names with one run. Safe to use from several threads.

    About the last two million names scored at each threshold are cached. No method downloads or
    resolves anything.
    """

    def __init__(self, bundle: ModelBundle) -> None:
        self.bundle = bundle
        self._scorers: dict[float, Scorer] = {}

    def __repr__(self) -> str:
        bundle = self.bundle
        about = f"{bundle.architecture}, {len(bundle.families)} families"
        return f"<Detector {self.name!r}: {about}, threshold {self.threshold():.3f}>"

    @property
    def name(self) -> str:
        """The run's name."""
        return self.bundle.name

    def threshold(self, fpr: float | None = None) -> float:
        """The score from which a verdict is `dga`.

        `fpr`: the share of benign names that may reach it; a run stores thresholds for a few rates
        (0.01, 0.001 and 0.0001 if its validation part was large enough). Default: the run's own
        choice. BundleError lists the stored rates if `fpr` is not among them.
        """
        return self.bundle.threshold(fpr)

    def score(
        self,
        names: Iterable[object],
        *,
        fpr: float | None = None,
        threshold: float | None = None,
    ) -> pd.DataFrame:
        """Score names: one row for each, in order, also for text that is not a domain.

        `names`: strings in a list, a series or an Arrow column; URLs, e-mail addresses and defanged
        names are parsed. Returns the columns `given, domain, registered_name, score` (P(dga), 0 to
        1), `verdict, family, family_score, problem`; a row without a domain has a `problem`, no
        verdict and a NaN score. The verdict is made at `threshold`, or at the run's threshold for
        the false-positive rate `fpr`. TypeError for a single string.
        """
        return self.scorer(fpr, threshold).table(names).to_pandas()

    def predict_proba(self, names: Iterable[object]) -> npt.NDArray[np.float64]:
        """The probabilities of (benign, dga): an array (names, 2); NaN for text without a domain.

        The columns are in the order of scikit-learn's `classes_`: benign, dga.
        """
        score = self.score(names)[SCORE].to_numpy(np.float64)
        return np.column_stack([1 - score, score])

    def score_file(
        self,
        source: Source,
        target: str | os.PathLike[str],
        *,
        column: str | None = None,
        fpr: float | None = None,
        threshold: float | None = None,
        on_progress: OnProgress = ignore,
        should_stop: ShouldStop = never,
    ) -> Summary:
        """Score every row of a file in bounded memory; returns the counts of verdicts.

        `source`: a list or table of domains, also compressed, or a binary stream. `target`: a
        .csv, .parquet or .jsonl file, replaced when the new one is complete: the source's columns,
        then the verdict columns. `column`: the column of domains, guessed from the values by
        default. FeedError for a file that cannot be read or has no column of domains.
        """
        from dga.scoring.score_file import score_table

        return score_table(
            Path(source) if isinstance(source, (str, os.PathLike)) else source,
            Path(target),
            self.scorer(fpr, threshold),
            column=column,
            on_progress=on_progress,
            should_stop=should_stop,
        )

    def explain(self, text: str, *, families: int = 3) -> Explanation:
        """Explain a score: each character's contribution (in log-odds) and the nearest families.

        DomainError for text that is not a domain.
        """
        from dga.explain.contributions import explain

        parsed = parse.parse(text)
        name = parsed.domain if self.bundle.scope == "fqdn" else parsed.registered_name
        if parsed.problem or not name:
            raise DomainError(f"{text}: {parsed.problem}")
        return explain(name, self.bundle, families)

    def scorer(self, fpr: float | None = None, threshold: float | None = None) -> Scorer:
        """The scorer at a threshold, at a stored false-positive rate, or at the run's default."""
        if threshold is None:
            threshold = self.threshold(fpr)
        elif fpr is not None:
            raise ConfigError("give either a threshold or a false-positive rate, not both")
        if not 0 <= threshold <= bundles.ABOVE_ALL:
            raise ConfigError(f"the threshold must be from 0 to 1, got {threshold:g}")
        if threshold not in self._scorers:
            self._scorers[threshold] = Scorer(self.bundle, threshold)
        return self._scorers[threshold]


def load(run: str | Path | None = None, *, threads: int | None = None) -> Detector:
    """Load a run as a Detector, by default the active one.

    `run`: a run's name, or the path of a run's folder. `threads`: batches scored in parallel, by
    default one per processor. RunError lists the existing runs; BundleError says what is missing or
    damaged.
    """
    if run is None:
        return Detector(store.active_run().bundle(threads))
    if isinstance(run, Path) or os.sep in run:
        return Detector(store.open_folder(Path(run)).bundle(threads))
    return Detector(store.open_run(run).bundle(threads))


def score(
    names: Iterable[object],
    *,
    run: str | None = None,
    fpr: float | None = None,
    threshold: float | None = None,
) -> pd.DataFrame:
    """Score names with a run, by default the active one; see `Detector.score`.

    >>> import dga
    >>> dga.score(["paypal.com", "192.0.2.7"])[["given", "verdict", "problem"]].values.tolist()
    [['paypal.com', 'benign', ''], ['192.0.2.7', '', 'an IP address, not a domain name']]
    """
    return shared(run).score(names, fpr=fpr, threshold=threshold)


def score_file(
    source: Source,
    target: str | os.PathLike[str],
    *,
    run: str | None = None,
    column: str | None = None,
    fpr: float | None = None,
    threshold: float | None = None,
) -> Summary:
    """Score every row of a file with a run, by default the active one; see
    `Detector.score_file`."""
    return shared(run).score_file(source, target, column=column, fpr=fpr, threshold=threshold)


def shared(run: str | None) -> Detector:
    """The run's detector, cached until its bundle changes."""
    found = store.open_run(run) if run else store.active_run()
    path = found.path / store.BUNDLE_FOLDER / bundles.BUNDLE_FILE
    return _loaded(found.path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=2)
def _loaded(path: Path, changed: int) -> Detector:
    return Detector(store.open_folder(path).bundle())
