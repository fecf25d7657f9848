"""The frame around every page: page settings, navigation, title. Imports nothing heavy."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

from ui.common import ended, keyboard, session, visitor

ROUTED = "routed"  # session: the navigation has been set up
ENTRY = "app.py"
ICON = Path(__file__).with_name("icon.svg")


def route() -> None:
    """Set up the navigation and run the page that is asked for."""
    ended.watch()
    visitor.let_in()
    st.session_state[ROUTED] = True
    st.set_page_config(page_title="DGA Workbench", page_icon=str(ICON), layout="wide")
    st.navigation(
        [
            st.Page("pages/lookup.py", title="Look up", icon=":material/search:", default=True),
            st.Page("pages/bulk.py", title="Bulk scoring", icon=":material/playlist_add_check:"),
            st.Page("pages/hosts.py", title="Hosts", icon=":material/devices:"),
            st.Page("pages/train.py", title="Train", icon=":material/model_training:"),
            st.Page("pages/explore.py", title="Explore", icon=":material/insights:"),
            st.Page("pages/runs.py", title="Runs", icon=":material/folder_open:"),
        ],
        position="top",
    ).run()
    keyboard.listen()  # last: it takes a line of the page


def begin(title: str) -> None:
    """Begin a page with its title.

    The first request after a start runs a page of `pages/` without the entry script when its
    address is that page's (Streamlit's older kind of navigation); then the page is routed first.
    """
    main = str(getattr(sys.modules["__main__"], "__file__", ""))
    if ROUTED not in st.session_state and Path(main).name == ENTRY:
        route()
        st.stop()
    visitor.sign()
    st.title(title, anchor=False)
    session.tell_said()
