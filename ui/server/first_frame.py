"""A style sheet in the head of Streamlit's page, so that nothing moves while the page loads.

ASGI middleware. Changes only HTML responses that are sent in one piece.
"""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
HEAD_END = b"</head>"


class FirstFrame:
    """Puts a style sheet at the end of the head of every HTML page."""

    def __init__(self, app: ASGIApp, style: str = STYLE) -> None:
        self.app = app
        self.added = f"<style>{style}</style>".encode() + HEAD_END

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        start: Message | None = None

        async def styled(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_plain_html(message):
                start = message  # held back: its length changes with the body
            elif start is not None and message["type"] == "http.response.body":
                held, start = start, None
                await self._both(held, message, send)
            else:
                await send(message)

        await self.app(_uncompressed(scope), receive, styled)

    async def _both(self, start: Message, body: Message, send: Send) -> None:
        whole = not body.get("more_body", False)
        if whole:
            body = {**body, "body": body["body"].replace(HEAD_END, self.added, 1)}
            headers = MutableHeaders(scope=start)
            headers["content-length"] = str(len(body["body"]))
        await send(start)
        await send(body)


def _is_plain_html(start: Message) -> bool:
    headers = MutableHeaders(scope=start)
    html = headers.get("content-type", "").startswith("text/html")
    return html and start["status"] == 200 and "content-encoding" not in headers


def _uncompressed(scope: Scope) -> Scope:
    """The request, asking for text that can be changed where it asks for a page."""
    headers = scope["headers"]
    if not any(name == b"accept" and b"text/html" in value for name, value in headers):
        return scope
    return {**scope, "headers": [pair for pair in headers if pair[0] != b"accept-encoding"]}
