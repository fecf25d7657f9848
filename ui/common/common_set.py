"""One set of names on which runs are compared: every run scores the same ones, none that it knows.

The trial set by default, or any labelled file of the data folder. Draws nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from dga.datasets import feeds
from dga.datasets.download import data_folder
from dga.errors import DGAError
from dga.evaluation import metrics
from dga.names import parse
from dga.runs import learnt_names, store
from dga.runs.store import Run
from dga.schema import (
    BENIGN,
    DGA,
    DOMAIN,
    FAMILY,
    LABEL,
    PRED_CLASS,
    PRED_PROB,
    REGISTERED_NAME,
    SCORE,
    TRUE_CLASS,
)
from ui.common import library, session
from ui.common.text import code

TRIAL = ""  # as the choice of a set
NEEDED = 20  # names of each class that a metric needs
MOSTLY_KNOWN = 0.5  # a run that has learnt from a larger share of a set is not ranked on it

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CommonSet:
    """Names that several runs have scored.

    `predictions`: a predictions frame for each run by its name, the same names in the same order.
    `unsure`: the runs that do not tell whether they have learnt from these names. `known`: how many
    names were left out because one of the runs has learnt from them.
    """

    source: str
    predictions: dict[str, pd.DataFrame]
    unsure: tuple[str, ...]
    known: int

    @property
    def names(self) -> int:
        """How many names there are."""
        return len(next(iter(self.predictions.values()), ()))

    @property
    def comparable(self) -> bool:
        """Whether there are enough names of both classes and no run may have learnt from them."""
        return self.enough and not self.unsure

    @property
    def enough(self) -> bool:
        """Whether there are enough names of both classes for metrics."""
        first = next(iter(self.predictions.values()), None)
        if first is None:
            return False
        counts = first[TRUE_CLASS].value_counts()
        return bool(min(counts.get(BENIGN, 0), counts.get(DGA, 0)) >= NEEDED)

    @property
    def about(self) -> str:
        """A description of the names, with caveats, as Markdown sentences."""
        of = "the trial set" if self.source == TRIAL else code(library.shown_name(self.source))
        left = (
            f" {self.known:,} others are left out: a run may have learnt from them."
            if self.known
            else ""
        )
        if not self.enough:
            return (
                f"These runs can't be compared on {of}: fewer than {NEEDED} names of each class "
                f"are left that no run has learnt from.{left} Choose another labelled file."
            )
        same = "the same " if len(self.predictions) > 1 else ""
        text = f"Over {same}{self.names:,} names of {of}.{left}"
        if self.unsure:
            runs = ", ".join(map(code, self.unsure))
            keeps = "keeps" if len(self.unsure) == 1 else "keep"
            text += (
                f" {runs} {keeps} no record of what was learnt from: the figures may be of names "
                "that it knows, so no gain is shown."
            )
        return text


def sources() -> list[str]:
    """The sets to compare on: the trial set, then the files of the data folder."""
    return [TRIAL, *library.files()]


def source_title(source: str) -> str:
    """The name of a source on the page."""
    return "Trial set" if source == TRIAL else library.shown_name(source)


def common_set(runs: Sequence[Run], source: str = TRIAL) -> CommonSet:
    """Score a set with each run, without the names that one of them has learnt from.

    Shared by all sessions: never change a frame in place. Raises FeedError where the file is no
    labelled list.
    """
    stamps = tuple((str(run.path), _stamp_of(run)) for run in runs)
    return _common_set(stamps, source, _source_stamp(source), runs)


def _stamp_of(run: Run) -> session.Stamp:
    """A stamp that changes with whatever of a run the comparison reads."""
    files = (learnt_names.LEARNT_FILE, store.PREDICTIONS_FILE)
    return sum((session.stamp(run.path / file) for file in files), session.run_stamp(run))


@st.cache_resource(max_entries=16, show_spinner=False)
def _common_set(
    stamps: tuple[tuple[str, session.Stamp], ...],
    source: str,
    changed: session.Stamp,
    _runs: Sequence[Run],
) -> CommonSet:
    runs, names = _runs, _labelled(source)
    known = [_learnt(run, source) for run in runs]
    unsure = tuple(run.name for run, learnt in zip(runs, known, strict=True) if learnt is None)
    keep = ~np.logical_or.reduce(
        [np.zeros(len(names), dtype=bool), *(one for one in known if one is not None)]
    )
    predictions = {}
    for run in runs:
        frame = names[[DOMAIN, TRUE_CLASS, FAMILY]].assign(**{PRED_PROB: _scores(run, source)})
        keep &= frame[PRED_PROB].notna().to_numpy()
        predictions[run.name] = frame
    return CommonSet(
        source=source,
        predictions={name: _called(frame[keep]) for name, frame in predictions.items()},
        unsure=unsure,
        known=sum_known(known),
    )


def sum_known(known: Sequence[Flags | None]) -> int:
    """The number of names that at least one run has learnt from."""
    told = [one for one in known if one is not None]
    return int(np.logical_or.reduce(told).sum()) if told else 0


def _called(frame: pd.DataFrame) -> pd.DataFrame:
    called = np.where(frame[PRED_PROB] >= 0.5, DGA, BENIGN)
    return frame.assign(**{PRED_CLASS: called}).reset_index(drop=True)


def _learnt(run: Run, source: str) -> Flags | None:
    """Which of a set's names a run has learnt from (names,); None if it has no record."""
    return _flags(str(run.path), _stamp_of(run), source, _source_stamp(source), run)


@st.cache_resource(max_entries=64, show_spinner=False)
def _flags(
    path: str, stamp: session.Stamp, source: str, changed: session.Stamp, _run: Run
) -> Flags | None:
    run, names = _run, _labelled(source)
    known = learnt_names.seen(run, names[REGISTERED_NAME])
    if known is not None:
        return _without_own_test_part(run, names, known)
    files = set(_trial_files()) if source == TRIAL else {Path(source).name}
    if source == TRIAL and files <= {str(one.get("feed")) for one in _facts(run, "trial")}:
        return np.zeros(len(names), dtype=bool)  # it was kept out of the training
    if files & {str(one.get("feed")) for one in _facts(run, "feeds")}:
        own = set(session.predictions(run)[DOMAIN])  # its test part, which it has not learnt from
        held = names[REGISTERED_NAME].isin(own) | names[DOMAIN].isin(own)
        return np.asarray(~held, dtype=np.bool_)
    return None


def _without_own_test_part(run: Run, names: pd.DataFrame, known: Flags) -> Flags:
    """The flags without the names that the run was tested on: of these it has learnt none, whatever
    the hashes of its record say. A continued run's base may have, so that its flags stay."""
    if not known.any() or run.config.get("base"):
        return known
    try:
        tested = names[DOMAIN].isin(set(session.predictions(run)[DOMAIN]))
    except DGAError:  # told where they are shown
        return known
    return np.asarray(known & ~tested.to_numpy(), dtype=np.bool_)


def _facts(run: Run, name: str) -> list[dict[str, object]]:
    found = run.config.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _scores(run: Run, source: str) -> pd.Series[float]:
    stamp = session.run_stamp(run)
    return _scored(str(run.path), stamp, source, _source_stamp(source), run)


@st.cache_resource(max_entries=32, show_spinner=False)
def _scored(
    path: str, stamp: session.Stamp, source: str, changed: session.Stamp, _run: Run
) -> pd.Series[float]:
    """A run's scores of a set's names (names,), taken from its predictions if they cover all
    names."""
    if source == TRIAL and session.shown_metrics(_run)[1]:
        kept = session.predictions(_run).drop_duplicates(DOMAIN).set_index(DOMAIN)[PRED_PROB]
        known = _labelled(source)[REGISTERED_NAME].map(kept)
        if known.notna().all():
            return known.astype(float)
    names = _labelled(source)[DOMAIN]
    return session.scorer(_run).frame(names.tolist())[SCORE].astype(float)


def _labelled(source: str) -> pd.DataFrame:
    return _read(source, _source_stamp(source))


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(source: str, stamp: session.Stamp) -> pd.DataFrame:
    """A set's names: columns domain, trueClass, family, registered_name; each registered name
    once, none that stands in both classes."""
    frames = [feeds.read_feed(path).frame for path in _paths(source)]
    rows = pd.concat(frames, ignore_index=True)
    rows = rows[rows[LABEL].isin((BENIGN, DGA))]
    rows = rows.assign(**{REGISTERED_NAME: _registered(rows[DOMAIN])})
    rows = rows[rows[REGISTERED_NAME] != ""].drop_duplicates([REGISTERED_NAME, LABEL])
    rows = rows[~rows.duplicated(REGISTERED_NAME, keep=False)].reset_index(drop=True)
    return rows.rename(columns={LABEL: TRUE_CLASS})[[DOMAIN, TRUE_CLASS, FAMILY, REGISTERED_NAME]]


def _registered(domains: pd.Series[str]) -> list[str]:
    return [one.registered_name or "" for one in parse.parse_many(domains.tolist())]


def _trial_files() -> list[str]:
    return [path.name for path in sorted(library.trial_folder().glob("*.csv"))]


def _paths(source: str) -> list[Path]:
    if source == TRIAL:
        return [library.trial_folder() / name for name in _trial_files()]
    return [data_folder() / source]


def _source_stamp(source: str) -> session.Stamp:
    return tuple(number for path in _paths(source) for number in session.stamp(path))


def active_and(run: Run) -> tuple[Run | None, CommonSet | None]:
    """The active run, where it is another one, and both runs' scores of the trial set."""
    active = session.find_run(session.active_name())
    if active is None or active.name == run.name:
        return None, None
    return active, common_set([active, run])


@dataclass(frozen=True)
class Ranking:
    """Runs measured over one set of names: `figures` by run, and for the others `reasons`."""

    common: CommonSet | None
    figures: dict[str, dict[str, object]]
    reasons: dict[str, str]


def ranking(runs: Sequence[Run], source: str = TRIAL) -> Ranking:
    """Measure runs over the names of a set that none of them has learnt from.

    A run that may know the names, or has learnt from most of them, gets a reason instead.
    """
    reasons, fair = {}, []
    for run in runs:
        learnt = _learnt(run, source)
        if learnt is None:
            reasons[run.name] = "keeps no record of what it learnt from"
        elif learnt.mean() > MOSTLY_KNOWN:
            reasons[run.name] = "has learnt from these names"
        else:
            fair.append(run)
    common = common_set(fair, source) if fair else None
    if common is None or not common.comparable:
        return Ranking(common, {}, {run.name: "too few names are left" for run in fair} | reasons)
    stamps = tuple((str(run.path), session.run_stamp(run)) for run in fair)
    figures = _ranked(stamps, source, _source_stamp(source), common)
    return Ranking(common, figures, reasons)


@st.cache_data(max_entries=16, show_spinner=False)
def _ranked(
    runs: tuple[tuple[str, session.Stamp], ...],
    source: str,
    changed: session.Stamp,
    _common: CommonSet,
) -> dict[str, dict[str, object]]:
    return {name: metrics.metrics(frame) for name, frame in _common.predictions.items()}
