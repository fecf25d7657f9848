"""Ended sessions are let go of."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from streamlit.runtime.caching.ttl_cache import TTLCache
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from ui.common import ended


def test_what_outlived_its_time_is_dropped_and_the_rest_kept() -> None:
    now = 0.0
    held: TTLCache[str, str] = TTLCache(maxsize=8, ttl=30, timer=lambda: now)
    held["first"] = "session"
    now = 20.0
    held["second"] = "session"
    assert ended.drop(held) == 0
    now = 31.0
    assert ended.drop(held) == 1
    assert list(held) == ["second"]


def test_streamlit_still_keeps_ended_sessions_where_they_are_looked_for() -> None:
    assert ended.drop(getattr(MemorySessionStorage(), "_cache", None)) == 0
    assert callable(getattr(getattr(MemorySessionStorage(), "_cache", None), "expire", None))


@pytest.mark.parametrize("held", [None, {}, object()])
def test_another_kind_of_cache_is_left_alone(held: object) -> None:
    assert ended.drop(held) == 0


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    running = asyncio.new_event_loop()
    thread = threading.Thread(target=running.run_forever)
    thread.start()
    yield running
    running.call_soon_threadsafe(running.stop)
    thread.join()
    running.close()


def test_a_task_on_the_loop_gives_what_it_gives(loop: asyncio.AbstractEventLoop) -> None:
    assert ended.on_loop(loop, lambda: 3) == 3
    assert ended.on_loop(None, lambda: 3) == 0


def test_a_task_that_fails_on_the_loop_is_not_waited_for(loop: asyncio.AbstractEventLoop) -> None:
    with pytest.raises(ZeroDivisionError):
        ended.on_loop(loop, lambda: 1 // 0)


def test_a_loop_that_has_stopped_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ended, "PATIENCE", 0.01)
    stopped = asyncio.new_event_loop()
    with pytest.raises(TimeoutError):
        ended.on_loop(stopped, lambda: 3)
    stopped.close()
