"""Runs on their page: the table of all, one in detail, unfinished trainings."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dga import charts, jobs, trash
from dga.runs import DamagedRun, Run
from dga.setting_texts import HELP
from dga.writers import disarm_frame
from ui import comparison, panels, run_actions, state
from ui.queueing import with_problem
from ui.text import TERMS, code

JOB_ICONS = {
    jobs.RUNNING: ":material/progress_activity:",
    jobs.CANCELLING: ":material/stop:",
    jobs.INTERRUPTED: ":material/power_off:",
    jobs.FAILED: ":material/error:",
}


def table(found: list[Run | DamagedRun], active: str | None) -> None:
    """All runs; the row that is selected is the one that is opened below."""
    column = st.column_config
    share: dict[str, Any] = {"format": "percent", "width": "small"}
    event = st.dataframe(
        disarm_frame(comparison.table(found, active)),
        key="runs_table",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        alt="All runs with their figures",
        column_config={
            "name": column.TextColumn("Run", help=TERMS["run"], pinned=True),
            "active": column.CheckboxColumn("Active", help=TERMS["run"], width="small"),
            "status": column.TextColumn("Status", width="small", help=TERMS["status"]),
            "created": column.DatetimeColumn("Created", format="YYYY-MM-DD HH:mm"),
            "architecture": column.TextColumn("Architecture", width="small"),
            "rows": column.NumberColumn("Test names", format="localized", width="small"),
            "recall_1": column.NumberColumn(
                "Recall at 1 % FPR", help=TERMS["recall"], format="percent"
            ),
            "recall_01": column.NumberColumn(
                "Recall at 0.1 % FPR", help=TERMS["recall"], format="percent"
            ),
            "roc_auc": column.NumberColumn("ROC AUC", help=TERMS["auc"], format="%.4f"),
            "calibration_error": column.NumberColumn(
                "Calibration error", help=TERMS["calibration"], format="%.4f"
            ),
            "accuracy": column.NumberColumn("Accuracy", help=TERMS["accuracy"], **share),
            "base": column.TextColumn("Went on from", help=HELP["base"], width="small"),
            "note": column.TextColumn("Note"),
        },
    )
    rows = event.selection.rows
    if rows and rows[0] < len(found):
        st.session_state[run_actions.OPENED] = found[rows[0]].name


def details(run: Run) -> None:
    """Figures, families, thresholds, history, settings and environment of a run."""
    metrics = state.test_metrics(run)
    panels.metric_row(panels.test_figures(metrics))
    names = ["Families", "Thresholds", "History", "Settings", "Feeds", "Environment"]
    families, thresholds, history, settings, feeds, environment = st.tabs(names)
    with families:
        family_table(metrics)
    with thresholds:
        threshold_table(run)
    with history, panels.errors_shown():
        history_chart(run)
    with settings:
        key_values(dict(run.settings))
    with feeds:
        st.dataframe(pd.DataFrame(run.config.get("feeds") or []), hide_index=True, alt="Feeds")
        key_values(dict(run.metrics.get("dataset") or {}))
    with environment:
        about = ("created", "seconds", "batches", "parameters")
        facts = {name: run.config.get(name) for name in about}
        key_values({**facts, **(run.config.get("environment") or {})})


def family_table(metrics: dict[str, Any]) -> None:
    """How each family fares on the test part at a score of 0.5."""
    column = st.column_config
    st.caption("Test names at a score of 0.5, worst family first.")
    st.dataframe(
        pd.DataFrame(metrics.get("families") or []),
        hide_index=True,
        alt="Families with their recall",
        column_config={
            "family": column.TextColumn("Family"),
            "names": column.NumberColumn("Names", format="localized"),
            "missed": column.NumberColumn("Missed", format="localized"),
            "recall": column.ProgressColumn(
                "Recall", format="percent", min_value=0.0, max_value=1.0, help=TERMS["recall"]
            ),
            "mean_score": column.NumberColumn("Mean score", format="percent", help=TERMS["score"]),
            "surest_misses": column.ListColumn(
                "Surest misses", width="large", help="Missed names with the lowest scores."
            ),
        },
    )


def threshold_table(run: Run) -> None:
    """The thresholds that a run stores, and how sure their false-positive rates are."""
    column = st.column_config
    st.caption("Chosen on benign names of the validation part, which training has not seen.")
    st.dataframe(
        pd.DataFrame(run.metrics.get("thresholds") or []),
        hide_index=True,
        alt="Thresholds by false-positive rate",
        column_config={
            "fpr_target": column.NumberColumn(
                "False-positive rate", format="percent", help=TERMS["fpr"]
            ),
            "threshold": column.NumberColumn("Score", format="%.6f", help=TERMS["threshold"]),
            "false_positives": column.NumberColumn("False positives", format="localized"),
            "benign": column.NumberColumn("Benign names", format="localized"),
            "fpr_low": column.NumberColumn("95 % from", format="percent"),
            "fpr_high": column.NumberColumn("95 % to", format="percent"),
            "resolvable": column.CheckboxColumn(
                "Resolvable", help="Whether there are enough benign names to speak of such a rate."
            ),
            "method": column.TextColumn(
                "How", help="Counted on benign names, or fitted to the tail of their scores."
            ),
        },
    )


def history_chart(run: Run) -> None:
    """Loss and accuracy by epoch."""
    past = state.history(run)
    if past.empty:
        st.caption("This run kept no history.")
        return
    st.plotly_chart(charts.training_curves(past), key="run_history", alt="Loss and accuracy")


def key_values(values: dict[str, Any]) -> None:
    """Names and values as a table of text."""
    shown = {name: "" if value is None else str(value) for name, value in values.items()}
    frame = pd.DataFrame({"name": list(shown), "value": list(shown.values())}, dtype="str")
    columns: dict[str, Any] = {"name": "Name", "value": "Value"}
    st.dataframe(frame, hide_index=True, column_config=columns, height="content")


def unfinished() -> None:
    """Trainings that are no run yet, or never will be."""
    found = jobs.unfinished()
    if not found:
        return
    st.subheader("Trainings without a run", anchor=False)
    for job in found:
        latest, told = job.latest(), job.state()
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.badge(told, icon=JOB_ICONS.get(told, ":material/help:"), color="gray")
            st.markdown(code(job.name))
            if latest is not None:
                st.text(f"{latest.phase}, {latest.share:.0%} {latest.message}".strip())
            if told in (jobs.RUNNING, jobs.CANCELLING):
                st.page_link(state.TRAIN_PAGE, label="Watch it", icon=":material/visibility:")
            else:
                st.button(
                    "Remove",
                    key=f"remove_{job.name}",
                    icon=":material/delete:",
                    on_click=with_problem,
                    args=(trash.delete, job.name),
                    help="Removes what the training left; there is no run in it.",
                )
