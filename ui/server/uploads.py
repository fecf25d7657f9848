"""How much a browser may upload: a limit a session and one for all, told before anything is read.

Uploads lie in memory until their session ends, whether a widget asked for them or not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

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
        self.coming: Counter[str] = Counter()  # bytes that are on their way, by session

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
        self.coming[session] += length
        try:
            await self.app(scope, receive, send)
        finally:
            self.coming[session] -= length
            self.coming += Counter()  # drops the sessions that have none

    def _problem(self, session: str, length: int) -> str:
        if length < 0:
            return NO_LENGTH
        held, limit = self.held(), self.limit()
        if held.get(session, 0) + self.coming[session] + length > limit:
            return SESSION_FULL
        whole = sum(held.values()) + self.coming.total() + length
        return SERVER_FULL if whole > SESSIONS_FULL * limit else ""


def _length(scope: Scope) -> int:
    """The length that a request says it has; -1 where it says none."""
    told = Headers(scope=scope).get("content-length", "")
    return int(told) if re.fullmatch(r"[0-9]{1,15}", told) else -1
