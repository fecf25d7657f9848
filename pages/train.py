"""Train a run: choose feeds, set it up, watch it, see what came out."""

from __future__ import annotations

from ui.common import shell
from ui.train import page

shell.begin("Train")
page.show()
