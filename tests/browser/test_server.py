"""The running server against what no page of it sends: hosts, origins, frames, uploads."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

STREAM = "/_stcore/stream"


def answer(address: str, method: str, path: str, headers: dict[str, str]) -> tuple[int, str]:
    """Status of an answer, and its frame policy."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request(method, path, body=b"" if method != "GET" else None, headers=headers)
    got = connection.getresponse()
    return got.status, str(got.headers.get("X-Frame-Options"))


@pytest.mark.parametrize("path", ["/", "/bulk", "/_stcore/health", "/media/x", "/oauth2callback"])
def test_a_rebound_host_name_is_refused(address: str, path: str) -> None:
    port = urlsplit(address).port
    assert answer(address, "GET", path, {"Host": f"evil.example:{port}"}) == (403, "DENY")
    assert answer(address, "GET", path, {})[1] == "DENY"


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "http://localhost:1"])
def test_sockets_and_uploads_need_the_servers_own_origin(address: str, origin: str | None) -> None:
    sent = {} if origin is None else {"Origin": origin}
    upload = "/_stcore/upload_file/none/none"
    assert answer(address, "PUT", upload, sent)[0] == 403
    url = address.replace("http://", "ws://") + STREAM
    with pytest.raises(InvalidStatus, match="403"), connect(url, origin=origin, proxy=None):
        pass


def test_the_servers_own_pages_are_answered(address: str) -> None:
    url = address.replace("http://", "ws://") + STREAM
    with connect(url, origin=address, proxy=None) as socket:
        assert socket.response is not None and socket.response.status_code == 101
