"""The allow list on the bulk page: names and zones that users vouch for, edited as a table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dga.errors import DGAError
from dga.names import allow_list
from dga.runs import audit
from ui.common import visitor
from ui.common.text import escape

EDITED = "bulk_allow_list"
PATTERN, NOTE = "name", "note"


def show() -> None:
    """The list, folded; saved as a whole, and applied to what is scored from then on."""
    try:
        kept = allow_list.stored()
    except DGAError as error:
        st.error(escape(str(error)))
        return
    count = len(kept.entries)
    with st.expander(f"Allow list ({count:,} {'entry' if count == 1 else 'entries'})"):
        st.caption(
            "Names that you vouch for: they keep their score, and their verdict is `allowed`. "
            "`example.com` allows that registered name with its hosts, `*.lab.example.com` a zone."
        )
        rows = [(entry.pattern, entry.note) for entry in kept.entries]
        frame = pd.DataFrame(rows, columns=[PATTERN, NOTE], dtype="str")
        edited = st.data_editor(
            frame,
            key=f"{EDITED}_{hash(kept.entries)}",
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
        )
        if st.button("Save the allow list", icon=":material/save:"):
            _save(edited)


def _save(edited: pd.DataFrame) -> None:
    try:
        keep(edited)
    except DGAError as error:
        st.error(escape(str(error)))
        return
    st.rerun()


def keep(edited: pd.DataFrame) -> None:
    """Save the edited rows as the allow list; AccessError if the visitor may not."""
    filled = edited.fillna("").astype(str)
    rows = list(zip(filled[PATTERN], filled[NOTE], strict=True))
    with visitor.acting("allow"):
        entries = allow_list.entries_of(rows)
        entries.save()
        audit.record("allow", "allow list", f"{len(entries.entries)} entries now")
