"""Widget values that no page offered, sent to a running server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.typing import Origin

from benchmarks.hostile.files import FILLERS
from benchmarks.hostile.inputs import HANG_SECONDS, PATIENCE, Inputs

TEXTS = ("../../etc/passwd", "/etc/hostname", "none of the options", "", "-1", "1e999")


async def widgets(inputs: Inputs, address: str, pid: int) -> None:
    """Give each widget that takes a text a value that no page offered."""
    async with _connected(address) as app:
        known = {page: ids_of(await app.rerun(page)) for page in await app.pages()}
        for number, dice in inputs.left("widget"):
            page = dice.choice([*known])
            values = {one: dice.choice(FILLERS + TEXTS) for one in known[page]}
            query = dice.choice(("", "?list=x", "?domain=%00", "?run=../.."))
            with inputs.watched("widget", number, pid) as one:
                before = used_seconds_of(pid)
                got = elements_of(await app.rerun(page, values, query))
                one.hangs = int(used_seconds_of(pid) - before > HANG_SECONDS)
                if any(element.WhichOneof("type") == "exception" for element in got):
                    raise AssertionError("a page fell over a value")


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator[AppSession]:
    """A session with the app, over the socket that a browser would open."""
    origin = address.rstrip("/")
    url = origin.replace("http://", "ws://") + "/_stcore/stream"
    async with websockets.connect(url, origin=Origin(origin), max_size=None, proxy=None) as socket:
        yield AppSession(socket)


class AppSession:
    """A session with the app, which reruns pages."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket

    async def pages(self) -> list[str]:
        """The hashes of the app's page scripts."""
        return [
            page.page_script_hash
            for message in await self.rerun("")
            if message.WhichOneof("type") == "navigation"
            for page in message.navigation.app_pages
        ]

    async def rerun(
        self, page: str, values: Mapping[str, str] | None = None, query: str = ""
    ) -> list[Any]:
        """What the app answers to a rerun of a page with these values of widgets."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_script_hash = page
        for identity, value in (values or {}).items():
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id, widget.string_value = identity, value
        await self._socket.send(message.SerializeToString())
        got = []
        while True:
            answer = ForwardMsg()
            wait = HANG_SECONDS * PATIENCE  # of the wall; the processor's is not to be told here
            answer.ParseFromString(await asyncio.wait_for(self._socket.recv(), wait))
            got.append(answer)
            if answer.WhichOneof("type") == "script_finished":
                return got


def elements_of(messages: list[Any]) -> list[Any]:
    """The elements that a page drew."""
    deltas = [message.delta for message in messages if message.WhichOneof("type") == "delta"]
    return [delta.new_element for delta in deltas if delta.WhichOneof("type") == "new_element"]


def ids_of(messages: list[Any]) -> list[str]:
    """The ids of a page's widgets that take a text."""
    return [found for element in elements_of(messages) if (found := id_of(element))]


def used_seconds_of(pid: int) -> float:
    """Processor time of another process."""
    fields_of = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields_of[11]) + int(fields_of[12])) / os.sysconf("SC_CLK_TCK")


def id_of(element: Any) -> str:
    """The id of a widget that takes a text; "" of any other element."""
    kind = element.WhichOneof("type")
    if kind not in ("selectbox", "text_input", "text_area"):
        return ""
    return str(getattr(element, kind).id)
