"""Compare runs on the page: metrics, curves, calibration, training history, names, settings.

Metrics, curves and names come from one set that all chosen runs score now and none has learnt from;
without such a set the page says that the runs cannot be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dga.evaluation import metrics
from dga.runs.store import Run
from dga.schema import DOMAIN, TRUE_CLASS
from dga.scoring.bundle import DEFAULT_FPR
from dga.tables.writers import disarm_frame
from ui import charts
from ui.common import common_set, run_comparison, session, shown_rows, verdicts, widgets
from ui.common.common_set import CommonSet
from ui.common.run_comparison import LEFT, RIGHT
from ui.common.text import TERMS, escape, rate

SHOWN_NAMES = 1_000
FURTHER = "compare_further"  # session: the names of the runs beside the two
SOURCE = "compare_source"  # session: the set of names to compare on
HALF = "A score of 0.5"
COURSE = (("validation_loss", "Validation loss"), ("validation_accuracy", "Validation accuracy"))
VIEWS = ("Figures", "Curves", "Calibration", "Training", "Names they disagree on", "Settings")


@st.fragment
def compare(found: list[Run]) -> None:
    """Choose two or more runs and a set of names, and show the runs side by side."""
    runs = _pick([run.name for run in found])
    if not runs:
        st.caption("Choose two different runs.")
        return
    tabs = st.tabs(VIEWS, key="compare_view", on_change="rerun")
    drawers = (_figures, _curves, _calibration, _course, _names, _settings)
    for tab, draw in zip(tabs, drawers, strict=True):
        if tab.open:
            with tab, widgets.errors_shown():
                draw(runs)


def pick_source() -> str:
    """Choose the set of names on which runs are compared."""
    options = common_set.sources()
    if st.session_state.get(SOURCE) not in options:
        st.session_state[SOURCE] = options[0]
    return str(
        st.selectbox(
            "Names to compare on",
            options,
            key=SOURCE,
            format_func=common_set.source_title,
            help="Every run scores the same names now; names that one of them has learnt from are "
            "left out. Any labelled file of the data folder will do.",
            persist_state="session",
        )
    )


def source() -> str:
    """The chosen set of names."""
    found = st.session_state.get(SOURCE)
    return found if found in common_set.sources() else common_set.TRIAL


def _pick(names: list[str]) -> list[Run]:
    """The chosen runs, at least two; [] while the first two are the same."""
    active = session.active_name()
    first = active if active in names else names[0]
    chosen = []
    places = st.columns(3)
    for place, key, label, default in zip(
        places,
        (LEFT, RIGHT),
        ("Run", "Compared with"),
        (first, next(name for name in names if name != first)),
        strict=False,
    ):
        if st.session_state.get(key) not in names:
            st.session_state[key] = default
        chosen.append(
            place.selectbox(label, names, key=key, help=TERMS["run"], persist_state="session")
        )
    with places[2]:
        pick_source()
    chosen += _further([name for name in names if name not in chosen])
    runs = [run for name in dict.fromkeys(chosen) if (run := session.find_run(name))]
    return runs if len(runs) > 1 else []


def _further(names: list[str]) -> list[str]:
    """Choose further runs to compare."""
    if not names:
        return []
    kept = st.session_state.get(FURTHER, [])
    st.session_state[FURTHER] = [name for name in kept if name in names]
    chosen: list[str] = st.multiselect(
        "Further runs",
        names,
        key=FURTHER,
        max_selections=charts.MOST_RUNS - 2,
        placeholder="Compare more than two",
        persist_state="session",
    )
    return chosen


def figures(left: Run, right: Run, names: str = common_set.TRIAL) -> CommonSet:
    """The figures of two runs over names that both score now; returns these names.

    What changes, and whether that is better, is told only where neither may know the names.
    """
    common = common_set.common_set([left, right], names)
    if not common.enough:
        st.info(common.about, icon=":material/balance:")
        return common
    st.caption(common.about)
    sides = (metrics.metrics(common.predictions[run.name]) for run in (left, right))
    table = run_comparison.figures_apart(*sides)
    if not common.comparable:
        table = table.drop(columns=["change", "means"])
    figure_table(table, left.name, right.name)
    return common


def _figures(runs: Sequence[Run]) -> None:
    if len(runs) > 2:
        _figures_of_many(runs)
        return
    left, right = runs
    figures(left, right, source())
    facts = run_comparison.facts(left, right)
    st.dataframe(
        facts,
        hide_index=True,
        height="content",
        alt="Time and size of both runs",
        column_config={
            "figure": st.column_config.TextColumn("Training"),
            "left": st.column_config.TextColumn(left.name, alignment="right"),
            "right": st.column_config.TextColumn(right.name, alignment="right"),
            "change": st.column_config.TextColumn("Change", alignment="right"),
        },
    )


def _figures_of_many(runs: Sequence[Run]) -> None:
    """A column of figures for each run, over names that all of them score now."""
    common = common_set.common_set(runs, source())
    st.caption(common.about)
    if not common.enough:
        return
    measured = {run.name: metrics.metrics(common.predictions[run.name]) for run in runs}
    st.dataframe(
        run_comparison.figures_of(measured),
        hide_index=True,
        height="content",
        alt="Figures of the chosen runs",
        column_config={
            name: st.column_config.TextColumn(name, alignment="right") for name in measured
        },
    )


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


def _curves(runs: Sequence[Run]) -> None:
    curves = _each(runs, metrics.roc_curve)
    if not curves:
        return
    st.plotly_chart(charts.pair_roc(curves), key="pair_roc", alt="ROC of the chosen runs")
    st.caption("Higher is better; to the left, where false alarms are rare, it counts most.")


def _calibration(runs: Sequence[Run]) -> None:
    tables = _each(runs, metrics.reliability)
    if not tables:
        return
    figure = charts.pair_reliability(tables)
    st.plotly_chart(figure, key="pair_reliability", alt="Calibration of the chosen runs")
    st.caption("On the dotted line a score is the share of generated names among such names.")


def _course(runs: Sequence[Run]) -> None:
    histories = {run.name: session.history(run) for run in runs}
    for column, title in COURSE:
        figure = charts.pair_course(histories, column, title)
        st.plotly_chart(figure, key=f"pair_{column}", alt=f"{title} of the trainings by epoch")


def _settings(runs: Sequence[Run]) -> None:
    differing = run_comparison.settings(runs)
    if differing.empty:
        st.caption("All were trained with the same settings.")
        return
    columns: dict[str, Any] = {"setting": "Setting"}
    st.dataframe(
        differing, hide_index=True, column_config=columns, height="content", alt="Settings apart"
    )


def _names(runs: Sequence[Run]) -> None:
    """The names on which the first two runs' verdicts differ; a selected one opens in Look up."""
    left, right = runs[:2]
    if len(runs) > 2:
        st.caption(f"Of the first two, {escape(left.name)} and {escape(right.name)}.")
    cuts = _cuts(left, right)
    common = common_set.common_set([left, right], source())
    st.caption(common.about)
    if not common.names:
        return
    ours, theirs = (common.predictions[run.name] for run in (left, right))
    both = run_comparison.shared(ours, theirs, cuts)
    names = run_comparison.disagreements(both)
    limit = f"; the first {SHOWN_NAMES:,} are shown" if len(names) > SHOWN_NAMES else ""
    right_ones = (
        names[[f"verdict_{side}" for side in ("left", "right")]].eq(names[TRUE_CLASS], axis=0)
    ).sum()
    st.caption(
        f"{len(names):,} of the {len(both):,} names{limit}, the widest "
        f"apart in score first. {escape(left.name)} is right on {right_ones.iloc[0]:,} of them, "
        f"{escape(right.name)} on {right_ones.iloc[1]:,}."
    )
    if names.empty:
        return
    event = st.dataframe(
        disarm_frame(_titled(names.head(SHOWN_NAMES))),
        key="disagreements",
        hide_index=True,
        placeholder="",
        alt="Names with different verdicts",
        on_select="rerun",
        selection_mode="single-row",
        column_config=_columns(left.name, right.name),
    )
    rows = shown_rows.rows(event.selection.rows, min(len(names), SHOWN_NAMES))
    chosen = str(names[DOMAIN].iloc[rows[0]]) if rows else ""
    label = "Open in Look up" if chosen else "Select a row to open its name in Look up"
    if st.button(label, icon=":material/search:", disabled=not chosen, key="open_disagreement"):
        session.open_lookup(chosen)


def _titled(names: pd.DataFrame) -> pd.DataFrame:
    """Classes and verdicts in the words of all pages."""
    columns = [TRUE_CLASS, "verdict_left", "verdict_right"]
    return names.assign(**{name: names[name].map(verdicts.title) for name in columns})


def _cuts(left: Run, right: Run) -> tuple[float, float]:
    """Choose at which thresholds verdicts are compared: those for the same rate, or 0.5."""
    ours, theirs = session.load_bundle(left), session.load_bundle(right)
    both = set(ours.thresholds) & set(theirs.thresholds)
    rates = sorted(map(float, both), reverse=True)
    options: list[float | str] = [*rates, HALF]
    choice = st.selectbox(
        "Verdicts at",
        options,
        index=options.index(DEFAULT_FPR) if DEFAULT_FPR in options else 0,
        key="compare_at",
        format_func=lambda one: (
            one if isinstance(one, str) else f"Each run's threshold for {rate(one)} false positives"
        ),
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
        "score_left": column.NumberColumn(f"Score, {left}", format=widgets.SCORE_FORMAT),
        "score_right": column.NumberColumn(f"Score, {right}", format=widgets.SCORE_FORMAT),
        "verdict_left": column.TextColumn(f"Verdict, {left}", width="small"),
        "verdict_right": column.TextColumn(f"Verdict, {right}", width="small"),
    }


def _each(
    runs: Sequence[Run], compute: Callable[[pd.DataFrame], pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """A value computed from each run's scores of the same names; {} if there are too few names."""
    common = common_set.common_set(runs, source())
    st.caption(common.about)
    if not common.enough:
        return {}
    return {run.name: compute(common.predictions[run.name]) for run in runs}
