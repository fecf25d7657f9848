"""Errors as `application/problem+json` (RFC 9457): type, title, status, detail, request id."""

from __future__ import annotations

import json
from http import HTTPStatus

MEDIA_TYPE = "application/problem+json"
INTERNAL = "an internal error; the service's log has it under this request id"


class ProblemError(Exception):
    """An error in a request, which becomes the response."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


def body(status: int, detail: str, request_id: str) -> bytes:
    """The response body of a problem.

    >>> body(404, "no such page", "7")
    b'{"type": "about:blank", "title": "Not Found", "status": 404, "detail": "no such page", \
"request_id": "7"}'
    """
    return json.dumps(
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "request_id": request_id,
        }
    ).encode()
