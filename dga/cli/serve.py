"""`dga serve`: the HTTP service and its tokens."""

from __future__ import annotations

import argparse
from pathlib import Path

from dga.cli.options import add_run
from dga.errors import ServiceError


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_run(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8502, help="port to listen on")
    parser.add_argument(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="host name under which clients may reach the service; repeat for several",
    )
    parser.add_argument("--tokens", type=Path, metavar="FILE", help="file of hashed tokens")
    parser.add_argument("--new-token", metavar="NAME", help="make a token, print it once and exit")
    parser.add_argument(
        "--scope",
        action="append",
        choices=("read", "admin"),
        help="what the new token may do; default: read",
    )
    parser.add_argument("--revoke-token", metavar="NAME", help="remove a token and exit")
    parser.add_argument("--list-tokens", action="store_true", help="list token names and exit")
    parser.add_argument(
        "--max-rate",
        type=float,
        default=0.0,
        metavar="R",
        help="requests per second and client; default: no limit",
    )
    parser.add_argument("--quiet", action="store_true", help="do not log requests")


def run(options: argparse.Namespace) -> None:
    """Serve, or manage the tokens."""
    try:
        from dga.service import server, tokens
    except ModuleNotFoundError as error:
        raise ServiceError(
            f"the service needs the package {error.name}; pip install 'dga-workbench[service]'"
        ) from None
    from dga.runs import store
    from dga.service.limits import Limits

    file = tokens.TokenFile(options.tokens or store.models_folder() / f".{tokens.FILE_NAME}")
    if options.new_token:
        print(file.create(options.new_token, options.scope or (tokens.READ,)))
    elif options.revoke_token:
        file.revoke(options.revoke_token)
    elif options.list_tokens:
        for token in file.tokens():
            print(f"{token.name}: {', '.join(token.scopes)}, made {token.created}")
    else:
        limits = Limits(requests_per_second=max(0.0, options.max_rate))
        server.serve(
            server.Options(
                host=options.host,
                port=options.port,
                run=options.run,
                hosts=tuple(options.allowed_host),
                limits=limits,
                log_requests=not options.quiet,
            ),
            file,
        )
