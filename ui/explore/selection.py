"""Which test names the Explore page lists: those of an outcome, of a bar, of a slice, or one name.

Keeps the choice in the session, so that it outlives the threshold, the view and the page. Draws
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from dga.evaluation.curves import Integers
from dga.schema import BENIGN, DOMAIN, FAMILY
from ui.common.text import boundary, code
from ui.explore import run_frames
from ui.explore.run_frames import Explored

OUTCOME = "explore_outcome"  # session: a key of OUTCOMES, the widget's own
PART = "explore_part"  # session: a Part, or absent
GENERATION = "explore_generation"  # session: grows when a choice is taken back elsewhere
OUTCOMES = {
    "Mistakes": ("FN", "FP"),
    "Missed": ("FN",),
    "False alarms": ("FP",),
    "Found": ("TP",),
    "Correct benign": ("TN",),
    "All": ("TP", "FP", "TN", "FN"),
}
NAMED = {outcomes[0]: name for name, outcomes in OUTCOMES.items() if len(outcomes) == 1}


@dataclass(frozen=True)
class Part:
    """A part of the test names: the score range of a class, a value of an attribute, or a name.

    `attribute` is "score" for a range, "name" for one name, "answer" for the names of the family
    `value` that are answered with the family `answer`, else a slice's.
    """

    attribute: str
    value: str
    low: float = 0.0
    high: float = 1.0
    answer: str = ""

    @property
    def title(self) -> str:
        """What the names have in common, as Markdown."""
        if self.attribute == "score":
            kind = "Benign" if self.value == BENIGN else "Generated"
            return f"{kind} names with a score of {boundary(self.low)} to {boundary(self.high)}"
        if self.attribute == "name":
            return f"The name {code(self.value)}"
        if self.attribute == "answer":
            return f"Names of {code(self.value)} answered {code(self.answer) or 'with no family'}"
        return f"Names with {self.attribute} {code(self.value)}"

    def rows(self, explored: Explored) -> Integers:
        """The positions of its rows."""
        if self.attribute == "score":
            return explored.sweep.between(self.low, self.high, self.value)
        if self.attribute == "name":
            return np.flatnonzero(explored.predictions[DOMAIN] == self.value)
        if self.attribute == "answer":
            told = np.asarray(run_frames.answers(explored), dtype=object) == self.answer
            return np.flatnonzero(told & (explored.predictions[FAMILY] == self.value).to_numpy())
        return explored.sweep.group(self.attribute, self.value)


def part() -> Part | None:
    """The part that is chosen; None for all names."""
    found = st.session_state.get(PART)
    return found if isinstance(found, Part) else None


def outcome() -> str:
    """The outcome that is chosen, a key of OUTCOMES."""
    found = st.session_state.get(OUTCOME)
    return found if found in OUTCOMES else next(iter(OUTCOMES))


def choose_outcome(kind: str) -> None:
    """List all names of one outcome: TP, FP, TN or FN."""
    st.session_state[OUTCOME] = NAMED[kind]
    clear()


def choose(chosen: Part, outcome: str = "All") -> None:
    """List a part of the names."""
    st.session_state[PART] = chosen
    st.session_state[OUTCOME] = outcome


def clear() -> None:
    """Take the part back; tables and charts forget what was selected in them."""
    st.session_state.pop(PART, None)
    st.session_state[GENERATION] = generation() + 1


def generation() -> int:
    """How often a part was taken back: a piece of the keys of what can be selected in."""
    return int(st.session_state.get(GENERATION, 0))


def rows(explored: Explored, threshold: float) -> Integers:
    """The positions of the names to list, the surest to be wrong first."""
    chosen = part()
    within = None if chosen is None else chosen.rows(explored)
    return explored.sweep.rows(threshold, OUTCOMES[outcome()], within)
