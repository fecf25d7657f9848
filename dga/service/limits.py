"""Limits per client: requests per second, by token bucket, and body sizes."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

MAX_CLIENTS = 10_000


@dataclass(frozen=True)
class Limits:
    """The limits of a service."""

    body_bytes: int = 64 * 2**20
    names: int = 100_000  # in one JSON request; NDJSON is streamed without this limit
    requests_per_second: float = 0.0  # of one client; 0: no limit
    log_bytes: int = 2**30  # of a log posted to /v1/hosts


class RateLimiter:
    """A token bucket per client: `rate` requests per second on average, and bursts of twice as
    many."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, now: float | None = None) -> float:
        """Seconds that a client must wait before this request; 0 if it may proceed.

        >>> limiter = RateLimiter(1)
        >>> [limiter.wait("a", now=5.0) for _ in range(3)]
        [0.0, 0.0, 1.0]
        """
        if not self.rate:
            return 0.0
        now = time.monotonic() if now is None else now
        most = 2 * self.rate
        tokens, last = self._buckets.pop(client, (most, now))
        tokens = min(most, tokens + (now - last) * self.rate)
        allowed = tokens >= 1
        self._buckets[client] = (tokens - allowed, now)
        while len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self.rate
