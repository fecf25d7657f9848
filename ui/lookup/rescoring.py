"""Look up: the same name with edits, scored again side by side. Draws only."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dga.explain import what_if
from dga.explain.what_if import Rescored
from dga.runs.store import Run
from dga.schema import DOMAIN, SCORE, VERDICT
from dga.scoring.bundle import ModelBundle
from dga.scoring.scorer import Verdict, verdicts_at
from ui.common import session, shown_rows, text, verdicts, widgets
from ui.common.session import Measure
from ui.common.text import code, escape
from ui.lookup import reasons

CHANGE, SHIFT = "change", "shift"
ROWS_HEIGHT = 420  # pixels of the table of ready-made edits
LEAST = 5e-4  # of a score; a smaller change does not show
SAME = 0.05  # log-odds; a smaller shift is none


@st.fragment
def edit_and_rescore(run: Run, bundle: ModelBundle, verdict: Verdict, measure: Measure) -> None:
    """A box to edit the name in and its two verdicts; a table of ready-made edits."""
    name = scored_name(bundle, verdict)
    st.markdown(
        "#### Edit and score again",
        anchors=False,
        help="Change the name and see how the score changes. Nothing is stored.",
    )
    key = f"edit_{name}"
    st.session_state.setdefault(key, name)
    left, right = st.columns(2, gap="medium")
    with right:
        ready_made(name, bundle, measure, key)
    with left:
        edited = st.text_input(
            "Edited name", key=key, help="Press Enter. The table beside it fills this box, too."
        )
        with widgets.errors_shown():
            show_comparison(run, bundle, verdict, measure, edited)


def scored_name(bundle: ModelBundle, verdict: Verdict) -> str:
    """What the model read of a verdict's text."""
    return (verdict.domain if bundle.scope == "fqdn" else verdict.registered_name) or ""


def show_comparison(
    run: Run, bundle: ModelBundle, before: Verdict, measure: Measure, edited: str
) -> None:
    """The name before and after the edit: verdict, score, strip."""
    after = session.scorer(run, measure.threshold).verdicts([edited])[0]
    name, changed = scored_name(bundle, before), scored_name(bundle, after)
    if after.score is None:
        st.info(escape(f"Not scored: {after.problem}."), icon=":material/help:")
        return
    if changed == name:
        st.caption("Not edited yet: type in the box, or choose a row of the table.")
        return
    if before.score is not None:
        st.markdown(difference(before, after))
    for title, one, shown in (("Before", before, name), ("After", after, changed)):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{title}**")
            verdicts.badge(one.verdict)
            st.markdown(f"{code(shown)} {escape(text.score(one.score or 0.0))}")
        reasons.characters(session.explanation(run, shown), key=f"strip_{title}")


def difference(before: Verdict, after: Verdict) -> str:
    """What an edit did to the score, as a sentence of Markdown."""
    change = (after.score or 0.0) - (before.score or 0.0)
    turned = "same verdict" if before.verdict == after.verdict else "**the verdict changes**"
    moved = f"Score {change:+.3f}" if abs(change) >= LEAST else "Score unchanged"
    return f"{moved}; {turned}.".replace("-", "−")


def ready_made(name: str, bundle: ModelBundle, measure: Measure, key: str) -> None:
    """The ready-made edits, the most telling first; a click puts one in the box."""
    found = what_if.rescore(name, what_if.suggested(name), bundle)
    st.caption(f"Ready-made edits of {code(name)}. {escape(most_telling(found))}")
    table = f"edits_{name}"

    def take() -> None:
        rows = shown_rows.rows(st.session_state[table].selection.rows, len(found))
        if rows:
            st.session_state[key] = found[rows[0]].name

    st.dataframe(
        _frame(found, measure),
        key=table,
        hide_index=True,
        height=ROWS_HEIGHT,
        on_select=take,
        selection_mode="single-row",
        column_config={
            **widgets.verdict_columns(),
            CHANGE: st.column_config.TextColumn("Edit", width=136),
            DOMAIN: st.column_config.TextColumn("Edited name", width=118),
            SHIFT: st.column_config.NumberColumn(
                "Shift",
                format="%+.2f",
                width=64,
                help="By how much the log-odds of generated rise: +0.69 doubles the odds, "
                "−0.69 halves them.",
            ),
        },
        alt="Ready-made edits of the name with their scores",
    )


def most_telling(found: Sequence[Rescored]) -> str:
    """Which edit moves the score most, as a sentence."""
    if not found or abs(found[0].shift) < SAME:
        return "No edit moves the score."
    first = found[0]
    return f"Moves the score most: {first.change}, to a score of {text.score(first.score)}."


def _frame(found: Sequence[Rescored], measure: Measure) -> pd.DataFrame:
    frame = pd.DataFrame([vars(one) for one in found], columns=[CHANGE, "name", SCORE, SHIFT])
    frame[VERDICT] = verdicts_at(frame[SCORE], measure.threshold)
    frame = frame.rename(columns={"name": DOMAIN})[[CHANGE, SCORE, SHIFT, VERDICT, DOMAIN]]
    return widgets.with_chips(frame)
