"""Pieces of the Explore page: the run, its figures, and one function for each view.

Draws only; every figure comes from `dga.evaluation` and `dga.slices`. What does not depend on the
threshold is computed once a run, for all sessions.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dga import charts, evaluation, runs, slices
from dga.columns import DGA, FAMILY, PRED_PROB, TRUE_CLASS, UNKNOWN_FAMILY
from dga.evaluation import Confusion
from dga.runs import DamagedRun, Run
from ui import names, panels, state
from ui.text import TERMS, code, escape, percent

RUN = "explore_run"
BASE_RATES = (0.5, 0.1, 0.01, 0.001, 0.0001)
OUTCOMES = {
    "FN": ("Missed", "generated names below the threshold"),
    "FP": ("Accused", "benign names above the threshold"),
    "TP": ("Found", "generated names above the threshold"),
    "TN": ("Kept", "benign names below the threshold"),
}


def pick_run() -> Run | None:
    """Choose a run; one named in the address is chosen at first."""
    if asked := st.query_params.pop(state.RUN, None):
        st.session_state[RUN] = asked
    return panels.pick_run(key=RUN)


def figures(predictions: pd.DataFrame, threshold: float) -> Confusion:
    """What a threshold does to the test names; returns the confusion."""
    at = evaluation.confusion(predictions, threshold)
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
        st.plotly_chart(
            charts.confusion_matrix(at),
            key="explore_confusion",
            alt=f"Outcomes: {at.tp} TP, {at.fn} FN, {at.fp} FP, {at.tn} TN",
        )
    counts = vars(at)
    outcome = st.segmented_control(
        "List the names of one outcome",
        list(OUTCOMES),
        key="explore_outcome",
        format_func=lambda one: f"{OUTCOMES[one][0]}: {counts[one.lower()]:,}",
        help=" ".join(f"{one}: {about}." for one, (_, about) in OUTCOMES.items()),
    )
    if outcome:
        rows = predictions[(evaluation.outcomes(predictions, threshold) == outcome).to_numpy()]
        surest_first = rows.sort_values(PRED_PROB, ascending=outcome in ("FN", "TN"))
        names.table(surest_first, outcome, threshold)


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
    kinds = [str(kind) for kind in values.columns if (table["slice"] == kind).any()]
    wanted = st.pills(
        "Slice by",
        kinds,
        selection_mode="multi",
        default=[kind for kind in kinds if kind != FAMILY],
        key="explore_slice_kinds",
        help="What names of a slice have in common. Families have a view of their own.",
    )
    table = table[table["slice"].isin(wanted)].reset_index(drop=True)
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
