"""Clients that send a request byte by byte, or not at all, do not hold a connection for ever."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from dga.service.patience import SlowBodyError, patient, watch_heads

WHOLE = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(0.3)  # longer than a head may take: an answer may
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"in"})


@pytest.mark.parametrize("protocol", [HttpToolsProtocol, H11Protocol])
@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: loc", WHOLE + b"GET"])
def test_a_head_that_does_not_come_ends_the_connection(protocol: Any, sent: bytes) -> None:
    own = type("Own", (protocol,), {})
    watch_heads(own, 0.1)
    watch_heads(own, 1e6)  # once is enough

    async def scenario() -> bytes:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            config = uvicorn.Config(
                _answer, http=own, lifespan="off", log_config=None, timeout_keep_alive=3_600
            )
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            writer.write(sent)
            given = await asyncio.wait_for(reader.read(), 60)  # until the server closes
            server.should_exit = True
            await serving
            return given

    given = asyncio.run(scenario())
    assert given.endswith(b"in") if sent.startswith(WHOLE) else given == b""


def test_a_body_may_take_its_time_but_not_for_ever() -> None:
    async def scenario() -> list[bytes]:
        left = [b"a", b"b", b""]

        async def receive() -> dict[str, Any]:
            part = left.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(left)}

        calm = patient(receive)
        got = [(await calm())["body"] for _ in range(3)]

        async def silent() -> dict[str, Any]:
            await asyncio.sleep(3_600)
            raise AssertionError

        with pytest.raises(SlowBodyError):
            await patient(silent, idle=0.01)()
        left.extend([b"a", b"b"])
        late = patient(receive, grace=-1)
        with pytest.raises(SlowBodyError):
            await late()
        return got

    assert asyncio.run(scenario()) == [b"a", b"b", b""]


def test_a_response_may_wait_for_its_client_as_long_as_it_takes() -> None:
    async def scenario() -> str:
        waits = asyncio.Event()
        given = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> dict[str, Any]:
            if given:
                return given.pop()
            await waits.wait()
            return {"type": "http.disconnect"}

        calm = patient(receive, idle=0.01)
        await calm()
        asyncio.get_running_loop().call_later(0.1, waits.set)
        return str((await calm())["type"])

    assert asyncio.run(scenario()) == "http.disconnect"
