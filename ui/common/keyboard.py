"""Keyboard support on every page: "/" focuses the search box, and help marks are not tab stops."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_frame = st.components.v2.component(
    "page_frame",
    js=(Path(__file__).parent / "browser_scripts" / "frame.js").read_text(encoding="utf-8"),
)


def listen() -> None:
    """Add the keyboard script to this page."""
    _frame(key="page_frame", height=1)
