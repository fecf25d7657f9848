"""A limit on the WebSockets, and so the sessions, that a client may have open at a time.

Each takes memory and a thread of the server, before anybody has logged in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.server.access import Access, is_local

OF_CLIENT = 100  # tabs, and reconnections that have not ended yet
OF_ALL = 1_000
TRY_AGAIN_LATER = 1013  # close code of a socket


class SocketLimit:
    """ASGI middleware that refuses sockets of a client, or of all, over a limit.

    A client is an address; behind a reverse proxy that tells the users, a user. This machine, where
    another proxy may stand, has no limit of its own.
    """

    def __init__(self, app: ASGIApp, access: Callable[[], Access]) -> None:
        self.app = app
        self.access = access
        self.open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        client = self._client(scope)
        most = OF_ALL if is_local(client) else OF_CLIENT
        if self.open[client] >= most or self.open.total() >= OF_ALL:
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
            return
        self.open[client] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.open[client] -= 1
            self.open += Counter()  # drops the clients that have none

    def _client(self, scope: Scope) -> str:
        access = self.access()
        if access.user_header:
            return Headers(scope=scope).get(access.user_header, "")
        return str((scope.get("client") or ("",))[0])
