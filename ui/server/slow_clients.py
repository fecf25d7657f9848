"""Requests that trickle in are given up: ASGI middleware, and a watch on Uvicorn's connections.

Behind a reverse proxy its own limits come first.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from dga.service.patience import patient, watch_heads

TOO_SLOW = "The request comes too slowly.\n"


class Patience:
    """ASGI middleware that gives up requests whose bodies come too slowly."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        watch_heads(AutoHTTPProtocol)  # Streamlit starts Uvicorn, and takes no class for it

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            receive = patient(receive, failure=lambda: HTTPException(408, TOO_SLOW))
        await self.app(scope, receive, send)
