"""Which connections reach the app at all: this machine's, a named proxy's, or anybody's.

ASGI middleware. Where a reverse proxy authenticates users, only the proxy may connect, so that
nobody else can send its header. Without authentication only this machine may.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.server.access import Access, is_local

POLICY_VIOLATION = 1008
NOT_THE_PROXY = "This server is reached through its reverse proxy only.\n"
NOT_LOCAL = "This server answers its own machine only: it has no way to log in.\n"


class Doorkeeper:
    """Refuses connections that the access settings do not let in.

    `logs_in`: whether users log in by OpenID Connect.
    """

    def __init__(
        self, app: ASGIApp, access: Callable[[], Access], logs_in: Callable[[], bool]
    ) -> None:
        self.app = app
        self.access = access
        self.logs_in = logs_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = self.problem(scope) if scope["type"] in ("http", "websocket") else ""
        if not problem:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            await PlainTextResponse(problem, status_code=403)(scope, receive, send)

    def problem(self, scope: Scope) -> str:
        """Why a connection is refused; "" when it is let in."""
        access = self.access()
        address = str((scope.get("client") or ("",))[0])
        if access.user_header and not self.logs_in():
            return "" if access.is_proxy(address) else NOT_THE_PROXY
        if self.logs_in() or access.open or is_local(address):
            return ""
        return NOT_LOCAL
