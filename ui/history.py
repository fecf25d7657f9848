"""This browser's look-ups: kept by the server while it runs, so that a reload or a second tab finds
them. Draws nothing, writes no file."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

import streamlit as st

from dga.scorer import Verdict

COOKIE = "_streamlit_xsrf"  # which Streamlit gives each browser
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

    def of(self, browser: str) -> list[LookedUp]:
        """A browser's look-ups, newest first."""
        with self._lock:
            return list(self._entries.get(browser, ()))

    def add(self, browser: str, entry: LookedUp) -> None:
        """Put a look-up at the top; the same text stands there once."""
        with self._lock:
            others = (one for one in self._entries.get(browser, ()) if one.text != entry.text)
            self._entries[browser] = [entry, *others][:LENGTH]
            self._entries.move_to_end(browser)
            while len(self._entries) > BROWSERS:
                self._entries.popitem(last=False)

    def clear(self, browser: str) -> None:
        """Forget a browser's look-ups."""
        with self._lock:
            self._entries.pop(browser, None)


def looked_up() -> list[LookedUp]:
    """This browser's look-ups, newest first."""
    return _histories().of(_browser())


def remember(text: str, verdict: Verdict) -> None:
    """Put a look-up at the top of this browser's history."""
    _histories().add(_browser(), LookedUp(text, verdict))


def forget() -> None:
    """Clear this browser's history."""
    _histories().clear(_browser())


@st.cache_resource(show_spinner=False)
def _own() -> Histories:
    return Histories()


def _histories() -> Histories:
    """The server's histories; a session's own where the browser sends no cookie."""
    if _browser():
        return _own()
    if SESSION not in st.session_state:
        st.session_state[SESSION] = Histories()
    histories: Histories = st.session_state[SESSION]
    return histories


def _browser() -> str:
    """A name for this browser that tells nothing of its cookie; "" where it sends none."""
    token = unmasked(dict(st.context.cookies).get(COOKIE, ""))
    return hashlib.sha256(token).hexdigest() if token else ""


def unmasked(cookie: str) -> bytes:
    """What stays the same in the cookie, which is masked anew for every page: version, mask, masked
    token and time, as Tornado writes them; b"" for another form.

    >>> unmasked("2|00ff00ff|0a0b0c0d|1700000000").hex()
    '0af40cf2'
    """
    try:
        version, mask, masked, _ = cookie.split("|")
        key, token = bytes.fromhex(mask), bytes.fromhex(masked)
    except ValueError:
        return b""
    if version != "2" or not key:
        return b""
    return bytes(byte ^ key[at % len(key)] for at, byte in enumerate(token))
