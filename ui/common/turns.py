"""Turns: a few threads work at once, the others wait in the order in which they asked.

Keeps many sessions' lists from taking memory for a block of rows each, and none from starving.
"""

from __future__ import annotations

import threading


class Turns:
    """Admits `places` holders at once; a place may be given back by any thread."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._asked = self._left = 0
        self._changed = threading.Condition()

    @property
    def waiting(self) -> int:
        """The number of waiting threads."""
        return max(0, self._asked - self._left - self._places)

    def take(self) -> None:
        """Wait for a place."""
        with self._changed:
            ticket = self._asked
            self._asked += 1
            self._changed.wait_for(lambda: ticket < self._left + self._places)

    def leave(self) -> None:
        """Pass the place to the thread that has waited longest."""
        with self._changed:
            self._left += 1
            self._changed.notify_all()

    def give_way(self) -> None:
        """Leave, and wait for a place again behind those who wait."""
        self.leave()
        self.take()
