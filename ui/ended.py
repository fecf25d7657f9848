"""Sessions that ended: dropped once a lost connection can no longer come back for them.

Streamlit keeps an ended session for `server.disconnectedSessionTTL` seconds, but lets go of it only
when the next one ends, with all that it holds. Nothing public does that sooner.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from typing import Any

from streamlit import runtime

from ui import memory

EVERY = 10.0  # seconds


@cache
def watch() -> None:
    """Drop ended sessions from now on, in a thread of the server; once a process."""
    if runtime.exists():
        threading.Thread(target=_watched, name="ended-sessions", daemon=True).start()


def _watched() -> None:
    while True:
        time.sleep(EVERY)
        if _on_loop(lambda: drop(_held())):
            memory.give_back()


def drop(held: Any) -> int:
    """Let go of what has outlived its time in a cache of sessions; tells how many those were.

    `held`: Streamlit's cache; None, or one of another kind, is left alone.
    """
    expire = getattr(held, "expire", None)
    return len(expire()) if callable(expire) else 0


def _on_loop(task: Callable[[], int]) -> int:
    """Do a task where Streamlit does its own with sessions, whose caches know no threads."""
    done: Future[int] = Future()
    objects = getattr(_runtime(), "_get_async_objs", None)
    if objects is None:
        return 0
    objects().eventloop.call_soon_threadsafe(lambda: done.set_result(task()))
    return done.result()


def _held() -> Any:
    """The cache of ended sessions; None where this version of Streamlit keeps them elsewhere."""
    found = _runtime()
    for name in ("_session_mgr", "_session_storage", "_cache"):
        found = getattr(found, name, None)
    return found


def _runtime() -> Any:
    return runtime.get_instance() if runtime.exists() else None
