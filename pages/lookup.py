"""Look up one domain: the verdict, why, what comes near, and what an edit would change."""

from __future__ import annotations

from ui.common import shell
from ui.lookup import page

shell.begin("Look up a domain")
page.show()
