"""Several names in the box at once: their verdicts as a small table, and the way to Bulk."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from dga.runs.store import Run
from dga.schema import (
    DGA,
    FAMILY,
    FAMILY_SCORE,
    GIVEN,
    PROBLEM,
    REGISTERED_NAME,
    REMARK,
    SCORE,
    VERDICT,
)
from ui.common import session, shown_rows, verdicts, widgets
from ui.common.session import Measure

COLUMNS = (GIVEN, VERDICT, SCORE, FAMILY, FAMILY_SCORE, REGISTERED_NAME)
MOST = 100  # names that are shown here; more are for Bulk
_BETWEEN = re.compile(r"[\s,;|]+")
_DOTTED = re.compile(r"[.\u3002][\])}]?[^\s.\])}]|[\[({]dot[\])}]")  # within, also defanged


def names_in(text: str) -> list[str]:
    """The names of a text that holds several, each once; [] of a text that holds one or none.

    >>> names_in("a.com, b[.]net;c.org")
    ['a.com', 'b[.]net', 'c.org']
    >>> names_in("two words"), names_in("https://a.com/x")
    ([], [])
    >>> names_in("Please block evil[.]com and bad.org.")
    ['evil[.]com', 'bad.org.']
    """
    parts = [part for part in _BETWEEN.split(text) if _DOTTED.search(part)]
    return list(dict.fromkeys(parts)) if len(set(parts)) > 1 else []


def show(names: list[str], run: Run, measure: Measure) -> None:
    """The verdicts of several names; a selected one is looked up, all of them open in Bulk."""
    shown = names[:MOST]
    table = session.scorer(run, measure.threshold).table(shown).to_pandas()
    more = f" The first {MOST} are shown." if len(names) > MOST else ""
    st.markdown(f"**{len(names):,} names: {counted(table)}.** Select one to look it up.{more}")

    def open_it() -> None:
        rows = shown_rows.rows(st.session_state["several"].selection.rows, len(shown))
        if rows:
            st.session_state[session.DOMAIN] = shown[rows[0]]

    st.dataframe(
        widgets.with_chips(table),
        key="several",
        placeholder="",
        hide_index=True,
        column_order=[*COLUMNS, *remark_columns(table)],
        column_config=widgets.verdict_columns(),
        on_select=open_it,
        selection_mode="single-row",
        alt="The names with their verdicts",
    )
    if st.button("Open them in Bulk scoring", icon=":material/playlist_add_check:"):
        st.session_state[session.HANDED] = "\n".join(names)
        st.switch_page(session.BULK_PAGE)


def counted(table: pd.DataFrame) -> str:
    """How many names have which verdict, the alarming first.

    >>> counted(pd.DataFrame({"verdict": ["benign", "dga", "", "dga"]}))
    '2 DGA, 1 benign, 1 not scored'
    """
    counts = table[VERDICT].fillna("").value_counts()
    order = [verdict for verdict in verdicts.LOOKS if counts.get(verdict)]
    titles = {verdict: verdicts.title(verdict) for verdict in order}
    words = {one: title if one == DGA else title.lower() for one, title in titles.items()}
    return ", ".join(f"{counts[verdict]:,} {words[verdict]}" for verdict in order)


def remark_columns(table: pd.DataFrame) -> list[str]:
    """The columns of words on a name that say something of one of them."""
    return [name for name in (PROBLEM, REMARK) if table[name].fillna("").ne("").any()]
