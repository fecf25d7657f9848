"""Which browser a session belongs to, by a cookie of the server."""

from __future__ import annotations

import streamlit as st

from ui.common import visitor
from ui.server.browser import browser_name


def name() -> str:
    """A key for this session's user, or for its browser where users are not told apart.

    "" where the browser takes no cookie.
    """
    return visitor.owner() or browser_name(dict(st.context.cookies))
