"""HTTP requests to a running server: odd ones, and such as begin and do not go on."""

from __future__ import annotations

import http.client
import random
import socket
from contextlib import ExitStack

from benchmarks.hostile.inputs import PATIENCE, Inputs

ANSWER_SECONDS = 5
SLOW_CLIENTS = 20  # that begin a request and do not go on


def requests(inputs: Inputs, address: str, pid: int) -> None:
    """Requests with odd methods, paths, hosts and lengths, and such as begin and do not go on; the
    server must go on answering."""
    place = address.split("//")[1].strip("/")
    for number, dice in inputs.left("http"):
        with ExitStack() as stack, inputs.watched("http", number, pid):
            if dice.random() < 0.1:
                for _ in range(SLOW_CLIENTS):
                    begin(place, dice, stack)
            elif ask(place, *drawn_request(dice, place)) >= 500:
                raise AssertionError("the server fell over a request")
            health = ("GET", "/_stcore/health", {"Host": place})
            if ask(place, *health) != 200 and ask(place, *health, PATIENCE) != 200:
                raise AssertionError("the server does not answer any more")


def drawn_request(dice: random.Random, place: str) -> tuple[str, str, dict[str, str]]:
    """A method, a path and headers."""
    method = dice.choice(("GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "TRACE", "X" * 50))
    path = dice.choice(("/", "/_stcore/upload_file/a/b", "/media/../../etc/passwd", "/%00",
                        "/_stcore/stream", "/component/x/../../..", "/" + "a" * 3_000,
                        "/_stcore/host-config", "/?list=../..", "//etc/passwd"))  # fmt: skip
    headers = {"Host": dice.choice((place, "evil.example", "", "a" * 500))}
    if dice.random() < 0.5:
        headers["Origin"] = dice.choice((f"http://{place}", "null", "http://evil.example"))
    if dice.random() < 0.3:
        headers["Content-Length"] = dice.choice(("-1", "9" * 30, "5", "x"))
    return method, path, headers


def begin(place: str, dice: random.Random, stack: ExitStack) -> None:
    """Begin a request and do not go on, until the stack ends."""
    host, _, port = place.partition(":")
    client = stack.enter_context(socket.create_connection((host, int(port)), ANSWER_SECONDS))
    put = f"PUT /_stcore/upload_file/a/b HTTP/1.1\r\nHost: {place}\r\nOrigin: http://{place}\r\n"
    whole = f"{put}Content-Length: 100000000\r\n\r\nx".encode()
    client.sendall(dice.choice((b"", b"GET / HT", put.encode(), whole)))


def ask(place: str, method: str, path: str, headers: dict[str, str], patience: int = 1) -> int:
    """The status of an answer; 0 where the connection is closed without one."""
    connection = http.client.HTTPConnection(place, timeout=patience * ANSWER_SECONDS)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError):
        return 0
    finally:
        connection.close()
