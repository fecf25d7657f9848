"""Pieces of the Explore page: the threshold, and one function for each of its views.

Draws only; every figure comes from `dga.evaluation` and `dga.slices`. What does not depend on the
threshold is computed once a run, whatever session asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dga import charts, evaluation, slices, writers
from dga.columns import DOMAIN, FAMILY, PRED_CLASS, PRED_PROB, TRUE_CLASS
from dga.runs import Run
from ui import panels, state

CHOICE = "explore_choice"  # session: the preset that is chosen, None for a threshold by hand
BY_HAND = "explore_by_hand"  # session: the threshold set by hand
PRESET, SLIDER, EXACT = "explore_preset", "explore_slider", "explore_exact"
SHARE = "explore_share"
HALF = "0.5"
ROWS = 1_000  # of a table that are sent to the browser
SHARES = (0.5, 0.1, 0.01, 0.001, 0.0001)


def pick_threshold(run: Run) -> float:
    """Choose a threshold: a preset, the slider, or an exact score; each moves the others."""
    presets = thresholds(run)
    if st.session_state.setdefault(CHOICE, next(iter(presets))) not in (*presets, None):
        st.session_state[CHOICE] = HALF
    choice = st.session_state[CHOICE]
    by_hand = st.session_state.setdefault(BY_HAND, 0.5)
    threshold = by_hand if choice is None else presets[choice]
    st.session_state.update({PRESET: choice, SLIDER: threshold, EXACT: threshold})
    st.segmented_control(
        "Threshold",
        list(presets),
        key=PRESET,
        format_func=lambda name: name if name == HALF else f"{name} FPR",
        help=panels.TERMS["threshold"] + " " + panels.TERMS["fpr"],
        on_change=_preset_chosen,
        args=(threshold,),
    )
    slider, exact = st.columns([4, 1], vertical_alignment="bottom")
    slider.slider(
        "Score from which a name is called generated",
        0.0, 1.0, step=0.001, format="%.3f", key=SLIDER, on_change=_set_by_hand, args=(SLIDER,),
        help=panels.TERMS["score"],
    )  # fmt: skip
    exact.number_input(
        "Exact score",
        0.0, 1.0, step=0.0001, format="%.6f", key=EXACT, on_change=_set_by_hand, args=(EXACT,),
        help="The same threshold with all its digits: those for low rates lie close under 1.",
    )  # fmt: skip
    return threshold


def thresholds(run: Run) -> dict[str, float]:
    """The presets: 0.1 % first where the run has it, each stored rate, and 0.5."""
    stored = {
        f"{100 * t['fpr_target']:g} %": float(t["threshold"])
        for t in run.metrics.get("thresholds", [])
        if t.get("resolvable")
    }
    return {**stored, HALF: 0.5}


def _preset_chosen(threshold: float) -> None:
    st.session_state[CHOICE] = st.session_state[PRESET]
    st.session_state[BY_HAND] = threshold


def _set_by_hand(key: str) -> None:
    st.session_state[CHOICE] = None
    st.session_state[BY_HAND] = st.session_state[key]
