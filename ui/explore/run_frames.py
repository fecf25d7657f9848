"""A run as the Explore page needs it: everything that no threshold changes, computed once for all
sessions. Draws nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dga.evaluation import metrics, slices
from dga.evaluation import threshold_sweep as sweep
from dga.evaluation.threshold_sweep import Sweep
from dga.runs import store
from dga.runs.store import Run
from dga.schema import DOMAIN, FAMILY
from ui.common import session

POINTS = 200  # of a curve are sent to the browser


@dataclass(frozen=True)
class Explored:
    """A run's test names and what is known of them at every threshold. Shared: never change it.

    `stamp`: tells these predictions from later ones of a run of the same name.
    """

    run: Run
    stamp: int
    predictions: pd.DataFrame
    sweep: Sweep
    roc: pd.DataFrame
    reliability: pd.DataFrame


def load(run: Run) -> Explored:
    """A run's test names, sorted and sliced; RunError where they cannot be read."""
    predictions = session.predictions(run)
    stamp = (run.path / store.PREDICTIONS_FILE).stat().st_mtime_ns
    return _explored(str(run.path), stamp, run, predictions)


def precision(explored: Explored, share: float) -> pd.DataFrame:
    """Precision over recall where `share` of the names are DGA."""
    return _precision(str(explored.run.path), explored.stamp, share, explored.predictions)


def answers(explored: Explored) -> list[str]:
    """The family that the run names for each test name, whatever its score; "" for none."""
    return _answers(str(explored.run.path), explored.stamp, explored)


@st.cache_resource(max_entries=3, show_spinner="Naming families")
def _answers(path: str, stamp: int, _explored: Explored) -> list[str]:
    named = session.scorer(_explored.run, 0.0).frame(_explored.predictions[DOMAIN].tolist())
    return [str(name) for name in named[FAMILY]]


@st.cache_resource(max_entries=3, show_spinner="Sorting and slicing the test names")
def _explored(path: str, stamp: int, _run: Run, _predictions: pd.DataFrame) -> Explored:
    return Explored(
        run=_run,
        stamp=stamp,
        predictions=_predictions,
        sweep=sweep.prepare(_predictions, slices.attributes(_predictions)),
        roc=metrics.roc_curve(_predictions, POINTS),
        reliability=metrics.reliability(_predictions),
    )


@st.cache_resource(max_entries=24, show_spinner=False)
def _precision(path: str, stamp: int, share: float, _predictions: pd.DataFrame) -> pd.DataFrame:
    return metrics.precision_recall_curve(_predictions, share, POINTS)
