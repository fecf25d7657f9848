"""Router: page settings and navigation. Imports nothing heavy, computes nothing."""

from __future__ import annotations

import streamlit as st

st.set_page_config(page_title="DGA Workbench", page_icon=":material/radar:", layout="wide")
st.navigation(
    [
        st.Page("pages/lookup.py", title="Look up", icon=":material/search:", default=True),
        st.Page("pages/bulk.py", title="Score a list", icon=":material/playlist_add_check:"),
        st.Page("pages/train.py", title="Train", icon=":material/model_training:"),
        st.Page("pages/explore.py", title="Explore", icon=":material/insights:"),
        st.Page("pages/runs.py", title="Runs", icon=":material/folder_open:"),
    ],
    position="top",
).run()
