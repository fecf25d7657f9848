"""Ended sessions are let go of."""

from __future__ import annotations

import pytest
from streamlit.runtime.caching.ttl_cache import TTLCache
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from ui import ended


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
