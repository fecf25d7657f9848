"""Sessions that ended: dropped once a lost connection can no longer come back for them.

Streamlit keeps an ended session for `server.disconnectedSessionTTL` seconds, but lets go of it only
when the next one ends, with all that it holds. Nothing public does that sooner, so private parts of
Streamlit are looked up here, and nothing is done where a version has them elsewhere.
"""

from __future__ import annotations

import logging
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from typing import Any

from streamlit import runtime

from ui.common import memory

EVERY = 10.0  # seconds
PATIENCE = 60.0  # seconds within which the event loop must run a task

_LOG = logging.getLogger(__name__)


@cache
def watch() -> None:
    """Drop ended sessions from now on, in a thread of the server; once a process."""
    if runtime.exists():
        threading.Thread(target=_watched, name="ended-sessions", daemon=True).start()


def _watched() -> None:
    while True:
        time.sleep(EVERY)
        try:
            if on_loop(_loop(), lambda: drop(_held())):
                memory.give_back()
        except Exception:  # a failure must not end the thread, since the next try may succeed
            _LOG.exception("ended sessions could not be dropped")


def drop(held: Any) -> int:
    """Let go of what has outlived its time in a cache of sessions; tells how many those were.

    `held`: Streamlit's cache; None, or one of another kind, is left alone.
    """
    expire = getattr(held, "expire", None)
    return len(expire()) if callable(expire) else 0


def on_loop(loop: AbstractEventLoop | None, task: Callable[[], int]) -> int:
    """Do a task where Streamlit does its own with sessions, whose caches know no threads.

    Returns what the task does; raises what it raises, or TimeoutError where the loop is gone.
    """
    if loop is None:
        return 0
    done: Future[int] = Future()

    def carry_out() -> None:
        try:
            done.set_result(task())
        except BaseException as error:
            done.set_exception(error)

    loop.call_soon_threadsafe(carry_out)
    return done.result(PATIENCE)


def _loop() -> AbstractEventLoop | None:
    """Streamlit's event loop; None if this version of Streamlit stores it elsewhere."""
    objects = getattr(_runtime(), "_get_async_objs", None)
    return objects().eventloop if objects else None


def _held() -> Any:
    """The cache of ended sessions; None if this version of Streamlit stores them elsewhere."""
    found = _runtime()
    for name in ("_session_mgr", "_session_storage", "_cache"):
        found = getattr(found, name, None)
    return found


def _runtime() -> Any:
    return runtime.get_instance() if runtime.exists() else None
