"""Runs: a leaderboard on one set of names, one run in detail, two compared; import and delete."""

from __future__ import annotations

from ui.common import shell
from ui.runs import page

shell.begin("Runs")
page.show()
