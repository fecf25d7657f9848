"""What outlives a rerun: runs and bundles shared by all sessions, and a session's own memory.

Draws nothing. Everything read from disk is cached by the files' times of change, so that a run
that was trained, replaced or deleted by another process is seen at the next rerun.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import pandas as pd
import streamlit as st

from dga.datasets import toplists
from dga.datasets.download import data_folder
from dga.datasets.toplists import Ranks
from dga.errors import DGAError
from dga.explain import contributions
from dga.explain.contributions import Explanation
from dga.explain.nearest_names import NameIndex
from dga.explain.score_rank import BenignReference, Standing
from dga.runs import store
from dga.runs.store import DamagedRun, Run
from dga.schema import Scope
from dga.scoring import bundle as bundles
from dga.scoring.bundle import ModelBundle
from dga.scoring.score_file import Scorer
from ui.common.text import rate

DOMAIN = "domain"  # session key and query parameter: the looked-up text
RUN = "run"  # session: the run chosen for scoring; absent: the active one
NOTICE = "notice"  # session: the error of a button's callback, shown once
PRESELECTED = "train_preselected"  # session: files to choose on the Train page
SAID = "said_once"  # session: a text and its icon, shown by the next run of the page
HANDED = "bulk_handed"  # session: a text passed from another page to Bulk
HANDED_LOG = "hosts_handed"  # session: name, content and sheet of a log, passed to Hosts
BULK = "bulk"  # session: the bulk page's table, job and result
LOOKUP_PAGE, BULK_PAGE, HOSTS_PAGE, TRAIN_PAGE, EXPLORE_PAGE, RUNS_PAGE = (
    f"pages/{name}.py" for name in ("lookup", "bulk", "hosts", "train", "explore", "runs")
)

T = TypeVar("T")
Stamp = tuple[int, ...]


@dataclass(frozen=True)
class Measure:
    """A threshold for verdicts, and where it comes from."""

    threshold: float
    fpr: float | None = None

    @property
    def about(self) -> str:
        """Where the threshold comes from, as the end of a sentence."""
        if self.fpr is None:
            return "chosen by hand"
        return f"chosen so that {rate(self.fpr)} of benign names score above"


# Runs, shared by all sessions.


def all_runs() -> list[Run | DamagedRun]:
    """Every run of the models folder, newest first, including damaged ones."""
    root = store.models_folder()
    return _all_runs(str(root), _folder_stamp(root))


def good_runs() -> list[Run]:
    """The runs that can be read, newest first."""
    return [run for run in all_runs() if isinstance(run, Run)]


def active_name() -> str | None:
    """The active run's name; None if there are no runs."""
    try:
        return store.active_name()
    except DGAError:
        return None


def find_run(name: str | None) -> Run | None:
    """The readable run with a name, else the one that had the name before it was renamed."""
    found = good_runs()
    named = (run for run in found if run.name == name)
    return next(named, None) or next((r for r in found if name in r.about().formerly), None)


def load_bundle(run: Run) -> ModelBundle:
    """The run's bundle, loaded once for all sessions; BundleError when it is damaged."""
    return _bundle(str(run.path), stamp(run.path / store.BUNDLE_FOLDER / bundles.BUNDLE_FILE))


def scorer(run: Run, threshold: float | None = None) -> Scorer:
    """A scorer at a threshold over the run's shared bundle, with its own cache of names."""
    return Scorer(load_bundle(run), threshold)


def run_stamp(run: Run) -> Stamp:
    """A stamp that changes when another run takes this name."""
    bundle = run.path / store.BUNDLE_FOLDER / bundles.BUNDLE_FILE
    return (*stamp(bundle), *stamp(run.path / store.CONFIG_FILE))


def explanation(run: Run, name: str) -> Explanation:
    """The explanation of a name's score; cached for the latest names."""
    return _explanation(str(run.path), run_stamp(run), name, run)


def predictions(run: Run) -> pd.DataFrame:
    """The run's scored test domains. Shared: never change the frame in place."""
    return _predictions(str(run.path), stamp(run.path / store.PREDICTIONS_FILE), run)


def known_names(run: Run) -> NameIndex:
    """An index of the run's predicted names, for finding names near another."""
    return _known_names(str(run.path), stamp(run.path / store.PREDICTIONS_FILE), run)


def standing(run: Run) -> Standing:
    """The scores of the run's predictions, by class."""
    return _standing(str(run.path), stamp(run.path / store.PREDICTIONS_FILE), run)


def benign_reference(run: Run) -> BenignReference | None:
    """The benign names on which the run's thresholds were chosen; None if it has no record."""
    return BenignReference.of(run.metrics)


def top_lists() -> list[Ranks]:
    """The top lists downloaded to the data folder."""
    return [_ranks(str(path), stamp(path)) for path in toplists.fetched(data_folder())]


def history(run: Run) -> pd.DataFrame:
    """The run's training history, one row an epoch. Shared: never change it in place."""
    return _history(str(run.path), stamp(run.path / store.HISTORY_FILE), run)


def test_metrics(run: Run | DamagedRun) -> dict[str, Any]:
    """The run's metrics over its own test part; empty where it has none."""
    found = run.metrics.get("test") if isinstance(run, Run) else None
    return dict(found) if isinstance(found, dict) else {}


def shown_metrics(run: Run) -> tuple[dict[str, Any], bool]:
    """The metrics over the names that the run's predictions hold, and whether those are a trial
    set's: names of no part of its lists."""
    found = run.metrics.get("trial")
    return (dict(found), True) if isinstance(found, dict) else (test_metrics(run), False)


def whose_names(run: Run) -> str:
    """Which names the run's predictions hold, as the end of a sentence."""
    part = "the trial set" if shown_metrics(run)[1] else "the run's test part"
    return f"names of {part}"


# A session's own memory.


def remembered(key: str, make: Callable[[], T]) -> T:
    """The session's value for a key, created on first use."""
    if key not in st.session_state:
        st.session_state[key] = make()
    return cast(T, st.session_state[key])


def say(text: str, icon: str) -> None:
    """Have the next run of the page tell something for a moment: a callback of a dialog or another
    fragment may draw nothing itself."""
    st.session_state[SAID] = (text, icon)


def tell_said() -> None:
    """Show the text given to `say`, once."""
    if said := st.session_state.pop(SAID, None):
        text, icon = said
        st.toast(text, icon=icon)


def open_lookup(text: str) -> None:
    """Open the Look up page with a text in its box."""
    st.switch_page(LOOKUP_PAGE, query_params={DOMAIN: text})


# Cached functions: arguments with an underscore are not part of the key.


@st.cache_resource(max_entries=2, show_spinner=False)
def _all_runs(root: str, stamp: Stamp) -> list[Run | DamagedRun]:
    return store.list_runs(Path(root))


@st.cache_resource(max_entries=4, show_spinner="Loading the model")
def _bundle(path: str, stamp: Stamp) -> ModelBundle:
    return store.open_folder(Path(path)).bundle()


@st.cache_resource(max_entries=256, show_spinner=False)
def _explanation(path: str, stamp: Stamp, name: str, _run: Run) -> Explanation:
    return contributions.explain(name, load_bundle(_run))


@st.cache_resource(max_entries=4, show_spinner="Reading the test predictions")
def _predictions(path: str, stamp: Stamp, _run: Run) -> pd.DataFrame:
    return _run.predictions()


@st.cache_resource(max_entries=4, show_spinner=False)
def _known_names(path: str, stamp: Stamp, _run: Run) -> NameIndex:
    scope: Scope = "fqdn" if _run.settings.get("scope") == "fqdn" else "registered"
    return NameIndex(_predictions(path, stamp, _run), scope)


@st.cache_resource(max_entries=4, show_spinner=False)
def _standing(path: str, stamp: Stamp, _run: Run) -> Standing:
    return Standing.of(_predictions(path, stamp, _run))


@st.cache_resource(max_entries=4, show_spinner=False)
def _ranks(path: str, stamp: Stamp) -> Ranks:
    return toplists.read(Path(path))


@st.cache_resource(max_entries=16, show_spinner=False)
def _history(path: str, stamp: Stamp, _run: Run) -> pd.DataFrame:
    return _run.history()


def stamp(path: Path) -> Stamp:
    """The modification time and size of a file; (0, 0) if there is none."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def _folder_stamp(root: Path) -> Stamp:
    """A stamp that changes whenever a run is added, removed or rewritten."""
    stamps: list[int] = [*stamp(root)]
    for folder in sorted(root.glob("*/")) if root.is_dir() else []:
        for name in (store.CONFIG_FILE, store.METRICS_FILE):
            stamps += stamp(folder / name)
    return tuple(stamps)
