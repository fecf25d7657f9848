"""All runs in one table, measured over one set of names that none of them has learnt from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dga.config import BASE_HELP
from dga.errors import DGAError
from dga.runs.store import DamagedRun, Run
from dga.tables.writers import disarm_frame
from ui.common import common_set, comparison_panels, run_comparison, shown_rows, widgets
from ui.common.common_set import Ranking
from ui.common.text import TERMS
from ui.runs import actions

COLUMNS_KEY = "runs_columns"
OWN = "own"  # as the choice of a set: each run's own test part
REASON = "reason"
BASE_WIDTH = 118  # pixels: its title fits
ALWAYS = ("name", "active", "status")
DEFAULT = ("recall_1", "recall_01", "roc_auc", "calibration_error", "created", "base", "note")
SPARSE = ("base", "note")  # left out where no run has one
TITLES = {
    "created": "Created, UTC",
    "architecture": "Architecture",
    "rows": "Own test names",
    **run_comparison.FIGURES,
    "base": "Continued from",
    "note": "Note",
}


def show(found: Sequence[Run | DamagedRun], active: str | None) -> None:
    """The table, best run first; the selected run is opened below."""
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        source = _pick_source()
    with right, st.popover("Columns", icon=":material/view_column:"):
        columns = _pick_columns()
    place = st.empty()  # kept: the first scoring takes some seconds
    with place, st.spinner("Scoring the names to compare on"):
        ranking = _ranking(found, source)
    place.caption(_about(ranking, source))
    table = rows(found, active, ranking)
    _draw(table, columns)


def rows(
    found: Sequence[Run | DamagedRun], active: str | None, ranking: Ranking | None
) -> pd.DataFrame:
    """One row a run, best first; `ranking` None: with the figures of each run's own test part."""
    table = run_comparison.table(found, active)
    for name in run_comparison.FIGURES:
        if name not in table:
            table[name] = None
    table[REASON] = ""
    if ranking is None:
        return table
    figures = {name: run_comparison.of_metrics(one) for name, one in ranking.figures.items()}
    shown: dict[str, list[Any]] = {
        figure: [figures.get(name, {}).get(figure) for name in table["name"]]
        for figure in run_comparison.FIGURES
    }
    numeric = {name: pd.Series(values, dtype=float) for name, values in shown.items()}
    reasons = [ranking.reasons.get(name, "") for name in table["name"]]
    table = table.assign(**numeric, **{REASON: reasons})
    best = ["recall_01", "recall_1", "roc_auc"]
    return table.sort_values(
        best, ascending=False, na_position="last", kind="stable", ignore_index=True
    )


def _pick_source() -> str:
    options = [*common_set.sources(), OWN]
    key = comparison_panels.SOURCE
    return str(
        st.selectbox(
            "Figures over",
            options,
            key=f"{key}_of_all",
            format_func=lambda one: (
                "Each run's own test part" if one == OWN else common_set.source_title(one)
            ),
            help="Every run scores the same names now; names that one of them has learnt from are "
            "left out. Figures over each run's own test part can't be compared: its names may be "
            "easier.",
            persist_state="session",
        )
    )


def _pick_columns() -> list[str]:
    if COLUMNS_KEY not in st.session_state:
        st.session_state[COLUMNS_KEY] = list(DEFAULT)
    chosen: list[str] = st.multiselect(
        "Columns of the table",
        list(TITLES),
        key=COLUMNS_KEY,
        format_func=TITLES.__getitem__,
        persist_state="session",
    )
    return [name for name in TITLES if name in chosen]


def _ranking(found: Sequence[Run | DamagedRun], source: str) -> Ranking | None:
    if source == OWN:
        return None
    good = [run for run in found if isinstance(run, Run)]
    try:
        return common_set.ranking(good, source)
    except (DGAError, OSError) as error:
        widgets.error_box(error if isinstance(error, DGAError) else DGAError(str(error)))
        return Ranking(None, {}, {run.name: "not measured" for run in good})


def _about(ranking: Ranking | None, source: str) -> str:
    click = "Select a row to open the run below."
    if ranking is None:
        return f"Each over its own test part: these figures can't be compared. {click}"
    if not ranking.figures or ranking.common is None:
        return f"No run can be measured on {common_set.source_title(source).lower()}. {click}"
    return f"{ranking.common.about} Best first, by recall at 0.1 % false positives. {click}"


def _draw(table: pd.DataFrame, columns: Sequence[str]) -> None:
    reasons = [REASON] if (table[REASON] != "").any() else []
    empty = {name for name in SPARSE if name in table and not table[name].fillna("").any()}
    columns = [name for name in columns if name not in empty]
    event = st.dataframe(
        widgets.percents(disarm_frame(table), run_comparison.SHARES),
        key="runs_table",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        height=widgets.table_height(len(table)),
        alt="All runs with their figures",
        column_order=[*ALWAYS, *columns, *reasons],
        column_config=_config(),
    )
    chosen = shown_rows.rows(event.selection.rows, len(table))
    if chosen:
        st.session_state[actions.OPENED] = str(table["name"].iloc[chosen[0]])


def _config() -> Mapping[str, Any]:
    column = st.column_config
    return {
        "name": column.TextColumn("Run", help=TERMS["run"], pinned=True),
        "active": column.CheckboxColumn("Active", help=TERMS["run"], width="small"),
        "status": column.TextColumn("Status", width="small", help=TERMS["status"]),
        "created": column.DatetimeColumn("Created, UTC", format="YYYY-MM-DD HH:mm"),
        "architecture": column.TextColumn("Architecture", width="small"),
        "rows": column.NumberColumn("Own test names", format="localized", width="small"),
        "recall_1": column.NumberColumn("Recall at 1 % FPR", help=TERMS["recall"]),
        "recall_01": column.NumberColumn("Recall at 0.1 % FPR", help=TERMS["recall"]),
        "roc_auc": column.NumberColumn("ROC AUC", help=TERMS["auc"], format="%.4f"),
        "calibration_error": column.NumberColumn(
            "Calibration error", help=TERMS["calibration"], format="%.4f"
        ),
        "accuracy": column.NumberColumn("Accuracy", help=TERMS["accuracy"]),
        "base": column.TextColumn("Continued from", help=BASE_HELP, width=BASE_WIDTH),
        "note": column.TextColumn("Note"),
        REASON: column.TextColumn("Not measured", help="Why the run has no figures here."),
    }
