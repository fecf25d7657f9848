"""How a verdict reads and looks wherever the app shows one: a word, an icon and a colour.

The one table behind badges, histories, tables, filters and charts. Draws badges, decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from dga.schema import BENIGN, DGA, SUSPICIOUS

NOT_SCORED = ""
ALLOWED = "allowed"
BadgeColour = Literal["orange", "yellow", "blue", "green", "gray"]


@dataclass(frozen=True)
class Look:
    """A verdict's title, Material icon and the theme's colour of its badge."""

    title: str
    icon: str
    colour: BadgeColour


LOOKS = {
    DGA: Look("DGA", ":material/warning:", "orange"),
    SUSPICIOUS: Look("Suspicious", ":material/error:", "yellow"),
    BENIGN: Look("Benign", ":material/check_circle:", "blue"),
    ALLOWED: Look("Allowed", ":material/verified_user:", "green"),
    NOT_SCORED: Look("Not scored", ":material/help:", "gray"),
}


CHIPS = {  # verdict: colour of its chip in a table
    DGA: "orange",
    SUSPICIOUS: "yellow",
    BENIGN: "blue",
    ALLOWED: "green",
}


def look(verdict: str | None) -> Look:
    """The look of a verdict; None, "" and unknown words are those of a text that was not scored.

    >>> look("suspicious").title, look(None).title
    ('Suspicious', 'Not scored')
    """
    return LOOKS.get(verdict or NOT_SCORED, LOOKS[NOT_SCORED])


def badge(verdict: str | None) -> None:
    """The verdict as a badge: colour, icon and word each tell it."""
    found = look(verdict)
    st.badge(found.title, icon=found.icon, color=found.colour)


def title(verdict: str | None) -> str:
    """The verdict's word."""
    return look(verdict).title
