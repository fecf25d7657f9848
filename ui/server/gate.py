"""Which requests the web server answers: known host names, its own pages' origin, no frames.

A web page elsewhere must not drive the app through the browser of somebody who can reach it: not
by sending requests of its own (origins), not under a name that it points here (hosts), not inside
a frame. Knows neither Streamlit nor any page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
DEFAULT_PORTS = {"http": 80, "https": 443}
POLICY_VIOLATION = 1008  # close code of a socket

UNKNOWN_HOST = (
    "This server does not answer under that host name. Whoever runs it can allow the name: "
    "--server.allowedHosts NAME.\n"
)
UNKNOWN_ORIGIN = "This request does not come from a page of this server.\n"

# Scripts and styles of Streamlit and Plotly need inline and evaluated code; what they must not do
# is load from elsewhere, send elsewhere, or be shown in somebody else's frame.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "connect-src 'self' {sockets}",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # an address can hold the name that is looked up
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Gate:
    """ASGI middleware that refuses requests under unknown hosts and from foreign origins.

    `hosts` gives the host names that are answered; a leading `*.` stands for any subdomain, `*`
    for any name. `origins` gives further origins that may send requests, as `https://host:port`.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Callable[[], Sequence[str]] = lambda: LOCAL_HOSTS,
        origins: Callable[[], Sequence[str]] = lambda: (),
    ) -> None:
        self.app = app
        self.hosts = hosts
        self.origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif problem := self.problem(scope):
            await _refuse(scope, receive, send, problem)
        else:
            await self.app(scope, receive, _with_headers(scope, send))

    def problem(self, scope: Scope) -> str:
        """Why a request is refused; "" when it is answered."""
        headers = Headers(scope=scope)
        named = headers.getlist("host")
        if len(named) != 1 or not host_allowed(named[0], self.hosts()):
            return UNKNOWN_HOST
        if scope["type"] == "http" and scope["method"] in SAFE_METHODS:
            return ""
        sent = headers.getlist("origin")
        if len(sent) != 1 or not origin_allowed(sent[0], named[0], self.origins()):
            return UNKNOWN_ORIGIN
        return ""


def host_allowed(host: str, allowed: Iterable[str]) -> bool:
    """Whether a Host header names an allowed host; the port may be any.

    >>> host_allowed("localhost:8501", LOCAL_HOSTS), host_allowed("evil.example", LOCAL_HOSTS)
    (True, False)
    >>> host_allowed("a.corp.example", ["*.corp.example"])
    True
    """
    name = _host_name(host)
    return name is not None and any(_matches(name, pattern) for pattern in allowed)


def origin_allowed(origin: str, host: str, others: Iterable[str] = ()) -> bool:
    """Whether an Origin header is that of the host itself, or one of the others.

    >>> origin_allowed("http://localhost:8501", "localhost:8501")
    True
    >>> origin_allowed("http://localhost:9999", "localhost:8501"), origin_allowed("null", "a")
    (False, False)
    """
    site = _site(origin)
    if site is None:
        return False
    scheme = site[0]
    return site == _site(f"{scheme}://{host}") or site in [_site(other) for other in others]


def _matches(name: str, pattern: str) -> bool:
    pattern = pattern.strip().strip("[]").lower().rstrip(".")
    if pattern.startswith("*."):
        return name.endswith(pattern[1:])
    return pattern in ("*", name)


def _host_name(host: str) -> str | None:
    """The name in a Host header, without its port; None where the header is no host."""
    site = _site(f"http://{host}")
    return site[1] if site else None


def _site(origin: str) -> tuple[str, str, int] | None:
    """Scheme, host name and port of an origin; None where it is none."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    name = (parts.hostname or "").rstrip(".")
    bare = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in DEFAULT_PORTS or not name or not bare:
        return None
    return parts.scheme, name, DEFAULT_PORTS[parts.scheme] if port is None else port


async def _refuse(scope: Scope, receive: Receive, send: Send, problem: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
    else:
        await PlainTextResponse(problem, status_code=403, headers=HEADERS)(scope, receive, send)


def _with_headers(scope: Scope, send: Send) -> Send:
    """A `send` that adds the security headers to every answer."""
    host = Headers(scope=scope)["host"]
    policy = CONTENT_SECURITY_POLICY.format(sockets=f"ws://{host} wss://{host}")

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = policy
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return sent
