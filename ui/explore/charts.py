"""Views of the Explore page: families, slices, and the run over all thresholds.

Draws only. Whatever is clicked in a view chooses the names that are listed beside it
(`ui.explore.selection`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dga.evaluation.slices import MINIMUM
from dga.runs import learnt_names
from dga.runs.store import DamagedRun, Run
from dga.schema import FAMILY
from dga.tables import writers
from ui import charts
from ui.common import session, shown_rows, widgets
from ui.common.text import TERMS, code, counted, escape
from ui.explore import family_panel, selection
from ui.explore.downloads import download
from ui.explore.run_frames import Explored
from ui.explore.selection import Part

RUN = "explore_run"
KINDS = "explore_slice_kinds"
SHARES = ("recall", "gap", "fpr", "accuracy")  # columns told in per cent


def pick_run() -> Run | None:
    """Choose a run; one named in the address is chosen at first."""
    if asked := st.query_params.pop(session.RUN, None):
        st.session_state[RUN] = asked
    return widgets.pick_run(key=RUN)


def whose(run: Run, explored: Explored) -> str:
    """Which names the page is about, as Markdown."""
    count = f"{len(explored.predictions):,}"
    text = f"Shown are the **{count} {session.whose_names(run)}**"
    if session.shown_metrics(run)[1]:
        return f"{text}, which was kept out of the training."
    base = str(run.config.get("base") or "")
    if base and learnt_names.load(run) is None:
        return (
            f"{text}. The training did not learn from them; whether {code(base)}, from which it "
            "was continued, did is unknown."
        )
    return f"{text}, which the training did not learn from."


def damaged() -> None:
    """Tell of each run that cannot be read."""
    for run in session.all_runs():
        if isinstance(run, DamagedRun):
            st.warning(
                f"The run {code(run.name)} cannot be explored: {escape(run.problem)}. Train it "
                "again or delete it on the Runs page.",
                icon=":material/broken_image:",
            )


def families(explored: Explored, threshold: float) -> None:
    """The family table, worst first; a selected family's names are listed beside."""
    table = explored.sweep.family_table(threshold)
    if table.empty:
        st.info("These test names include no generated name.", icon=":material/info:")
        return
    st.caption(
        f"{counted(len(table), 'family', 'families')}, worst first; select one to list its names."
    )
    table["surest_misses"] = table["surest_misses"].map(", ".join)
    parts = [Part(FAMILY, str(family)) for family in table[FAMILY]]
    _selectable(table, "families", parts, threshold, _FAMILY_COLUMNS, "Families")
    download("CSV", table, f"{explored.run.name}-families")
    family_panel.chosen_family(explored, threshold)
    family_panel.confusion(explored)


def weak_spots(explored: Explored, threshold: float) -> None:
    """The slices, worst first; a selected slice's names are listed beside."""
    table = explored.sweep.slices(threshold)
    if table.empty:
        st.info(f"No slice has {MINIMUM} names; test on more names.", icon=":material/info:")
        return
    kinds = list(dict.fromkeys(g.attribute for g in explored.sweep.groups))
    kinds = [kind for kind in kinds if (table["slice"] == kind).any()]
    kept = st.session_state.get(KINDS)
    st.session_state[KINDS] = kinds if kept is None else [kind for kind in kept if kind in kinds]
    wanted = st.pills(
        "Slice by",
        kinds,
        selection_mode="multi",
        key=KINDS,
        persist_state="session",
        help="What names of a slice have in common. Word-likeness: how common their letter pairs "
        "are among this test part's benign names. Kind: of the generator, if known.",
    )
    table = table[table["slice"].isin(wanted)].reset_index(drop=True)
    st.caption(
        f"{counted(len(table), 'slice', 'slices')} of at least {MINIMUM} names, ranked by how "
        "far they are below the overall accuracy; select one to list its names."
    )
    parts = [Part(*pair) for pair in table[["slice", "value"]].itertuples(index=False, name=None)]
    _selectable(table, "slices", parts, threshold, _SLICE_COLUMNS, "Slices")
    download("CSV", table, f"{explored.run.name}-slices")


def overall(explored: Explored) -> None:
    """The run over all thresholds: headline figures, and what scores say against what is true."""
    metrics, of_trial = session.shown_metrics(explored.run)
    widgets.metric_row(widgets.test_figures(metrics))
    if of_trial:
        st.caption(
            "On the trial set, which was held out from the training. The figures on the test part "
            "of the run's own lists are on the Runs page."
        )
    st.markdown("**Reliability**", help=TERMS["calibration"])
    st.caption("On the dotted line a score of 0.700 means that 70 of 100 such names are generated.")
    _chart(
        charts.reliability(explored.reliability),
        "reliability",
        explored.run.name,
        "Share of generated names over mean score",
    )
    download("CSV", explored.reliability, f"{explored.run.name}-reliability")


def _chart(figure: Any, key: str, run: str, alt: str, **more: Any) -> None:
    """A figure whose own toolbar saves it as a picture."""
    picture = {"format": "png", "scale": 2, "filename": f"{run}-{key}"}
    config = {"displaylogo": False, "toImageButtonOptions": picture}
    st.plotly_chart(figure, key=f"explore_{key}", config=config, alt=alt, **more)


def _selectable(
    table: pd.DataFrame,
    key: str,
    parts: list[Part],
    threshold: float,
    columns: Mapping[str, Any],
    alt: str,
) -> None:
    """A table; the part of the names that a selected row stands for is listed."""
    place = f"explore_table_{key}_{threshold:.9f}_{len(table)}_{selection.generation()}"
    part = selection.part()

    def clicked() -> None:
        rows = shown_rows.rows(st.session_state[place].selection.rows, len(parts))
        if rows:
            selection.choose(parts[rows[0]])
        else:
            selection.clear()

    st.dataframe(
        widgets.percents(writers.disarm_frame(table), SHARES),  # it can be exported too
        key=place,
        hide_index=True,
        column_config=dict(columns),
        column_order=list(columns),
        on_select=clicked,
        selection_mode="single-row",
        selection_default={"selection": {"rows": [parts.index(part)] if part in parts else []}},
        placeholder="",
        height=widgets.table_height(len(table)),
        alt=alt,
    )


_NUMBER = st.column_config.NumberColumn
_FAMILY_COLUMNS = {
    FAMILY: st.column_config.TextColumn("Family", pinned=True, width=96),
    "names": _NUMBER("Names", format="localized", width=64),
    "missed": _NUMBER("Missed", format="localized", width=68, help="Names below the threshold."),
    "recall": _NUMBER("Recall", width=68, help="Share that is detected."),
    "surest_misses": st.column_config.TextColumn(
        "Most confident misses", width=150, help="Missed names, lowest score first."
    ),
}
_SLICE_COLUMNS = {
    "slice": st.column_config.TextColumn("Slice", width=80, help="What the names have in common."),
    "value": st.column_config.TextColumn("Value", width=92),
    "gap": _NUMBER(
        "Behind",
        width=70,
        help="How far its accuracy is below what the overall recall and false-positive rate "
        "predict for its mix of benign and generated names.",
    ),
    "names": _NUMBER("Names", format="localized", width=64),
    "recall": _NUMBER("Recall", width=68, help="Share of the generated names found."),
    "fpr": _NUMBER("False alarms", width=84, help=TERMS["fpr"]),
}
