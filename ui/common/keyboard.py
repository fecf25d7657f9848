"""The keyboard on every page: "/" focuses the search box, figures' help marks are no tab stops."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_frame = st.components.v2.component(
    "page_frame",
    js=(Path(__file__).parent / "browser_scripts" / "frame.js").read_text(encoding="utf-8"),
)


def listen() -> None:
    """Have this page listen."""
    _frame(key="page_frame", height=1)
