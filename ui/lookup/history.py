"""This browser's look-ups: kept by the server while it runs, so that a reload or a second tab finds
them. Draws nothing, writes no file."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import streamlit as st

from dga.runs import audit
from dga.scoring.scorer import Verdict
from ui.common import browser, visitor

SESSION = "lookup_history"  # session: its own history, where the browser takes no cookie
LENGTH = 30
BROWSERS = 1000  # whose histories are kept; the one that was idle longest goes first


@dataclass(frozen=True)
class LookedUp:
    """One look-up: what was typed, and the verdict."""

    text: str
    verdict: Verdict


class Histories:
    """The look-ups of each browser, newest first. Safe to use from several threads."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, list[LookedUp]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, owner: str) -> list[LookedUp]:
        """A browser's look-ups, newest first."""
        with self._lock:
            return list(self._entries.get(owner, ()))

    def add(self, owner: str, entry: LookedUp) -> None:
        """Put a look-up at the top; the same text stands there once."""
        with self._lock:
            others = (one for one in self._entries.get(owner, ()) if one.text != entry.text)
            self._entries[owner] = [entry, *others][:LENGTH]
            self._entries.move_to_end(owner)
            while len(self._entries) > BROWSERS:
                self._entries.popitem(last=False)

    def clear(self, owner: str) -> None:
        """Forget a browser's look-ups."""
        with self._lock:
            self._entries.pop(owner, None)


def looked_up() -> list[LookedUp]:
    """This browser's look-ups, newest first."""
    return _histories().of(browser.name())


def remember(text: str, verdict: Verdict) -> None:
    """Put a look-up at the top of this browser's history."""
    with visitor.acting("look"):
        audit.record_name("look up", text)
    _histories().add(browser.name(), LookedUp(text, verdict))


def forget() -> None:
    """Clear this browser's history."""
    _histories().clear(browser.name())


@st.cache_resource(show_spinner=False)
def _own() -> Histories:
    return Histories()


def _histories() -> Histories:
    """The server's histories; a session's own where the browser sends no cookie."""
    if browser.name():
        return _own()
    if SESSION not in st.session_state:
        st.session_state[SESSION] = Histories()
    histories: Histories = st.session_state[SESSION]
    return histories
