"""Look up: the known names nearest to a name, and its rank in fetched top lists. Draws only."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dga import reading
from dga.columns import BENIGN, DGA, DOMAIN, FAMILY, SCORE
from dga.neighbours import Neighbour
from dga.ranks import Ranks
from dga.runs import Run
from dga.scorer import Verdict
from ui import panels, state
from ui.text import code, escape

EDITS, LIKENESS = "edits", "likeness"
NEAR = 0.6  # likeness under which a name is no neighbour in any useful sense
TITLES = {BENIGN: "chosen by people", DGA: "generated"}


def nearest(run: Run, name: str, whose: str) -> None:
    """The known names of both classes nearest to a name, or to the one that it looks like."""
    index = state.known_names(run)
    name = reading.looks_like(reading.decode(name)) or name
    about = (
        f"Searched are the {len(index):,} {whose}. An edit is a character put in, left out, "
        "changed, or two swapped, in the label before the suffix; likeness is 1 less the edits "
        "as a share of the longer label. Select a row to look it up."
    )
    st.markdown("#### Nearest known names", help=about, anchors=False)
    itself = index.find(name)
    if itself is not None:
        family = f" ({itself.family})" if itself.family else ""
        st.info(
            f"{code(name)} is itself one of the {whose}, listed there as "
            f"{escape(TITLES[itself.label] + family)}.",
            icon=":material/bookmark:",
        )
    found = index.nearest(name)
    for place, label in zip(st.columns(2, gap="medium"), (BENIGN, DGA), strict=True):
        with place:
            neighbours(found[label], label, name)


def neighbours(found: Sequence[Neighbour], label: str, name: str) -> None:
    """One class's nearest names as a table."""
    st.caption(f"Known as {TITLES[label]}{_distance_note(found)}")
    if not found:
        return
    columns = [DOMAIN, *([FAMILY] if label == DGA else []), EDITS, LIKENESS, SCORE]
    frame = pd.DataFrame([vars(one) for one in found]).rename(columns={"name": DOMAIN})[columns]
    frame[LIKENESS] = (100 * frame[LIKENESS]).round()
    key = f"near_{label}_{name}"

    def open_it() -> None:
        rows = st.session_state[key].selection.rows
        if rows:
            st.session_state[state.DOMAIN] = found[rows[0]].name

    st.dataframe(
        frame,
        hide_index=True,
        key=key,
        on_select=open_it,
        selection_mode="single-row",
        column_config={
            **panels.verdict_columns(),
            EDITS: st.column_config.NumberColumn("Edits", width="small"),
            LIKENESS: st.column_config.NumberColumn("Likeness", format="%d %%", width="small"),
        },
        alt=f"The nearest names known as {TITLES[label]}",
    )


def ranks(verdict: Verdict) -> None:
    """The rank of the domain or its registered name in the top lists that the user has fetched."""
    lists = state.top_lists()
    if not lists:
        st.caption(
            "Rank: no top list fetched. `python -m dga fetch tranco` fetches one, and each "
            "look-up then tells the rank."
        )
        return
    said = [_rank(known, verdict) for known in lists]
    st.caption(f"Rank in top lists. {'; '.join(said)}.")


def _rank(known: Ranks, verdict: Verdict) -> str:
    """The better rank of the domain and its registered name in one list, as Markdown."""
    names = filter(None, (verdict.domain, verdict.registered_name))
    found = [(rank, name) for name in names if (rank := known.rank(name)) is not None]
    title = known.source.capitalize()
    if not found:
        return f"{title}: not among its {len(known):,} names"
    rank, name = min(found)
    return f"{title}: rank {rank:,} ({code(name)})"


def _distance_note(found: Sequence[Neighbour]) -> str:
    if not found:
        return ": none there"
    return "" if found[0].likeness >= NEAR else ": none comes near"
