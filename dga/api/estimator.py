"""DGAClassifier: a detector as a scikit-learn estimator, to train and compare in its pipelines."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from dga.api.detector import Detector
from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.jobs import execute
from dga.names import parse
from dga.names.given_texts import refuse_single
from dga.progress import ignore, never
from dga.runs import store
from dga.schema import BENIGN, DGA, DOMAIN

Labels = npt.NDArray[Any]


class DGAClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Classifies names as benign or generated: `fit(names, labels)`, `predict_proba(names)`.

    Labels are `benign` and `dga`, or 0 and 1, or False and True. The parameters are the most
    important ones of `dga.config.TrainingConfig`; None means the architecture's default. Training
    needs TensorFlow and writes only to a temporary folder; what is scored is the registered name.
    The fitted detector is `detector_`.
    """

    def __init__(
        self,
        *,
        architecture: str = "hybrid",
        scope: str = "registered",
        epochs: int | None = None,
        batch_size: int | None = None,
        test_size: float = 0.05,
        validation_size: float = 0.1,
        invented_share: float | None = None,
        generated_share: float | None = None,
        hosted_share: float | None = None,
        composed_share: float | None = None,
        device: str = "auto",
        random_state: int = 23,
    ) -> None:
        self.architecture = architecture
        self.scope = scope
        self.epochs = epochs
        self.batch_size = batch_size
        self.test_size = test_size
        self.validation_size = validation_size
        self.invented_share = invented_share
        self.generated_share = generated_share
        self.hosted_share = hosted_share
        self.composed_share = composed_share
        self.device = device
        self.random_state = random_state

    def fit(self, X: Iterable[object], y: Iterable[object]) -> DGAClassifier:
        """Train on names (n,) and their labels (n,).

        ValueError for a name that is not a domain and for labels other than the two classes.
        """
        names = _names(X)
        labels, self.classes_ = _labels(y, len(names))
        settings = self.get_params()
        config = TrainingConfig(seed=settings.pop("random_state"), **settings)
        with tempfile.TemporaryDirectory(prefix="dga-fit-") as folder:
            feeds = tuple(
                _feed(Path(folder), label, names[labels == label]) for label in (BENIGN, DGA)
            )
            plan = TrainingPlan(name="classifier", config=config, feeds=feeds)
            work = store.create(plan.name, Path(folder))
            run = execute.train(plan, work=work, on_progress=ignore, should_stop=never)
            self.detector_ = Detector(run.bundle())
        return self

    def predict_proba(self, X: Iterable[object]) -> npt.NDArray[np.float64]:
        """The probability of each class in the order of `classes_`: an array (n, 2).

        ValueError if a name is not a domain; `detector_.score` reports these row by row instead.
        """
        check_is_fitted(self, "detector_")
        return self.detector_.predict_proba(_names(X))

    def predict(self, X: Iterable[object]) -> Labels:
        """The likelier class of each name (n,)."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.classifier_tags.multi_class = False
        return tags


def _names(values: Iterable[object]) -> npt.NDArray[np.object_]:
    refuse_single(values)
    names = np.asarray(list(values), dtype=object)
    if names.ndim == 2 and names.shape[1] == 1:  # a column of a frame
        names = names[:, 0]
    if names.ndim != 1:
        raise ValueError(f"names must be one-dimensional, got an array of shape {names.shape}")
    for name in names:
        if problem := parse.parse(name).problem:
            raise ValueError(f"{name!r} cannot be scored: {problem}")
    return names


def _labels(values: Iterable[object], names: int) -> tuple[Labels, Labels]:
    """Labels as `benign` and `dga` (n,), and the two classes as they were given."""
    given = np.asarray(list(values))
    if len(given) != names:
        raise ValueError(f"as many labels as names are needed, got {len(given)} for {names}")
    classes = np.unique(given)
    if classes.tolist() not in ([BENIGN, DGA], [0, 1]):
        raise ValueError(
            f"labels must be {BENIGN!r} and {DGA!r}, or 0 and 1, both of them; got "
            f"{', '.join(map(repr, classes.tolist()[:5]))}"
        )
    return np.where(given == classes[1], DGA, BENIGN), classes


def _feed(folder: Path, label: str, names: npt.NDArray[np.object_]) -> FeedSpec:
    path = folder / f"{label}.csv"
    pd.DataFrame({DOMAIN: names}).to_csv(path, index=False)
    return FeedSpec(path=str(path), label=label)
