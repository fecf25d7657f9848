"""The list of test names on the Explore page: outcome, search, pages, selection, download.

Draws only; `ui.explore.selection` knows which names, `ui.explore.reviews` what can be done with
those selected.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from dga.errors import DGAError
from dga.runs.reviews import Review
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, PRED_CLASS, PRED_PROB, TRUE_CLASS, VERDICT
from dga.scoring.scorer import verdicts_at
from dga.tables import writers
from ui.common import session, shown_rows, verdicts, widgets
from ui.common.text import counted
from ui.explore import selection
from ui.explore.run_frames import Explored

PAGE = 100  # rows of the list on a page; search and download know all
PICKED = "explore_picked"  # session: the domains that are selected
REVIEWED, ANSWER, TRUTH = "said", "answer", "truth"
SHOWN = (DOMAIN, PRED_PROB, TRUTH, VERDICT, ANSWER)
HELP = {
    "Mistakes": "missed names and false alarms",
    "Missed": "generated names below the threshold",
    "False alarms": "benign names from the threshold up",
    "Found": "generated names from the threshold up",
    "Correct benign": "benign names below the threshold",
}


def listed(explored: Explored, threshold: float, reviews: Mapping[str, Review]) -> pd.DataFrame:
    """Draw the list of the chosen names; returns the rows that are selected in it."""
    counts = vars(explored.sweep.confusion(threshold))
    part = selection.part()
    st.session_state.setdefault(selection.OUTCOME, selection.outcome())
    st.segmented_control(
        "Names to list",
        list(selection.OUTCOMES),
        key=selection.OUTCOME,
        format_func=lambda one: _outcome_text(one, counts, part is None),
        persist_state="session",
        required=True,
        wrap=True,
        help=" ".join(f"{one}: {about}." for one, about in HELP.items()),
    )
    text = _filters(part)
    rows = explored.predictions.iloc[selection.rows(explored, threshold)]
    found = matching(rows, text)
    page = _page(len(found))
    shown = called(found.iloc[(page - 1) * PAGE : page * PAGE], threshold)
    picked = _table(shown.assign(**{ANSWER: _answers(explored, shown)}), reviews)
    _download(found, threshold, explored.run.name)
    return picked


def matching(rows: pd.DataFrame, text: str) -> pd.DataFrame:
    """The rows whose domain or family holds a text, in their order."""
    wanted = text.strip().lower()
    if not wanted:
        return rows
    hits = [rows[name].str.lower().str.contains(wanted, regex=False) for name in (DOMAIN, FAMILY)]
    return rows[(hits[0] | hits[1].fillna(False)).to_numpy(bool)]


def called(rows: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """The rows with their class at a threshold, `predClass`, and verdict of three states."""
    scores = rows[PRED_PROB].astype(float)
    return rows.assign(
        **{
            PRED_CLASS: np.where(scores >= threshold, DGA, BENIGN),
            VERDICT: verdicts_at(scores, threshold),
        }
    )


def _outcome_text(outcome: str, counts: Mapping[str, int], counted: bool) -> str:
    if not counted:
        return outcome
    return f"{outcome} {sum(counts[kind.lower()] for kind in selection.OUTCOMES[outcome]):,}"


def _filters(part: selection.Part | None) -> str:
    """The part that is listed, with a way back, and the search; returns its text."""
    if part is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/filter_alt: {part.title}")
            st.button(
                "List all names again",
                key="explore_clear",
                icon=":material/close:",
                type="tertiary",
                on_click=selection.clear,
            )
    return st.text_input(
        "Search",
        key="explore_search",
        placeholder="Part of a domain or family",
        label_visibility="collapsed",
        persist_state="session",
        type="search",
    )


def _page(names: int) -> int:
    """The page of the list; the choice is there where there is more than one."""
    pages = max(1, -(-names // PAGE))
    first = "the most confident mistakes and closest calls first" if names > 1 else ""
    st.caption(f"{names:,} {'name' if names == 1 else 'names'}{first and ', '}{first}")
    if pages == 1:
        return 1
    return min(st.pagination(pages, key=f"explore_page_{pages}", max_visible_pages=5), pages)


def _answers(explored: Explored, shown: pd.DataFrame) -> list[str]:
    """The family that the run names for each name of a page, whatever its score."""
    if shown.empty:
        return []
    try:
        named = session.scorer(explored.run, 0.0).frame(shown[DOMAIN].tolist())
    except DGAError:  # the list is of stored scores, and stands without the model
        return [""] * len(shown)
    return [str(name) for name in named[FAMILY]]


def _table(rows: pd.DataFrame, reviews: Mapping[str, Review]) -> pd.DataFrame:
    """Show a page of rows; those selected are found again when rows move."""
    domains = rows[DOMAIN].tolist()
    said = [_review_text(reviews.get(domain)) for domain in domains]
    shown = rows[[DOMAIN, PRED_PROB, TRUE_CLASS, VERDICT, FAMILY, ANSWER]].assign(
        **{TRUTH: list(map(truth, rows[TRUE_CLASS], rows[FAMILY])), REVIEWED: said}
    )
    kept = set(st.session_state.get(PICKED, ()))
    called_so = tuple(shown[VERDICT])
    event: Any = st.dataframe(
        # the shown table can be exported too
        widgets.with_chips(writers.disarm_frame(shown)),
        key=f"explore_names_{hash((*domains, *said, *called_so))}",
        hide_index=True,
        column_config=_columns(),
        column_order=[*SHOWN, *([REVIEWED] if any(said) else [])],
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={
            "selection": {"rows": [at for at, domain in enumerate(domains) if domain in kept]}
        },
        height=350,
        placeholder="",
        alt="Test names",
    )
    picked = shown_rows.rows(event.selection.rows, len(domains))
    st.session_state[PICKED] = tuple(domains[row] for row in picked)
    return rows.iloc[picked]


def truth(label: str, family: str) -> str:
    """What the feed says of a name.

    >>> truth("dga", "gozi"), truth("benign", "")
    ('DGA: gozi', 'Benign')
    """
    title = verdicts.title(label)
    return f"{title}: {family}" if family else title


def _review_text(review: Review | None) -> str:
    if review is None:
        return ""
    return " ".join(filter(None, (review.label and f"is {review.label}", review.note)))


def _download(rows: pd.DataFrame, threshold: float, run: str) -> None:
    st.download_button(
        f"CSV of {counted(len(rows), 'name', 'names')}",
        lambda: writers.to_csv(called(rows, threshold)).encode(),
        file_name=f"{run}-names.csv",
        mime="text/csv",
        key="explore_csv_names",
        icon=":material/download:",
        on_click="ignore",
        disabled=rows.empty,
    )


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        DOMAIN: column.TextColumn(
            "Domain", help="The name that was scored.", pinned=True, width=168
        ),
        PRED_PROB: widgets.score_column("Score"),
        TRUTH: column.TextColumn(
            "Truth", width=114, help="What the feed says: class and, if generated, family."
        ),
        VERDICT: widgets.verdict_column("Verdict"),
        ANSWER: column.TextColumn(
            "Named", width=98, help="The family that the run names, whatever the score."
        ),
        REVIEWED: column.TextColumn("Review", help="Your corrected label and note."),
    }
