"""Look up: names to open, which are examples to try and this browser's history. Draws only."""

from __future__ import annotations

import streamlit as st

from dga import generators
from ui.common import session, text, verdicts
from ui.common.text import code
from ui.lookup import history

KNOWN = ("wikipedia.org", "deutschebahn.com", "d111111abcdef8.cloudfront.net", "booking.com")
GENERATED = ("ramnit", "tinba", "suppobox", "conficker")
HISTORY = (
    "The last 30 of this browser, kept by the server until it stops; no other browser sees them. "
    "Select one to open it again."
)


def open_again(domain: str) -> None:
    """Put a text into the box."""
    st.session_state[session.DOMAIN] = domain


def examples() -> None:
    """What to do, and names to try: well-known ones, and one fresh from each of some generators."""
    with st.container(border=True, key="empty"):
        st.markdown("**Nothing looked up yet.** Paste a domain above and press Enter, or try one.")
        st.markdown("Benign names")
        with st.container(horizontal=True):
            for name in KNOWN:
                st.button(code(name), key=f"known_{name}", on_click=open_again, args=(name,))
        st.markdown("Names that malware would generate", help="Made by the package's generators.")
        with st.container(horizontal=True):
            for family in GENERATED:
                name = generators.generate(family, 1)[0]
                label = f"{code(name)} {family}"
                key = f"generated_{family}"
                st.button(label, key=key, on_click=open_again, args=(name,))


def title(entry: history.LookedUp) -> str:
    """A look-up as typed; in ASCII where its letters may look like others."""
    return entry.text if entry.text.isascii() else entry.verdict.domain or entry.text


def looked_up() -> None:
    """This browser's look-ups, each a button that opens it again."""
    entries = history.looked_up()
    if not entries:
        return
    st.markdown("#### Looked up in this browser", help=HISTORY, anchors=False)
    with st.container(horizontal=True):
        for entry in entries:
            score = entry.verdict.score
            st.button(
                code(title(entry)[:60]) + ("" if score is None else f" {text.score(score)}"),
                key=f"history_{entry.text}",  # a click on a list about to change means its text
                icon=verdicts.look(entry.verdict.verdict).icon,
                on_click=open_again,
                args=(entry.text,),
            )
        st.button("Clear", key="history_clear", icon=":material/delete:", on_click=history.forget)
