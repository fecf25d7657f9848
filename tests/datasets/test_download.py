"""Downloads from a server of our own: whole and safely named, or one sentence."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dga.datasets.download import LISTS, address, data_folder, fetch, file_name
from dga.errors import FetchError
from dga.progress import Progress

LIST = b"1,example.com\n2,example.org\n" * 20_000
REFUSALS = {"/missing.csv": 404, "/broken.csv": 503}
LENGTHS = {"/endless.csv": "9" * 5000, "/superscript.csv": "\u00b2"}
ELSEWHERE = {
    "/moved.csv": "/list.csv",
    "/to-file": "file:///etc/hostname",
    "/to-ftp": "ftp://example.com/x",
    "/loop": "/loop",
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path in ELSEWHERE:
            self.answer(302, b"", {"Location": ELSEWHERE[path]})
        elif path in REFUSALS:
            self.answer(REFUSALS[path], b"<html>missing</html>")
        elif path == "/page.csv":
            self.answer(200, b"\n<!DOCTYPE html><html></html>")
        elif path == "/empty.csv":
            self.answer(200, b"")
        elif path == "/short.csv":
            self.answer(200, LIST, {"Content-Length": str(len(LIST) + 10)})
        elif path in LENGTHS:
            self.answer(200, b"a.com\n", {"Content-Length": LENGTHS[path]})
        elif path in ("/drip.csv", "/drip-head.csv"):
            self.drip(head=path == "/drip-head.csv")
        elif path == "/silent.csv":
            time.sleep(1)
        else:
            self.answer(200, LIST)

    def drip(self, head: bool) -> None:
        """An answer of which a byte comes now and then, without an end."""
        start = b"HTTP/1.1 200 OK\r\nX: " if head else b"HTTP/1.1 200 OK\r\n\r\n"
        self.wfile.write(start)
        for _ in range(200):
            try:
                self.wfile.write(b"a")
            except OSError:
                return
            time.sleep(0.05)

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away are what these tests are about."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.mark.parametrize("path", ["/list.csv", "/moved.csv", "/list.csv?day=1#top"])
def test_a_list_arrives_whole(url: str, path: str, tmp_path: Path) -> None:
    told: list[Progress] = []
    file = fetch(url + path, tmp_path / "new", on_progress=told.append)
    assert file.read_bytes() == LIST
    assert [file] == list((tmp_path / "new").iterdir())
    assert (told[-1].batch, told[-1].batches) == (len(LIST), len(LIST))


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/missing.csv", "404"),
        ("/broken.csv", "503"),
        ("/page.csv", "web page"),
        ("/empty.csv", "empty"),
        ("/short.csv", "cut short"),
        ("/to-file", "not http"),
        ("/to-ftp", "unknown url type: ftp"),
        ("/loop", "too many redirects"),
    ],
)
def test_what_is_no_list_is_told_and_leaves_the_old_file(
    url: str, path: str, sentence: str, tmp_path: Path
) -> None:
    old = tmp_path / file_name("", url + path)
    old.write_text("old")
    with pytest.raises(FetchError, match=sentence) as caught:
        fetch(url + path, tmp_path)
    assert str(caught.value).isprintable()
    assert list(tmp_path.iterdir()) == [old]
    assert old.read_text() == "old"


def test_a_silent_server_times_out(url: str, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"no answer for 0\.2 seconds"):
        fetch(url + "/silent.csv", tmp_path, timeout=0.2)


def test_a_file_over_the_limit_is_not_kept(url: str, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="limit of 1,000 bytes"):
        fetch(url + "/list.csv", tmp_path, max_bytes=1_000)
    assert not list(tmp_path.iterdir())


def test_a_cancelled_download_leaves_nothing(url: str, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="cancelled"):
        fetch(url + "/list.csv", tmp_path, should_stop=lambda: True)
    assert not list(tmp_path.iterdir())


def test_nobody_listening_is_told(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(FetchError, match="not reached"):
            fetch(f"http://127.0.0.1:{port}/list.csv", tmp_path)


def test_a_folder_that_cannot_be_made_is_told(url: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(FetchError, match="cannot be written"):
        fetch(url + "/list.csv", tmp_path / "taken")


@pytest.mark.parametrize(
    "source",
    ["", "nothing", "file:///etc/passwd", "ftp://example.com/x", "http://", "http://a:b:c/",
     "http://exa mple.com/", "javascript:alert(1)", "http://example.com/\nx", "//example.com"],
)  # fmt: skip
def test_what_is_no_address_is_refused(source: str) -> None:
    with pytest.raises(FetchError, match="neither a list"):
        address(source)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("http://h/a/list.csv.gz?x=/../y", "list.csv.gz"),
        ("http://h/..%2f..%2fetc%2fpasswd", "passwd"),
        ("http://h/..", "h.txt"),
        ("http://h/", "h.txt"),
        ("http://h/.hidden", "hidden"),
        ("http://h/a%00b%0a.csv", "a_b_.csv"),
        ("http://h/c:\\windows\\x.csv", "x.csv"),
        ("http://h/" + "a" * 300 + ".csv", "a" * 96 + ".csv"),
    ],
)
def test_a_file_name_never_has_a_folder(address: str, name: str) -> None:
    assert file_name("", address) == name


@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_an_address_and_a_file_name(name: str) -> None:
    assert file_name(name, address(name)).startswith(f"{name}.csv")


def test_downloads_lie_where_the_page_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_DATA", str(tmp_path))
    assert data_folder() == tmp_path.resolve()
    monkeypatch.delenv("DGA_DATA")
    assert data_folder().name == "data"


@pytest.mark.parametrize("path", ["/drip.csv", "/drip-head.csv"])
def test_what_dribbles_in_is_given_up(url: str, tmp_path: Path, path: str) -> None:
    started = time.monotonic()
    with pytest.raises(FetchError, match="bytes a second|no answer"):
        fetch(f"{url}{path}", tmp_path, timeout=0.4)
    assert time.monotonic() - started < 5
    assert list(tmp_path.iterdir()) == []


def test_an_absurd_length_is_told_in_a_sentence(url: str, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="larger than the limit"):
        fetch(f"{url}/endless.csv", tmp_path)
    assert fetch(f"{url}/superscript.csv", tmp_path).read_bytes() == b"a.com\n"


def test_a_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    for source in ("http://me:secret@127.0.0.1:1/x", "ftp://me:secret@example.com/x"):
        with pytest.raises(FetchError) as told:
            fetch(source, tmp_path, timeout=0.5)
        assert "secret" not in str(told.value)


def test_what_killed_downloads_left_is_swept(url: str, tmp_path: Path) -> None:
    (tmp_path / ".other.csv.0123abcd.part").write_text("half", encoding="utf-8")
    fetch(f"{url}/list.csv", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]
