"""Entry point of `streamlit run app.py`: routes to the pages. Computes nothing."""

from __future__ import annotations

from ui import shell

shell.route()
