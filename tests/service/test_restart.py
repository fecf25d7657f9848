"""One service takes over from another under load, over a real port."""

from __future__ import annotations

import asyncio
import itertools
import socket
from pathlib import Path

from benchmarks import service


def test_no_request_is_lost_while_one_service_takes_over_from_another(models: Path) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    names = (f"name{number}.com" for number in itertools.count())
    load, behind = asyncio.run(service.restart(port, names, around=1.0))
    assert load.errors == 0
    assert behind > 0
