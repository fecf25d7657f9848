"""Two runs side by side on the page: figures, curves, calibration, course, names, settings.

Where both runs scored the same names, figures and curves are of those; else of each run's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from dga import charts, evaluation
from dga.bundle import DEFAULT_FPR
from dga.columns import DOMAIN, TRUE_CLASS
from dga.runs import Run
from dga.writers import disarm_frame
from ui import comparison, panels, state
from ui.comparison import LEFT, RIGHT
from ui.text import TERMS, escape

SHOWN_NAMES = 1_000
NEEDED = 20  # names of each class that figures over shared names need
HALF = "score 0.5"
COURSE = (("validation_loss", "Validation loss"), ("validation_accuracy", "Validation accuracy"))


def compare(found: list[Run]) -> None:
    """Choose two runs and see them side by side."""
    pair = _pick([run.name for run in found])
    if pair is None:
        st.caption("Choose two different runs.")
        return
    left, right = pair
    names = ["Figures", "Curves", "Calibration", "Training", "Names they disagree on", "Settings"]
    drawers = (_figures, _curves, _calibration, _course, _names, _settings)
    for tab, draw in zip(st.tabs(names), drawers, strict=True):
        with tab, panels.errors_shown():
            draw(left, right)


def _pick(names: list[str]) -> tuple[Run, Run] | None:
    """The two runs chosen; None while they are the same."""
    active = state.active_name()
    first = active if active in names else names[0]
    chosen = []
    for place, key, label, default in zip(
        st.columns(2),
        (LEFT, RIGHT),
        ("Run", "Compared with"),
        (first, next(name for name in names if name != first)),
        strict=True,
    ):
        if st.session_state.get(key) not in names:
            st.session_state[key] = default
        chosen.append(
            place.selectbox(label, names, key=key, help=TERMS["run"], persist_state="session")
        )
    left, right = (state.find_run(name) for name in chosen)
    if left is None or right is None or left.name == right.name:
        return None
    return left, right


def _figures(left: Run, right: Run) -> None:
    shared = _shared(left, right)
    if shared is None:
        st.caption("Each over its own test names: too few names were scored by both.")
        table = comparison.side_by_side(left, right)
    else:
        st.caption(f"Over the {len(shared):,} test names that both runs have scored.")
        sides = (comparison.one_side(shared, side) for side in ("left", "right"))
        table = comparison.figures_apart(*map(evaluation.metrics, sides))
        own = comparison.side_by_side(left, right)
        table = pd.concat([table, own[~own["figure"].isin(table["figure"])]], ignore_index=True)
    figure_table(table, left.name, right.name)


def figure_table(table: pd.DataFrame, left: str, right: str) -> None:
    """Figures of two runs side by side (`comparison.side_by_side`) with what changes."""
    column = st.column_config
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        alt=f"Figures of {left} and {right}",
        column_config={
            "figure": column.TextColumn("Figure"),
            "left": column.TextColumn(left, alignment="right"),
            "right": column.TextColumn(right, alignment="right"),
            "change": column.TextColumn(
                "Change", alignment="right", help="The right one minus the left one."
            ),
            "means": column.TextColumn(
                "Right one is", width="small", help="Whether the change is for the better."
            ),
        },
    )


def _curves(left: Run, right: Run) -> None:
    curves = _each(left, right, evaluation.roc_curve)
    if any(curve.empty for curve in curves.values()):
        st.caption("A curve needs test names of both classes.")
        return
    st.plotly_chart(charts.pair_roc(curves), key="pair_roc", alt="ROC of both runs")
    st.caption("Higher is better; to the left, where false alarms are rare, it counts most.")


def _calibration(left: Run, right: Run) -> None:
    tables = _each(left, right, evaluation.reliability)
    figure = charts.pair_reliability(tables)
    st.plotly_chart(figure, key="pair_reliability", alt="Calibration of both runs")
    st.caption("On the dotted line a score is the share of generated names among such names.")


def _course(left: Run, right: Run) -> None:
    histories = {run.name: state.history(run) for run in (left, right)}
    for column, title in COURSE:
        figure = charts.pair_course(histories, column, title)
        st.plotly_chart(figure, key=f"pair_{column}", alt=f"{title} of both trainings by epoch")


def _settings(left: Run, right: Run) -> None:
    differing = comparison.settings(left, right)
    if differing.empty:
        st.caption("Both were trained with the same settings.")
        return
    columns: dict[str, Any] = {"setting": "Setting", "left": left.name, "right": right.name}
    st.dataframe(
        differing, hide_index=True, column_config=columns, height="content", alt="Settings apart"
    )


def _names(left: Run, right: Run) -> None:
    """The test names of both runs with different verdicts; a selected one opens in Look up."""
    cuts = _cuts(left, right)
    both = comparison.shared(state.predictions(left), state.predictions(right), cuts)
    if both.empty:
        st.caption("The two runs have no test name in common.")
        return
    names = comparison.disagreements(both)
    limit = f"; the first {SHOWN_NAMES:,} are shown" if len(names) > SHOWN_NAMES else ""
    right_ones = (
        names[[f"verdict_{side}" for side in ("left", "right")]].eq(names[TRUE_CLASS], axis=0)
    ).sum()
    st.caption(
        f"{len(names):,} of the {len(both):,} test names that both runs scored{limit}, the widest "
        f"apart in score first. {escape(left.name)} is right on {right_ones.iloc[0]:,} of them, "
        f"{escape(right.name)} on {right_ones.iloc[1]:,}."
    )
    if names.empty:
        return
    event = st.dataframe(
        disarm_frame(names.head(SHOWN_NAMES)),
        key="disagreements",
        hide_index=True,
        placeholder="",
        alt="Names with different verdicts",
        on_select="rerun",
        selection_mode="single-row",
        column_config=_columns(left.name, right.name),
    )
    rows = event.selection.rows
    chosen = str(names[DOMAIN].iloc[rows[0]]) if rows and rows[0] < len(names) else ""
    label = "Open in Look up" if chosen else "Select a row to open its name in Look up"
    if st.button(label, icon=":material/search:", disabled=not chosen, key="open_disagreement"):
        state.open_lookup(chosen)


def _cuts(left: Run, right: Run) -> tuple[float, float]:
    """Choose at which thresholds verdicts are compared: those for the same rate, or 0.5."""
    ours, theirs = state.load_bundle(left), state.load_bundle(right)
    both = set(ours.thresholds) & set(theirs.thresholds)
    rates = sorted(map(float, both), reverse=True)
    options: list[float | str] = [*rates, HALF]
    choice = st.selectbox(
        "Each at its threshold for",
        options,
        index=options.index(DEFAULT_FPR) if DEFAULT_FPR in options else 0,
        key="compare_at",
        format_func=lambda one: one if isinstance(one, str) else f"{100 * one:g} % false positives",
        help=TERMS["threshold"],
        persist_state="session",
    )
    if isinstance(choice, str):
        return 0.5, 0.5
    return ours.threshold(choice), theirs.threshold(choice)


def _columns(left: str, right: str) -> dict[str, Any]:
    column = st.column_config
    return {
        "domain": column.TextColumn("Domain"),
        "trueClass": column.TextColumn("Truth", width="small"),
        "family": column.TextColumn("Family", width="small"),
        "score_left": column.NumberColumn(f"Score, {left}", format="percent"),
        "score_right": column.NumberColumn(f"Score, {right}", format="percent"),
        "verdict_left": column.TextColumn(f"Verdict, {left}", width="small"),
        "verdict_right": column.TextColumn(f"Verdict, {right}", width="small"),
    }


def _shared(left: Run, right: Run) -> pd.DataFrame | None:
    """The names of both runs; None where they are too few to speak of figures."""
    both = comparison.shared(state.predictions(left), state.predictions(right), (0.5, 0.5))
    classes = both[TRUE_CLASS].value_counts()
    return both if len(classes) == 2 and int(classes.min()) >= NEEDED else None


def _each(
    left: Run, right: Run, compute: Callable[[pd.DataFrame], pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Something computed from the predictions of each run, over shared names where it can be."""
    shared = _shared(left, right)
    if shared is None:
        st.caption("Each over its own test names: too few names were scored by both.")
        return {run.name: compute(state.predictions(run)) for run in (left, right)}
    st.caption(f"Over the {len(shared):,} test names that both runs have scored.")
    sides = ((left, "left"), (right, "right"))
    return {run.name: compute(comparison.one_side(shared, side)) for run, side in sides}
