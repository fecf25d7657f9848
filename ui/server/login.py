"""Whether users log in by OpenID Connect: Streamlit's secrets have a section `[auth]`."""

from __future__ import annotations

import streamlit as st


def logs_in() -> bool:
    """Whether Streamlit's own log-in is configured."""
    return bool(st.secrets.load_if_toml_exists() and "auth" in st.secrets)
