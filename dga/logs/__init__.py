"""DNS logs: which column is name, client, answer and time; line grammars of servers; captures.

`open_table` opens any file for scoring, `read_events` gives the events of logs. Scores nothing.
"""

from __future__ import annotations

from dga.logs.events import Description, Events, describe, read_events
from dga.logs.fields import choose_query, choose_roles
from dga.logs.opening import LogTable, open_table
from dga.logs.paths import Choice

__all__ = [
    "Choice", "Description", "Events", "LogTable", "choose_query", "choose_roles", "describe",
    "open_table", "read_events",
]  # fmt: skip
