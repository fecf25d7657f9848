"""Two runs side by side on the page: figures, settings, the names on which they disagree."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dga.runs import Run
from dga.writers import disarm_frame
from ui import comparison, panels, state
from ui.text import TERMS

SHOWN_NAMES = 1_000


def compare(found: list[Run]) -> None:
    """Two runs side by side: figures, settings that differ, names they disagree on."""
    names = [run.name for run in found]
    one, other = st.columns(2)
    left = state.find_run(one.selectbox("Run", names, key="compare_left", help=TERMS["run"]))
    right = state.find_run(
        other.selectbox("Compared with", names, index=1, key="compare_right", help=TERMS["run"])
    )
    if left is None or right is None or left.name == right.name:
        st.caption("Choose two different runs.")
        return
    column = st.column_config
    st.dataframe(
        comparison.side_by_side(left, right),
        hide_index=True,
        alt="Figures of both runs",
        column_config={
            "figure": column.TextColumn("Figure"),
            "left": column.TextColumn(left.name),
            "right": column.TextColumn(right.name),
            "change": column.TextColumn("Change", help="Second minus first."),
        },
    )
    differing = comparison.settings(left, right)
    if not differing.empty:
        st.markdown("**Settings that differ**")
        columns: dict[str, Any] = {"setting": "Setting", "left": left.name, "right": right.name}
        st.dataframe(differing, hide_index=True, column_config=columns, height="content")
    with panels.errors_shown():
        disagreements(left, right)


def disagreements(left: Run, right: Run) -> None:
    """The test names of both runs with different verdicts, each at its default threshold."""
    cuts = (state.load_bundle(left).threshold(), state.load_bundle(right).threshold())
    both = comparison.shared(state.predictions(left), state.predictions(right), cuts)
    st.markdown("**Names on which they disagree**", help=TERMS["threshold"])
    if both.empty:
        st.caption("The two runs have no test name in common.")
        return
    names = comparison.disagreements(both)
    limit = f"; the first {SHOWN_NAMES:,} are shown" if len(names) > SHOWN_NAMES else ""
    st.caption(
        f"{len(names):,} of the {len(both):,} test names that both runs scored, each at the "
        f"threshold for 0.1 % false positives{limit}. The widest apart in score come first."
    )
    if names.empty:
        return
    column = st.column_config
    st.dataframe(
        disarm_frame(names.head(SHOWN_NAMES)),
        hide_index=True,
        placeholder="",
        alt="Names with different verdicts",
        column_config={
            "domain": column.TextColumn("Domain"),
            "trueClass": column.TextColumn("Truth", width="small"),
            "family": column.TextColumn("Family", width="small"),
            "score_left": column.NumberColumn(f"Score, {left.name}", format="percent"),
            "score_right": column.NumberColumn(f"Score, {right.name}", format="percent"),
            "verdict_left": column.TextColumn(f"Verdict, {left.name}", width="small"),
            "verdict_right": column.TextColumn(f"Verdict, {right.name}", width="small"),
        },
    )
