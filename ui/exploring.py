"""Pieces of the Explore page: the threshold, and one function for each of its views.

Draws only; every figure comes from `dga.evaluation` and `dga.slices`. What does not depend on the
threshold is computed once a run, for all sessions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dga import charts, evaluation, runs, slices
from dga.bundle import DEFAULT_FPR
from dga.columns import DGA, FAMILY, PRED_PROB, TRUE_CLASS, UNKNOWN_FAMILY
from dga.evaluation import Confusion
from dga.runs import DamagedRun, Run
from ui import names, panels, state
from ui.text import TERMS, code, escape, percent

RUN = "explore_run"
CHOICE = "explore_choice"  # session: the preset that is chosen, None for a threshold by hand
BY_HAND = "explore_by_hand"  # session: the threshold set by hand
PRESET, SLIDER, EXACT = "explore_preset", "explore_slider", "explore_exact"
HALF = "0.5"
BASE_RATES = (0.5, 0.1, 0.01, 0.001, 0.0001)
OUTCOMES = {
    "TP": "generated names that are found",
    "FN": "generated names that are missed",
    "FP": "benign names that are accused",
    "TN": "benign names that are kept",
}


def pick_run() -> Run | None:
    """Choose a run; one named in the address is chosen at first."""
    if asked := st.query_params.pop(state.RUN, None):
        st.session_state[RUN] = asked
    return panels.pick_run(key=RUN)


def pick_threshold(run: Run) -> float:
    """Choose a threshold: a preset, the slider, or an exact score; each moves the others."""
    presets = _presets(run)
    default = f"{100 * DEFAULT_FPR:g} %"
    choice = st.session_state.setdefault(CHOICE, default if default in presets else HALF)
    if choice not in (*presets, None):
        choice = st.session_state[CHOICE] = HALF
    by_hand: float = st.session_state.setdefault(BY_HAND, 0.5)
    threshold = by_hand if choice is None else presets[choice]
    st.session_state.update({PRESET: choice, SLIDER: threshold, EXACT: threshold})
    st.segmented_control(
        "Threshold",
        list(presets),
        key=PRESET,
        format_func=lambda name: name if name == HALF else f"{name} FPR",
        on_change=_preset_chosen,
        args=(threshold,),
        help=f"{TERMS['threshold']} {TERMS['fpr']}",
    )
    _about(run, choice)
    slider, exact = st.columns([4, 1], vertical_alignment="bottom")
    slider.slider(
        "Score from which a name is called generated",
        *(0.0, 1.0),
        step=0.001,
        format="%.3f",
        key=SLIDER,
        on_change=_set_by_hand,
        args=(SLIDER,),
        help=TERMS["score"],
    )
    exact.number_input(
        "Exact score",
        *(0.0, 1.0),
        step=0.001,
        format="%.6f",
        key=EXACT,
        on_change=_set_by_hand,
        args=(EXACT,),
        help="The same threshold with more digits: those for low rates lie close to 1.",
    )
    return threshold


def headline(run: Run, predictions: pd.DataFrame, threshold: float) -> Confusion:
    """The run's headline metrics, then what this threshold does; returns the confusion."""
    at = evaluation.confusion(predictions, threshold)
    with st.expander("The run's figures, whatever the threshold", icon=":material/leaderboard:"):
        panels.metric_row(panels.test_figures(state.test_metrics(run)))
    panels.metric_row(
        {
            "Recall": (_share(at.recall), "Share of the generated names that are found."),
            "False-positive rate": (_share(at.fpr), TERMS["fpr"]),
            "Precision": (
                _share(at.precision),
                "Share of the accused names that are generated, among these test names. In "
                "traffic, where generated names are rare, it is lower: see Curves.",
            ),
            "Accuracy": (_share(at.accuracy), "Share of the test names with the right verdict."),
            "Test names": (f"{at.total:,}", "Names that the run has not learnt from."),
        }
    )
    return at


def scores(predictions: pd.DataFrame, threshold: float, at: Confusion) -> None:
    """The histogram of scores, the four outcomes, and the names of the outcome that is clicked."""
    left, right = st.columns([3, 2])
    with left:
        st.plotly_chart(
            charts.score_histogram(predictions, threshold),
            key="explore_histogram",
            alt="Scores of benign and of generated names, with the threshold",
        )
    with right:
        event: Any = st.plotly_chart(
            charts.confusion_matrix(at),
            key="explore_confusion",
            on_select="rerun",
            selection_mode="points",
            alt=f"Outcomes: {at.tp} TP, {at.fn} FN, {at.fp} FP, {at.tn} TN",
        )
    clicked = [point.get("customdata") for point in event.selection.points]
    outcome = next((one for one in clicked if one in OUTCOMES), None)
    if outcome is None:
        st.caption("Click one of the four outcomes to list its names.")
        return
    st.markdown(f"**{outcome}: {OUTCOMES[outcome]}**")
    rows = predictions[(evaluation.outcomes(predictions, threshold) == outcome).to_numpy()]
    names.table(rows, outcome, threshold)


def curves(run: Run, predictions: pd.DataFrame, at: Confusion) -> None:
    """ROC, precision over recall at a share of DGA in the traffic, and reliability."""
    left, right = st.columns(2)
    with left:
        st.markdown("**ROC**", help=TERMS["auc"])
        logarithmic = st.toggle(
            "Logarithmic axis",
            value=True,
            key="explore_roc_log",
            help="Shows low false-positive rates, the ones that can be used in practice.",
        )
        figure = charts.roc(_roc(*_key(run), predictions), at, logarithmic)
        st.plotly_chart(figure, key="explore_roc", alt="Recall over false-positive rate")
    with right:
        st.markdown("**Precision and recall**")
        share = st.select_slider(
            "Share of generated names in the traffic",
            BASE_RATES,
            value=0.01,
            key="explore_base_rate",
            format_func=lambda one: f"{100 * one:g} %",
            help="Precision depends on how rare generated names are: among 10,000 names with one "
            "generated, a false-positive rate of 0.1 % accuses ten benign names for it.",
        )
        curve = evaluation.precision_recall_curve(predictions, share)
        figure = charts.precision_recall(curve, at, share)
        st.plotly_chart(figure, key="explore_pr", alt="Precision over recall")
        precision = at.precision_at_base_rate(share)
        st.caption(f"At this threshold, {_share(precision)} of the accused names are generated.")
    st.markdown("**Reliability**", help=TERMS["calibration"])
    figure = charts.reliability(evaluation.reliability(predictions))
    st.plotly_chart(figure, key="explore_reliability", alt="Share of DGA over mean score")


def families(predictions: pd.DataFrame, threshold: float) -> None:
    """The family table, worst first; a selected family lists its names."""
    table = evaluation.family_table(predictions, threshold)
    if table.empty:
        st.info("These test names hold no generated name.", icon=":material/info:")
        return
    table["surest_misses"] = table["surest_misses"].map(", ".join)
    row = names.pick_row(table, "families", [FAMILY], threshold, _FAMILY_COLUMNS, "Families")
    names.download(table, "families")
    if row is None:
        st.caption("Select a row to list the family's names.")
        st.plotly_chart(charts.families(table), key="explore_families", alt="Recall by family")
        return
    family = str(row[FAMILY])
    st.markdown(f"**Names of {code(family)}, lowest score first**")
    known = predictions[FAMILY].fillna("").replace("", UNKNOWN_FAMILY)
    rows = predictions[((predictions[TRUE_CLASS] == DGA) & (known == family)).to_numpy()]
    names.table(rows.sort_values(PRED_PROB), "family", threshold)


def weak_spots(run: Run, predictions: pd.DataFrame, threshold: float) -> None:
    """The slices, worst first; a selected slice lists its names, mispredicted ones first."""
    values = _attributes(*_key(run), predictions)
    table = slices.slices(predictions, threshold, values=values)
    if table.empty:
        st.info(
            f"No slice holds {slices.MINIMUM} names; test on more names.", icon=":material/info:"
        )
        return
    by = ["slice", "value"]
    row = names.pick_row(table, "slices", by, threshold, _SLICE_COLUMNS, "Slices")
    names.download(table, "slices")
    if row is None:
        st.caption("Select a row to list the slice's names.")
        return
    kind, value = (str(row[column]) for column in by)
    st.markdown(f"**Names with {code(kind)} {code(value)}, mispredicted ones first**")
    rows = slices.members(predictions, kind, value, values)
    parts = [evaluation.mispredicted(rows, threshold), evaluation.correct(rows, threshold)]
    names.table(pd.concat(parts, ignore_index=True), "slice", threshold)


def damaged() -> None:
    """Tell of each run that cannot be read."""
    for run in state.all_runs():
        if isinstance(run, DamagedRun):
            st.warning(
                f"The run {code(run.name)} cannot be explored: {escape(run.problem)}. Train it "
                "again or delete it on the Runs page.",
                icon=":material/broken_image:",
            )


def _presets(run: Run) -> dict[str, float]:
    """The thresholds that the run was measured for, by the text of their rate, and 0.5."""
    measured = {_rate(one): float(one["threshold"]) for one in run.metrics.get("thresholds", [])}
    return {**measured, HALF: 0.5}


def _rate(threshold: Mapping[str, Any]) -> str:
    return f"{100 * threshold['fpr_target']:g} %"


def _about(run: Run, choice: str | None) -> None:
    """How sure the chosen preset's rate is."""
    measured = run.metrics.get("thresholds", [])
    one = next((one for one in measured if _rate(one) == choice), None)
    if one is None or "fpr_low" not in one:
        return
    sure = "" if one["resolvable"] else " Too few names to rely on it."
    st.caption(
        f"Chosen on {one['benign']:,} benign validation names, {one['false_positives']:,} of which "
        f"score above. On names like these the rate lies between {100 * one['fpr_low']:.2g} % and "
        f"{100 * one['fpr_high']:.2g} % (95 % confidence).{sure}"
    )


def _preset_chosen(threshold: float) -> None:
    st.session_state[CHOICE] = st.session_state[PRESET]
    st.session_state[BY_HAND] = threshold


def _set_by_hand(key: str) -> None:
    st.session_state[CHOICE] = None
    st.session_state[BY_HAND] = st.session_state[key]


def _share(value: float | None) -> str:
    return "n/a" if value is None else percent(value)


def _key(run: Run) -> tuple[str, int]:
    """What a run's cached figures hang on: its place and when its predictions were written."""
    return str(run.path), (run.path / runs.PREDICTIONS_FILE).stat().st_mtime_ns


@st.cache_resource(max_entries=8, show_spinner=False)
def _roc(path: str, written: int, _predictions: pd.DataFrame) -> pd.DataFrame:
    return evaluation.roc_curve(_predictions)


@st.cache_resource(max_entries=4, show_spinner="Slicing the test names")
def _attributes(path: str, written: int, _predictions: pd.DataFrame) -> pd.DataFrame:
    return slices.attributes(_predictions)


_SHARE: dict[str, Any] = {"format": "percent", "min_value": 0.0, "max_value": 1.0}
_NUMBER = st.column_config.NumberColumn
_FAMILY_COLUMNS = {
    FAMILY: st.column_config.TextColumn("Family", pinned=True),
    "names": _NUMBER("Names", format="localized"),
    "missed": _NUMBER("Missed", format="localized", help="Names below the threshold."),
    "recall": st.column_config.ProgressColumn("Recall", help="Share that is found.", **_SHARE),
    "mean_score": _NUMBER("Mean score", format="%.4f", help=TERMS["score"]),
    "surest_misses": st.column_config.TextColumn(
        "Surest misses", help="Missed names, lowest score first."
    ),
}
_SLICE_COLUMNS = {
    "slice": st.column_config.TextColumn("Slice", help="What the names have in common."),
    "value": st.column_config.TextColumn("Value"),
    "names": _NUMBER("Names", format="localized"),
    "benign": _NUMBER("Benign", format="localized"),
    "dga": _NUMBER("Generated", format="localized"),
    "fpr": _NUMBER("False-positive rate", format="percent", help=TERMS["fpr"]),
    "recall": _NUMBER("Recall", format="percent", help="Share of the generated names found."),
    "accuracy": st.column_config.ProgressColumn(
        "Accuracy", help="Share of its names with the right verdict.", **_SHARE
    ),
    "gap": _NUMBER("Gap", format="percent", help="How far its accuracy falls behind the whole's."),
}
