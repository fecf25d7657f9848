"""The threshold of the Explore page: presets, a slider and an exact score that move together.

Keeps the choice in the session under keys of its own, so that it outlives page and run. Draws only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dga.bundle import DEFAULT_FPR
from dga.runs import Run
from ui.text import TERMS

CHOICE = "explore_choice"  # session: the preset that is chosen, None for a threshold by hand
BY_HAND = "explore_by_hand"  # session: the threshold set by hand
PRESET, SLIDER, EXACT = "explore_preset", "explore_slider", "explore_exact"
HALF = "0.5"


def pick(run: Run) -> float:
    """Choose a threshold: a preset, the slider, or an exact score; each moves the others."""
    presets = _presets(run)
    default = f"{100 * DEFAULT_FPR:g} %"
    choice = st.session_state.setdefault(CHOICE, default if default in presets else HALF)
    if choice not in (*presets, None):
        choice = st.session_state[CHOICE] = HALF
    by_hand: float = st.session_state.setdefault(BY_HAND, 0.5)
    threshold = by_hand if choice is None else presets[choice]
    st.session_state.update({PRESET: choice, SLIDER: threshold, EXACT: threshold})
    st.segmented_control(
        "Threshold",
        list(presets),
        key=PRESET,
        format_func=lambda name: name if name == HALF else f"{name} FPR",
        on_change=_preset_chosen,
        args=(threshold,),
        help=f"{TERMS['threshold']} {TERMS['fpr']}",
    )
    _about(run, choice)
    slider, exact = st.columns([4, 1], vertical_alignment="bottom")
    slider.slider(
        "Score from which a name is called generated",
        *(0.0, 1.0),
        step=0.001,
        format="%.3f",
        key=SLIDER,
        on_change=_set_by_hand,
        args=(SLIDER,),
        help=TERMS["score"],
    )
    exact.number_input(
        "Exact score",
        *(0.0, 1.0),
        step=0.001,
        format="%.6f",
        key=EXACT,
        on_change=_set_by_hand,
        args=(EXACT,),
        help="The same threshold with more digits: those for low rates lie close to 1.",
    )
    return threshold


def _presets(run: Run) -> dict[str, float]:
    """The thresholds that the run was measured for, by the text of their rate, and 0.5."""
    measured = {_rate(one): float(one["threshold"]) for one in run.metrics.get("thresholds", [])}
    return {**measured, HALF: 0.5}


def _rate(threshold: Mapping[str, Any]) -> str:
    return f"{100 * threshold['fpr_target']:g} %"


def _about(run: Run, choice: str | None) -> None:
    """How sure the chosen preset's rate is."""
    measured = run.metrics.get("thresholds", [])
    one = next((one for one in measured if _rate(one) == choice), None)
    if one is None or "fpr_low" not in one:
        return
    sure = "" if one["resolvable"] else " Too few names to rely on it."
    st.caption(
        f"Chosen on {one['benign']:,} benign validation names, {one['false_positives']:,} of which "
        f"score above. On names like these the rate lies between {100 * one['fpr_low']:.2g} % and "
        f"{100 * one['fpr_high']:.2g} % (95 % confidence).{sure}"
    )


def _preset_chosen(threshold: float) -> None:
    st.session_state[CHOICE] = st.session_state[PRESET]
    st.session_state[BY_HAND] = threshold


def _set_by_hand(key: str) -> None:
    st.session_state[CHOICE] = None
    st.session_state[BY_HAND] = st.session_state[key]
