"""Start the service: allowed addresses, socket, log.

Uvicorn does the rest. The socket is shared (SO_REUSEPORT), so a new process can take over before
the old one ends: start it, wait for its /readyz, then send SIGTERM to the old one, which finishes
its requests.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import sys
from dataclasses import dataclass, field

from dga.errors import ServiceError
from dga.service.gate import LOCAL_HOSTS
from dga.service.limits import Limits
from dga.service.tokens import TokenFile

GRACE_SECONDS = 30  # for requests to end after SIGTERM
BACKLOG = 2048


@dataclass(frozen=True)
class Options:
    """How to serve. `hosts`: host names by which clients may call the service, besides its
    address."""

    host: str = "127.0.0.1"
    port: int = 8502
    run: str | None = None
    hosts: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    log_requests: bool = True


def serve(options: Options, tokens: TokenFile) -> None:
    """Serve until SIGTERM or SIGINT. ServiceError if it may not listen on the address."""
    import uvicorn
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    from dga.service import app
    from dga.service.patience import watch_heads

    check_address(options, tokens)
    watch_heads(AutoHTTPProtocol)
    _log_to_stderr(options.log_requests)
    application = app.create(
        tokens, run=options.run, limits=options.limits, hosts=allowed_hosts(options)
    )
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=BACKLOG,
    )
    with listener(options.host, options.port) as sock:
        print(
            f"serving on http://{options.host}:{sock.getsockname()[1]}", file=sys.stderr, flush=True
        )
        uvicorn.Server(config).run(sockets=[sock])


def check_address(options: Options, tokens: TokenFile) -> None:
    """Refuse an address that other machines can reach while there is no token."""
    if not is_local(options.host) and not tokens.tokens():
        raise ServiceError(
            f"{options.host} can be reached by other machines, and there is no token yet; make one "
            "with 'dga serve --new-token NAME', or serve on 127.0.0.1"
        )


def is_local(host: str) -> bool:
    """Whether an address can be reached from this machine only.

    >>> [is_local(host) for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "10.0.0.7")]
    [True, True, True, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def allowed_hosts(options: Options) -> tuple[str, ...]:
    """The host names to answer to: localhost, the address, and the given ones.

    A service on a public address requires a token for everything, so it answers to any host name.
    """
    if is_local(options.host) or options.hosts:
        address = f"[{options.host}]" if ":" in options.host else options.host
        return tuple(dict.fromkeys((*LOCAL_HOSTS, address, *(h.lower() for h in options.hosts))))
    return ()


def listener(host: str, port: int) -> socket.socket:
    """A listening socket that a second process may share. ServiceError if the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT"):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise ServiceError(
            f"cannot listen on {host} port {port} ({error.strerror}); choose another --port"
        ) from None
    return sock


def _log_to_stderr(requests: bool) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("dga.service")
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel(logging.INFO if requests else logging.WARNING)
