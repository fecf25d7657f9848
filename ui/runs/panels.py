"""Runs on their page: one in detail, who activated which, unfinished trainings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dga.config import SETTINGS
from dga.evaluation import metrics
from dga.jobs import job as jobs
from dga.runs import activations as history
from dga.runs import store, trash
from dga.runs.store import Run
from dga.tables.writers import disarm_frame
from ui import charts
from ui.common import session, threshold_choice, visitor, widgets
from ui.common.queueing import with_problem
from ui.common.text import TERMS, code, percent

FEED_TITLES: Mapping[str, Any] = {
    "feed": "Feed",
    "format": "Format",
    "label": "Class",
    "rows": st.column_config.NumberColumn("Rows", format="localized"),
    "names": st.column_config.NumberColumn("Domains", format="localized"),
    "problems": st.column_config.NumberColumn("Not domains", format="localized"),
}
DATASET_TITLES = {
    "rows": "Rows of all feeds",
    "unregistered": "Without a registered name",
    "excluded": "Kept out: names of the trial set and curated ones",
    "duplicates": "Duplicates",
    "conflicting": "In both classes",
    "capped": "Over the cap of their family",
    "corrected": "Overridden by corrected labels",
    "doubtful": "Doubtful benign names left out",
    "curated": "Curated benign names, never trained on",
    "train": "To learn from",
    "validation": "To calibrate",
    "test": "To test",
}
ENVIRONMENT_TITLES = {
    "created": "Created, UTC",
    "seconds": "Training, s",
    "batches": "Batches",
    "parameters": "Parameters of the network",
    "dga": "DGA Workbench",
    "python": "Python",
    "platform": "Platform",
    "device": "Device",
    "processor": "Processor",
    "threads": "Threads",
}
JOB_ICONS = {
    jobs.RUNNING: ":material/progress_activity:",
    jobs.CANCELLING: ":material/stop:",
    jobs.INTERRUPTED: ":material/power_off:",
    jobs.FAILED: ":material/error:",
}


def figures(run: Run) -> None:
    """The headline figures of a run, and of which names they are."""
    st.caption(
        "Over the run's own test part, which no other run was measured on: not to be compared "
        "with the table above, nor with another run."
    )
    widgets.metric_row(widgets.test_figures(session.test_metrics(run)))


def details(run: Run) -> None:
    """Families, thresholds, history, settings and environment of a run."""
    names = ("Families", "Thresholds", "History", "Settings", "Feeds", "Environment")
    drawers = (family_table, threshold_table, history_chart, _settings, _feeds, _environment)
    tabs = st.tabs(names, key="runs_view", on_change="rerun")
    for tab, draw in zip(tabs, drawers, strict=True):
        if tab.open:
            with tab, widgets.errors_shown():
                draw(run)


def _settings(run: Run) -> None:
    texts = {name: None if value is None else str(value) for name, value in run.settings.items()}
    key_values(texts, {name: one.label for name, one in SETTINGS.items()})


def _feeds(run: Run) -> None:
    st.dataframe(
        disarm_frame(pd.DataFrame(run.config.get("feeds") or [])),
        hide_index=True,
        alt="Feeds",
        column_config=dict(FEED_TITLES),
    )
    key_values(dict(run.metrics.get("dataset") or {}), DATASET_TITLES)


def _environment(run: Run) -> None:
    about = ("created", "seconds", "batches", "parameters")
    facts = {name: run.config.get(name) for name in about}
    key_values({**facts, **(run.config.get("environment") or {})}, ENVIRONMENT_TITLES)


def family_table(run: Run) -> None:
    """Recall by family, on the names and at the threshold of the Explore page."""
    cut = threshold_choice.settled(threshold_choice.presets(run))
    whose = session.whose_names(run)
    st.caption(
        f"Over the {whose}, at {threshold_choice.title(cut)}, as on the Explore page; worst first."
    )
    table = metrics.family_table(session.predictions(run), cut.threshold)
    column = st.column_config
    st.dataframe(
        widgets.percents(disarm_frame(table), ["recall"]),
        hide_index=True,
        height=widgets.table_height(len(table)),
        alt="Families with their recall",
        column_config={
            "family": column.TextColumn("Family"),
            "names": column.NumberColumn("Names", format="localized"),
            "missed": column.NumberColumn("Missed", format="localized"),
            "recall": column.NumberColumn("Recall", help="Share that is detected."),
            "mean_score": column.NumberColumn(
                "Mean score", format=widgets.SCORE_FORMAT, help=TERMS["score"]
            ),
            "surest_misses": column.ListColumn(
                "Most confident misses",
                width="large",
                help="Missed names with the lowest scores.",
            ),
        },
    )


def threshold_table(run: Run) -> None:
    """The thresholds that a run stores, with confidence intervals of their false-positive rates."""
    column = st.column_config
    st.caption(
        "Chosen on benign names that the training has not seen. Rates too rare to count are fitted "
        "to the tail of their scores, so that the names counted above may be more or fewer."
    )
    st.dataframe(
        widgets.percents(_thresholds(run), ["fpr_low", "fpr_high"]),
        hide_index=True,
        alt="Thresholds by false-positive rate",
        column_config={
            "fpr_target": column.TextColumn("False-positive rate", help=TERMS["fpr"]),
            "threshold": column.NumberColumn("Score", format="%.6f", help=TERMS["threshold"]),
            "false_positives": column.NumberColumn("False positives", format="localized"),
            "benign": column.NumberColumn("Benign names", format="localized"),
            "fpr_low": column.NumberColumn("95 % from"),
            "fpr_high": column.NumberColumn("95 % to"),
            "resolvable": column.CheckboxColumn(
                "Resolvable", help="Whether there are enough benign names to speak of such a rate."
            ),
            "method": column.TextColumn(
                "How", help="Counted on benign names, or fitted to the tail of their scores."
            ),
        },
    )


def _thresholds(run: Run) -> pd.DataFrame:
    found = run.metrics.get("thresholds") or []
    return pd.DataFrame([{**one, "fpr_target": threshold_choice.rate(one)} for one in found])


def history_chart(run: Run) -> None:
    """Loss and accuracy by epoch."""
    past = session.history(run)
    if past.empty:
        st.caption("This run kept no history.")
        return
    st.plotly_chart(charts.training_curves(past), key="run_history", alt="Loss and accuracy")


def key_values(values: Mapping[str, Any], titles: Mapping[str, str]) -> None:
    """Names and values as a table of text; `titles`: what names are called on the page."""
    shown = [(titles.get(name, name), _plain(value)) for name, value in values.items()]
    frame = pd.DataFrame(shown, columns=["name", "value"], dtype="str")
    columns: dict[str, Any] = {"name": "Name", "value": "Value"}
    st.dataframe(frame, hide_index=True, column_config=columns, height="content")


def _plain(value: Any) -> str:
    """A value as text: whole numbers in groups of three digits, "" for none.

    >>> _plain(1416913), _plain(True), _plain(None), _plain(0.05)
    ('1,416,913', 'True', '', '0.05')
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)


def activations() -> None:
    """Who made which run the active one, and when."""
    found = history.history(store.models_folder())
    if not found:
        return
    with st.expander("Activations", icon=":material/history:"):
        table = pd.DataFrame([vars(one) for one in found])
        table["when"] = pd.to_datetime(table["when"], utc=True, errors="coerce")
        column = st.column_config
        st.dataframe(
            disarm_frame(table),
            hide_index=True,
            alt="Which run was made active, when and by whom",
            column_config={
                "run": column.TextColumn("Run"),
                "when": column.DatetimeColumn("When, UTC", format="YYYY-MM-DD HH:mm:ss"),
                "by": column.TextColumn("By", help="The account that the server ran under."),
            },
        )


def unfinished() -> None:
    """Trainings that are unfinished: interrupted, failed or still running."""
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
                st.text(f"{latest.phase}, {percent(latest.share)} {latest.message}".strip())
            if told in (jobs.RUNNING, jobs.CANCELLING):
                st.page_link(session.TRAIN_PAGE, label="Watch it", icon=":material/visibility:")
            else:
                st.button(
                    "Remove",
                    key=f"remove_{job.name}",
                    icon=":material/delete:",
                    on_click=with_problem,
                    args=(visitor.guarded("delete", trash.delete), job.name),
                    help="Removes what the training left; there is no run in it.",
                )
