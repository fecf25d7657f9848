"""Nothing moves while a page is loaded: its layout shift, as browsers measure it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from benchmarks import layout_shift


@pytest.mark.parametrize("path", [*layout_shift.PAGES.values(), "explore?run=tiny"])
def test_little_moves_on_a_cold_load(chromium: Browser, address: str, path: str) -> None:
    shifts = layout_shift.shifts_of(chromium, f"{address}/{path}", 1280)
    assert layout_shift.largest_window(shifts) < layout_shift.BAR, shifts
