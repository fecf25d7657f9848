"""What an analyst says of test names: the selected names with their neighbours, the form for label
and note, and the list of all that was said. Draws only; `dga.runs.reviews` keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dga.datasets.download import data_folder
from dga.errors import DGAError, told
from dga.explain.nearest_names import Neighbour
from dga.runs import activations
from dga.runs import reviews as review
from dga.runs.reviews import Review
from dga.runs.store import Run
from dga.schema import (
    BENIGN,
    DGA,
    DOMAIN,
    FAMILY,
    PRED_CLASS,
    PRED_PROB,
    SUSPICIOUS,
    TRUE_CLASS,
    VERDICT,
)
from dga.tables import writers
from ui.common import corrections, session, shown_rows, verdicts, visitor, widgets
from ui.common.text import code, counted, score
from ui.explore import selection
from ui.explore.selection import Part

LABEL, NOTE = "explore_label", "explore_note"
AS_GIVEN = ""
LABELS = {AS_GIVEN: "Not said", BENIGN: "Benign", DGA: "DGA"}
KINDS = {BENIGN: "benign", DGA: "generated"}
NEIGHBOURS = 6
TWIN = 0.75  # likeness from which a name is a near-duplicate


def reviews_of(run: Run) -> dict[str, Review]:
    """What was said of a run's names; none, and the reason in a box, where it cannot be read."""
    try:
        return review.load(run.name, run.path.parent)
    except DGAError as error:
        widgets.error_box(error)
        return {}


def selected(run: Run, rows: pd.DataFrame, reviews: Mapping[str, Review]) -> None:
    """The names that are selected in the list, and what can be done with them."""
    if rows.empty:
        st.caption("Select names to open one, compare it, or say what it is.")
        return
    with st.container(border=True):
        if len(rows) == 1:
            _show_name(rows.iloc[0])
            _show_nearest(run, rows.iloc[0])
        else:
            st.markdown(f"**{len(rows):,} names selected**")
        _form(run, rows, reviews)


def show_all(run: Run, reviews: Mapping[str, Review]) -> None:
    """Every review of the run, and where its corrected labels lie as a feed."""
    if not reviews:
        st.info(
            "No reviews yet. Select names in the list and correct their label or add a note; they "
            "are collected here for export and as a feed to train on.",
            icon=":material/edit_note:",
        )
        return
    table = review.frame(reviews)
    st.caption(
        f"{counted(len(table), 'name', 'names')}, newest review first; select one to open it."
    )
    _table(table, f"explore_reviews_{hash(tuple(reviews.values()))}_{selection.generation()}")
    st.download_button(
        "CSV with notes",
        lambda: writers.to_csv(table).encode(),
        file_name=f"{run.name}-reviews.csv",
        mime="text/csv",
        key="explore_csv_reviews",
        icon=":material/download:",
        on_click="ignore",
    )
    if labels := len(review.corrected(reviews)):
        _corrected_feed(run, labels)


def _table(table: pd.DataFrame, key: str) -> None:
    """The reviews as a table; a click opens a name."""

    def clicked() -> None:
        rows = shown_rows.rows(st.session_state[key].selection.rows, len(table))
        if rows:
            selection.choose(Part("name", str(table[DOMAIN][rows[0]])))

    st.dataframe(
        writers.disarm_frame(table),
        key=key,
        hide_index=True,
        column_config=_COLUMNS,
        column_order=list(_COLUMNS),
        on_select=clicked,
        selection_mode="single-row",
        alt="Names with a note or corrected label",
    )


def _corrected_feed(run: Run, labels: int) -> None:
    """Where the corrected labels lie as a feed, and a way to train with it."""
    feed = review.feed_of(run.name).relative_to(data_folder()).as_posix()
    st.markdown(
        f"**{labels:,} corrected {'label' if labels == 1 else 'labels'}** are "
        f"the feed {code(feed)} in the data folder, for the Train page and for "
        f"{code('dga train')}.",
        help="A name that another chosen feed labels otherwise takes no part in the training: "
        "the two contradict each other. Correct that feed too, or leave it out.",
    )
    if st.button("Train with them", icon=":material/model_training:", key="explore_train"):
        corrections.preselect(run.name)
        st.switch_page(session.TRAIN_PAGE)


def _show_name(row: pd.Series) -> None:
    """One name: what is known of it, and the way to the look-up page."""
    domain, truth, counted = str(row[DOMAIN]), str(row[TRUE_CLASS]), str(row[PRED_CLASS])
    family = f" of the family {code(str(row[FAMILY]))}" if row[FAMILY] else ""
    st.markdown(f"**{code(domain)}**")
    right = ":material/check: right" if truth == counted else ":material/error: wrong"
    verdict = str(row[VERDICT])
    counts = ", which counts as benign here" if verdict == SUSPICIOUS else ""
    st.markdown(
        f"Listed as {KINDS[truth]}{family}; score {score(float(row[PRED_PROB]))}, so the verdict "
        f"is {verdicts.title(verdict)}{counts}: {right}."
    )
    st.page_link(
        session.LOOKUP_PAGE,
        label=f"Look up {code(domain)}",
        icon=":material/search:",
        query_params={session.DOMAIN: domain},
    )


def _show_nearest(run: Run, row: pd.Series) -> None:
    """The names of the run's data that come nearest to one, and whether they speak against its
    class; a selected one is listed."""
    domain, truth = str(row[DOMAIN]), str(row[TRUE_CLASS])
    found = session.known_names(run).nearest(domain, NEIGHBOURS + 1)
    both = [one for label in (BENIGN, DGA) for one in found[label] if one.name != domain]
    near = sorted(both, key=lambda one: -one.likeness)[:NEIGHBOURS]
    st.markdown(
        "**Nearest names of the run's data**",
        help="By edits of the label: characters inserted, deleted, changed or swapped. "
        "Near-duplicates of another class are probably labelling errors.",
    )
    if doubt := _doubt(near, truth):
        st.warning(doubt, icon=":material/label_important:")
    table = pd.DataFrame(
        [(one.name, one.label, one.family, one.likeness, one.score) for one in near],
        columns=[DOMAIN, TRUE_CLASS, FAMILY, "likeness", PRED_PROB],
    )
    key = f"explore_near_{domain}"

    def clicked() -> None:
        rows = shown_rows.rows(st.session_state[key].selection.rows, len(near))
        if rows:
            selection.choose(Part("name", near[rows[0]].name))

    st.dataframe(
        widgets.percents(writers.disarm_frame(table), ["likeness"]),
        key=key,
        hide_index=True,
        column_config=_NEAR_COLUMNS,
        on_select=clicked,
        selection_mode="single-row",
        alt="Nearest names",
    )


def _doubt(near: Sequence[Neighbour], truth: str) -> str:
    """What the near-duplicates of a name say against its class; "" where they say nothing."""
    twins = [one for one in near if one.likeness >= TWIN]
    other = [one for one in twins if one.label != truth]
    if not other or 2 * len(other) <= len(twins):
        return ""
    return (
        f"{len(other)} of {len(twins)} near-duplicates {'is' if len(other) == 1 else 'are'} listed "
        f"as {KINDS[other[0].label]}: its class may be a labelling error."
    )


def _form(run: Run, rows: pd.DataFrame, reviews: Mapping[str, Review]) -> None:
    """Say what the selected names are; a form, so that typing reruns nothing."""
    known = [reviews.get(str(domain), Review(domain=str(domain))) for domain in rows[DOMAIN]]
    first = known[0]
    same = all((one.label, one.note) == (first.label, first.note) for one in known)
    which = hash(tuple(known))
    with st.form(f"explore_say_{which}", border=False):
        st.segmented_control(
            "In truth",
            list(LABELS),
            default=first.label if same else AS_GIVEN,
            format_func=LABELS.__getitem__,
            key=f"{LABEL}_{which}",
            required=True,
            help="Your correction of the class. It changes no file of the run: it is saved "
            "separately, and as a feed to train on.",
        )
        st.text_area(
            "Note",
            first.note if same else "",
            key=f"{NOTE}_{which}",
            max_chars=review.MAX_NOTE,
            height=68,
            placeholder="Why, by whom, a ticket",
        )
        st.form_submit_button(
            "Keep", icon=":material/save:", on_click=_save, args=(run, rows, which)
        )
    if notice := st.session_state.pop(session.NOTICE, None):
        widgets.error_box(notice)


def _save(run: Run, rows: pd.DataFrame, which: int) -> None:
    label = st.session_state[f"{LABEL}_{which}"] or AS_GIVEN
    note = st.session_state[f"{NOTE}_{which}"].strip()
    now, by = corrections.now(), visitor.visitor().name or activations.user()
    said = [
        Review(
            domain=str(row[DOMAIN]),
            label=label,
            note=note,
            given=str(row[TRUE_CLASS]),
            family=str(row[FAMILY] or ""),
            score=round(float(row[PRED_PROB]), 6),
            written=now,
            by=by,
        )
        for _, row in rows.iterrows()
    ]
    try:
        with visitor.acting("label"):
            review.save(run.name, said, run.path.parent)
    except DGAError as error:
        st.session_state[session.NOTICE] = error
    except OSError as error:
        st.session_state[session.NOTICE] = DGAError(told(error))


_TEXT = st.column_config.TextColumn
_NEAR_COLUMNS: dict[str, Any] = {
    DOMAIN: _TEXT("Name", pinned=True),
    TRUE_CLASS: _TEXT("Truth", width="small", help="What the feed says."),
    FAMILY: _TEXT("Family", width="small"),
    "likeness": st.column_config.NumberColumn(
        "Likeness", width="small", help="1 less the edits per character."
    ),
    PRED_PROB: st.column_config.NumberColumn("Score", format=widgets.SCORE_FORMAT, width="small"),
}
_COLUMNS: dict[str, Any] = {
    DOMAIN: _TEXT("Domain", pinned=True, width=140),
    "label": _TEXT("In truth", width=66, help="The class that you say it has."),
    "note": _TEXT("Note", width=100),
    "by": _TEXT("By", width=60),
    "written": st.column_config.DatetimeColumn("Written", format="YYYY-MM-DD", width=90),
}
