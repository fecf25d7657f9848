"""A look-up's attribution: which known generator makes the name. Draws only."""

from __future__ import annotations

import subprocess
import sys

import streamlit as st

from dga.errors import DGAError
from dga.generators.attribution import (
    AttributionIndex,
    attribution_text,
    attributions,
    odds_text,
    standing_index,
    window_of_name,
)
from ui.common.text import escape

BUILDING = "attribution index"  # session: the process that builds it
POLL = 3  # seconds


def show(text: str) -> bool:
    """Say which generator makes a name, where the index of known names is built; else False."""
    try:
        index = standing_index(*window_of_name())
    except DGAError as error:
        st.caption(escape(str(error)))
        return True
    if index is not None:
        _matches(index, text)
    return index is not None


def _matches(index: AttributionIndex, text: str) -> None:
    found = attributions(index, [text])[0]
    if not found.matches:
        return
    first = found.matches[0]
    sentence = f"Made by {attribution_text(found.matches)}. "
    odds = f"An unrelated name of this shape matches with odds of {odds_text(first.chance)}."
    if first.doubtful:
        doubt = " Names so short or common coincide: look at what else the host asked for."
        st.warning(escape(sentence + odds + doubt), icon=":material/fingerprint:")
    else:
        st.error(escape(sentence + odds), icon=":material/fingerprint:")


@st.fragment(run_every=POLL)
def _building() -> None:
    process = st.session_state[BUILDING]
    if process.poll() is None:
        st.caption(":material/hourglass_top: Building the index of known generators …")
    else:
        del st.session_state[BUILDING]
        st.rerun()


def offer() -> None:
    """The way to build the index, or how far it is."""
    if BUILDING in st.session_state:
        _building()
        return
    if st.button(
        "Compare with known generators",
        key="build-attribution",
        icon=":material/fingerprint:",
        type="tertiary",
        help="Builds an index of all names that known generators make within a year. It takes a "
        "minute or two, once a month.",
    ):
        command = [sys.executable, "-m", "dga", "attribute", "example.com"]
        st.session_state[BUILDING] = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        st.rerun()
