"""Nothing moves while a page is loaded: its layout shift, as browsers measure it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from benchmarks import layout_shift

PATHS = [*layout_shift.PAGES.values(), "explore?run=tiny"]


@pytest.mark.parametrize(("path", "width"), [*((path, 1280) for path in PATHS), ("runs", 400)])
def test_little_moves_on_a_cold_load(
    chromium: Browser, address: str, path: str, width: int
) -> None:
    shifts = layout_shift.shifts_of(chromium, f"{address}/{path}", width)
    assert layout_shift.largest_window(shifts) < layout_shift.BAR, shifts
