"""Drafts of forms, stored on disk so that they survive a restart of the server.

Stores the plain values under session keys with one prefix, in a file per browser.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import streamlit as st

from dga.storage.files import write_atomically
from dga.storage.folders import state_folder
from ui.common import browser

FOLDER = "drafts"
LARGEST = 100_000  # bytes of a draft
PLAIN = (str, int, float, bool, type(None))


def restore(prefix: str) -> None:
    """Restore this browser's draft, once per session, before the form is drawn."""
    mark = f"{prefix}draft_restored"
    if mark in st.session_state:
        return
    st.session_state[mark] = True
    for key, value in load(prefix).items():
        st.session_state.setdefault(key, value)


def keep(prefix: str, without: tuple[str, ...] = ()) -> None:
    """Save the draft if it has changed. `without`: prefixes of keys to leave out."""
    path = _path(prefix)
    if path is None:
        return
    values = {
        key: value
        for key, value in st.session_state.items()
        if isinstance(key, str)
        and key.startswith(prefix)
        and not key.startswith((f"{prefix}draft", *without))
        and _is_plain(value)
    }
    text = json.dumps(values, sort_keys=True)
    mark = f"{prefix}draft_text"
    if st.session_state.get(mark) == text or len(text) > LARGEST:
        return
    st.session_state[mark] = text
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text)


def load(prefix: str) -> dict[str, Any]:
    """This browser's draft; {} if there is no readable one."""
    path = _path(prefix)
    try:
        values = json.loads(path.read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(values, dict):
        return {}
    return {key: v for key, v in values.items() if key.startswith(prefix) and _is_plain(v)}


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, PLAIN)


def _path(prefix: str) -> Path | None:
    owner = browser.name()
    safe = "".join(one for one in owner if one.isalnum() or one in "-_")[:80]
    return state_folder() / FOLDER / f"{prefix}{safe}.json" if safe else None
