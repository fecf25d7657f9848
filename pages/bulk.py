"""Score a list: give it, look at it, score it in the background, filter and download the result."""

from __future__ import annotations

from ui.bulk import page
from ui.common import shell

shell.begin("Bulk scoring")
page.show()
