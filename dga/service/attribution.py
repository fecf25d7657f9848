"""Attribute names to known generators; the index of generated names is built or opened once a day.

Building takes up to some minutes, in a separate thread; until then requests are answered by 503.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import Any

from dga.generators import attribution
from dga.generators.attribution import AttributionIndex
from dga.service.problems import ProblemError

RETRY_SECONDS = 30

log = logging.getLogger("dga.service")


def open_todays() -> AttributionIndex:
    """The index for the days around today: opened from the cache if it is there, else built."""
    start, end = attribution.window(None, None)
    return attribution.open_index(start, end)


class Attributor:
    """Attributes names with the index of the day. Thread-safe."""

    def __init__(self, open_index: Callable[[], AttributionIndex] = open_todays) -> None:
        self._open, self._lock = open_index, threading.Lock()
        self._day: dt.date | None = None  # the day of `_index`
        self._index: AttributionIndex | None = None
        self._opening: threading.Thread | None = None

    def attribute(self, domain: str) -> dict[str, Any]:
        """The record of `dga attribute --json`.

        ProblemError 503 while there is no index yet. On a new day the old index answers until the
        new one is ready.
        """
        self._refresh(dt.datetime.now(dt.UTC).date())
        index = self._index
        if index is None:
            raise ProblemError(
                503,
                "the index of the generators' names is being built; ask again in a minute",
                {"retry-after": str(RETRY_SECONDS)},
            )
        [found] = attribution.attributions(index, [domain])
        return found.to_json()

    def _refresh(self, today: dt.date) -> None:
        with self._lock:
            busy = self._opening is not None and self._opening.is_alive()
            if self._day == today or busy:
                return
            self._opening = threading.Thread(target=self._open_for, args=(today,), daemon=True)
            self._opening.start()

    def _open_for(self, today: dt.date) -> None:
        try:
            self._index = self._open()
            self._day = today
        except Exception:  # it would be lost with the thread; the next request tries again
            log.exception("the attribution index cannot be opened")
