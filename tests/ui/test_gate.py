"""The gate in front of the pages: hosts, origins, headers, and how much may be uploaded."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from dga.service.patience import patient
from ui.server.access import Access
from ui.server.gate import Gate, host_allowed, origin_allowed
from ui.server.slow_clients import TOO_SLOW, Patience
from ui.server.sockets import OF_ALL, OF_CLIENT, TRY_AGAIN_LATER, SocketLimit
from ui.server.uploads import NO_LENGTH, SESSION_FULL, SESSIONS_FULL, UploadLimit

LIMIT = 1000
OWN = {"host": "localhost:8501", "origin": "http://localhost:8501"}


async def _app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"in"})


def ask(
    app: Any, method: str, headers: Sequence[tuple[str, str]], path: str = "/"
) -> tuple[int, dict[str, str]]:
    """Status and headers of an answer; for method "socket" 101 or 403."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "websocket" if method == "socket" else "http",
        "method": method,
        "path": path,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    first = sent[0]
    if method == "socket":
        return (101 if first["type"] == "websocket.accept" else 403), {}
    return first["status"], {name.decode(): value.decode() for name, value in first["headers"]}


@pytest.mark.parametrize(
    ("host", "allowed", "answered"),
    [
        ("localhost:8501", ["localhost"], True),
        ("LOCALHOST", ["localhost"], True),
        ("localhost.", ["localhost"], True),
        ("[::1]:8501", ["::1"], True),
        ("wb.corp.example", ["*.corp.example"], True),
        ("corp.example", ["*.corp.example"], False),
        ("evilcorp.example", ["*.corp.example"], False),
        ("evil.example:8501", ["localhost", "127.0.0.1"], False),
        ("localhost.evil.example", ["localhost"], False),
        ("evil.example", ["*"], True),
        ("localhost@evil.example", ["localhost", "*"], False),
        ("localhost/x", ["*"], False),
        ("localhost?x", ["*"], False),
        ("localhost:port", ["localhost"], False),
        ("localhost:99999", ["localhost"], False),
        ("", ["*"], False),
        ("localhost", [], False),
    ],
)
def test_a_host_is_answered_only_when_it_is_known(
    host: str, allowed: list[str], answered: bool
) -> None:
    assert host_allowed(host, allowed) is answered


@pytest.mark.parametrize(
    ("origin", "host", "others", "taken"),
    [
        ("http://localhost:8501", "localhost:8501", [], True),
        ("https://wb.example", "wb.example", [], True),
        ("https://wb.example:443", "wb.example", [], True),
        ("http://localhost:9999", "localhost:8501", [], False),
        ("http://127.0.0.1:8501", "localhost:8501", [], False),
        ("https://other.example", "wb.example", ["https://other.example"], True),
        ("http://other.example", "wb.example", ["https://other.example"], False),
        ("null", "localhost:8501", [], False),
        ("", "localhost:8501", [], False),
        ("file://", "localhost:8501", [], False),
        ("http://localhost:8501@evil.example", "localhost:8501", [], False),
        ("http://localhost:8501/page", "localhost:8501", [], False),
        ("http://[::1", "localhost", [], False),
    ],
)
def test_an_origin_is_taken_only_when_it_is_the_hosts_own(
    origin: str, host: str, others: list[str], taken: bool
) -> None:
    assert origin_allowed(origin, host, others) is taken


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {"host": "localhost:8501"}, 200),
        ("GET", {"host": "evil.example:8501", "origin": "http://evil.example:8501"}, 403),
        ("GET", {}, 403),
        ("PUT", OWN, 200),
        ("PUT", {"host": "localhost:8501"}, 403),
        ("DELETE", {"host": "localhost:8501", "origin": "http://evil.example"}, 403),
        ("POST", {"host": "localhost:8501", "origin": "null"}, 403),
        ("socket", OWN, 101),
        ("socket", {"host": "localhost:8501"}, 403),
        ("socket", {"host": "localhost:8501", "origin": "http://localhost:8502"}, 403),
        ("socket", {"host": "evil.example", "origin": "http://evil.example"}, 403),
    ],
)
def test_requests_are_refused_unless_host_and_origin_are_known(
    method: str, headers: Mapping[str, str], status: int
) -> None:
    assert ask(Gate(_app), method, list(headers.items()))[0] == status


def test_two_hosts_or_two_origins_are_refused() -> None:
    twice = [("host", "localhost"), ("host", "evil.example")]
    assert ask(Gate(_app), "GET", twice)[0] == 403
    origins = [("host", "localhost"), ("origin", "http://localhost"), ("origin", "http://evil.x")]
    assert ask(Gate(_app), "socket", origins)[0] == 403


def test_every_answer_forbids_frames_and_foreign_content() -> None:
    _, headers = ask(Gate(_app), "GET", [("host", "localhost:8501")])
    assert headers["x-frame-options"] == "DENY"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and "default-src 'self'" in policy
    assert "connect-src 'self' ws://localhost:8501 wss://localhost:8501;" in policy
    status, headers = ask(Gate(_app), "GET", [("host", "evil.example")])
    assert status == 403 and headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("held", "length", "status"),
    [
        ({}, str(LIMIT), 200),
        ({}, str(LIMIT + 1), 413),
        ({"mine": 600}, "400", 200),
        ({"mine": 600}, "401", 413),
        ({f"other{n}": LIMIT for n in range(SESSIONS_FULL)}, "1", 413),
        ({f"other{n}": LIMIT for n in range(SESSIONS_FULL - 1)}, str(LIMIT), 200),
        ({}, None, 411),
        ({}, "-1", 411),
        ({}, "1e3", 411),
        ({}, "9" * 400, 411),
    ],
)
def test_an_upload_is_taken_up_to_the_limits(
    held: dict[str, int], length: str | None, status: int
) -> None:
    app = UploadLimit(_app, lambda: held, lambda: LIMIT)
    headers = [] if length is None else [("content-length", length)]
    path = "/_stcore/upload_file/mine/file"
    assert ask(app, "PUT", headers, path)[0] == status
    assert ask(app, "GET", headers, "/")[0] == 200
    assert not app.coming


def test_uploads_that_are_on_their_way_count() -> None:
    app = UploadLimit(_app, dict, lambda: LIMIT)
    app.coming["mine"] = 700
    assert app._problem("mine", 301) == SESSION_FULL and not app._problem("mine", 300)
    assert app._problem("mine", -1) == NO_LENGTH


PUT = {"type": "http", "method": "PUT", "headers": [(b"content-length", b"900")]}


async def _reading(scope: Any, receive: Any, send: Any) -> None:
    """Reads a body, and answers as Starlette does what the reading raises."""
    status = 200
    try:
        while (await receive()).get("more_body"):
            pass
    except HTTPException as error:
        status = error.status_code
    await send({"type": "http.response.start", "status": status, "headers": []})


def pieces(*sizes: int) -> Any:
    """A `receive` that gives pieces of a body."""
    left = list(sizes)

    async def receive() -> dict[str, Any]:
        size = left.pop(0)
        return {"type": "http.request", "body": bytes(size), "more_body": bool(left)}

    return receive


def status_of(app: Any, scope: dict[str, Any], receive: Any) -> int:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return int(sent[0]["status"])


def test_who_announces_much_and_sends_little_keeps_nobody_out() -> None:
    app = UploadLimit(_reading, dict, lambda: LIMIT)
    statuses: list[int] = []

    for number in range(20):  # announced, and not a byte has come
        app.coming[f"slow{number}"] = LIMIT
    statuses.append(status_of(app, {**PUT, "path": "/_stcore/upload_file/mine/a"}, pieces(900)))
    app.come["slow1"] = SESSIONS_FULL * LIMIT
    statuses.append(status_of(app, {**PUT, "path": "/_stcore/upload_file/mine/a"}, pieces(900)))
    assert statuses == [200, 413]


def test_an_upload_that_fills_the_server_while_it_comes_is_ended() -> None:
    held = {"other": (SESSIONS_FULL - 1) * LIMIT}
    app = UploadLimit(_reading, lambda: held, lambda: LIMIT)
    receive = pieces(100, 100, 100)

    async def growing() -> Any:
        held["other"] += 400
        return await receive()

    assert status_of(app, {**PUT, "path": "/_stcore/upload_file/mine/a"}, growing) == 413
    assert not app.coming and not app.come


def test_a_body_that_trickles_in_is_given_up() -> None:
    async def never() -> Any:
        await asyncio.sleep(3_600)

    app = Patience(_reading)
    receive = patient(never, idle=0.01, failure=lambda: HTTPException(408, TOO_SLOW))
    assert status_of(_reading, {"type": "http"}, receive) == 408
    assert status_of(app, {"type": "http"}, pieces(10, 10)) == 200
    slow = patient(pieces(1, 1, 1), grace=-1.0, failure=lambda: HTTPException(408, TOO_SLOW))
    assert status_of(_reading, {"type": "http"}, slow) == 408


def test_a_client_and_all_together_have_so_many_sockets() -> None:
    async def scenario() -> list[int]:
        leave = asyncio.Event()

        async def page(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "websocket.accept"})
            await leave.wait()

        app = SocketLimit(page, Access)
        refused: list[int] = []

        async def opened(client: str) -> None:
            async def send(message: dict[str, Any]) -> None:
                if message["type"] == "websocket.close":
                    refused.append(message["code"])

            scope = {"type": "websocket", "client": (client, 1), "headers": []}
            await app(scope, None, send)  # type: ignore[arg-type]

        clients = ["10.0.0.9"] * (OF_CLIENT + 5) + ["127.0.0.1"] * (OF_CLIENT + 5)
        tasks = [asyncio.create_task(opened(client)) for client in clients]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        few = len(refused)
        tasks += [asyncio.create_task(opened("127.0.0.1")) for _ in range(OF_ALL)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert app.open.total() == OF_ALL and set(refused) == {TRY_AGAIN_LATER}
        leave.set()
        await asyncio.gather(*tasks)
        assert not app.open
        return [few, len(refused)]

    assert asyncio.run(scenario()) == [5, 2 * OF_CLIENT + 10]


def test_behind_a_proxy_users_are_counted_and_not_addresses() -> None:
    access = Access(user_header="X-User", proxies=("10.0.0.2",))
    app = SocketLimit(_app, lambda: access)
    scope: dict[str, Any] = {"client": ("10.0.0.2", 1), "headers": [(b"x-user", b"ann")]}
    assert app._client(scope) == "ann"
    app.open["ann"] = OF_CLIENT
    headers = [("x-user", "ann")]
    assert ask(app, "socket", headers)[0] == 403
    assert ask(app, "socket", [("x-user", "bea")])[0] == 101
