"""Pieces that pages share: pickers, verdicts, figures, errors, downloads, empty states.

Draws only. Text that comes from data passes through `escape` or `code` of `ui.common.text` wherever
Streamlit would read it as Markdown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from dga.errors import DGAError, told
from dga.runs.store import Run
from dga.schema import (
    DOMAIN,
    FAMILY,
    FAMILY_SCORE,
    GIVEN,
    PROBLEM,
    REGISTERED_NAME,
    REMARK,
    SCORE,
    UNKNOWN_FAMILY,
    VERDICT,
)
from dga.scoring.bundle import DEFAULT_FPR, ModelBundle
from ui.common import session, verdicts
from ui.common.session import Measure
from ui.common.text import TERMS, boundary, escape, percent

CUSTOM = "custom"
SCORE_FORMAT = "%.3f"
PERCENT = "%.1f %%"  # of a column in hundredths
VERDICT_WIDTH = 112  # pixels: the longest chip fits
SHARE_WIDTH = 106  # pixels: its title fits
FAMILY_WIDTH = 140  # pixels: the longest single family fits
ACTIVE_SECONDS = 10.0  # between two looks at which run is the active one
DOWNLOADS = {  # ending: label and media type
    ".csv": ("CSV", "text/csv"),
    ".parquet": ("Parquet", "application/vnd.apache.parquet"),
    ".jsonl": ("JSON lines", "application/jsonl"),
    ".txt": ("Block list", "text/plain"),
}


# Errors and empty places.


def error_box(error: DGAError) -> None:
    """Show an error that a user can mend."""
    text = str(error)
    st.error(escape(text[:1].upper() + text[1:]), icon=":material/error:")


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show a user's error, or what the system refuses, in its box and go on below.

    Any other error is not hidden.
    """
    try:
        yield
    except DGAError as error:
        error_box(error)
    except OSError as error:
        error_box(DGAError(told(error)))


def empty_state(title: str, text: str, icon: str, page: str = "", link: str = "") -> None:
    """Say why there is nothing here and what to do; with a link to a page when one is given."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f"### :material/{icon}: {title}", text_alignment="center")
        st.markdown(text, text_alignment="center")
        if page:
            st.page_link(page, label=link, icon=":material/arrow_forward:")


def no_runs() -> None:
    """The empty state of a models folder without a run."""
    empty_state(
        "No run yet",
        "Scoring needs a trained run. Train one; it takes a few minutes.",
        "model_training",
        session.TRAIN_PAGE,
        "Train a run",
    )


# Pickers.


def pick_run(key: str = session.RUN, label: str = "Run") -> Run | None:
    """Choose a run, the active one at first; None, and an empty state, when there is none."""
    found = session.good_runs()
    if not found:
        no_runs()
        return None
    names = [run.name for run in found]
    active = session.active_name()
    followed = f"{key}_followed"  # the active run that the choice followed last
    chosen = st.session_state.get(key)
    if chosen not in names or (chosen == st.session_state.get(followed) and active in names):
        st.session_state[key] = active if active in names else names[0]
    st.session_state[followed] = active
    name = st.selectbox(
        label,
        names,
        key=key,
        format_func=lambda one: f"{one} (active)" if one == active else one,
        help=TERMS["run"],
        persist_state="session",
    )
    _watch_active(active)
    return session.find_run(name)


def pick_sheet(sheets: Sequence[str], current: str) -> str | None:
    """The choice of a workbook's sheet; None as long as none is chosen."""
    return st.selectbox(
        "Sheet of the workbook",
        sheets,
        index=list(sheets).index(current) if current in sheets else None,
        placeholder="Choose a sheet",
        width=360,
    )


@st.fragment(run_every=ACTIVE_SECONDS)
def _watch_active(shown: str | None) -> None:
    """Draw the page anew once another tab has made another run the active one."""
    if session.active_name() != shown:
        st.rerun()


def pick_measure(bundle: ModelBundle, key: str = "measure") -> Measure:
    """Choose a stored threshold by its false-positive rate, or any score."""
    rates = sorted((float(rate) for rate in bundle.thresholds), reverse=True)
    options: list[float | str] = [*rates, CUSTOM]
    if st.session_state.get(key) not in options:
        st.session_state[key] = DEFAULT_FPR if DEFAULT_FPR in rates else options[0]
    choice = st.selectbox(
        "Threshold",
        options,
        key=key,
        format_func=lambda rate: _threshold_text(rate, bundle),
        help=TERMS["threshold"],
        persist_state="session",
    )
    if not isinstance(choice, str):
        return Measure(bundle.threshold(choice), choice)
    cut = st.number_input(
        "Score from which the verdict is DGA",
        0.0,
        1.0,
        bundle.threshold(),
        0.001,
        format="%.6g",
        key=f"{key}_score",
        help=TERMS["score"],
        persist_state="session",
    )
    return Measure(float(cut))


def _threshold_text(rate: float | str, bundle: ModelBundle) -> str:
    if isinstance(rate, str):
        return "Custom score"
    return f"{100 * rate:g} % false positives (score {boundary(bundle.threshold(rate))})"


# Verdicts and figures.


def verdict_columns() -> dict[str, Any]:
    """How the columns of verdict rows look in any table."""
    column = st.column_config
    return {
        GIVEN: column.TextColumn("Given", help="The text as it was given."),
        DOMAIN: column.TextColumn("Domain", help="Normalised host name."),
        REGISTERED_NAME: column.TextColumn("Registered name", help=TERMS["registered"]),
        SCORE: score_column("Score"),
        VERDICT: verdict_column("Verdict"),
        FAMILY: column.TextColumn("Family", width=FAMILY_WIDTH, help=TERMS["family"]),
        FAMILY_SCORE: column.NumberColumn(
            "Family share", help=TERMS["family"], width=SHARE_WIDTH, format=PERCENT
        ),
        PROBLEM: column.TextColumn("Problem", help="Why a row was not scored."),
        REMARK: column.TextColumn("Remark", help="What else to know of the name."),
    }


def score_column(title: str) -> Any:
    """A column of scores: three decimals as in sentences, and a bar."""
    return st.column_config.ProgressColumn(
        title, format=SCORE_FORMAT, min_value=0.0, max_value=1.0, width="small", help=TERMS["score"]
    )


def percents(frame: pd.DataFrame, columns: Sequence[str]) -> Styler:
    """A frame whose shares a table shows as sentences do (`text.percent`), and sorts as numbers.

    For small tables: every cell is made a text. A column of shares has no format of its own.
    """
    there = [name for name in columns if name in frame]
    return frame.style.format(na_rep="").format(percent, subset=there, na_rep="")


def table_height(rows: int, most: int = 350) -> int:
    """The height in pixels of a table with so many rows: told before it is drawn, so that nothing
    below it moves.

    >>> table_height(2), table_height(1000)
    (109, 350)
    """
    return min(most, 39 + 35 * max(rows, 1))


def verdict_column(title: str) -> Any:
    """A column of verdicts as coloured chips; its cells are made by `with_chips`."""
    return st.column_config.MultiselectColumn(
        title,
        width=VERDICT_WIDTH,
        help=TERMS["verdict"],
        options=list(verdicts.CHIPS),
        color=list(verdicts.CHIPS.values()),
        format_func=verdicts.title,
    )


def with_chips(frame: pd.DataFrame, columns: Sequence[str] = (VERDICT,)) -> pd.DataFrame:
    """A frame that `verdict_columns` can draw: each verdict in a list of its own, a family's share
    in hundredths, none where no family comes near enough to be named."""
    chips = {name: [[one] if one else [] for one in frame[name]] for name in columns}
    drawn = frame.assign(**{name: pd.Series(c, index=frame.index) for name, c in chips.items()})
    if FAMILY_SCORE in drawn:
        shares = 100 * pd.to_numeric(drawn[FAMILY_SCORE], errors="coerce")
        drawn[FAMILY_SCORE] = shares.mask(drawn[FAMILY] == UNKNOWN_FAMILY)  # of no family named
    return drawn


def ranking(title: str, frame: pd.DataFrame, about: str) -> None:
    """A table of counts: a column of names, then `rows`, drawn as bars."""
    st.markdown(f"**{title}**", help=about)
    if frame.empty:
        st.caption("None")
        return
    most = int(frame["rows"].max())
    rows = st.column_config.ProgressColumn("Rows", format="localized", min_value=0, max_value=most)
    name = st.column_config.TextColumn(str(frame.columns[0]).capitalize())
    config = {"rows": rows, frame.columns[0]: name}
    st.dataframe(frame, hide_index=True, column_config=config, alt=title)


def metric_row(figures: Mapping[str, tuple[str, str]]) -> None:
    """Figures side by side, wrapping on a narrow screen: label to (value, help)."""
    with st.container(horizontal=True):
        for label, (value, about) in figures.items():
            st.metric(label, value, help=about or None, border=True, width=168)


def test_figures(metrics: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The headline metrics of a run's test part, ready for `metric_row`."""
    at = metrics.get("macro_recall_at_fpr") or {}
    shown = (
        ("Recall at 1 % FPR", at.get("0.01"), percent, "recall"),
        ("Recall at 0.1 % FPR", at.get("0.001"), percent, "recall"),
        ("ROC AUC", metrics.get("roc_auc"), "{:.4f}".format, "auc"),
        ("Calibration error", metrics.get("calibration_error"), "{:.4f}".format, "calibration"),
        ("Accuracy", metrics.get("accuracy"), percent, "accuracy"),
    )
    return {
        label: ("n/a" if value is None else text(value), TERMS[term])
        for label, value, text, term in shown
    }
