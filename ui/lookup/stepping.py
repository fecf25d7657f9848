"""Back and Forward of the browser step through look-ups, and the box has the focus at first."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.common import session

KEY = "lookup_steps"
LONGEST = 2_000

_steps = st.components.v2.component(
    "lookup_steps", js=Path(__file__).with_name("history.js").read_text(encoding="utf-8")
)


def take_linked() -> None:
    """Put the domain that the address names into the box when the page is opened.

    From then on the browser's script keeps the address: a box that Streamlit binds to the address
    lets no page be left by a button.
    """
    if session.DOMAIN not in st.session_state and (linked := st.query_params.get(session.DOMAIN)):
        st.session_state[session.DOMAIN] = linked[:LONGEST]


def follow(domain: str) -> None:
    """Give what is looked up an entry of the browser's history."""
    _steps(key=KEY, data={"domain": domain}, on_opened_change=_opened, height=1)


def _opened() -> None:
    """Look up what the browser came back to."""
    opened = st.session_state[KEY].get("opened")
    if isinstance(opened, str):
        st.session_state[session.DOMAIN] = opened[:LONGEST]
