"""Why a family is missed, what it is taken for, and what to do about it. Draws only."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dga import generators
from dga.datasets.download import data_folder
from dga.evaluation import why_missed
from dga.evaluation.why_missed import WhyMissed
from dga.schema import DGA, DOMAIN, FAMILY, LABEL
from dga.storage.files import write_atomically
from dga.tables import writers
from ui.common import session, widgets
from ui.common.queueing import with_problem
from ui.common.text import code, escape, percent, table
from ui.explore import run_frames, selection
from ui.explore.run_frames import Explored
from ui.explore.selection import Part

MADE = 1_000  # names of a family that are generated for a training
GENERATED = "generated"  # folder of the data folder
UNNAMED = "none named"
SHARE = "Share"  # how the names of traits begin that are shares


def chosen_family(explored: Explored, threshold: float) -> None:
    """The panel of the family that is selected in the table above; a hint where none is."""
    part = selection.part()
    if part is None or part.attribute != FAMILY:
        st.caption("Select a family to see why its names are missed and what would help.")
        return
    found = why_missed.why_missed(explored.predictions, part.value, threshold)
    with st.container(border=True):
        st.markdown(f"#### Why names of {code(part.value)} are missed", anchors=False)
        st.markdown(_summary(found))
        if found.missed:
            _show_differences(found)
        _show_remedies(found, part.value)


def _summary(found: WhyMissed) -> str:
    whole = found.missed + found.found
    names = f"{found.missed:,} of {whole:,} names {'is' if found.missed == 1 else 'are'} missed."
    kind = f"Its names are {escape(found.about)}."
    return f"{names} {kind} {escape(found.reason) if found.missed else ''}"


def _show_differences(found: WhyMissed) -> None:
    rows = [
        (trait, _number(trait, row["missed"]), _number(trait, row["found"]))
        for trait, (_, row) in zip(found.traits["trait"], found.traits.iterrows(), strict=True)
    ]
    rows += [
        (f"Suffix {code(str(row['suffix']))}", percent(row["missed"]), percent(row["found"]))
        for _, row in found.suffixes.head(3).iterrows()
    ]
    st.markdown(table(("Mean of", "Missed", "Found"), rows))
    if found.pairs:
        pairs = [(code(missed), code(near)) for missed, near in found.pairs]
        st.markdown(table(("Missed", "Nearest that is found"), pairs))


def _number(trait: str, value: float) -> str:
    """A mean: a share in per cent, a length in characters.

    >>> _number("Share of digits", 0.125), _number("Length of the label", 16.97)
    ('12.5 %', '17.0')
    """
    if pd.isna(value):
        return "–"
    return percent(value) if trait.startswith(SHARE) else f"{value:.1f}"


def _show_remedies(found: WhyMissed, family: str) -> None:
    """What would help, each a step to take from here."""
    st.markdown(f"**What would help:** {escape(found.advice)}.")
    with st.container(horizontal=True):
        if family in generators.FAMILIES:
            pressed = st.button(
                f"Generate {MADE:,} more and train",
                icon=":material/add_circle:",
                key="explore_generate",
                on_click=with_problem,
                args=(_generate, family),
                help="Made by the built-in generator of the family, as a feed for the Train page.",
            )
            if pressed and session.PRESELECTED in st.session_state:
                st.switch_page(session.TRAIN_PAGE)
        else:
            st.page_link(
                session.TRAIN_PAGE, label="Add a feed of this family", icon=":material/upload:"
            )
        st.button(
            "Review the labels of the missed",
            icon=":material/rule:",
            key="explore_review_missed",
            on_click=selection.choose,
            args=(Part(FAMILY, family), "Missed"),
        )


def _generate(family: str) -> None:
    """Write names of a family as a feed, and have the Train page choose it."""
    names = generators.generate(family, MADE)
    rows = pd.DataFrame({DOMAIN: names, LABEL: DGA, FAMILY: family})
    path = data_folder() / GENERATED / f"{family}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, writers.to_csv(rows))
    st.session_state[session.PRESELECTED] = [path.relative_to(data_folder()).as_posix()]


def confusion(explored: Explored) -> None:
    """Families by the family that is named for their names; a cell lists its names."""
    shown = st.expander(
        "What families are taken for", icon=":material/grid_on:", key="explore_confusion",
        on_change="rerun",
    )  # fmt: skip
    if not shown.open:
        return
    with shown:
        answers = run_frames.answers(explored)
        if not any(answers):
            st.caption("This run names no families.")
            return
        found = why_missed.confusion(explored.predictions, answers)
        _cells(explored, found)


def _cells(explored: Explored, found: pd.DataFrame) -> None:
    st.caption(
        "Rows: true families, those most often taken for another first. Columns: the family that "
        "the run names, whatever the score. Click a number to list its names."
    )
    key = f"explore_cells_{explored.run.name}_{selection.generation()}"
    named = found.rename(columns={"": UNNAMED}).reset_index()
    columns = [str(name) for name in found.columns]

    def clicked() -> None:
        cells = st.session_state[key].selection.cells
        if cells:
            row, column = cells[0]
            at = [UNNAMED if name == "" else name for name in columns]
            if column in at:
                family, answer = str(found.index[row]), columns[at.index(column)]
                selection.choose(Part("answer", family, answer=answer))

    number = st.column_config.NumberColumn
    config: dict[str, Any] = {
        str(name): number(str(name), width="small") for name in named.columns[1:]
    }
    st.dataframe(
        writers.disarm_frame(named),
        key=key,
        hide_index=True,
        on_select=clicked,
        selection_mode="single-cell",
        column_config={FAMILY: st.column_config.TextColumn("Family", pinned=True), **config},
        height=widgets.table_height(len(named), 600),
        alt="Families by the family that is named",
    )
