"""A name for each browser, so that its history outlives a reload: a cookie made for this alone."""

from __future__ import annotations

import re
import secrets
from http.cookies import SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "dga_browser"
SECONDS = 365 * 24 * 3600
_NAME = re.compile(r"[0-9a-f]{32}")


class BrowserName:
    """ASGI middleware that gives a browser without a name one with the page it asks for.

    The name is random and says nothing; scripts and other sites cannot read it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or _named(scope):
            await self.app(scope, receive, send)
            return

        async def naming(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Set-Cookie", _cookie(scope.get("scheme") == "https"))
            await send(message)

        await self.app(scope, receive, naming)


def browser_name(cookies: dict[str, str]) -> str:
    """The name in a browser's cookies; "" where there is none that we gave.

    >>> browser_name({"dga_browser": "0123456789abcdef" * 2, "other": "x"})[:4]
    '0123'
    >>> browser_name({"dga_browser": "../../etc"})
    ''
    """
    name = cookies.get(COOKIE, "")
    return name if _NAME.fullmatch(name) else ""


def _named(scope: Scope) -> bool:
    given: SimpleCookie = SimpleCookie()
    given.load(Headers(scope=scope).get("cookie", ""))
    return bool(browser_name({name: morsel.value for name, morsel in given.items()}))


def _cookie(secure: bool) -> str:
    cookie: SimpleCookie = SimpleCookie()
    cookie[COOKIE] = secrets.token_hex(16)
    settings = {"path": "/", "max-age": str(SECONDS), "httponly": "1", "samesite": "Strict"}
    cookie[COOKIE].update(settings | ({"secure": "1"} if secure else {}))
    return cookie[COOKIE].OutputString()
