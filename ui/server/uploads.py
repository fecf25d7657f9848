"""Limits on uploads, one per session and one for the server, checked before anything is read.

Uploads stay in memory until their session ends, whether a widget asked for them or not. An upload
in progress counts for its session with the announced size, and for the server with the bytes
received: a client that announces much and sends little blocks nobody else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SESSIONS_FULL = 4  # so many sessions can hold as much as one may
UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+/?$")

NO_LENGTH = "An upload must say how long it is (Content-Length).\n"
SESSION_FULL = (
    "The uploads of this page are over its limit: remove one, or put the file into the data "
    "folder.\n"
)
SERVER_FULL = "The server holds as many uploads as it may: try again later.\n"


class UploadLimit:
    """ASGI middleware that refuses uploads over a limit.

    `held` gives the bytes that each session's uploads take now, `limit` the most that one may.
    """

    def __init__(
        self, app: ASGIApp, held: Callable[[], Mapping[str, int]], limit: Callable[[], int]
    ) -> None:
        self.app = app
        self.held = held
        self.limit = limit
        self.coming: Counter[str] = Counter()  # bytes that are announced, by session
        self.come: Counter[str] = Counter()  # bytes of them that are here

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = UPLOAD.search(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] != "PUT":
            await self.app(scope, receive, send)
            return
        session, length = found.group(1), _length(scope)
        if problem := self._problem(session, length):
            status = 411 if problem == NO_LENGTH else 413
            await PlainTextResponse(problem, status_code=status)(scope, receive, send)
            return
        here = 0

        async def counted() -> Message:
            nonlocal here
            message = await receive()
            size = len(message.get("body", b""))
            here, self.come[session] = here + size, self.come[session] + size
            if self._whole() > SESSIONS_FULL * self.limit():
                raise HTTPException(413, SERVER_FULL)  # the app answers with it
            return message

        self.coming[session] += length
        try:
            await self.app(scope, counted, send)
        finally:
            self.coming[session] -= length
            self.come[session] -= here
            self.coming += Counter()  # drops the sessions that have none
            self.come += Counter()

    def _whole(self) -> int:
        """Bytes of uploads that the server holds."""
        return sum(self.held().values()) + self.come.total()

    def _problem(self, session: str, length: int) -> str:
        if length < 0:
            return NO_LENGTH
        limit = self.limit()
        if self.held().get(session, 0) + self.coming[session] + length > limit:
            return SESSION_FULL
        return SERVER_FULL if self._whole() + length > SESSIONS_FULL * limit else ""


def _length(scope: Scope) -> int:
    """The length that a request says it has; -1 where it says none."""
    told = Headers(scope=scope).get("content-length", "")
    return int(told) if re.fullmatch(r"[0-9]{1,15}", told) else -1
