"""How long a client may take to send a request: heads and bodies that trickle in are given up.

A connection costs a client nothing, and a server has only so many. Uvicorn itself closes those that
stay idle after a response, and waits for ever for a head or a body that has begun.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

HEAD_SECONDS = 15.0  # from a connection, or from the last response, to a whole head, up to twice
IDLE_SECONDS = 30.0  # between two pieces of a body
GRACE_SECONDS = 60.0  # of a body that may come as slowly as it likes
LEAST_RATE = 8_192  # bytes a second of a body, on average, after that

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


class SlowBodyError(Exception):
    """A body that comes too slowly."""


def patient(
    receive: Receive,
    idle: float = IDLE_SECONDS,
    grace: float = GRACE_SECONDS,
    failure: Callable[[], Exception] = SlowBodyError,
) -> Receive:
    """The same `receive`, which raises `failure()` where a request's body comes too slowly.

    Behind the body, where a response waits for its client to leave, it waits as long as it takes.
    """
    length, waited, whole = 0, 0.0, False

    async def received() -> Message:
        nonlocal length, waited, whole
        if whole:
            return await receive()
        asked = time.monotonic()
        try:
            async with asyncio.timeout(idle):
                message = await receive()
        except TimeoutError:
            raise failure() from None
        waited += time.monotonic() - asked
        length += len(message.get("body", b""))
        whole = message["type"] != "http.request" or not message.get("more_body", False)
        if not whole and length < LEAST_RATE * (waited - grace):
            raise failure()
        return message

    return received


def watch_heads(protocol: Any, seconds: float = HEAD_SECONDS) -> None:
    """Make a class of Uvicorn's HTTP connections close those whose heads do not come.

    Changes the class itself: who starts Uvicorn does not always let its class be chosen. Once is
    enough.
    """
    made = protocol.connection_made
    if getattr(made, "watches_heads", False):
        return

    def connection_made(self: Any, transport: Any) -> None:
        made(self, transport)
        self.loop.call_later(seconds, look, self, self.cycle)

    def look(self: Any, last: Any) -> None:
        if self not in self.connections or self.transport.is_closing():
            return
        waits = self.cycle is None or self.cycle.response_complete
        if waits and self.cycle is last:
            self.transport.close()
        else:
            self.loop.call_later(seconds, look, self, self.cycle if waits else self)

    connection_made.watches_heads = True  # type: ignore[attr-defined]
    protocol.connection_made = connection_made
