"""Explore a run: what it gets right and wrong at any threshold, down to the single name."""

from __future__ import annotations

from ui.common import shell
from ui.explore import page

shell.begin("Explore")
page.show()
