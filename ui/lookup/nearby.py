"""Look up: the known names nearest to a name, and its rank in fetched top lists. Draws only."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dga.datasets import download
from dga.datasets.toplists import Ranks
from dga.explain.nearest_names import Neighbour
from dga.names import trace
from dga.runs.store import Run
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, SCORE
from dga.scoring.scorer import Verdict
from dga.storage.folders import data_folder
from ui.common import session, shown_rows, widgets
from ui.common.queueing import with_problem
from ui.common.text import code, escape

EDITS, LIKENESS = "edits", "likeness"
NEAR = 0.6  # likeness under which a name is no neighbour in any useful sense
TITLES = {BENIGN: "benign", DGA: "generated"}


def nearest(run: Run, name: str, whose: str) -> None:
    """The known names of both classes nearest to a name, or to the one that it looks like."""
    index = session.known_names(run)
    imitated = trace.looks_like(trace.decode(name))
    given, name = name, imitated or name
    about = (
        f"Searched are the {len(index):,} {whose}. An edit is a character put in, left out, "
        "changed, or two swapped, in the label before the suffix; likeness is 1 less the edits "
        "as a share of the longer label. Select a row to look it up."
    )
    st.markdown("#### Nearest known names", help=about, anchors=False)
    _itself(index.find(name), given, imitated, whose)
    found = index.nearest(name)
    for place, label in zip(st.columns(2, gap="medium"), (BENIGN, DGA), strict=True):
        with place:
            neighbours(found[label], label, name)


def _itself(known: Neighbour | None, given: str, imitated: str, whose: str) -> None:
    """That a name is a known one; of one that only looks like it, that it is another."""
    if known is None:
        return
    family = f" ({known.family})" if known.family else ""
    listed = escape(TITLES[known.label] + family)
    if imitated:
        st.warning(
            f"{code(trace.decode(given))} only looks like {code(imitated)}. That name is one of "
            f"the {whose}, listed there as {listed}; this one is another name, and none of them.",
            icon=":material/visibility:",
        )
        return
    st.info(
        f"{code(known.name)} is itself one of the {whose}, listed there as {listed}.",
        icon=":material/bookmark:",
    )


def neighbours(found: Sequence[Neighbour], label: str, name: str) -> None:
    """One class's nearest names as a table."""
    st.caption(f"Known as {TITLES[label]}{_distance_note(found)}")
    if not found:
        return
    columns = [DOMAIN, *([FAMILY] if label == DGA else []), EDITS, LIKENESS, SCORE]
    frame = pd.DataFrame([vars(one) for one in found]).rename(columns={"name": DOMAIN})[columns]
    key = f"near_{label}_{name}"

    def open_it() -> None:
        rows = shown_rows.rows(st.session_state[key].selection.rows, len(found))
        if rows:
            st.session_state[session.DOMAIN] = found[rows[0]].name

    st.dataframe(
        widgets.percents(frame, [LIKENESS]),
        hide_index=True,
        key=key,
        on_select=open_it,
        selection_mode="single-row",
        column_config={
            **widgets.verdict_columns(),
            DOMAIN: st.column_config.TextColumn("Domain", width=165),
            FAMILY: st.column_config.TextColumn("Family", width=100),
            EDITS: st.column_config.NumberColumn("Edits", width=58),
            LIKENESS: st.column_config.NumberColumn("Likeness", width=76),
        },
        alt=f"The nearest names known as {TITLES[label]}",
    )


def ranks(verdict: Verdict) -> None:
    """The rank of the domain or its registered name in the top lists that the user has fetched."""
    lists = session.top_lists()
    if not lists:
        st.caption("No list of popular domains is fetched, so the rank is unknown.")
        st.button(
            "Fetch a list of popular domains (Tranco)",
            icon=":material/download:",
            key="fetch_tranco",
            type="tertiary",
            on_click=with_problem,
            args=(_fetch,),
            help="Downloads some megabytes into the data folder. Needs a connection; nothing of "
            "what you look up is sent.",
        )
        return
    said = [_rank(known, verdict) for known in lists]
    st.caption(f"Rank in top lists. {'; '.join(said)}.")


def _fetch() -> None:
    download.fetch("tranco", data_folder())
    st.toast("Tranco is fetched: each look-up tells its rank from now on.", icon=":material/check:")


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
