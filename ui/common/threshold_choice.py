"""The threshold for a run's test names, shared by Explore and Runs.

Stored in the session, so that it survives changes of page and run. Draws nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from dga.runs.store import Run
from dga.scoring.bundle import DEFAULT_FPR
from ui.common import text

CHOSEN = "explore_chosen"  # session: a Chosen
HALF = "0.5"
RATES = (2, 10, 100, 1_000, 10_000, 100_000, 1_000_000)  # names of which one is generated
USUAL = 10_000


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What is set; `choice` is the preset's name, None for a threshold by hand.

    `traffic`: names of which one is generated.
    """

    choice: str | None = text.rate(DEFAULT_FPR)
    threshold: float = 0.5
    traffic: int = USUAL
    linear: bool = False


def chosen() -> Chosen:
    """This session's choice."""
    found = st.session_state.get(CHOSEN)
    return found if isinstance(found, Chosen) else Chosen()


def settled(presets: Mapping[str, float]) -> Chosen:
    """The choice with its preset's threshold in this run; 0.5 where the run has no such preset."""
    now = chosen()
    if now.choice is None:
        return now
    choice = now.choice if now.choice in presets else HALF
    found = Chosen(**{**asdict(now), "choice": choice, "threshold": presets[choice]})
    st.session_state[CHOSEN] = found
    return found


def presets(run: Run) -> dict[str, float]:
    """The thresholds that the run was measured for, by the text of their rate, and 0.5."""
    measured = {rate(one): float(one["threshold"]) for one in run.metrics.get("thresholds", [])}
    return {**measured, HALF: 0.5}


def rate(threshold: Mapping[str, Any]) -> str:
    """The text of a stored threshold's rate."""
    return text.rate(threshold["fpr_target"])


def title(found: Chosen) -> str:
    """A choice in words.

    >>> title(Chosen(choice="1 %", threshold=0.79964))
    'the threshold for 1 % false positives (score 0.800)'
    """
    cut = text.boundary(found.threshold)
    if found.choice in (None, HALF):
        return f"a score of {cut}"
    return f"the threshold for {found.choice} false positives (score {cut})"
