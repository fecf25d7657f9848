"""ASGI middleware for every request: host name, token, rate limit, request id, metrics, log line.

It never buffers a request or response body. The log contains the route's template, but no looked-up
name, token or query.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from dga.service import problems
from dga.service.limits import Limits, RateLimiter
from dga.service.metrics import Metrics
from dga.service.patience import patient
from dga.service.problems import ProblemError
from dga.service.tokens import ADMIN, READ, Token, TokenFile

Connection = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Connection, Receive, Send], Awaitable[None]]

OPEN_PATHS = (
    "/healthz",
    "/readyz",
)  # without a token, for load balancers; without secrets
ADMIN_PREFIX = "/v1/admin/"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = logging.getLogger("dga.service")


@dataclass
class Gate:
    """Passes requests on to `app`, or answers with a problem.

    `hosts`: host names by which the service may be called; any if empty. They keep a web page from
    reaching a service on localhost under a host name of its own (DNS rebinding).
    """

    app: App
    tokens: TokenFile
    metrics: Metrics
    limits: Limits
    hosts: tuple[str, ...] = LOCAL_HOSTS

    def __post_init__(self) -> None:
        self._rate = RateLimiter(self.limits.requests_per_second)

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = _Request(scope, send)
        try:
            token = self._check(scope, request.headers)
            request.client = token.name if token else ""
            await self.app(scope, patient(receive, failure=_too_slow), request.send)
        except ProblemError as problem:
            await request.refuse(problem)
        except Exception:
            log.exception("request %s failed", request.id)
            await request.refuse(ProblemError(500, problems.INTERNAL))
        finally:
            self._record(request)

    def _check(self, scope: Connection, headers: dict[bytes, bytes]) -> Token | None:
        host = headers.get(b"host", b"").decode("latin-1")
        if self.hosts and re.sub(r":\d+$", "", host).lower() not in self.hosts:
            raise ProblemError(421, f"this service does not answer to the host name {host[:80]!r}")
        path = scope["path"]
        if path in OPEN_PATHS:
            return None
        token = self._token(headers, ADMIN if path.startswith(ADMIN_PREFIX) else READ)
        client = token.name if token else str((scope.get("client") or [""])[0])
        if wait := self._rate.wait(client):
            after = {"retry-after": str(max(1, round(wait)))}
            raise ProblemError(429, f"too many requests; wait {wait:.1f} seconds", after)
        length = headers.get(b"content-length", b"0")
        most = self.limits.log_bytes if path == "/v1/hosts" else self.limits.body_bytes
        if not length.isdigit() or len(length) > 15 or int(length) > most:
            raise ProblemError(413, f"the body may hold at most {most:,} bytes; send it in parts")
        return token

    def _token(self, headers: dict[bytes, bytes], scope: str) -> Token | None:
        if not self.tokens.tokens():  # without tokens the service listens on this machine only
            return None
        kind, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        token = self.tokens.find(secret.strip()) if kind.lower() == "bearer" else None
        if token is None:
            raise ProblemError(
                401,
                "a valid token is needed: send the header 'Authorization: Bearer TOKEN'",
                {"www-authenticate": "Bearer"},
            )
        if not token.allows(scope):
            raise ProblemError(403, f"the token {token.name!r} has no scope {scope!r}")
        return token

    def _record(self, request: _Request) -> None:
        seconds = time.perf_counter() - request.started
        route = request.route()
        self.metrics.requests.labels(route, str(request.status)).inc()
        self.metrics.seconds.labels(route).observe(seconds)
        if log.isEnabledFor(logging.INFO):
            line = {
                "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "id": request.id,
                "token": request.client,
                "method": request.method,
                "route": route,
                "status": request.status,
                "ms": round(1000 * seconds, 2),
            }
            log.info(json.dumps(line))


def _too_slow() -> ProblemError:
    return ProblemError(408, "the body comes too slowly; send it without pauses")


class _Request:
    """One request: its id, and the start of its response."""

    def __init__(self, scope: Connection, send: Send) -> None:
        self.scope, self._send = scope, send
        self.started = time.perf_counter()
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        given = self.headers.get(b"x-request-id", b"").decode("latin-1")
        self.id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        self.method = str(scope["method"])
        self.client, self.status = "", 0
        scope["request_id"] = self.id

    def route(self) -> str:
        """The template of the route, such as `/v1/lookup/{domain}`; never the path itself."""
        return str(getattr(self.scope.get("route"), "path", "other"))

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            message["headers"] = [
                *message.get("headers", ()),
                (b"x-request-id", self.id.encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"cache-control", b"no-store"),
            ]
        await self._send(message)

    async def refuse(self, problem: ProblemError) -> None:
        """Answer with a problem, unless the response has begun."""
        if self.status:
            return
        body = problems.body(problem.status, problem.detail, self.id)
        headers = [
            (b"content-type", problems.MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            *((key.encode(), value.encode()) for key, value in problem.headers.items()),
        ]
        await self.send(
            {"type": "http.response.start", "status": problem.status, "headers": headers}
        )
        await self._send({"type": "http.response.body", "body": body})
