"""Find infected hosts: give a DNS log, look at its hosts, open one, take the report with you."""

from __future__ import annotations

from ui.common import shell
from ui.hosts import page

shell.begin("Hosts")
page.show()
